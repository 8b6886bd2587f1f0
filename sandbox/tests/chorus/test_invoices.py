"""What becomes of an integrated invoice: lists, the buyer's answers, the supplier's reactions."""

from __future__ import annotations

import base64
import io
import zipfile

import pytest

from sandbox.chorus import seeds
from sandbox.chorus.invoices import NEXT
from sandbox.chorus.words import STATUSES
from sandbox.tests.chorus.conftest import Supplier, message
from sandbox.tests.chorus.paper import facturx, xml
from sandbox.tests.conftest import Control, Json

HISTORY = "factures/v1/consulter/historique"
TREAT = "factures/v1/traiter/recue"
BUYER_MAY = (
    *("MISE_A_DISPOSITION", "SUSPENDUE", "REJETEE", "MANDATEE", "MISE_EN_PAIEMENT", "COMPTABILISEE"),
    *("MISE_A_DISPOSITION_COMPTABLE", "A_RECYCLER"),
)


OTHER = {
    "number": "AV2026-000001",
    "type": "381",
    "means": "",
    "original": "FA2026-000001",
    "issued": "20261126",
    "net": "10.00",
    "vat": "2.00",
    "total": "12.00",
    "prepaid": "12.00",
    "due": "0.00",
    "frame": "A2",
    "engagement": "EJ-2026-00422",
}


def treated(supplier: Supplier, invoice: int, status: str, reason: str = "Manquant") -> Json:
    return supplier.says(TREAT, idFacture=invoice, nouveauStatut=status, motif=reason)


def test_a_list_has_ten_rows_unless_more_are_asked_for(supplier: Supplier, at_once: None) -> None:
    for number in range(1, 12):
        supplier.deposit(number=f"FA2026-{number:06}")

    ten = supplier.says("factures/v1/rechercher/fournisseur")
    rest = supplier.says(
        "factures/v1/rechercher/fournisseur", rechercheFactureParFournisseur={"pageResultatDemandee": 2}
    )
    wanted = {"nbResultatsParPage": 100, "triColonne": "NumeroFacture", "triSens": "Ascendant"}
    all_of_them = supplier.search(rechercheFactureParFournisseur=wanted)

    assert (len(ten["listeFactures"]), ten["parametresRetour"]) == (
        10,
        {"pageCourante": 1, "pages": 2, "nbResultatsParPage": 10, "total": 11},
    )
    assert len(rest["listeFactures"]) == 1
    assert [row["numeroFacture"] for row in all_of_them] == [f"FA2026-{number:06}" for number in range(1, 12)]
    assert len({row["identifiantFactureCPP"] for row in [*ten["listeFactures"], *rest["listeFactures"]]}) == 11


@pytest.mark.parametrize(
    "criteria",
    [
        {"numeroFacture": "FA2026-000001"},
        {"statutCourant": ["SUSPENDUE", "REJETEE"]},
        {"typeFacture": "FACTURE", "montantTTCMin": 100, "montantTTCMax": 120},
        {"montantHTMin": 100.0, "montantApayerMin": 120},
        {"periodeDateDepotDu": "2026-11-27", "periodeDateDepotAu": "2026-11-27", "numeroMarche": "M-1"},
        {"periodeDateHeureEtatCourantDu": "2026-11-27T12:50:00.000+01:00"},
        {"periodeDateHeureEtatCourantDu": "2026-11-27T12:30:00+01:00", "periodeDateHeureEtatCourantAu": "2026-11-27"},
        {"periodeDateFactureDu": "2026-11-27T00:00:00.000+01:00", "numeroBonCommande": "EJ-2026-00421"},
        {"cadreFacturation": "A1_FACTURE_FOURNISSEUR", "modeDepot": "UPLOAD_API", "rejetTraite": False},
    ],
)
def test_a_search_keeps_what_its_criteria_say(supplier: Supplier, control: Control, criteria: Json) -> None:
    control("chorus/pace", seconds=0)
    supplier.deposit(market="M-1")
    supplier.deposit(**OTHER)
    control("clock", at="2026-11-27T12:50:00+01:00")
    control("chorus/status", number="FA2026-000001", status="SUSPENDUE", comment="Bon de livraison manquant")
    if "cadreFacturation" not in criteria:
        control("chorus/status", number="AV2026-000001", status="MANDATEE", at="2026-11-27T12:00:00+01:00")

    (found,) = supplier.search(**criteria)

    assert (found["numeroFacture"], found["statut"], found["commentaireEtatCourant"]) == (
        "FA2026-000001",
        "SUSPENDUE",
        "Bon de livraison manquant",
    )
    assert found["dateHeureEtatCourant"] == "2026-11-27T12:50:00.000+01:00"


