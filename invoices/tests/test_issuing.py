from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from accounts.models import Customer, Seller
from accounts.services import set_seller, update_profile
from core.money import Money
from invoices import services
from invoices.content import content_hash, invoice_content
from invoices.models import DocumentSeries, Invoice
from invoices.services import DateBeforeLast, TooMany, VatNotDecided
from invoices.states import InvoiceStatus
from invoices.tests.making import HOSTING, MAILBOXES, issued, pay
from invoices.transitions import TRANSITIONS, TransitionRefused, move
from ledger import selectors as ledger
from outbox.models import Job
from tests.support.cast import NOON, make_individual

if TYPE_CHECKING:
    from tests.support.cast import Cast

pytestmark = pytest.mark.django_db


def test_an_issued_invoice_has_a_number_dates_and_a_debit(customer: Customer) -> None:
    invoice = issued(customer)

    assert invoice.number == "FA2026-000001"
    assert (invoice.issue_date, invoice.due_date) == (date(2026, 11, 30), date(2026, 12, 30))
    assert (invoice.net_cents, invoice.vat_cents, invoice.total_cents) == (3900, 780, 4680)
    assert invoice.paid_at_issue_cents == 0
    assert ledger.get_balance(customer.pk).balance == Money(-4680)
    assert [item.document_ref for item in ledger.open_items(customer.pk)] == ["FA2026-000001"]
    assert ledger.account_balance("706100") == Money(-3900)
    assert ledger.account_balance("445711") == Money(-780)


def test_the_prepaid_balance_settles_what_it_can_and_the_invoice_says_how_much(customer: Customer) -> None:
    pay(customer, 5000)

    covered, partly = issued(customer), issued(customer)

    assert covered.paid_at_issue_cents == 4680
    assert partly.paid_at_issue_cents == 320
    assert ledger.get_balance(customer.pk).balance == Money(-4360)


def test_what_is_paid_later_does_not_change_what_was_paid_at_issue(customer: Customer) -> None:
    invoice = issued(customer)

    pay(customer, 4680)

    invoice.refresh_from_db()
    assert invoice.paid_at_issue_cents == 0
    assert ledger.open_amounts(["FA2026-000001"]) == {"FA2026-000001": Money(0)}


def test_the_invoice_of_a_public_body_is_never_settled_by_itself(cast: Cast) -> None:
    pay(cast.town_hall, 100_000)

    invoice = issued(cast.town_hall)

    assert invoice.paid_at_issue_cents == 0
    assert ledger.open_amounts(["FA2026-000001"]) == {"FA2026-000001": Money(4680)}


def test_a_public_body_has_thirty_days_whatever_the_seller_grants_others(cast: Cast) -> None:
    set_seller({"payment_days": "45"}, at=NOON - timedelta(days=1))

    assert issued(cast.town_hall).due_date == date(2026, 12, 30)
    assert issued(cast.company).due_date == date(2027, 1, 14)


def test_issuing_again_gives_the_same_invoice(customer: Customer) -> None:
    draft = services.draft(customer, [HOSTING], at=NOON)

    first = services.issue(draft, at=NOON)
    again = services.issue(draft, at=NOON + timedelta(days=3))

    assert (again.number, again.content_hash, again.issue_date) == (first.number, first.content_hash, first.issue_date)
    assert ledger.get_balance(customer.pk).balance == Money(-4680)
    assert Job.objects.filter(kind="invoices.render").count() == 1


def test_the_date_is_the_day_in_paris(customer: Customer) -> None:
    new_year_in_paris = datetime(2026, 12, 31, 23, 30, tzinfo=UTC)

    invoice = issued(customer, at=new_year_in_paris)

    assert (invoice.number, invoice.issue_date) == ("FA2027-000001", date(2027, 1, 1))


def test_each_year_counts_from_one_and_years_keep_their_order(customer: Customer) -> None:
    assert issued(customer, at=NOON).number == "FA2026-000001"
    assert issued(customer, at=NOON + timedelta(days=40)).number == "FA2027-000001"
    assert issued(customer, at=NOON + timedelta(days=41)).number == "FA2027-000002"
    with pytest.raises(DateBeforeLast, match="2027-01-10"):
        issued(customer, at=NOON)


def test_a_date_before_the_last_one_is_refused_and_nothing_is_booked(customer: Customer) -> None:
    issued(customer, at=NOON)

    with pytest.raises(DateBeforeLast):
        issued(customer, at=NOON - timedelta(days=1))

    assert issued(customer, at=NOON).number == "FA2026-000002"
    assert ledger.get_balance(customer.pk).balance == Money(-2 * 4680)


def test_an_issue_that_fails_after_numbering_leaves_no_hole(customer: Customer) -> None:
    class PowerCut(Exception):
        pass

    def issue_and_die() -> None:
        with transaction.atomic():
            assert issued(customer).number == "FA2026-000001"
            raise PowerCut

    with pytest.raises(PowerCut):
        issue_and_die()

    assert issued(customer).number == "FA2026-000001"
    assert DocumentSeries.objects.get().last == 1


def test_many_are_issued_all_or_none(cast: Cast) -> None:
    drafts = [services.draft(customer, [HOSTING], at=NOON) for customer in (cast.company, cast.individual)]
    Customer.objects.filter(pk=cast.individual.pk).update(country="FR", postcode="974")

    with pytest.raises(VatNotDecided):
        services.issue_many(drafts, at=NOON)

    assert not Invoice.objects.exclude(status=InvoiceStatus.DRAFT).exists()
    assert ledger.get_balance(cast.company.pk).balance == Money(0)


