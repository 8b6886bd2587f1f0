"""Each row of the VAT table as a document: what is frozen, what the books say, and what the validators accept."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from accounts.models import CustomerKind
from accounts.services import check_vat_number, create_customer, set_seller, update_profile
from invoices.facturx import channel_of, facturx_xml, preflight, schemas
from invoices.parties import Buyer
from invoices.tests.making import HOSTING, issued
from invoices.tests.test_vat import GERMAN, Register
from tests.support.cast import NOON

if TYPE_CHECKING:
    from accounts.models import Customer
    from invoices.models import Invoice

pytestmark = pytest.mark.django_db


def somebody(country: str, postcode: str, number: str, *, kind: CustomerKind, siren: str = "") -> Customer:
    return create_customer(
        kind=kind,
        name="Anna Rossi",
        email="anna@example.org",
        at=NOON,
        address_line1="1 Main Street",
        postcode=postcode,
        city="Town",
        country=country,
        vat_number=number,
        siren=siren,
    )


def found_wrong(invoice: Invoice) -> list[str]:
    """What the pre-flight, the schema and the schematrons say against it."""
    xml = facturx_xml(invoice, list(invoice.lines.order_by("position")), list(invoice.vat.all()))
    channel = channel_of(Buyer.thawed(invoice.buyer))
    return [f"{each.rule}: {each.detail}" for each in (*preflight(xml, channel), *schemas.check(xml, channel))]


@pytest.mark.parametrize(
    "row",
    [
        ("MC", "98000", "", CustomerKind.PERSON, "TAXED", "S"),
        ("FR", "97410", "", CustomerKind.COMPANY, "TAXED_OVERSEAS", "S"),
        ("FR", "97300", "", CustomerKind.COMPANY, "OVERSEAS_EXEMPT", "E"),
        ("NC", "98800", "", CustomerKind.PERSON, "OUTSIDE_CONSUMER", "G"),
        ("DE", "10999", GERMAN, CustomerKind.COMPANY, "REVERSE_CHARGE", "AE"),
        ("DE", "10999", GERMAN, CustomerKind.PUBLIC, "REVERSE_CHARGE", "AE"),
        ("IT", "00185", "", CustomerKind.PERSON, "OSS", "S"),
        ("FI", "00100", "", CustomerKind.COMPANY, "OSS", "S"),
        ("US", "10001", "US123456789", CustomerKind.COMPANY, "OUTSIDE_BUSINESS", "G"),
        ("CH", "8001", "", CustomerKind.PERSON, "OUTSIDE_CONSUMER", "G"),
        ("ES", "35001", "", CustomerKind.PERSON, "OUTSIDE_CONSUMER", "G"),
    ],
)
def test_each_row_makes_a_document_that_validators_accept(row: tuple[str, str, str, CustomerKind, str, str]) -> None:
    country, postcode, number, kind, treatment, category = row
    set_seller({"oss": "true", "vat_on_debits": str(treatment != "OSS")}, at=NOON)
    buyer = somebody(country, postcode, number, kind=kind)
    if number == GERMAN:
        check_vat_number(buyer.pk, gateway=Register(), at=NOON)

    invoice = issued(buyer, HOSTING)

    [vat] = invoice.vat.all()
    assert (vat.treatment, vat.category) == (treatment, category)
    assert found_wrong(invoice) == []


def test_a_small_seller_and_the_english_mention_are_accepted_too() -> None:
    buyer = somebody("FR", "44000", "", kind=CustomerKind.COMPANY, siren="732829320")
    set_seller({"vat_franchise": "true"}, at=NOON)
    update_profile(buyer, name="Northlight", language="en", at=NOON)

    invoice = issued(buyer)

    assert invoice.vat.get().mention.startswith("TVA non applicable, art. 293 B du CGI")
    assert found_wrong(invoice) == []