def test_a_search_names_the_flow_the_supplier_and_the_buyer(supplier: Supplier, at_once: None) -> None:
    deposited = supplier.deposit()
    supplier.deposit(seller=seeds.OURS, buyer="12345678200028", service="SERVICE_DEST_SERV_OBL")
    row = supplier.search(numeroFluxDepot=deposited["numeroFluxDepot"])[0]
    buyers = [{"idDestinataire": row["idDestinataire"], "listeIdServiceExecutant": [row["idServiceExecutant"]]}]

    assert (row["codeServiceExecutant"], row["nomServiceExecutant"]) == ("FACT-01", "Comptabilité")
    assert supplier.search(listeDestinataire=buyers) == [row]
    assert supplier.search(listeDestinataire=[{"idDestinataire": 1}]) == []
    assert supplier.search(idFournisseur=25_784_152)[0]["codeFournisseur"] == seeds.OURS
    assert supplier.search(idFournisseur=1) == []


def test_a_history_is_paged_and_goes_both_ways(supplier: Supplier, invoice: int, control: Control) -> None:
    for _step in range(6):
        control("chorus/status", id=invoice, status="SUSPENDUE", comment="Encore")
        control("chorus/status", id=invoice, status="COMPLETEE")

    first = supplier.says(HISTORY, idFacture=invoice)["historiquesDesStatuts"]
    asked = {"pageResultatDemandeeListeHistoStatut": 2, "nbResultatsParPageListeHistoStatut": 8}
    second = supplier.says(HISTORY, idFacture=invoice, paramRechercheHistoStatuts=asked)["historiquesDesStatuts"]
    backwards = {"triSensListeHistoStatut": "Descendant", "nbResultatsParPageListeHistoStatut": 1}
    last = supplier.says(HISTORY, idFacture=invoice, paramRechercheHistoStatuts=backwards)["historiquesDesStatuts"]

    assert (len(first["histoStatut"]), first["totalHistoStatut"], first["pagesHistoStatut"]) == (10, 15, 2)
    assert [line["histoStatutId"] for line in second["histoStatut"]] == list(range(9, 16))
    assert [line["histoStatutCode"] for line in last["histoStatut"]] == ["COMPLETEE"]
    assert first["histoStatut"][0]["histoStatutDatePassage"] == "2026-11-27 12:00"
    assert first["histoStatut"][3]["histoStatutCommentaire"] == "Encore"


@pytest.mark.parametrize("before", sorted(NEXT))
def test_a_buyer_moves_an_invoice_forward_and_nowhere_else(
    supplier: Supplier, invoice: int, control: Control, before: str
) -> None:
    allowed = set()
    control("chorus/pace", seconds=3600)
    for status in sorted(STATUSES):
        control("chorus/status", id=invoice, status=before)
        said = treated(supplier, invoice, status)
        if said["codeRetour"] == 0:
            allowed.add(status)
        else:
            assert message(said) == "GDP_MSG_11.001"

    assert allowed == NEXT[before] & set(BUYER_MAY)


@pytest.mark.parametrize("status", ["SUSPENDUE", "REJETEE"])
def test_a_suspension_and_a_rejection_need_a_reason(supplier: Supplier, invoice: int, status: str) -> None:
    assert treated(supplier, invoice, status, " ")["codeRetour"] == 20004
    assert supplier.find()["statut"] == "MISE_A_DISPOSITION"


