"""Account statements: opening + credits − debits = closing, to the cent; and who may make one."""

from __future__ import annotations

import io
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st
from pypdf import PdfReader

from core import clock
from core.clock import local_date
from core.money import Money
from invoices import selectors, services
from invoices.selectors import statements
from invoices.statement_pdf import statement_pdf
from invoices.tests.making import HOSTING, MAILBOXES, issued, pay
from ledger import selectors as ledger
from ledger.selectors import Movement
from tests.support.cast import NOON

if TYPE_CHECKING:
    from django.test import Client

    from accounts.models import Customer
    from tests.support.cast import Cast

pytestmark = pytest.mark.django_db
DAY = local_date(NOON)


def on(days: int) -> Any:
    return NOON + timedelta(days=days)


def words_of(content: bytes) -> str:
    text = " ".join(page.extract_text() for page in PdfReader(io.BytesIO(content)).pages)
    return " ".join(text.replace("\xa0", " ").replace("\u202f", " ").split())


@pytest.fixture
def history(customer: Customer) -> Customer:
    """100 in, 46.80 out, 5 days later 46.08 out, 10 days later 20 in."""
    pay(customer, 10_000, ref="pi_1")
    issued(customer)
    issued(customer, MAILBOXES, at=on(5))
    pay(customer, 2_000, ref="pi_2", at=on(10))
    return customer


def test_the_whole_life_begins_at_zero_and_ends_at_the_balance(history: Customer) -> None:
    statement = selectors.account_statement(history, DAY - timedelta(days=400), DAY + timedelta(days=400))

    assert (statement.opening, statement.credits, statement.debits) == (Money(0), Money(12_000), Money(9_288))
    assert statement.closing == ledger.get_balance(history.pk).balance == Money(2_712)
    assert [line.balance.cents for line in statement.lines] == [10_000, 5_320, 712, 2_712]


@pytest.mark.parametrize(
    ("days", "told"),
    [
        ((0, 0), (0, 2, 5_320)),
        ((1, 4), (5_320, 0, 5_320)),
        ((5, 9), (5_320, 1, 712)),
        ((5, 10), (5_320, 2, 2_712)),
        ((11, 12), (2_712, 0, 2_712)),
    ],
)
def test_a_period_holds_its_own_days_and_no_other(
    history: Customer, days: tuple[int, int], told: tuple[int, int, int]
) -> None:
    statement = selectors.account_statement(history, *(local_date(on(day)) for day in days))

    assert (statement.opening.cents, len(statement.lines), statement.closing.cents) == told


def test_an_account_without_movements_has_an_empty_statement(customer: Customer) -> None:
    statement = selectors.account_statement(customer, DAY, DAY)

    assert (statement.opening, statement.lines, statement.closing) == (Money(0), [], Money(0))
    assert "Aucun mouvement sur cette période" in words_of(statement_pdf(customer, DAY, DAY, at=NOON))


def test_a_movement_of_another_customer_is_not_there(cast: Cast) -> None:
    pay(cast.company, 5_000)

    assert selectors.account_statement(cast.individual, DAY, DAY).lines == []


