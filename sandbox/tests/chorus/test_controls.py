"""What tests decide for Chorus Pro: fates, late and lost reports, words of tomorrow, faults, what it saw."""

from __future__ import annotations

from hashlib import sha256

import pytest
import requests

from sandbox.tests.chorus.conftest import Supplier
from sandbox.tests.chorus.paper import facturx
from sandbox.tests.conftest import Control, Json


def state(supplier: Supplier, deposited: Json) -> str:
    return str(supplier.report(deposited)["etatCourantDepotFlux"])


def test_an_incident_integrates_nothing_and_the_same_file_passes_when_it_is_sent_again(
    supplier: Supplier, control: Control, at_once: None
) -> None:
    control("chorus/fates/next", kind="incident")

    first, nothing = supplier.deposit(), supplier.search()
    second = supplier.deposit()

    assert (state(supplier, first), nothing) == ("IN_INCIDENTE", [])
    assert state(supplier, second) == "IN_INTEGRE"


def test_one_number_is_refused_with_the_words_told_and_others_are_not(
    supplier: Supplier, control: Control, at_once: None
) -> None:
    control("chorus/fates/FA2026-000002", kind="rejected", text="Le mot de la fin", times=-1)

    for _time in range(2):
        supplier.deposit()
        report = supplier.report(supplier.deposit(number="FA2026-000002"))
        assert report["etatCourantDepotFlux"] == "IN_REJETE"
        assert report["listeErreurDP"][0]["libelleErreurDP"] == "Le mot de la fin"

    assert [row["numeroFacture"] for row in supplier.search()] == ["FA2026-000001"]


@pytest.mark.parametrize(("kind", "integrated"), [("partial", 0), ("partial_kept", 1)])
def test_a_flow_is_integrated_in_part(
    supplier: Supplier, control: Control, at_once: None, kind: str, integrated: int
) -> None:
    control("chorus/fates/next", kind=kind, text="Montant faux")

    report = supplier.report(supplier.deposit())

    assert report["etatCourantDepotFlux"] == "IN_INTEGRE_PARTIEL"
    assert [each["libelleErreurDP"] for each in report["listeErreurDP"]] == ["Montant faux"]
    assert (report["listeErreurDP"][0]["numeroDP"] == "FA2026-000001") is (integrated == 0)
    assert len(supplier.search()) == integrated


def test_a_flow_is_not_receivable_on_demand(supplier: Supplier, control: Control, at_once: None) -> None:
    control("chorus/fates/next", kind="technical", text="IRRECEVABILITE: fichier vide")

    error = supplier.report(supplier.deposit())["listeErreurTechnique"][0]

    assert error["libelleErreur"] == "IRRECEVABILITE: fichier vide"


@pytest.mark.parametrize(
    ("kind", "waits_in"), [("stuck", "IN_EN_COURS_TRAITEMENT_CPP"), ("reprocessing", "IN_EN_ATTENTE_RETRAITEMENT_CPP")]
)
def test_a_flow_never_ends_until_it_is_let_go(supplier: Supplier, control: Control, kind: str, waits_in: str) -> None:
    control("chorus/fates/next", kind=kind)
    deposited = supplier.deposit()
    control("clock", advance=7 * 86_400)
    supplier.token = ""

    assert state(supplier, deposited) == waits_in
    assert control(f"chorus/flows/{deposited['numeroFluxDepot']}")["state"] == "IN_INTEGRE"
    assert state(supplier, deposited) == "IN_INTEGRE"
    assert control(f"chorus/flows/{deposited['numeroFluxDepot']}", kind="stuck")["http_status"] == 400


def test_a_slow_flow_takes_longer(supplier: Supplier, control: Control) -> None:
    control("chorus/fates/next", kind="slow", seconds=600)
    deposited = supplier.deposit()
    control("clock", advance=603)
    before = state(supplier, deposited)
    control("clock", advance=1)

    assert (before, state(supplier, deposited)) == ("IN_EN_COURS_TRAITEMENT_CPP", "IN_INTEGRE")


@pytest.mark.parametrize(
    ("suffix", "status"),
    [("SUSP", "SUSPENDUE"), ("RECY", "A_RECYCLER"), ("REJ", "REJETEE"), ("PAY", "MISE_EN_PAIEMENT")],
)
def test_a_number_says_how_its_invoice_ends(supplier: Supplier, at_once: None, suffix: str, status: str) -> None:
    supplier.deposit(number=f"F2026-1-{suffix}")

    found = supplier.find(f"F2026-1-{suffix}")

    assert found["statut"] == status
    assert bool(found["commentaireEtatCourant"]) is (suffix != "PAY")


