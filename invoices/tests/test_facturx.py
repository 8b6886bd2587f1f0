"""The electronic form of invoices: its words, its checks, the file it makes, and what happens when it is wrong."""

from __future__ import annotations

import io
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pikepdf
import pytest
from facturx import get_xml_from_pdf  # type: ignore[import-untyped]
from lxml import etree  # type: ignore[import-untyped]

from accounts.models import CustomerKind
from accounts.services import create_customer
from invoices import archive, pdf
from invoices.facturx import (
    Finding,
    Stage,
    advice,
    channel_of,
    facturx_xml,
    file_findings,
    preflight,
    problem,
    schemas,
)
from invoices.facturx.advice import WORDS
from invoices.facturx.rules import FILE_SIZE, RULES
from invoices.hybrid import NAMESPACE
from invoices.models import Invoice, Rendition
from invoices.parties import Buyer
from invoices.services import Request, TakenBack, issue_credit_note, render_invoice
from invoices.states import Channel
from invoices.tests.making import HOSTING, MAILBOXES, issued, pay
from tests.support.cast import NOON

if TYPE_CHECKING:
    from pytest_django import Settings

    from accounts.models import Customer
    from tests.support.cast import Cast

pytestmark = [pytest.mark.django_db, pytest.mark.once]
GOLDEN = Path(__file__).parent / "golden"


def xml_of(invoice: Invoice) -> bytes:
    fresh = Invoice.objects.get(pk=invoice.pk)
    return facturx_xml(fresh, list(fresh.lines.order_by("position")), list(fresh.vat.order_by("-rate", "category")))


def broken(invoice: Invoice, **changed: Any) -> dict[str, str]:
    """The rules that this invoice breaks, once some of its columns are changed."""
    lines, vat = list(invoice.lines.order_by("position")), list(invoice.vat.order_by("-rate", "category"))
    for name, value in changed.items():
        setattr(invoice, name, value)
    xml, channel = facturx_xml(invoice, lines, vat), channel_of(Buyer.thawed(invoice.buyer))
    return {finding.rule: finding.detail for finding in (*preflight(xml, channel), *schemas.check(xml, channel))}


def test_the_xml_of_an_invoice_is_the_one_kept(cast: Cast) -> None:
    """A platform, two lines with periods, partly paid. To look at a change: write the file again and read the diff."""
    pay(cast.company, 2000)
    monthly = replace(HOSTING, period_start=date(2026, 11, 1), period_end=date(2026, 11, 30))
    discount = replace(MAILBOXES, label="Remise de fidélité", quantity=Decimal(-1))

    root = etree.fromstring(xml_of(issued(cast.company, monthly, MAILBOXES, discount, engagement_number="CDE-7")))

    etree.indent(root, space=" ")
    kept = (GOLDEN / "factur-x.xml").read_text(encoding="utf-8")
    assert etree.tostring(root, xml_declaration=True, encoding="UTF-8").decode() == kept


@pytest.mark.parametrize("paid", [0, 1000, 100_000])
@pytest.mark.parametrize("who", ["individual", "company", "town_hall", "stranger"])
def test_everybody_of_the_cast_gets_a_valid_document(cast: Cast, who: str, paid: int) -> None:
    customer: Customer = getattr(cast, who)
    if paid:
        pay(customer, paid)

    made = render_invoice(issued(customer, HOSTING, MAILBOXES).pk, at=NOON)

    assert (made.validation.outcome, made.validation.findings) == ("VALID", [])
    assert made.validation.channel == {"company": "PLATFORM", "town_hall": "CHORUS"}.get(who, "EUROPEAN")


def test_chorus_pro_reads_sirets_and_the_buyers_references(cast: Cast, settings: Settings) -> None:
    invoice = issued(cast.town_hall, engagement_number="EJ-1", market_number="M-2")
    xml = xml_of(invoice).decode()

    assert "<ram:ID>A1</ram:ID>" in xml
    assert '<ram:ID schemeID="0002">21690123100011</ram:ID>' in xml
    assert '<ram:ID schemeID="0002">99999999800019</ram:ID>' in xml
    assert "<ram:BuyerReference>FACT-01</ram:BuyerReference>" in xml
    assert "<ram:URIUniversalCommunication>" not in xml
    for reference in ("EJ-1", "M-2"):
        assert f"<ram:IssuerAssignedID>{reference}</ram:IssuerAssignedID>" in xml
    settings.CHORUS_SIRET_SCHEME = "0009"
    assert '<ram:ID schemeID="0009">21690123100011</ram:ID>' in xml_of(invoice).decode()


