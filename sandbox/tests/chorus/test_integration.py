"""What is refused at integration: each check, with its words."""

from __future__ import annotations

import pytest

from sandbox.chorus import seeds
from sandbox.chorus.checks import LONGEST_TEXT
from sandbox.tests.chorus.conftest import Supplier, message
from sandbox.tests.chorus.paper import FIELDS, facturx, pdf, xml
from sandbox.tests.conftest import Control, Json

CREDIT = {"type": "381", "means": "", "number": "AV2026-000001"}
MANDATORY_MEANS = (
    "L'element FichierXml.SupplyChainTradeTransaction.ApplicableHeaderTradeSettlement"
    ".SpecifiedTradeSettlementPaymentMeans.TypeCode.value est obligatoire."
)
TOO_LONG = (
    "Le champ identifiant de la facture (FichierXml.ExchangedDocument.ID.value) ne doit pas depasser 20 caracteres"
)


@pytest.fixture(autouse=True)
def quick(at_once: None) -> None:
    """No test here waits for the clock."""


def refused(supplier: Supplier, **changes: str) -> str:
    """The words with which the deposit of that invoice is refused."""
    report = supplier.report(supplier.deposit(**changes))
    assert report["etatCourantDepotFlux"] == "IN_REJETE"
    assert report["listeErreurTechnique"] == []
    (error,) = report["listeErreurDP"]
    said = FIELDS | changes
    assert (error["numeroDP"], error["identifiantFournisseur"]) == (said["number"], said["seller"])
    assert error["identifiantDestinataire"] == said["buyer"]
    assert supplier.search() == []
    return str(error["libelleErreurDP"])


def technical(report: Json) -> Json:
    assert (report["etatCourantDepotFlux"], report["listeErreurDP"]) == ("IN_REJETE", [])
    (error,) = report["listeErreurTechnique"]
    assert error["natureErreur"] == "IRRECEVABILITE"
    found: Json = error
    return found


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"number": "F" * 21}, TOO_LONG),
        ({"number": "FA2026#1"}, "caracteres interdits"),
        ({"frame": "S1"}, "BusinessProcessSpecifiedDocumentContextParameter.ID.value (S1)"),
        ({"frame": "A26"}, "n'est pas un cadre de facturation"),
        ({"means": ""}, MANDATORY_MEANS),
        ({"seller": "99999999899999"}, "L'identifiant fournisseur de la demande de paiement (balise : "),
        ({"seller": "999999998"}, "n'est pas reference dans notre systeme."),
        ({"buyer": "216901231"}, "L'identifiant destinataire de la demande de paiement (balise : "),
        ({"seller": seeds.PRIVATE}, "n'est pas rattache au compte du deposant"),
        ({"buyer": seeds.CLOSED}, "n'est pas active"),
        ({"buyer": seeds.PRIVATE}, "n'est pas publique"),
        ({"service": ""}, "Le code service est obligatoire"),
        ({"service": "NULLE-PART"}, "Le code service NULLE-PART n'existe pas"),
        ({"service": "ECOLES"}, "Le code service ECOLES n'est pas actif"),
        ({"buyer": seeds.PUBLIC_ONLY, "service": "FACTURES_PUBLIQUES"}, "reserve aux factures entre structures"),
        ({"engagement": ""}, "Le numero d'engagement (bon de commande) est obligatoire"),
        ({"buyer": seeds.EITHER, "service": "", "engagement": ""}, "Le code service ou le numero d'engagement"),
        (
            {"buyer": seeds.ENGAGED_SERVICE, "service": "MARCHES", "engagement": ""},
            "d'engagement (bon de commande) est",
        ),
        ({"engagement": "E" * 51}, "ne doit pas depasser 50 caracteres"),
        ({"market": "M" * 51}, "Le numero de marche ne doit pas depasser 50 caracteres"),
        ({"service": "S" * 101}, "Le code service executant ne doit pas depasser 100 caracteres"),
        ({"vat": "19.00"}, "Les montants totaux de la demande de paiement sont incoherents"),
        ({"due": "119.00"}, "incoherents"),
        ({"total": "121.00", "due": "121.00"}, "incoherents"),
        ({**CREDIT, "original": ""}, "Le numero de la facture d'origine est obligatoire"),
        ({"net": "-100.00", "vat": "-20.00", "total": "-120.00", "due": "-120.00"}, "negatifs"),
        ({"frame": "A2", "prepaid": "100.00", "due": "20.00"}, "facture deja payee (A2) doit etre nul"),
    ],
)
def test_an_invoice_that_breaks_a_rule_is_refused_with_its_words(
    supplier: Supplier, changes: dict[str, str], words: str
) -> None:
    said = refused(supplier, **changes)

    assert words in said
    assert len(said) <= LONGEST_TEXT
    assert said.startswith(("[SIM] ", "L'", TOO_LONG))


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"frame": ""},
        {"frame": "A2", "prepaid": "120.00", "due": "0.00", "means": "97"},
        {**CREDIT, "original": "FA2026-000001"},
        {"seller": seeds.OURS, "buyer": "12345678200051", "service": "", "engagement": ""},
        {"buyer": "12345678200036", "service": ""},
        {"buyer": "12345678200028", "service": "SERVICE_DEST_SERV_OBL", "engagement": ""},
        {"buyer": "12345678200044", "service": "SERVICE_DEST_SERV_OBL"},
        {"buyer": seeds.STATE, "service": "SFACETAT"},
        {"buyer": seeds.EITHER, "service": "EAU", "engagement": ""},
        {"buyer": seeds.EITHER, "service": ""},
        {"buyer": seeds.ENGAGED_SERVICE, "service": "CULTURE", "engagement": ""},
        {"buyer": seeds.HOSPITAL, "service": "DSI", "engagement": ""},
        {"number": "F 2026+1_/-", "market": "M" * 50, "engagement": "E" * 50},
    ],
)
def test_an_invoice_that_breaks_none_is_integrated(supplier: Supplier, changes: dict[str, str]) -> None:
    report = supplier.report(supplier.deposit(**changes))

    assert report["etatCourantDepotFlux"] == "IN_INTEGRE", report
    assert supplier.find((FIELDS | changes)["number"])["statut"] == "MISE_A_DISPOSITION"