def test_too_many_movements_are_refused_in_words(history: Customer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(statements, "MOVEMENTS_AT_MOST", 3)

    with pytest.raises(selectors.TooManyMovements, match="plus courte"):
        selectors.account_statement(history, DAY, local_date(on(10)))

    assert len(selectors.account_statement(history, DAY, local_date(on(9))).lines) == 3


@given(
    st.lists(st.tuples(st.integers(0, 40), st.integers(-5_000, 5_000).filter(bool)), max_size=30),
    st.integers(0, 40),
    st.integers(0, 40),
)
def test_statements_of_neighbouring_periods_fit_together(moves: list[tuple[int, int]], cut: int, length: int) -> None:
    """Whatever the order in which movements of several days were written down."""
    balance, rows = 0, []
    for version, (day, cents) in enumerate(moves, 1):
        balance += cents
        debit, credit = (Money(-cents), None) if cents < 0 else (None, Money(cents))
        rows.append(Movement(version, DAY + timedelta(days=day), "", "", "", debit, credit, Money(balance), version))
    middle, now = DAY + timedelta(days=cut), Money(balance)
    first = statements.summed(rows, DAY, middle, now=now)
    second = statements.summed(rows, middle + timedelta(days=1), middle + timedelta(days=1 + length), now=now)

    assert first.opening == Money(0)
    assert first.closing == second.opening
    for each in (first, second):
        assert each.opening + each.credits - each.debits == each.closing
        assert [line.movement.date for line in each.lines] == sorted(line.movement.date for line in each.lines)


# --- Paper and pages ------------------------------------------------------------------------------------------------
def test_the_paper_has_every_movement_and_the_balances(history: Customer) -> None:
    text = words_of(statement_pdf(history, DAY, local_date(on(10)), at=on(10)))

    for words in (
        *("Relevé de compte", history.reference.shown, "30 nov. 2026 – 10 déc. 2026", "Novembre 2026", "Décembre 2026"),
        *("FA2026-000001", "FA2026-000002", "46,80", "46,08", "+120,00 €", "−92,88 €", "27,12 €"),
        "Ce relevé n’est pas une facture",
    ):
        assert words in text


def test_the_same_statement_gives_the_same_bytes(history: Customer) -> None:
    assert statement_pdf(history, DAY, DAY, at=NOON) == statement_pdf(history, DAY, DAY, at=NOON)


def test_it_is_printed_in_the_language_of_the_customer(history: Customer) -> None:
    history.language = "en"
    history.save()

    assert "Account statement" in words_of(statement_pdf(history, DAY, DAY, at=NOON))


def ask(client: Client, start: date, end: date) -> Any:
    return client.get(reverse("invoices:statement"), {"start": start.isoformat(), "end": end.isoformat()})


def test_the_page_gives_the_file_of_a_period(client: Client, cast: Cast) -> None:
    today = clock.now()
    pay(cast.individual, 10_000, at=today)
    client.force_login(cast.claire)
    form = client.get(reverse("invoices:statement")).content.decode()
    last = local_date(today).replace(day=1) - timedelta(days=1)
    assert ("Faire le relevé" in form, f'value="{last.isoformat()}"' in form) == (True, True)

    answer = ask(client, local_date(today), local_date(today))

    assert answer["Content-Type"] == "application/pdf"
    assert "100,00" in words_of(answer.content)


def test_a_period_that_cannot_be_is_said(client: Client, cast: Cast) -> None:
    today = local_date(clock.now())
    client.force_login(cast.claire)

    for start, end in ((today, today + timedelta(days=1)), (today, today - timedelta(days=1)), (date(1, 1, 1), today)):
        assert ask(client, start, end).status_code == 422


def test_the_accountant_may_read_it_and_the_stranger_reads_his_own(client: Client, cast: Cast) -> None:
    today = clock.now()
    services.issue(services.draft(cast.individual, [HOSTING], at=today), at=today)

    client.force_login(cast.accountant)
    assert "46,80" in words_of(ask(client, local_date(today), local_date(today)).content)
    client.force_login(cast.outsider)
    assert "46,80" not in words_of(ask(client, local_date(today), local_date(today)).content)
    client.logout()
    assert ask(client, local_date(today), local_date(today)).status_code == 302


@pytest.mark.parametrize("rows", [16, 17, 18])
def test_the_totals_are_on_a_page_whole_wherever_the_movements_end(customer: Customer, rows: int) -> None:
    for row in range(rows):
        pay(customer, 100, ref=f"pi_{row}")

    reader = PdfReader(io.BytesIO(statement_pdf(customer, DAY, DAY, at=NOON)))
    last = " ".join(reader.pages[-1].extract_text().replace("\xa0", " ").split())

    for total in ("Solde avant le 30 novembre 2026", "Total des crédits", "Total des débits", "Solde après"):
        assert total in last