def test_a_long_label_is_shortened_as_a_name_and_whole_as_a_description(cast: Cast) -> None:
    label = "Hébergement " + "é" * 280

    xml = xml_of(issued(cast.town_hall, replace(HOSTING, label=label))).decode()

    assert f"<ram:Name>{label[:98]}…</ram:Name>" in xml
    assert f"<ram:Description>{label}</ram:Description>" in xml


def test_what_xml_cannot_carry_is_left_out(cast: Cast) -> None:
    invoice = issued(cast.company, replace(HOSTING, label="Plan 🚀 <b>&amp;</b> عربي"))
    lines, vat = list(invoice.lines.all()), list(invoice.vat.all())
    lines[0].label += " a\x00\x0b\ufffe\ud800b"

    xml = facturx_xml(invoice, lines, vat)

    assert "Plan 🚀 &lt;b&gt;&amp;amp;&lt;/b&gt; عربي ab<" in xml.decode()
    assert schemas.check(xml, Channel.PLATFORM) == []


def test_one_file_holds_the_pdf_and_the_xml_as_the_norms_want_it(cast: Cast) -> None:
    invoice = issued(cast.company)

    made = render_invoice(invoice.pk, at=NOON)

    assert made.facturx is not None
    hybrid, xml = archive.read(made.facturx.sha256), archive.read(made.xml.sha256)
    assert get_xml_from_pdf(hybrid, check_xsd=True) == ("factur-x.xml", xml)
    with pikepdf.open(io.BytesIO(hybrid)) as document:
        root = document.Root
        [attached] = root.AF
        assert (str(attached.UF), str(attached.AFRelationship)) == ("factur-x.xml", "/Data")
        assert str(attached.EF.F.Subtype) == "/text/xml"
        assert str(attached.EF.F.Params.ModDate) == "D:20261130110000Z"
        assert [str(name) for name in root.Names.EmbeddedFiles.Names[::2]] == ["factur-x.xml"]
        assert [str(intent.S) for intent in root.OutputIntents] == ["/GTS_PDFA1"]
        assert "/ID" in document.trailer
        assert "/Encrypt" not in document.trailer
        assert root.MarkInfo.Marked
        assert "/StructTreeRoot" in root
        packet = root.Metadata.read_bytes()
        assert packet.count(b"<rdf:RDF") == packet.count(b"</rdf:RDF>") == 1
        with document.open_metadata() as metadata:
            assert metadata.pdfa_status == "3A"
            said = {name: metadata.get(f"{{{NAMESPACE}}}{name}") for name in ("DocumentType", "ConformanceLevel")}
            assert said == {"DocumentType": "INVOICE", "ConformanceLevel": "EN 16931"}
        fonts = [font for page in document.pages for font in page.Resources.Font.values()]
        descriptors = [each.FontDescriptor for font in fonts for each in font.DescendantFonts]
        assert all("/FontFile2" in d or "/FontFile3" in d for d in descriptors)
        assert document.check_pdf_syntax() == []


def test_both_files_come_out_of_one_drawing_and_always_the_same(cast: Cast) -> None:
    invoice = issued(cast.company)
    lines, vat = list(invoice.lines.all()), list(invoice.vat.all())
    xml = facturx_xml(invoice, lines, vat)

    plain, hybrid = pdf.invoice_pdf_and_facturx(invoice, lines, vat, xml)

    assert plain == pdf.invoice_pdf(invoice, lines, vat)
    assert (plain, hybrid) == pdf.invoice_pdf_and_facturx(invoice, lines, vat, xml_of(invoice))
    with pikepdf.open(io.BytesIO(plain)) as without, pikepdf.open(io.BytesIO(hybrid)) as document:
        assert len(without.attachments) == 0
        assert [p.Contents.read_bytes() for p in without.pages] == [p.Contents.read_bytes() for p in document.pages]