def test_a_suspended_invoice_is_completed_with_a_file_and_goes_on(supplier: Supplier, invoice: int) -> None:
    treated(supplier, invoice, "SUSPENDUE", "Bon de livraison manquant")
    todo = supplier.says("factures/v1/rechercher/atraiter/fournisseur")["listeFactures"]
    file = supplier.says(
        "transverses/v1/ajouter/fichier",
        pieceJointeFichier=base64.b64encode(b"%PDF-1.7").decode(),
        pieceJointeNom="bl-118.pdf",
        pieceJointeTypeMime="application/pdf",
        pieceJointeExtension="PDF",
    )
    joined = {"pieceJointeComplementaireDesignation": "BL 118", "pieceJointeComplementaireType": "05"}
    joined["pieceJointeComplementaireId"] = file["pieceJointeId"]

    done = supplier.says(
        "factures/v1/completer",
        identifiantFactureCPP=invoice,
        commentaire="Le voici",
        pieceJointeComplementaire=[joined],
    )
    read = supplier.says("factures/v1/consulter/fournisseur", identifiantFactureCPP=invoice)["facture"]

    assert [row["numeroFacture"] for row in todo] == ["FA2026-000001"]
    assert "commentaireEtatCourant" not in todo[0]
    assert done["codeRetour"] == 0
    assert (read["statutFacture"], read["commentaire"]) == ("COMPLETEE", "Le voici")
    assert read["listeDesPiecesJointes"]["pieceJointe"][0]["pieceJointeDesignation"] == "BL 118"
    assert supplier.says("factures/v1/rechercher/atraiter/fournisseur")["codeRetour"] == 20000
    assert treated(supplier, invoice, "MANDATEE")["nouveauStatut"] == "MANDATEE"


def test_only_a_suspended_invoice_is_completed(supplier: Supplier, invoice: int) -> None:
    refused = supplier.says("factures/v1/completer", identifiantFactureCPP=invoice)

    assert (refused["codeRetour"], message(refused)) == (20002, "GDP_MSG_11.033")


def test_a_completion_with_an_unknown_file_or_a_long_comment_changes_nothing(supplier: Supplier, invoice: int) -> None:
    treated(supplier, invoice, "SUSPENDUE")
    unknown = [{"pieceJointeComplementaireId": 1}]

    for wrong in ({"pieceJointeComplementaire": unknown}, {"commentaire": "x" * 2001}):
        assert supplier.says("factures/v1/completer", identifiantFactureCPP=invoice, **wrong)["codeRetour"] != 0

    assert supplier.find()["statut"] == "SUSPENDUE"


def test_an_invoice_to_recycle_goes_to_another_service_under_the_same_number(
    supplier: Supplier, invoice: int, control: Control
) -> None:
    control("chorus/pace", seconds=1)
    early = supplier.says("factures/v1/recycler", identifiantFactureCPP=invoice)
    treated(supplier, invoice, "A_RECYCLER", "")
    wrong = supplier.says(
        "factures/v1/recycler", identifiantFactureCPP=invoice, destinataire={"codeServiceExecutant": "ECOLES"}
    )

    done = supplier.says(
        "factures/v1/recycler",
        identifiantFactureCPP=invoice,
        destinataire={"codeDestinataire": seeds.TOWN_HALL, "codeServiceExecutant": "ST-VOIRIE"},
        reference={"numeroBonCommande": "EJ-2026-00422"},
        commentaire="Service corrigé",
    )
    moving = supplier.find()["statut"]
    control("clock", advance=1)
    arrived = supplier.find()

    assert message(early) == "GDP_MSG_11.001"
    assert wrong["codeRetour"] != 0
    assert (done["codeRetour"], done["statutFacture"], moving) == (0, "EN_COURS_ACHEMINEMENT", "EN_COURS_ACHEMINEMENT")
    assert (arrived["statut"], arrived["codeServiceExecutant"], arrived["numeroBonCommande"]) == (
        "MISE_A_DISPOSITION",
        "ST-VOIRIE",
        "EJ-2026-00422",
    )
    assert arrived["identifiantFactureCPP"] == invoice


