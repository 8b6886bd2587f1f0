"""Every answer of the invoice operations has the published fields, and requests that have not are refused."""

from __future__ import annotations

import base64
from collections.abc import Callable

import pytest

from sandbox.chorus.routes import OPERATIONS
from sandbox.chorus.words import FRAMES, MODES, STATUSES, SYNTAXES
from sandbox.tests.chorus.conftest import SYNTAX, Supplier
from sandbox.tests.chorus.paper import facturx
from sandbox.tests.chorus.schema import ANSWERS, faults
from sandbox.tests.conftest import Control, Json

FILE = base64.b64encode(facturx(number="FA2026-000002")).decode()
REQUESTS: dict[str, Callable[[int], Json]] = {
    "deposer/flux": lambda _id: {"fichierFlux": FILE, "nomFichier": "f.pdf", "syntaxeFlux": SYNTAX},
    "rechercher/fournisseur": lambda _id: {"recupererTaille": True},
    "rechercher/atraiter/fournisseur": lambda _id: {"masquerRejetee": False},
    "consulter/historique": lambda known: {"idFacture": known},
    "consulter/fournisseur": lambda known: {"identifiantFactureCPP": known, "codeLangue": "fr"},
    "completer": lambda known: {"identifiantFactureCPP": known, "commentaire": "Voici le bon de livraison"},
    "recycler": lambda known: {"identifiantFactureCPP": known, "reference": {"numeroBonCommande": "EJ-2026-00422"}},
    "traiterRejet": lambda known: {"listeDemandePaiement": [{"idDemandePaiement": known}]},
    "telecharger/groupe": lambda known: {"listeFacture": [{"idFacture": known}], "format": "PDF"},
    "traiter/recue": lambda known: {"idFacture": known, "nouveauStatut": "MANDATEE", "numeroDPMandat": "M-7"},
}
BEFORE = {
    "completer": "SUSPENDUE",
    "recycler": "A_RECYCLER",
    "traiterRejet": "REJETEE",
    "rechercher/atraiter/fournisseur": "SUSPENDUE",
}


def test_each_invoice_operation_is_held_to_what_is_published() -> None:
    imitated = {path.removeprefix("factures/v1/") for path in OPERATIONS if path.startswith("factures/")}

    assert imitated == set(ANSWERS) == set(REQUESTS)
    assert (len(STATUSES), len(MODES), len(SYNTAXES), len(FRAMES)) == (56, 15, 13, 25)


@pytest.mark.parametrize("path", ANSWERS)
def test_an_answer_has_the_published_fields(supplier: Supplier, invoice: int, control: Control, path: str) -> None:
    if path in BEFORE:
        control("chorus/status", id=invoice, status=BEFORE[path], comment="Manquant")

    done = supplier.says(f"factures/v1/{path}", **REQUESTS[path](invoice))
    told = supplier.says("factures/v1/consulter/historique", idFacture=invoice)
    read = supplier.says("factures/v1/consulter/fournisseur", identifiantFactureCPP=invoice)

    assert done["codeRetour"] == 0
    assert list(faults(ANSWERS[path], done)) == []
    assert list(faults(ANSWERS["consulter/historique"], told)) == []
    assert list(faults(ANSWERS["consulter/fournisseur"], read)) == []


@pytest.mark.parametrize("path", ANSWERS)
def test_a_refusal_is_a_code_and_words(supplier: Supplier, at_once: None, path: str) -> None:
    body = REQUESTS[path](404) if path != "deposer/flux" else {"fichierFlux": "", "syntaxeFlux": SYNTAX}

    refused = supplier.says(f"factures/v1/{path}", **body)

    assert refused["codeRetour"] != 0
    assert list(faults(ANSWERS[path], refused)) == []


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("deposer/flux", {"syntaxeFlux": "IN_DP_E3_FACTUR_X_10"}),
        ("deposer/flux", {"fichierFlux": 7}),
        ("deposer/flux", {"avecSignature": "non"}),
        ("rechercher/fournisseur", {"typeFacture": "DEVIS"}),
        ("rechercher/fournisseur", {"modeDepot": "PIGEON"}),
        ("rechercher/fournisseur", {"statutCourant": "DEPOSEE"}),
        ("rechercher/fournisseur", {"numeroFactures": "FA2026-000001"}),
        ("rechercher/fournisseur", {"periodeDateDepotDu": "hier"}),
        ("rechercher/fournisseur", {"montantTTCMin": "10"}),
        ("rechercher/fournisseur", {"rechercheFactureParFournisseur": {"triSens": "ASC"}}),
        ("rechercher/fournisseur", {"listeDestinataire": [{"idDestinataire": "1"}]}),
        ("traiter/recue", {"nouveauStatut": "BIENTOT"}),
        ("consulter/historique", {"idFacture": "1"}),
        ("recycler", {"reference": {"modePaiement": "OR"}}),
        ("completer", {"pieceJointeComplementaire": {"pieceJointeComplementaireId": 1}}),
    ],
)
def test_a_request_with_another_word_type_or_field_is_a_400(supplier: Supplier, path: str, body: Json) -> None:
    answer = supplier.ask(f"factures/v1/{path}", body)

    assert answer.status_code == 400
    assert answer.json()["codeRetour"] != 0


def test_what_is_not_json_is_a_400(supplier: Supplier) -> None:
    for body in (b"{", b"[]", b"", b"\xff"):
        assert supplier.ask("factures/v1/rechercher/fournisseur", body).status_code == 400
