"""The demonstration: the same for the same seed, made by the product's verbs, and in order."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.core.cache import caches
from django.core.management import CommandError, call_command
from django.db import transaction
from django.db.models import Sum

from accounts.gateways.vies import vies
from accounts.models import Customer, Membership, Role
from bank.models import LinePayout, LineWork
from bank.words import LineState
from billing_portal import selfcheck
from billing_portal.demo import cast
from billing_portal.demo.calendar import Month, billed_months
from billing_portal.demo.company import Size, found, profiles
from chorus.models import Submission
from core.clock import local_date
from invoices.models import Invoice, InvoiceVat, Quote
from invoices.states import QuoteStatus
from ledger import selectors as ledger
from outbox.models import Message, MessageState
from payments.gateways.paypal import paypal_gateway
from payments.gateways.stripe import stripe_gateway
from payments.models import (
    BalanceReading,
    Dispute,
    DisputeStatus,
    MethodState,
    Payment,
    PaymentStatus,
    Payout,
    PayoutStatus,
    Provider,
    ProviderMovement,
    Refund,
    RefundStatus,
    SavedMethod,
)
from payments.proving import prove
from payments.tests.pointing import point_at
from tests.support.bank import Bank, open_bank

UNTIL = datetime(2026, 11, 20, 12, tzinfo=UTC)


def history(size: Size, *, seed: int) -> list[Any]:
    """What an accountant would see of that company; then it is forgotten again."""
    with transaction.atomic():
        found(size, seed=seed, until=UNTIL)
        customers = list(Customer.objects.order_by("pk"))
        offset = customers[0].pk
        balances = ledger.balances_of([customer.pk for customer in customers])
        seen: list[Any] = [
            (each.pk - offset, each.name, each.city, balances[each.pk].balance.cents) for each in customers
        ]
        invoices = Invoice.objects.order_by("issue_date", "number", "lines__position")
        seen += list(invoices.values_list("number", "issue_date", "total_cents", "lines__label"))
        transaction.set_rollback(True)
    return seen


@pytest.mark.django_db
def test_the_same_seed_makes_the_same_company() -> None:
    once, again = history(Size(6, 3), seed=7), history(Size(6, 3), seed=7)

    assert once == again
    assert once != history(Size(6, 3), seed=8)


def test_a_larger_company_begins_with_the_smaller_one() -> None:
    assert profiles(20, seed=3)[:5] == profiles(5, seed=3)


@pytest.mark.django_db
def test_the_company_is_billed_each_month_and_its_books_hold() -> None:
    call_command("demo", customers=5, months=2, seed=1, until=date(2026, 11, 20))

    assert Invoice.objects.filter(number__isnull=False).count() == 10
    assert {str(day) for day in Invoice.objects.values_list("issue_date", flat=True)} == {"2026-10-05", "2026-11-05"}
    assert all(check.ok for check in selfcheck.collect())


def test_months_end_with_the_latest_that_was_billed() -> None:
    before_billing_day = datetime(2026, 3, 4, 12, tzinfo=UTC)

    assert list(billed_months(3, until=before_billing_day)) == [Month(2025, 12), Month(2026, 1), Month(2026, 2)]


@pytest.mark.django_db
def test_the_cast_is_not_made_beside_real_customers(customer: Customer) -> None:
    with pytest.raises(CommandError, match="billed already"):
        call_command("demo")


@pytest.mark.django_db
def test_the_cast_needs_a_sandbox(settings: Any) -> None:
    settings.SANDBOX_URL = ""

    with pytest.raises(CommandError, match="sandbox"):
        call_command("demo")


@pytest.mark.django_db
def test_production_is_never_a_demonstration(settings: Any) -> None:
    settings.PRODUCTION = True

    with pytest.raises(CommandError, match="never"):
        call_command("demo")


@pytest.fixture
def bank(settings: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bank]:
    with open_bank(tmp_path_factory.mktemp("bank")) as bank:
        settings.SANDBOX_URL = settings.STRIPE_API_BASE = bank.url
        settings.STRIPE_SECRET_KEY = bank.settings["STRIPE_SECRET_KEY"]
        settings.VIES_API_BASE = bank.settings["VIES_API_BASE"]
        point_at(bank, settings)
        settings.PROVIDER_TIMEOUT_SECONDS = 8
        for name, value in bank.settings.items():
            if name.startswith(("PISTE_", "CHORUS_")):
                setattr(settings, name, value)
        caches["shared"].clear()
        for gateway in (stripe_gateway, paypal_gateway, vies):
            gateway.cache_clear()
        yield bank
        for gateway in (stripe_gateway, paypal_gateway, vies):
            gateway.cache_clear()


@pytest.mark.django_db(transaction=True)
def test_the_cast_lives_six_months_and_the_provider_agrees(bank: Bank) -> None:
    call_command("demo")

    assert Customer.objects.count() == 6
    assert Invoice.objects.filter(number__startswith="FA").count() == 44
    each_place_of_chorus_is_shown()
    assert {*InvoiceVat.objects.values_list("treatment", flat=True)} == {"TAXED", "TAXED_OVERSEAS", "REVERSE_CHARGE"}
    taken_back = Invoice.objects.filter(number__startswith="AV").order_by("number")
    assert [(note.customer.name, note.reason) for note in taken_back] == [
        ("Atelier Durand SARL", "Deux boîtes fermées avant le mois"),
        ("Oscar Lindqvist", "Correction of the billing details"),
    ]
    offered = [(each.customer.name, each.status, each.valid_until > date.today()) for each in Quote.objects.all()]  # noqa: DTZ011 - as below
    assert ("Mairie de Saint-Aubin", QuoteStatus.ACCEPTED) in [each[:2] for each in offered]
    assert ("Claire Martin", QuoteStatus.SENT, True) in offered
    assert all(
        check.ok for check in selfcheck.collect() if check.name.startswith(("invoices.", "ledger", "bank", "chorus"))
    )
    reads = Membership.objects.filter(user__email=cast.PAUL.email, role=Role.READ_ONLY)
    assert {each.customer.name for each in reads} == {"Claire Martin", "Atelier Durand SARL"}
    paid = Payment.objects.filter(status=PaymentStatus.SUCCEEDED)
    assert sum(payment.received_cents or 0 for payment in paid) == bank.totals()["captured_cents"]
    assert not Payment.objects.exclude(status=PaymentStatus.SUCCEEDED).exists()
    assert [(each.status, each.taken_cents) for each in Dispute.objects.all()] == [(DisputeStatus.WON, 0)]
    back = Refund.objects.get()
    assert (back.status, back.amount_cents) == (RefundStatus.COMPLETED, bank.totals()["refunded_cents"])
    assert back.tx is not None
    assert back.tx.effective_on == local_date(back.created_at)
    assert Message.objects.filter(state=MessageState.SENT).count() == Message.objects.count() > 0
    proven_to_the_cent(bank)
    kept = SavedMethod.objects.filter(state=MethodState.ACTIVE).order_by("customer", "position")
    assert [(each.customer.name, each.title, each.is_default) for each in kept] == [
        ("Claire Martin", "Visa •• 4242", True),
        ("Claire Martin", "CREDIT AGRICOLE SA •• 0189", False),
        ("Atelier Durand SARL", "CB •• 1001", True),
        ("Atelier Durand SARL", "PayPal c•••@example.fr", False),
    ]
    waits = LineWork.objects.exclude(state=LineState.POSTED).values_list("state", flat=True)
    assert Counter(waits) == {LineState.SUGGESTED: 1, LineState.SEVERAL: 1, LineState.UNMATCHED: 2, LineState.OUT: 2}
    company = Customer.objects.get(name="Atelier Durand SARL")
    assert ledger.overdue_items(company.pk, on=date.today())  # noqa: DTZ011 - whichever day this is, it is late


def each_place_of_chorus_is_shown() -> None:
    """One document at each place of its way, without those of before the connection."""
    stands = Counter(Submission.objects.exclude(state="WITHDRAWN").values_list("state", "chorus_status"))
    assert stands == {
        ("FINISHED", "MISE_EN_PAIEMENT"): 1,
        ("INTEGRATED", "MANDATEE"): 1,
        ("INTEGRATED", "SUSPENDUE"): 1,
        ("REJECTED", ""): 1,
        ("WAITING_REFERENCES", ""): 1,
        ("INTEGRATED", "MISE_A_DISPOSITION"): 1,
    }


def proven_to_the_cent(bank: Bank) -> None:
    """The provider holds what our books say, and what it sent to our bank waits there for the bank line."""
    held = stripe_gateway().read_balance()
    assert held.total == ledger.account_balance("517100")
    reading = BalanceReading.objects.get(provider=Provider.STRIPE)
    assert reading.agrees
    met = LinePayout.objects.aggregate(cents=Sum("payout__amount_cents"))["cents"] or 0
    assert bank.totals()["paid_out_cents"] - met == ledger.account_balance("580000").cents
    assert met > 0
    assert {payout.status for payout in Payout.objects.all()} == {PayoutStatus.PAID}
    assert not ProviderMovement.objects.filter(explained_at=None).exists()
    last = local_date(reading.at)
    proof = prove(Provider.STRIPE, since=last - timedelta(days=90), until=last)
    assert proof.agrees
    assert proof.items == []