def test_a_rejection_is_final_and_is_acknowledged_once_for_all(supplier: Supplier, invoice: int) -> None:
    early = supplier.says("factures/v1/traiterRejet", listeDemandePaiement=[{"idDemandePaiement": invoice}])
    treated(supplier, invoice, "REJETEE", "Prix faux")
    visible = supplier.says("factures/v1/rechercher/atraiter/fournisseur", masquerRejetee=True)

    done = supplier.says("factures/v1/traiterRejet", listeDemandePaiement=[{"idDemandePaiement": invoice}])
    told = supplier.says(HISTORY, idFacture=invoice)

    assert message(early) == "GDP_MSG_11.001"
    assert visible["codeRetour"] == 20000
    assert done["codeRetour"] == 0
    assert supplier.search(rejetTraite=True)[0]["commentaireEtatCourant"] == "Prix faux"
    assert told["statutCourantCode"] == "REJETEE"
    assert told["derniereAction"]["derniereActionCode"] == "ACQUITTEMENT_REJET"


def test_an_acknowledgement_of_several_is_for_all_or_for_none(supplier: Supplier, invoice: int) -> None:
    treated(supplier, invoice, "REJETEE")
    supplier.deposit(number="FA2026-000002")
    other = supplier.find("FA2026-000002")["identifiantFactureCPP"]
    both = [{"idDemandePaiement": invoice}, {"idDemandePaiement": other}]

    assert message(supplier.says("factures/v1/traiterRejet", listeDemandePaiement=both)) == "GDP_MSG_11.001"
    assert supplier.search(rejetTraite=True) == []


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("completer", "identifiantFactureCPP"),
        ("recycler", "identifiantFactureCPP"),
        ("consulter/fournisseur", "identifiantFactureCPP"),
        ("consulter/historique", "idFacture"),
    ],
)
def test_an_invoice_that_does_not_exist_or_is_not_ours(
    supplier: Supplier, invoice: int, control: Control, path: str, name: str
) -> None:
    control(f"chorus/structures/{seeds.DEMONSTRATION}/attach", attached=False)

    unknown = supplier.says(f"factures/v1/{path}", **{name: 404})
    others = supplier.says(f"factures/v1/{path}", **{name: invoice})

    assert (unknown["codeRetour"], message(unknown)) == (20000, "GDP_MSG_11.008")
    assert (others["codeRetour"], message(others)) == (20001, "GDP_MSG_11.005")


def test_invoices_download_as_they_were_deposited(supplier: Supplier, invoice: int) -> None:
    def got(**options: str) -> bytes:
        listed = {"listeFacture": [{"idFacture": invoice}], **options}
        return base64.b64decode(supplier.says("factures/v1/telecharger/groupe", **listed)["fichierResultat"])

    assert got(format="PDF") == facturx()
    assert got(format="PIVOT") == xml()
    assert zipfile.ZipFile(io.BytesIO(got(format="ZIP"))).read(f"{invoice}.pdf") == facturx()
    assert supplier.says(HISTORY, idFacture=invoice)["derniereAction"]["derniereActionCode"] == "TELECHARGEMENT_FACTURE"


@pytest.mark.parametrize(
    "change",
    [
        {"pieceJointeNom": "x" * 47 + ".pdf"},
        {"pieceJointeNom": "sans-extension"},
        {"pieceJointeExtension": "EXE", "pieceJointeNom": "virus.exe"},
        {"pieceJointeTypeMime": ""},
        {"pieceJointeFichier": "pas du base64"},
        {"pieceJointeFichier": base64.b64encode(b"x" * 10_000_001).decode()},
    ],
)
def test_a_file_to_join_has_limits(supplier: Supplier, change: dict[str, str]) -> None:
    good = {
        "pieceJointeFichier": "JVBERg==",
        "pieceJointeNom": "bl.pdf",
        "pieceJointeTypeMime": "application/pdf",
        "pieceJointeExtension": "PDF",
    }

    assert supplier.says("transverses/v1/ajouter/fichier", **good)["codeRetour"] == 0
    assert supplier.says("transverses/v1/ajouter/fichier", **(good | change))["codeRetour"] != 0