LONG, SIRET = "M" * 120, "21690123100011"


@pytest.mark.parametrize(
    ("who", "buyer", "seller", "rules"),
    [
        ("town_hall", {"name": LONG}, {}, {"CPP-BUYER-NAME": f"120 > 99: {LONG}"}),
        ("town_hall", {"siret": ""}, {}, {"CPP-BUYER-SIRET": "–"}),
        ("town_hall", {"city": "", "address_line1": "", "postcode": ""}, {}, {}),  # its SIRET leads to it
        ("company", {"city": "", "address_line1": ""}, {}, {"FX-BUYER-ADDRESS": "LineOne, CityName"}),
        ("town_hall", {}, {"siret": "999999998"}, {"CPP-SELLER-SIRET": "999999998 999999998"}),
        ("town_hall", {}, {"name": LONG}, {"CPP-SELLER-NAME": f"120 > 99: {LONG}"}),
        ("town_hall", {}, {"postcode": ""}, {"FX-SELLER-ADDRESS": "PostcodeCode"}),
        ("town_hall", {}, {"iban": "FR76 9999 9000"}, {"FX-BT-84": "FR76 9999 9000"}),
        ("company", {"postcode": ""}, {}, {"FX-BUYER-ADDRESS": "PostcodeCode"}),
        ("company", {"siret": SIRET}, {}, {"PA-BUYER-SIREN": f"732829320 {SIRET}"}),
    ],
)
def test_what_the_channel_refuses_is_found_before_anything_leaves(
    cast: Cast, who: str, buyer: dict[str, str], seller: dict[str, str], rules: dict[str, str]
) -> None:
    invoice = issued(getattr(cast, who))

    found = broken(invoice, buyer=invoice.buyer | buyer, seller=invoice.seller | seller)

    assert {rule: detail for rule, detail in found.items() if rule.startswith(("CPP", "FX", "PA", "FR"))} == rules


@pytest.mark.parametrize(
    ("changed", "rule"),
    [
        ({"number": "FA2026-000001-TOO-LONG"}, "FX-BT-1"),
        ({"engagement_number": "E" * 51}, "CPP-REFERENCES"),
        ({"service_code": "S" * 101}, "CPP-SERVICE"),
        ({"net_cents": -1}, "FX-SIGN"),
        ({"vat_cents": 781}, "BR-CO-14"),
    ],
)
def test_a_wrong_document_breaks_the_rule_that_names_it(cast: Cast, changed: dict[str, Any], rule: str) -> None:
    assert any(found.startswith(rule) for found in broken(issued(cast.town_hall), **changed))


def tampered(invoice: Invoice, old: str, new: str) -> set[str]:
    xml = xml_of(invoice).decode()
    assert old in xml
    changed = xml.replace(old, new).encode()
    return {finding.rule for finding in preflight(changed, channel_of(Buyer.thawed(invoice.buyer)))}


@pytest.mark.parametrize(
    ("old", "new", "rule"),
    [
        (">380<", ">386<", "FX-BT-3"),
        (">380<", ">381<", "FX-BT-25"),
        ("<ram:ID>A1</ram:ID>", "<ram:ID>A2</ram:ID>", "FX-BT-23"),
        ("<ram:ID>A1</ram:ID>", "<ram:ID>S1</ram:ID>", "FX-BT-23"),
        ("<ram:TypeCode>30</ram:TypeCode>", "", "FX-BT-81"),
        ("<ram:SubjectCode>PMT</ram:SubjectCode>", "<ram:SubjectCode>PMD</ram:SubjectCode>", "FR-NOTES"),
        ("OccurrenceDateTime", "Forgotten", "FX-BT-72"),
    ],
)
def test_the_preflight_reads_the_file_and_not_our_intentions(cast: Cast, old: str, new: str, rule: str) -> None:
    assert rule in tampered(issued(cast.town_hall), old, new)


def test_the_schema_stops_what_the_schematrons_need_not_see(cast: Cast) -> None:
    xml = xml_of(issued(cast.company)).replace(b"<ram:CategoryCode>S</ram:CategoryCode>", b"")

    assert {finding.stage for finding in schemas.check(xml, Channel.PLATFORM)} == {Stage.XSD}


