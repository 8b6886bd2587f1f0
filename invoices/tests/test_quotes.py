"""Quotes and pro forma invoices: sent frozen, answered once, never of the invoice series."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest
from django.db import connection

from accounts.models import Customer, User
from core.clock import local_date
from core.money import Money
from invoices import archive, checks, selectors, services
from invoices.models import DocumentSeries, Invoice, Quote, VatRate
from invoices.quote_transitions import (
    ACCEPTED,
    EXPIRED,
    REFUSED,
    SENT,
    TABLE,
    WITHDRAWN,
    NotAllowed,
    move,
    quote_states_page,
)
from invoices.services import Agreement, render_quote
from invoices.states import QuoteKind, QuoteStatus
from invoices.tests.making import HOSTING, MAILBOXES, issued, pay, quoted
from ledger import selectors as ledger
from outbox.models import Message
from outbox.services import run_due
from tests.house.source import ROOT
from tests.support.cast import NOON, make_company
from tests.support.rivals import race

if TYPE_CHECKING:
    from tests.support.cast import Cast

pytestmark = pytest.mark.django_db
LATER = NOON + timedelta(days=10)
TOO_LATE = NOON + timedelta(days=31)


def owner() -> User:
    return User.objects.get(email="claire@example.org")


def yes(by: User | None = None) -> Agreement:
    return Agreement(by or owner(), "192.0.2.7", "Firefox", "J’accepte le devis.")


def accept(quote: Quote, at: datetime = LATER) -> Quote:
    services.accept(quote, yes(), at=at)
    return again(quote)


def again(quote: Quote) -> Quote:
    return Quote.objects.get(pk=quote.pk)


# --- Sending --------------------------------------------------------------------------------------------------------
def test_a_quote_has_its_own_series_and_nothing_is_owed(customer: Customer) -> None:
    numbers = [quoted(customer).number, quoted(customer).number, quoted(customer, kind=QuoteKind.PROFORMA).number]

    assert numbers == ["DE2026-000001", "DE2026-000002", "PF2026-000001"]
    assert ledger.get_balance(customer.pk).balance == Money(0)
    assert not Invoice.objects.exists()
    assert not DocumentSeries.objects.filter(prefix="FA").exists()


def test_a_quote_says_what_its_draft_said(customer: Customer) -> None:
    quote = quoted(customer, HOSTING, MAILBOXES, subject="Migration")

    page = selectors.quote_page(quote, on=local_date(NOON))
    assert (quote.subject, quote.net_cents, quote.vat_cents, quote.total_cents) == ("Migration", 7740, 1548, 9288)
    assert sum((line.amount for line in page.lines), Money(0)) == Money(9288)  # a consumer reads VAT included
    assert [line.label for line in page.lines] == [HOSTING.label, MAILBOXES.label]


def test_sending_twice_gives_the_one_quote(customer: Customer) -> None:
    draft = services.draft(customer, [HOSTING], at=NOON)
    until = local_date(TOO_LATE)

    first = services.send_quote(draft, QuoteKind.QUOTE, valid_until=until, at=NOON)
    second = services.send_quote(draft, QuoteKind.QUOTE, valid_until=until, at=LATER)

    assert first == second
    assert Quote.objects.count() == 1


def test_what_is_issued_is_not_sent_as_a_quote(customer: Customer) -> None:
    with pytest.raises(Invoice.DoesNotExist):
        services.send_quote(issued(customer), QuoteKind.QUOTE, valid_until=local_date(LATER), at=NOON)

    assert not Quote.objects.exists()


@pytest.mark.parametrize("days", [-1, 367])
def test_a_quote_is_valid_from_today_to_a_year_later(customer: Customer, days: int) -> None:
    draft = services.draft(customer, [HOSTING], at=NOON)

    with pytest.raises(services.BadValidity):
        services.send_quote(draft, QuoteKind.QUOTE, valid_until=local_date(NOON) + timedelta(days=days), at=NOON)

    assert not Quote.objects.exists()
    assert Invoice.objects.filter(pk=draft.pk).exists()


@pytest.mark.parametrize(("kind", "title"), [(QuoteKind.QUOTE, "Devis DE"), (QuoteKind.PROFORMA, "pro forma PF")])
def test_the_customer_is_written_to_once(customer: Customer, kind: QuoteKind, title: str) -> None:
    quoted(customer, kind=kind)

    run_due(at=NOON)
    run_due(at=LATER)

    mail = Message.objects.get(kind="quote.sent")
    assert title in mail.subject
    assert "46,80" in mail.text
    assert "/devis/" in mail.text


# --- Accepting ------------------------------------------------------------------------------------------------------
def test_accepting_issues_the_invoice_and_keeps_the_evidence(customer: Customer) -> None:
    quote = quoted(customer, HOSTING, MAILBOXES, subject="Migration")

    invoice = services.accept(quote, yes(), at=LATER)

    kept = again(quote)
    assert (invoice.number, invoice.total_cents, invoice.subject) == ("FA2026-000001", 9288, "Migration")
    assert invoice.issue_date == local_date(LATER)
    assert ledger.get_balance(customer.pk).balance == Money(-9288)
    assert (kept.status, kept.invoice, kept.decided_at) == (ACCEPTED, invoice, LATER)
    assert (kept.decided_by, kept.decided_from, kept.decided_with) == (owner(), "192.0.2.7", "Firefox")
    assert kept.agreed_text == "J’accepte le devis."
    assert len(kept.agreed_hash) == 64
    assert all(check.ok for check in checks.quotes())


def test_accepting_twice_gives_the_same_invoice(customer: Customer) -> None:
    quote = quoted(customer)

    first = services.accept(quote, yes(), at=LATER)
    second = services.accept(quote, yes(), at=TOO_LATE)

    assert first == second
    assert Invoice.objects.count() == 1


def test_the_last_day_counts_and_the_next_does_not(customer: Customer) -> None:
    until = local_date(NOON)
    midnight = datetime(2026, 11, 30, 23, 0, tzinfo=UTC)  # 1 December in Paris
    late, in_time = quoted(customer, until=until), quoted(customer, until=until)

    with pytest.raises(services.QuoteClosed, match="valable"):
        services.accept(late, yes(), at=midnight)

    assert services.accept(in_time, yes(), at=midnight - timedelta(seconds=1)).number == "FA2026-000001"
    assert Invoice.objects.count() == 1


def test_what_the_offer_did_not_say_is_not_issued(customer: Customer) -> None:
    quote = quoted(customer, services.NewLine("Support", Decimal(1), Decimal("39.00")))  # at the standard rate
    VatRate.objects.create(zone="FR", rate=Decimal("21.00"), since=local_date(NOON) + timedelta(days=2))

    with pytest.raises(services.QuoteChanged, match="Rien n’a été émis"):
        services.accept(quote, yes(), at=LATER)

    assert not Invoice.objects.exists()
    assert again(quote).status == SENT


def test_the_balance_pays_the_invoice_of_a_quote(customer: Customer) -> None:
    pay(customer, 10_000)

    invoice = services.accept(quoted(customer), yes(), at=LATER)

    assert invoice.paid_at_issue_cents == invoice.total_cents


def test_money_that_names_a_pro_forma_issues_its_invoice_once(customer: Customer) -> None:
    quote = quoted(customer, kind=QuoteKind.PROFORMA)

    first = services.accept_by_money(quote, payment_ref="virement:42", at=LATER)
    second = services.accept(quote, yes(), at=LATER)

    kept = again(quote)
    assert first == second
    assert (kept.status, kept.payment_ref, kept.decided_by, kept.agreed_text) == (ACCEPTED, "virement:42", None, "")
    assert all(check.ok for check in checks.quotes())


@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif("connection.vendor != 'postgresql'", reason="SQLite has one writer at a time")
def test_ten_who_accept_at_once_get_one_invoice() -> None:
    company = make_company()
    quote, by = quoted(company), User.objects.get(email="compta@durand.example.org")

    endings = race(*[lambda: services.accept(quote, yes(by), at=LATER)] * 10)

    assert [ending.error for ending in endings] == [None] * 10
    assert {ending.value.number for ending in endings} == {"FA2026-000001"}
    assert Invoice.objects.count() == 1
    assert ledger.get_balance(company.pk).balance == Money(-4680)


@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif("connection.vendor != 'postgresql'", reason="SQLite has one writer at a time")
def test_yes_and_no_at_once_is_one_of_them() -> None:
    company = make_company()
    quote, by = quoted(company), User.objects.get(email="compta@durand.example.org")

    yes_ending, no_ending = race(
        lambda: services.accept(quote, yes(by), at=LATER), lambda: services.refuse_quote(quote, by=by, at=LATER)
    )

    assert (yes_ending.error is None) != (no_ending.error is None)
    assert Invoice.objects.count() == (1 if again(quote).status == ACCEPTED else 0)
    connection.close()


# --- States ---------------------------------------------------------------------------------------------------------
def expired(quote: Quote) -> Quote:
    services.expire_quotes(at=TOO_LATE)
    return again(quote)


SCENARIOS: dict[tuple[QuoteStatus, QuoteStatus], Callable[[Quote], Quote]] = {
    (SENT, ACCEPTED): accept,
    (SENT, REFUSED): lambda quote: services.refuse_quote(quote, by=owner(), at=LATER, reason="Trop cher"),
    (SENT, EXPIRED): expired,
    (SENT, WITHDRAWN): lambda quote: services.withdraw_quote(quote, by=owner(), at=LATER, reason="Erreur"),
}


def test_each_step_of_the_table_has_a_scenario() -> None:
    assert set(SCENARIOS) == set(TABLE.steps)


@pytest.mark.parametrize("step", SCENARIOS)
def test_each_step_is_taken_and_a_closed_quote_stays_closed(
    customer: Customer, step: tuple[QuoteStatus, QuoteStatus]
) -> None:
    ended = SCENARIOS[step](quoted(customer))

    assert again(ended).status == step[1]
    assert again(ended).decided_at is not None
    others = [to for to in QuoteStatus if to != step[1]]
    for to in others:
        with pytest.raises(NotAllowed):
            move(again(ended), to, at=LATER)


@pytest.mark.parametrize("end", [REFUSED, EXPIRED, WITHDRAWN])
def test_what_is_closed_cannot_be_accepted(customer: Customer, end: QuoteStatus) -> None:
    ended = SCENARIOS[SENT, end](quoted(customer))

    with pytest.raises(services.QuoteClosed):
        services.accept(ended, yes(), at=LATER)

    assert not Invoice.objects.exists()


def test_refusing_twice_is_once_and_an_accepted_quote_is_not_refused(customer: Customer) -> None:
    quote, other = quoted(customer), accept(quoted(customer))

    for _ in range(2):
        services.refuse_quote(quote, by=owner(), at=LATER, reason="Trop cher")
    with pytest.raises(services.QuoteClosed):
        services.refuse_quote(other, by=owner(), at=LATER)

    assert (again(quote).reason, again(other).status) == ("Trop cher", ACCEPTED)


def test_only_quotes_that_are_late_expire(customer: Customer) -> None:
    late, open_one = quoted(customer, until=local_date(NOON)), quoted(customer)
    accepted = accept(quoted(customer))

    assert services.expire_quotes(at=LATER) == 1
    assert services.expire_quotes(at=LATER) == 0

    assert [again(each).status for each in (late, open_one, accepted)] == [EXPIRED, SENT, ACCEPTED]


def test_the_page_of_states_is_the_one_of_the_code() -> None:
    assert (ROOT / "docs/states/quote.md").read_text(encoding="utf-8") == quote_states_page()


# --- Paper ----------------------------------------------------------------------------------------------------------
def test_the_same_quote_gives_the_same_file(cast: Cast) -> None:
    quote = quoted(cast.company, kind=QuoteKind.PROFORMA)

    first, second = render_quote(quote.pk, at=NOON), render_quote(quote.pk, at=LATER)

    assert first == second
    assert archive.read(first.sha256).startswith(b"%PDF")
    assert all(check.ok for check in checks.documents())
