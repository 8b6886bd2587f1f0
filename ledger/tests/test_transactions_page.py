"""The transactions page: what a customer reads, filters, follows and downloads."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from core.money import Money
from ledger.selectors import StatementQuery, iter_statement, statement, statement_page, statement_years
from ledger.services import Origin
from ledger.tests.desk import Desk

if TYPE_CHECKING:
    from django.test import Client

    from tests.support.cast import Cast

pytestmark = pytest.mark.django_db
PAGE = "/transactions/"
ASKED: dict[str, str | int] = {"kind": "payments", "year": 2026, "q": "Wording"}


@pytest.fixture
def desk(cast: Cast) -> Desk:
    return Desk(cast.individual)


@pytest.fixture
def signed_in(client: Client, cast: Cast) -> Client:
    client.force_login(cast.claire)
    return client


def text(client: Client, address: str = PAGE, **asked: str | int) -> str:
    response = client.get(address, asked)
    assert response.status_code == 200
    return response.content.decode()


def test_each_movement_has_its_date_words_amount_and_the_balance_after(signed_in: Client, desk: Desk) -> None:
    desk.receive("L1", 100)
    desk.invoice("FA1", 50, ("445711", 10))

    page = text(signed_in)

    assert 'value="100.00"' in page
    assert 'value="-60.00"' in page
    assert "Facture FA1" in page
    assert page.index("Facture FA1") < page.index("Alimentation du compte")
    assert 'value="40.00"' in page


def test_an_account_without_movement_says_so(signed_in: Client) -> None:
    page = text(signed_in)

    assert "Aucune transaction pour le moment" in page
    assert "<table" not in page


def test_settlement_is_not_a_line(signed_in: Client, desk: Desk) -> None:
    desk.receive("L1", 100)
    desk.invoice("FA1", 50, ("445711", 10))

    assert len(statement_page(desk.customer.pk).rows) == 2


def test_the_kind_filter_keeps_one_kind(signed_in: Client, desk: Desk) -> None:
    desk.receive("L1", 100)
    desk.invoice("FA1", 50, ("445711", 10))

    page = text(signed_in, kind="payments")

    assert "Wording L1" in page
    assert "Facture FA1" not in page


def test_the_year_filter_keeps_one_year(signed_in: Client, desk: Desk) -> None:
    desk.receive("L1", 100, effective_on=date(2025, 12, 31))
    desk.receive("L2", 50, effective_on=date(2026, 1, 1))
    desk.receive("L3", 25, effective_on=date(2025, 12, 30))

    assert statement_years(desk.customer.pk) == [2026, 2025]
    page = text(signed_in, year=2025)
    assert ("Wording L1" in page, "Wording L2" in page, "Wording L3" in page) == (True, False, True)


def test_the_search_finds_words_of_the_wording_and_document_numbers(signed_in: Client, desk: Desk) -> None:
    desk.receive("L1", 100)
    desk.invoice("FA1", 50, ("445711", 10))

    assert "Wording L1" in text(signed_in, q="wording")
    assert "Facture FA1" in text(signed_in, q="fa1")
    assert "Aucune transaction ne correspond" in text(signed_in, q="FA2")


@pytest.mark.parametrize("typed", ["50%", "a_b", "back\\slash", "it's", "FACTURE wording", "wording  FA"])
def test_a_search_takes_every_sign_as_it_is(desk: Desk, typed: str) -> None:
    for label in ("50% off", "505 off", "a_b", "axb", "back\\slash", "it's"):
        desk.receive(label, 1)

    found = statement_page(desk.customer.pk, query=StatementQuery(search=typed)).rows

    assert [row.piece_ref for row in found] == [
        label for label in ("it's", "back\\slash", "a_b", "50% off") if typed.casefold() in label
    ]


def test_pages_follow_each_other_in_both_directions_without_gap_or_repeat(desk: Desk) -> None:
    for serial in range(1, 26):
        desk.receive(f"L{serial}", serial)

    first = statement_page(desk.customer.pk, size=10)
    second = statement_page(desk.customer.pk, query=StatementQuery(before=first.older), size=10)
    third = statement_page(desk.customer.pk, query=StatementQuery(before=second.older), size=10)
    back = statement_page(desk.customer.pk, query=StatementQuery(after=third.newer), size=10)
    top = statement_page(desk.customer.pk, query=StatementQuery(after=back.newer), size=10)

    assert [row.version for page in (first, second, third) for row in page.rows] == list(range(25, 0, -1))
    assert (first.newer, third.older, top.newer) == (None, None, None)
    assert (back.rows, top.rows) == (second.rows, first.rows)


def test_several_kinds_are_merged_in_order(desk: Desk) -> None:
    for serial in range(1, 8):
        desk.receive(f"L{serial}", 1)
        desk.invoice(f"FA{serial}", 1)
        desk.transfer(f"T{serial}", 1)

    query = StatementQuery(kinds=("INVOICE", "TRANSFER"))
    first = statement_page(desk.customer.pk, query=query, size=5)
    rest = list(iter_statement(desk.customer.pk, StatementQuery(kinds=query.kinds, before=first.older)))

    versions = [row.version for row in [*first.rows, *rest]]
    assert versions == sorted(versions, reverse=True)
    assert len(versions) == 14


def test_a_search_that_stops_early_offers_to_look_further_back(
    signed_in: Client, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk.receive("needle", 1)
    for serial in range(1, 6):
        desk.receive(f"L{serial}", 1)
    monkeypatch.setattr(statement, "SEARCHED", 3)

    page = statement_page(desk.customer.pk, query=StatementQuery(search="needle"))
    assert (page.rows, page.older) == ([], 4)
    further = statement_page(desk.customer.pk, query=StatementQuery(search="needle", before=page.older))
    assert [row.label for row in further.rows] == ["Wording needle"]
    assert "Rien trouvé jusqu’ici" in text(signed_in, q="needle")


@pytest.mark.parametrize(
    "asked", [{"before": "x"}, {"before": "9" * 40}, {"year": "1800"}, {"kind": "'"}, {"after": "-1"}, {"q": "%'\x00_"}]
)
def test_a_filter_that_cannot_be_read_is_left_aside(signed_in: Client, desk: Desk, asked: dict[str, str]) -> None:
    desk.receive("L1", 100)

    assert signed_in.get(PAGE, asked).status_code == 200
    assert b"".join(signed_in.get(reverse("ledger:transactions_csv"), asked)).startswith(b"\xef\xbb\xbf")


def test_the_export_has_every_line_of_the_filters(signed_in: Client, desk: Desk) -> None:
    desk.receive("L1", "1234.56")
    desk.invoice("FA1", 50, ("445711", 10))

    response = signed_in.get(reverse("ledger:transactions_csv"), {"year": 2026})

    number = desk.customer.reference.compact
    assert response.headers["Content-Disposition"] == f'attachment; filename="transactions-{number}-2026.csv"'
    assert b"".join(response).decode() == (
        "\ufeffDate;Type;Libellé;Pièce;Débit;Crédit;Solde après\r\n"
        "2026-11-30;Facture;Facture FA1;FA1;60,00;;1174,56\r\n"
        "2026-11-30;Alimentation du compte;Wording L1;L1;;1234,56;1234,56\r\n"
    )


@pytest.mark.parametrize("wording", ["=1+1", "+1", "-1", "@SUM(A1)", "\tx", "\rx"])
def test_the_export_never_carries_a_formula(signed_in: Client, desk: Desk, wording: str) -> None:
    desk.receive(wording, 1)

    export = b"".join(signed_in.get(reverse("ledger:transactions_csv"))).decode()

    assert f"'{wording}" in export


def test_a_hostile_wording_is_text(signed_in: Client, desk: Desk) -> None:
    desk.receive("<script>alert(1)</script>", 1)

    assert "<script>alert" not in text(signed_in)


def test_the_page_costs_the_same_for_one_line_or_for_many(signed_in: Client, desk: Desk) -> None:
    desk.receive("L0", 1)
    with CaptureQueriesContext(connection) as few:
        signed_in.get(PAGE, ASKED)
    for serial in range(1, 60):
        desk.receive(f"L{serial}", 1)
    with CaptureQueriesContext(connection) as many:
        signed_in.get(PAGE, ASKED)

    assert len(few) == len(many) <= 10


def test_a_stranger_and_somebody_signed_out_do_not_see_it(client: Client, cast: Cast, desk: Desk) -> None:
    desk.receive("L1", 100)
    assert client.get(PAGE).status_code == 302

    client.force_login(cast.outsider)

    assert "Wording L1" not in text(client)
    assert b"L1" not in b"".join(client.get(reverse("ledger:transactions_csv")))


def test_the_accountant_may_read_and_download(client: Client, cast: Cast, desk: Desk) -> None:
    desk.receive("L1", 100)
    client.force_login(cast.accountant)

    assert "Wording L1" in text(client)
    assert client.get(reverse("ledger:transactions_csv")).status_code == 200


def test_the_balance_of_each_day_is_the_last_one(desk: Desk) -> None:
    from ledger.selectors import balance_series

    desk.receive("L1", 10, effective_on=date(2026, 10, 30))
    desk.receive("L2", 20, effective_on=date(2026, 11, 2))
    desk.receive("L3", 30, effective_on=date(2026, 11, 2))

    assert balance_series(desk.customer.pk, date(2026, 11, 1), date(2026, 11, 30)) == [
        (date(2026, 11, 1), Money(1000)),
        (date(2026, 11, 2), Money(6000)),
    ]


def test_money_of_another_kind_has_its_own_words(signed_in: Client, desk: Desk) -> None:
    desk.receive("K1", 10, origin=Origin.COMMISSION, account="467100")

    assert "Commission" in text(signed_in, kind="others")
