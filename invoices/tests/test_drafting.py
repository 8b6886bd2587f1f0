from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest

from invoices import services
from invoices.models import Invoice
from invoices.services import BadLine, BadReference, NewLine, NothingToBill, VatNotDecided, read_line
from invoices.tests.making import HOSTING, MAILBOXES
from tests.support.cast import NOON

if TYPE_CHECKING:
    from accounts.models import Customer
    from tests.support.cast import Cast

pytestmark = pytest.mark.django_db


def test_a_draft_has_amounts_but_no_number(customer: Customer) -> None:
    draft = services.draft(customer, [HOSTING, MAILBOXES], at=NOON)

    assert (draft.net_cents, draft.vat_cents, draft.total_cents) == (7740, 1548, 9288)
    assert (draft.number, draft.issue_date, draft.content_hash) == (None, None, "")
    assert [line.position for line in draft.lines.order_by("position")] == [1, 2]


def test_the_references_of_the_customer_are_taken_unless_others_are_given(cast: Cast) -> None:
    own = services.draft(cast.town_hall, [HOSTING], at=NOON)
    other = services.draft(cast.town_hall, [HOSTING], at=NOON, service_code="", engagement_number="EJ-2026-00421")

    assert (own.service_code, own.engagement_number) == ("FACT-01", "")
    assert (other.service_code, other.engagement_number) == ("", "EJ-2026-00421")


@pytest.mark.parametrize(
    ("typed", "line"),
    [
        ("Hébergement;1;39.00;20", NewLine("Hébergement", Decimal(1), Decimal("39.00"), Decimal(20))),
        ("Pro ; 50 Go ;2; 1 234,56 ;20,00", NewLine("Pro ; 50 Go", Decimal(2), Decimal("1234.56"), Decimal(20))),
        ("Remise;−1;5;20 %", NewLine("Remise", Decimal(-1), Decimal(5), Decimal(20))),
        ("Trafic;0,1250;0,000042;", NewLine("Trafic", Decimal("0.1250"), Decimal("0.000042"), None)),
    ],
)
def test_a_line_is_read_as_people_type_it(typed: str, line: NewLine) -> None:
    assert read_line(typed) == line


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "Hébergement",
        "Hébergement;1;39",
        "x;un;39;20",
        "x;1;NaN;20",
        "x;1;1e3;20",
        "x;1;inf;20",
        "x;\uff10\uff15;39;20",  # full-width digits
        "x;1;-39;20",
        "x;1.00001;39;20",
        "x;1;0.0000001;20",
        "x;1;12345678901234567890;20",
        "x;1;1.000,00;20",
        "x;1;39;abc",
        "x;;39;20",
    ],
)
def test_a_line_that_cannot_be_read_is_refused(typed: str) -> None:
    with pytest.raises(BadLine):
        read_line(typed)


@pytest.mark.parametrize(
    "wrong",
    [
        {"label": "  \x00 "},
        {"label": "x" * 301},
        {"quantity": Decimal(0)},
        {"unit_price": Decimal(0)},
        {"unit_price": Decimal(-1)},
        {"quantity": Decimal("0.00001")},
        {"quantity": Decimal("NaN")},
        {"unit_price": Decimal("Infinity")},
        {"unit_price": Decimal("1E+9")},
        {"quantity": Decimal(99_999_999), "unit_price": Decimal(99_999_999)},
        {"period_start": date(2026, 11, 1)},
        {"period_start": date(2026, 11, 2), "period_end": date(2026, 11, 1)},
    ],
)
def test_a_line_that_cannot_be_billed_is_refused_and_nothing_is_written(
    customer: Customer, wrong: dict[str, Any]
) -> None:
    with pytest.raises(BadLine):
        services.draft(customer, [HOSTING, replace(HOSTING, **wrong)], at=NOON)

    assert not Invoice.objects.exists()


def test_an_invoice_has_at_least_one_line(customer: Customer) -> None:
    with pytest.raises(BadLine):
        services.draft(customer, [], at=NOON)


@pytest.mark.parametrize("quantity", ["-1", "-2"])
def test_a_discount_as_large_as_the_rest_bills_nothing(customer: Customer, quantity: str) -> None:
    with pytest.raises(NothingToBill):
        services.draft(customer, [HOSTING, replace(HOSTING, quantity=Decimal(quantity))], at=NOON)


def test_labels_are_kept_on_one_line_and_cannot_turn_text_around(customer: Customer) -> None:
    draft = services.draft(customer, [replace(HOSTING, label="a\u202eb\nc\ud800 {{7*7}} <b>")], at=NOON)

    assert draft.lines.get().label == "ab c {{7*7}} <b>"


def test_a_reference_longer_than_its_column_is_refused(customer: Customer) -> None:
    with pytest.raises(BadReference):
        services.draft(customer, [HOSTING], at=NOON, engagement_number="E" * 51)


def test_a_buyer_whose_vat_is_not_decided_gets_no_draft(customer: Customer) -> None:
    customer.country, customer.postcode = "FR", "974"

    with pytest.raises(VatNotDecided):
        services.draft(customer, [HOSTING], at=NOON)

    assert not Invoice.objects.exists()
