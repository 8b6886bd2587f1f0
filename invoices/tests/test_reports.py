"""What finance declares and closes with: VAT by month, DES, OSS, deferred revenue, each against hand-made figures."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from accounts.models import PlaceKind, Seller
from accounts.services import check_vat_number, note_place, set_seller
from core.clock import at_noon
from core.money import Money
from core.sheets import Sheet
from invoices import checks, reports, services
from invoices.crediting import TakenBack
from invoices.reports import Period, Quarter
from invoices.services import NewLine, Request
from invoices.tests.making import issued, pay
from invoices.tests.test_vat import GERMAN, Register, customer_in
from ledger import services as books
from tests.support.cast import NOON

if TYPE_CHECKING:
    from accounts.models import Customer
    from tests.support.cast import Cast

pytestmark = pytest.mark.django_db
NOVEMBER, DECEMBER = Period.of(2026, 11), Period.of(2026, 12)
LATER = at_noon(date(2026, 12, 10))


def line(net: str, **more: object) -> NewLine:
    return NewLine("Hébergement", Decimal(1), Decimal(net), **more)  # type: ignore[arg-type]


def take_back(invoice: object, amount: str, key: str, at: datetime = LATER) -> None:
    part = [TakenBack(1, amount=Money.from_euros(Decimal(amount)))]
    services.issue_credit_note(invoice, part, Request("Geste", key), at=at)  # type: ignore[arg-type]


def table(sheet: Sheet) -> list[list[object]]:
    return [[cell.cents if isinstance(cell, Money) else cell for cell in row] for row in sheet.rows]


def encaissements() -> None:
    Seller.objects.update(vat_on_debits=False)


def german(oss: bool = False) -> Customer:
    company = customer_in("DE", number=GERMAN)
    check_vat_number(company.pk, gateway=Register(), at=NOON)
    return company


def italian() -> Customer:
    set_seller({"oss": "true"}, at=NOON)
    person = customer_in("IT")
    note_place(person, PlaceKind.BANK, "IT", source="card", at=NOON)
    return person


# --- VAT --------------------------------------------------------------------------------------------------------------
def test_vat_on_debits_is_due_by_the_document_and_taken_back_by_its_note(cast: Cast) -> None:
    first = issued(cast.individual, line("100"))
    issued(cast.company, line("50"))
    take_back(first, "10", "n")

    november, december = reports.vat_month(NOVEMBER), reports.vat_month(DECEMBER)

    [(key, found)] = november.lines.items()
    assert (key.on_debits, key.category, key.rate, key.account) == (True, "S", Decimal(20), "445711")
    assert (found.base, found.vat) == (Money(15_000), Money(3_000))
    [found] = december.lines.values()
    assert (found.base, found.base_back, found.vat_back) == (Money(0), Money(-1_000), Money(-200))
    assert [(check.account, check.booked) for check in december.checks] == [("445711", Money(-200))]
    assert november.agrees
    assert december.agrees


def test_vat_on_encaissements_is_due_by_the_money_and_returns_with_it(cast: Cast) -> None:
    encaissements()
    invoice = issued(cast.individual, line("33.33"))
    pay(cast.individual, 1_000, ref="pi_1")
    lot = pay(cast.individual, 1_500, ref="pi_2", at=LATER).lot_id
    books.reverse_money(
        lot, Money(1_500), clearing_account="517100",
        piece=books.Piece(books.Journal.CARD, "Impayé", "dp_1", date(2026, 12, 10), "back"), at=LATER,
    )  # fmt: skip

    november, december = reports.vat_month(NOVEMBER), reports.vat_month(DECEMBER)

    [(key, found)] = november.lines.items()
    assert (key.on_debits, key.rate, found.vat, found.base) == (False, Decimal(20), Money(167), Money(835))
    [found] = december.lines.values()
    assert (found.vat, found.vat_back) == (Money(250), Money(-250))
    assert invoice.vat_cents == 667
    assert november.agrees
    assert december.agrees
    assert [(check.released, check.documents) for check in november.checks] == [(Money(167), Money(0))]


def test_a_loss_is_shown_apart_and_an_entry_past_the_verbs_is_a_difference(cast: Cast) -> None:
    invoice = issued(cast.individual, line("100"))
    books.write_off(
        str(invoice.number), Money(12_000),
        legs=[books.DebitLeg("654000", Money(10_000)), books.DebitLeg("445711", Money(2_000))],
        piece=books.Piece(books.Journal.MISCELLANEOUS, "Perte", "P1", date(2026, 12, 10), "loss"), at=LATER,
    )  # fmt: skip
    sheets, agrees = reports.vat_report(DECEMBER)

    assert agrees
    [check] = table(sheets[1])
    assert check == ["2026-12", "445711", 0, 0, 0, 0, -2_000, -2_000, 0, "concorde"]
    assert table(sheets[2]) == [[date(2026, 12, 10), "445711", "P1", "Perte", -2_000]]

    books.post(
        [books.Posting(
            journal=books.Journal.SALES, kind=books.MovementKind.INVOICE, label="x", piece_ref="x",
            piece_date=date(2026, 12, 1), key="x",
            legs=(books.debit("471000", Money(1)), books.credit("445711", Money(1))),
        )],
        at=LATER,
    )  # fmt: skip
    sheets, agrees = reports.vat_report(DECEMBER)
    assert [check.detail for check in checks.documents() if check.name == "invoices.vat_is_booked"] == [
        "445711: -1 cents of documents are not booked"
    ]
    assert not agrees
    assert table(sheets[1])[0][-2:] == [1, "NE CONCORDE PAS"]


def test_sales_without_vat_are_in_the_summary_with_their_treatment(cast: Cast) -> None:
    issued(german(), line("200"))

    sheets, agrees = reports.vat_report(NOVEMBER)

    assert agrees
    [row] = table(sheets[0])
    assert row[3:8] == ["DE", "AE", Decimal(0), "", 20_000]


def test_a_year_is_summed_month_by_month(cast: Cast) -> None:
    issued(cast.individual, line("100"))
    issued(cast.individual, line("100"), at=LATER)

    sheets, agrees = reports.vat_report(Period.of(2026))

    assert agrees
    assert [row[0] for row in table(sheets[0])] == ["2026-11", "2026-12"]


# --- Returns ----------------------------------------------------------------------------------------------------------
def test_the_des_sums_each_customer_less_its_credit_notes_in_whole_euros(cast: Cast) -> None:
    company = german()
    invoice = issued(company, line("200.50"))
    issued(company, line("100"))
    issued(cast.company, line("999"))
    take_back(invoice, "0.30", "n", at=NOON)

    [found] = reports.des_lines(NOVEMBER)

    assert (found.vat_number, found.net, found.euros) == (GERMAN, Money(30_020), 300)
    assert table(reports.des_sheet(NOVEMBER)) == [[GERMAN, "Anna Rossi", 30_020, 300, ""]]
    xml = reports.des_xml(NOVEMBER, seller_vat_number="FR11999999998", declaration=7).decode()
    assert xml == (
        "<?xml version='1.0' encoding='utf-8'?>\n<fichier_des>\n  <declaration_des>\n    <num_des>000007</num_des>\n"
        "    <num_tvaFr>FR11999999998</num_tvaFr>\n    <mois_des>11</mois_des>\n    <an_des>2026</an_des>\n"
        "    <ligne_des>\n      <numlin_des>000001</numlin_des>\n      <valeur>300</valeur>\n"
        f"      <partner_des>{GERMAN}</partner_des>\n    </ligne_des>\n  </declaration_des>\n</fichier_des>\n"
    )


def test_a_des_of_credit_notes_is_negative_and_of_cents_is_nothing(cast: Cast) -> None:
    invoice = issued(german(), line("200"))
    take_back(invoice, "150", "n")

    assert reports.des_lines(DECEMBER)[0].euros == -150
    assert "corrige" in str(table(reports.des_sheet(DECEMBER)))
    take_back(invoice, "0.40", "m", at=at_noon(date(2027, 1, 5)))
    with pytest.raises(reports.ReturnRefused, match="rien à déclarer"):
        reports.des_xml(Period.of(2027, 1), seller_vat_number="FR11999999998", declaration=1)


@pytest.mark.parametrize(("number", "declaration"), [("DE1", 1), ("FR11999999998", 0), ("FR11999999998", 1_000_000)])
def test_a_des_that_the_customs_would_refuse_is_not_made(cast: Cast, number: str, declaration: int) -> None:
    issued(german(), line("200"))

    with pytest.raises(reports.ReturnRefused):
        reports.des_xml(NOVEMBER, seller_vat_number=number, declaration=declaration)


def test_the_oss_return_nets_its_own_quarter_and_corrects_earlier_ones_apart(cast: Cast) -> None:
    person = italian()
    invoice = issued(person, line("100"))
    take_back(invoice, "10", "n")
    issued(cast.individual, line("999"))
    take_back(invoice, "20", "m", at=at_noon(date(2027, 2, 1)))

    assert [(each.state, each.rate, each.base, each.vat) for each in reports.oss_lines(Quarter(2026, 4))] == [
        ("IT", Decimal(22), Money(9_000), Money(1_980))
    ]
    assert reports.oss_corrections(Quarter(2026, 4)) == []
    assert reports.oss_lines(Quarter(2027, 1)) == []
    assert [(str(each.quarter), each.state, each.vat) for each in reports.oss_corrections(Quarter(2027, 1))] == [
        ("2026-T4", "IT", Money(-440))
    ]
    supplies, corrections = reports.oss_sheets(Quarter(2027, 1))
    assert table(supplies) == [["Total", None, 0, 0]]
    assert table(corrections) == [["2026-T4", "IT", -440]]
    assert reports.vat_month(NOVEMBER).agrees


def test_quarters_end_where_they_must() -> None:
    assert [Quarter(2028, n).period for n in (1, 4)] == [
        Period(date(2028, 1, 1), date(2028, 3, 31)),
        Period(date(2028, 10, 1), date(2028, 12, 31)),
    ]
    assert Quarter.of(date(2026, 3, 31)) == Quarter(2026, 1)
    assert Quarter.of(date(2026, 4, 1)) == Quarter(2026, 2)


# --- Deferred revenue -------------------------------------------------------------------------------------------------
def test_revenue_is_deferred_by_days_and_its_credit_note_with_it(cast: Cast) -> None:
    year = {"period_start": date(2026, 7, 1), "period_end": date(2027, 6, 30)}
    invoice = issued(
        cast.individual,
        line("365", **year),
        line("20"),
        line("31", period_start=date(2026, 12, 1), period_end=date(2026, 12, 31)),
    )
    take_back(invoice, "73", "n")

    entry, detail = reports.deferred_sheets(date(2026, 12, 31))

    rows = table(detail)
    assert [(row[0], *row[7:]) for row in rows] == [
        (str(invoice.number), 36_500, 365, 181, "706100", 18_100),
        ("AV2026-000001", -7_300, 365, 181, "706100", -3_620),
    ]
    assert table(entry) == [["706100", 14_480, None], ["487000", None, 14_480]]


def test_nothing_is_deferred_of_what_is_not_issued_yet(cast: Cast) -> None:
    issued(cast.individual, line("365", period_start=date(2027, 1, 1), period_end=date(2027, 12, 31)), at=LATER)

    assert table(reports.deferred_sheets(date(2026, 12, 9))[0]) == [["487000", None, 0]]
    assert table(reports.deferred_sheets(date(2026, 12, 31))[0])[-1] == ["487000", None, 36_500]


@given(
    net=st.integers(-(10**9), 10**9),
    days=st.integers(1, 800),
    start=st.dates(date(2019, 1, 1), date(2030, 1, 1)),
    until=st.integers(-5, 805),
)
def test_earned_and_deferred_parts_sum_to_the_whole(net: int, days: int, start: date, until: int) -> None:
    end = date.fromordinal(start.toordinal() + days - 1)
    on = date.fromordinal(start.toordinal() + until)

    part, after, whole = reports.deferred_part(net, start=start, end=end, on=on)

    assert whole == days
    assert 0 <= after <= days
    assert abs(part) <= abs(net)
    assert (part == net) or after < days
    assert (part == 0) or after > 0
    leap = reports.deferred_part(366_00, start=date(2028, 1, 1), end=date(2028, 12, 31), on=date(2028, 2, 28))
    assert leap == (307_00, 307, 366)