@pytest.mark.parametrize(("suffix", "flow"), [("INCIDENT", "IN_INCIDENTE"), ("PARTIAL", "IN_INTEGRE_PARTIEL")])
def test_a_number_says_how_its_first_flow_ends(supplier: Supplier, at_once: None, suffix: str, flow: str) -> None:
    states = [state(supplier, supplier.deposit(number=f"F2026-1-{suffix}")) for _time in range(2)]

    assert states == [flow, "IN_INTEGRE"]


def test_the_fate_of_an_invoice_is_told_with_its_reason(supplier: Supplier, control: Control, at_once: None) -> None:
    control("chorus/fates/FA2026-000001", kind="suspended", text="Il manque le PV")

    supplier.deposit()

    assert supplier.find()["commentaireEtatCourant"] == "Il manque le PV"


def test_a_report_is_late_or_lost(supplier: Supplier, control: Control, at_once: None) -> None:
    control("chorus/reports", late=2)
    control("chorus/fates/FA2026-000002", kind="lost_report")
    deposited, lost = supplier.deposit(), supplier.deposit(number="FA2026-000002")

    said = [supplier.report(deposited)["libelle"] for _time in range(3)]

    assert said == ["POQ_MSG_01.003 - Flux introuvable.", "POQ_MSG_01.003 - Flux introuvable.", "TRA_MSG_00.000"]
    assert [supplier.report(lost)["codeRetour"] for _time in range(4)] == [20001] * 4
    assert supplier.report({"numeroFluxDepot": "CPP404"})["codeRetour"] == 20001
    assert supplier.find("FA2026-000002")["statut"] == "MISE_A_DISPOSITION"


def test_the_plain_report_names_its_fields_otherwise(supplier: Supplier, at_once: None) -> None:
    deposited = supplier.deposit()

    told = supplier.says("transverses/v1/consulterCR", numeroFluxDepot=deposited["numeroFluxDepot"])

    assert (told["etatCourantFlux"], told["numeroFluxDepot"]) == ("IN_INTEGRE", deposited["numeroFluxDepot"])


def test_words_and_fields_of_tomorrow(supplier: Supplier, control: Control, invoice: int) -> None:
    control("chorus/lie", kind="unknown_status")
    words = supplier.find()["statut"]
    control("chorus/lie", kind="extra_fields")
    row = supplier.find()
    control("chorus/lie")

    assert words == "STATUT_DE_DEMAIN"
    assert row["champDeDemain"] == {"code": 1}
    assert "champDeDemain" not in supplier.find()
    assert control("chorus/status", id=invoice, status="STATUT_NOUVEAU")["status"] == "STATUT_NOUVEAU"
    assert supplier.find()["statut"] == "STATUT_NOUVEAU"
    assert control("chorus/lie", kind="white")["http_status"] == 400


@pytest.mark.parametrize(
    ("fault", "deposits"),
    [
        ({"kind": "refuse"}, 0),
        ({"kind": "timeout_before", "seconds": 0.05}, 0),
        ({"kind": "drop"}, 1),
        ({"kind": "timeout", "seconds": 0.05}, 1),
    ],
)
def test_a_silent_deposit_was_made_or_not(
    supplier: Supplier, control: Control, look: Control, fault: Json, deposits: int
) -> None:
    supplier.ask("transverses/v1/health-check", method="GET")
    control("faults", path="/deposer/flux", **fault)

    with pytest.raises(requests.RequestException):
        supplier.deposit()

    assert len(look("chorus/deposits")["deposits"]) == deposits


@pytest.mark.parametrize(
    ("fault", "status", "body"),
    [
        ({"status": 401}, 401, ""),
        ({"status": 403}, 403, "{}"),
        ({"status": 403, "echo": True}, 403, '{"numeroFacture": "F1"}'),
        ({"status": 429, "retry_after": "7"}, 429, "<html><body>429</body></html>"),
        ({"status": 500, "body": '{"codeRetour": 1}'}, 500, '{"codeRetour": 1}'),
        ({"status": 503}, 503, "<html><body>503</body></html>"),
    ],
)
def test_an_error_status_is_answered_and_nothing_done(
    supplier: Supplier, control: Control, fault: Json, status: int, body: str
) -> None:
    supplier.ask("transverses/v1/health-check", method="GET")
    control("faults", kind="status", path="/chorus/cpro/", **fault)

    failed = supplier.ask("factures/v1/rechercher/fournisseur", {"numeroFacture": "F1"})
    after = supplier.ask("factures/v1/rechercher/fournisseur", {"numeroFacture": "F1"})

    assert (failed.status_code, failed.text, after.status_code) == (status, body, 200)
    assert failed.headers.get("Retry-After", "") == fault.get("retry_after", "")
    assert failed.headers["x-correlationid"]