def test_many_are_issued_in_their_order_each_once(cast: Cast) -> None:
    drafts = [
        services.draft(customer, [HOSTING], at=NOON) for customer in (cast.company, cast.individual, cast.company)
    ]

    invoices = services.issue_many([*drafts, drafts[0]], at=NOON)

    assert [invoice.number for invoice in invoices] == [f"FA2026-00000{n}" for n in (1, 2, 3, 1)]
    assert ledger.get_balance(cast.company.pk).balance == Money(-2 * 4680)


def test_one_commit_takes_two_hundred_at_most(customer: Customer) -> None:
    with pytest.raises(TooMany):
        services.issue_many([Invoice(pk=n, customer=customer) for n in range(1, 202)], at=NOON)


def test_a_draft_that_is_gone_is_not_issued(customer: Customer) -> None:
    with pytest.raises(Invoice.DoesNotExist):
        services.issue(Invoice(pk=404, customer=customer), at=NOON)


def test_the_number_of_queries_does_not_grow_with_the_invoices(customer: Customer) -> None:
    issued(customer)  # an account that already has something to pay
    few = [services.draft(customer, [HOSTING], at=NOON) for _ in range(2)]
    many = [services.draft(customer, [HOSTING, MAILBOXES], at=NOON) for _ in range(20)]

    with CaptureQueriesContext(connection) as for_few:
        services.issue_many(few, at=NOON)
    with CaptureQueriesContext(connection) as for_many:
        services.issue_many(many, at=NOON)

    assert len(for_many) <= len(for_few)


def test_parties_are_frozen_as_they_were(cast: Cast) -> None:
    invoice = issued(cast.company)

    update_profile(cast.company, name="Atelier Durand et Filles SARL", address_line1="1 rue Neuve", at=NOON)
    set_seller({"name": "Hébergeur SA"}, at=NOON)

    invoice.refresh_from_db()
    assert invoice.buyer["name"] == "Atelier Durand SARL"
    assert invoice.buyer["siren"] == "732829320"
    assert invoice.seller["name"] == "Hébergeur SARL"
    assert issued(cast.company).seller["name"] == "Hébergeur SA"


def test_the_draft_becomes_what_the_customer_is_when_it_is_issued(cast: Cast) -> None:
    draft = services.draft(cast.company, [HOSTING], at=NOON)
    update_profile(cast.company, name="Atelier Durand et Filles SARL", at=NOON)

    assert services.issue(draft, at=NOON).buyer["name"] == "Atelier Durand et Filles SARL"


def test_the_hash_covers_the_content_and_not_the_routing_references(cast: Cast) -> None:
    invoice = issued(cast.town_hall, HOSTING, MAILBOXES)
    Invoice.objects.filter(pk=invoice.pk).update(engagement_number="EJ-1")
    invoice.refresh_from_db()
    lines = list(invoice.lines.order_by("position"))
    vat = list(invoice.vat.all())

    assert content_hash(invoice_content(invoice, lines, vat)) == invoice.content_hash
    lines[0].label = "Autre chose"
    assert content_hash(invoice_content(invoice, lines, vat)) != invoice.content_hash


def test_vat_waits_for_the_money_when_the_seller_has_not_opted_for_debits(customer: Customer) -> None:
    Seller.objects.update(vat_on_debits=False)

    invoice = issued(customer)
    waiting = ledger.account_balance("445870")
    pay(customer, 2340)

    assert not invoice.vat_on_debits
    assert waiting == Money(-780)
    assert ledger.account_balance("445870") == Money(-390)
    assert ledger.account_balance("445711") == Money(-390)


def test_a_pdf_and_the_mails_are_asked_for(cast: Cast) -> None:
    drafts = [services.draft(customer, [HOSTING], at=NOON) for customer in (cast.company, cast.individual)]

    services.issue_many(drafts, at=NOON)

    assert sorted(Job.objects.values_list("key", "queue")) == [
        ("invoices.announce:FA2026-000001", "default"),
        ("invoices.render:FA2026-000001", "documents"),
        ("invoices.render:FA2026-000002", "documents"),
    ]


def test_amounts_of_several_lines_are_rounded_once(customer: Customer) -> None:
    thirds = [replace(HOSTING, label=f"Ligne {n}", unit_price=Decimal("0.12")) for n in range(3)]

    assert issued(customer, *thirds).vat_cents == 7


def test_only_a_draft_can_be_issued() -> None:
    assert set(TRANSITIONS) == {(InvoiceStatus.DRAFT, InvoiceStatus.ISSUED)}
    invoice = Invoice()
    assert move(invoice, InvoiceStatus.ISSUED) == "issued"
    with pytest.raises(TransitionRefused):
        move(invoice, InvoiceStatus.ISSUED)


def test_a_leap_day_and_the_ends_of_months_are_days_like_others() -> None:
    customer = make_individual(datetime(2028, 1, 1, tzinfo=UTC))

    invoice = issued(customer, at=datetime(2028, 2, 29, 22, 59, tzinfo=UTC))

    assert (invoice.issue_date, invoice.due_date) == (date(2028, 2, 29), date(2028, 3, 30))