def test_the_french_rules_are_those_of_the_platforms_only(cast: Cast) -> None:
    xml = xml_of(issued(cast.town_hall))

    assert schemas.check(xml, Channel.CHORUS) == []
    assert {"BR-FR-08_BT-23", "BR-FR-10_BT-30"} <= {f.rule for f in schemas.check(xml, Channel.PLATFORM)}


def test_a_file_too_large_for_chorus_pro_is_said_so() -> None:
    assert file_findings(10_000_000, Channel.CHORUS) == []
    assert [finding.rule for finding in file_findings(10_000_001, Channel.CHORUS)] == ["CPP-FILE-SIZE"]
    assert file_findings(10_000_001, Channel.PLATFORM) == []


@pytest.mark.parametrize(
    ("kind", "country", "siren", "siret", "channel"),
    [
        (CustomerKind.PUBLIC, "FR", "", "", Channel.CHORUS),
        (CustomerKind.PUBLIC, "DE", "", "", Channel.EUROPEAN),
        (CustomerKind.COMPANY, "FR", "732829320", "", Channel.PLATFORM),
        (CustomerKind.COMPANY, "FR", "", "", Channel.EUROPEAN),
        (CustomerKind.PERSON, "FR", "732829320", "", Channel.EUROPEAN),
    ],
)
def test_the_channel_follows_from_who_buys(kind: str, country: str, siren: str, siret: str, channel: Channel) -> None:
    known = {"kind": kind, "country": country, "siren": siren, "siret": siret, "number": "C104273"}

    assert channel_of(Buyer.thawed(known)) is channel


def test_a_draft_has_no_xml(cast: Cast) -> None:
    with pytest.raises(TypeError, match="not issued"):
        facturx_xml(Invoice(customer=cast.company), [], [])
    with pytest.raises(TypeError, match="not issued"):
        pdf.invoice_pdf_and_facturx(Invoice(customer=cast.company), [], [], b"")


def test_three_hundred_lines_are_still_checked(cast: Cast) -> None:
    lines = [replace(HOSTING, label=f"Serveur {n}", quantity=Decimal(n)) for n in range(1, 301)]

    assert broken(issued(cast.company, *lines)) == {}


def test_a_buyer_with_little_to_say_gets_a_document_too() -> None:
    customer = create_customer(kind=CustomerKind.COMPANY, name="X", email="x@example.org", at=NOON)

    made = render_invoice(issued(customer).pk, at=NOON)

    assert made.facturx == Rendition.objects.get(kind="FACTURX")


@pytest.mark.parametrize("who", ["individual", "company", "town_hall"])
def test_a_credit_note_names_what_it_takes_back_and_asks_for_nothing(cast: Cast, who: str) -> None:
    invoice = issued(getattr(cast, who), HOSTING, MAILBOXES)
    note = issue_credit_note(
        invoice, [TakenBack(1), TakenBack(2, quantity=Decimal(5))], Request("Erreur", "k"), at=NOON
    )

    made = render_invoice(note.pk, at=NOON)

    xml = archive.read(made.xml.sha256).decode()
    assert made.validation.findings == []
    assert made.facturx is not None
    assert "<ram:TypeCode>381</ram:TypeCode>" in xml
    assert (
        f"<ram:InvoiceReferencedDocument><ram:IssuerAssignedID>{invoice.number}</ram:IssuerAssignedID>"
        '<ram:FormattedIssueDateTime><qdt:DateTimeString format="102">20261130</qdt:DateTimeString>' in xml
    )
    assert "SpecifiedTradeSettlementPaymentMeans" not in xml
    assert "<ram:GrandTotalAmount>66.00</ram:GrandTotalAmount>" in xml


def test_each_rule_says_what_is_wrong_and_what_to_do() -> None:
    assert set(WORDS) == set(RULES) | {FILE_SIZE}
    for rule in WORDS:
        finding = Finding(Stage.PREFLIGHT, rule, "LineOne, 7")
        assert "rue, 7" in problem(finding)
        assert advice(finding)


def test_the_validators_speak_for_themselves() -> None:
    finding = Finding(Stage.EN16931, "BR-CO-14", "Invoice total VAT amount")

    assert problem(finding) == "Invoice total VAT amount"
    assert "développeurs" in advice(finding)