def test_a_fault_stays_as_long_as_it_was_told_to(supplier: Supplier, control: Control) -> None:
    supplier.ask("transverses/v1/health-check", method="GET")
    control("faults", kind="status", status=401, path="/chorus/cpro/", times=-1)

    assert [supplier.ask("structures/v1/rechercher").status_code for _time in range(3)] == [401] * 3
    assert supplier.ask_token().status_code == 200
    control("faults/clear")
    assert supplier.ask("structures/v1/rechercher").status_code == 200


def test_an_error_may_hide_a_deposit_that_was_made(supplier: Supplier, control: Control, look: Control) -> None:
    supplier.ask("transverses/v1/health-check", method="GET")
    control("faults", kind="status", status=503, executed=True, path="/deposer/flux")

    failed = supplier.ask("factures/v1/deposer/flux", b"{}")
    control("faults", kind="status", status=503, executed=True, path="/deposer/flux")
    with pytest.raises(AssertionError):
        supplier.deposit()

    assert failed.status_code == 503
    assert len(look("chorus/deposits")["deposits"]) == 1


def test_a_token_is_refused_as_piste_refuses_it(supplier: Supplier, control: Control) -> None:
    control("faults", kind="status", status=400, path="/chorus/api/oauth/token")

    refused = supplier.ask_token()

    assert (refused.status_code, refused.json()["error"]) == (400, "invalid_client")
    assert supplier.ask_token().status_code == 200


def test_garbage_slowness_and_half_an_answer(supplier: Supplier, control: Control) -> None:
    supplier.ask("transverses/v1/health-check", method="GET")
    control("faults", kind="garbage", path="/chorus/cpro/")
    garbage = supplier.ask("structures/v1/rechercher")
    control("faults", kind="slow", seconds=0.1, path="/chorus/cpro/")
    slow = supplier.ask("structures/v1/rechercher")
    control("faults", kind="truncate", path="/chorus/cpro/")

    assert (garbage.status_code, garbage.text[:6]) == (200, "<html>")
    assert slow.elapsed.total_seconds() >= 0.1
    with pytest.raises(requests.RequestException):
        supplier.ask("structures/v1/rechercher")


def test_deposits_invoices_and_calls_are_told(supplier: Supplier, look: Control, at_once: None) -> None:
    supplier.deposit()
    supplier.deposit(engagement="")

    deposits = look("chorus/deposits")["deposits"]
    (invoice,) = look("chorus/invoices")["invoices"]
    calls = look("chorus/calls")["calls"]

    assert [(each["number"], each["state"]) for each in deposits] == [
        ("FA2026-000001", "IN_INTEGRE"),
        ("FA2026-000001", "IN_REJETE"),
    ]
    assert deposits[0]["sha256"] == sha256(facturx()).hexdigest()
    assert (invoice["number"], invoice["status"], invoice["total"]) == ("FA2026-000001", "MISE_A_DISPOSITION", "120.00")
    assert [(call["path"].rpartition("/")[2], call["status"], call["code"]) for call in calls] == [
        ("token", 200, None),
        ("flux", 200, 0),
        ("flux", 200, 0),
    ]


def test_a_reset_of_everything_forgets_invoices_and_heals(supplier: Supplier, control: Control, look: Control) -> None:
    control("chorus/pace", seconds=0)
    control("chorus/lie", kind="extra_fields")
    control("chorus/structures/21690123100011/close")
    supplier.deposit()
    control("reset", everything=True)
    supplier.token = ""

    healthy = look("chorus/state")
    assert (healthy["pace"], healthy["lie"], healthy["fates"], healthy["unsubscribed"]) == (1.0, "", {}, [])
    assert look("chorus/deposits")["deposits"] == []
    assert supplier.search() == []


@pytest.mark.parametrize(
    ("path", "options"),
    [
        ("fates/next", {"kind": "explosion"}),
        ("flows/CPP1", {}),
        ("status", {"number": "F0", "status": "MANDATEE"}),
        ("structures/21690123100011", {"colour": "red"}),
        ("structures/00000000000000/services", {"code": "A"}),
        ("structures/00000000000000/engagements", {"number": "A"}),
        ("pace", {"seconds": -1}),
    ],
)
def test_a_control_that_makes_no_sense_is_refused(control: Control, path: str, options: Json) -> None:
    assert control(f"chorus/{path}", **options)["http_status"] == 400