def test_the_same_number_of_the_same_supplier_is_integrated_once(supplier: Supplier) -> None:
    first = supplier.deposit()

    again = supplier.report(supplier.deposit(net="50.00", vat="10.00", total="60.00", due="60.00"))
    other = supplier.report(supplier.deposit(seller=seeds.OURS))

    assert "Doublon" in again["listeErreurDP"][0]["libelleErreurDP"]
    assert other["etatCourantDepotFlux"] == "IN_INTEGRE"
    assert supplier.report(first)["etatCourantDepotFlux"] == "IN_INTEGRE"
    assert len(supplier.search(numeroFacture="FA2026-000001")) == 2


def test_two_deposits_of_one_invoice_at_the_same_time_integrate_once(supplier: Supplier, control: Control) -> None:
    control("chorus/pace", seconds=1)
    both = [supplier.deposit(), supplier.deposit()]
    control("clock", advance=60)

    assert [supplier.report(one)["etatCourantDepotFlux"] for one in both] == ["IN_INTEGRE", "IN_REJETE"]
    assert supplier.find()["numeroFluxDepot"] == both[0]["numeroFluxDepot"]


def test_what_was_rejected_may_be_mended_and_sent_again_under_its_number(supplier: Supplier) -> None:
    refused(supplier, engagement="")

    assert supplier.report(supplier.deposit())["etatCourantDepotFlux"] == "IN_INTEGRE"


def test_several_faults_are_joined_and_cut(supplier: Supplier) -> None:
    said = refused(supplier, number="F" * 21, means="", service="", engagement="")

    assert said.startswith(f"{TOO_LONG}|L'element FichierXml")
    assert len(said) == LONGEST_TEXT


@pytest.mark.parametrize(
    "content",
    [
        b"not a PDF",
        pdf(),
        pdf(xml(), name="invoice.xml"),
        pdf(b"<not xml"),
        pdf(b"<Order/>"),
        pdf(b'<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>'),
        pdf(xml(level="urn:nobody:knows")),
    ],
)
def test_a_file_without_a_readable_invoice_is_not_receivable(supplier: Supplier, content: bytes) -> None:
    error = technical(supplier.report(supplier.send(content)))

    assert error["libelleErreur"].startswith("IRRECEVABILITE: [SIM] ")


def test_another_syntax_does_not_match_the_file(supplier: Supplier) -> None:
    technical(supplier.report(supplier.send(facturx(), syntax="IN_DP_E1_CII_16B")))


def test_what_the_schema_does_not_allow_is_told_with_its_place(supplier: Supplier) -> None:
    error = technical(supplier.report(supplier.deposit(net="12,00")))

    assert error["codeErreur"] == "ERR_XSD_001"
    assert "'12,00'" in error["libelleErreur"]
    assert "- ligne: 1 - position: " in error["libelleErreur"]


@pytest.mark.parametrize(
    ("level", "schema"),
    [
        ("urn:cen.eu:en16931:2017#conformant#urn:factur-x.eu:1p0:extended", "EXTENDED"),
        ("urn:cen.eu:en16931:2017#compliant#urn:factur-x.eu:1p0:basic", "BASIC"),
    ],
)
def test_each_level_has_its_schema(supplier: Supplier, level: str, schema: str) -> None:
    assert supplier.report(supplier.deposit(level=level))["etatCourantDepotFlux"] == "IN_INTEGRE", schema


def test_a_level_that_has_no_lines_refuses_lines(supplier: Supplier) -> None:
    error = technical(supplier.report(supplier.deposit(level="urn:factur-x.eu:1p0:minimum")))

    assert "IncludedSupplyChainTradeLineItem" in error["libelleErreur"]


def test_a_file_larger_than_ten_megabytes_is_refused_at_once(supplier: Supplier, look: Control) -> None:
    file = facturx()
    largest = file + b"\0" * (10_000_000 - len(file))

    assert supplier.send(largest)["codeRetour"] == 0
    refusal = supplier.send(largest + b"\0")

    assert (refusal["codeRetour"], message(refusal)) == (20001, "GDP_MSG_11.022")
    assert len(look("chorus/deposits")["deposits"]) == 1
