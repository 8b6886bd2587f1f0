"""Months of a small portal in a few seconds: customers, banks, staff and chance, drawn from one seed.

Every step goes through the product's own verbs and its real gateways, over HTTP to the sandbox. Chance loses, doubles
and shuffles news, breaks calls, and kills the work at the named places of the code (a rehearsed crash ends a step as
`kill -9` ends a process: what was not committed is gone). The same seed lives the same life.
"""

from __future__ import annotations

import random
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, TypeVar
from urllib.error import HTTPError

from django.db.models import Model

from core.money import Money
from invoices import services as invoices
from invoices.services import NewLine
from ledger import selectors as ledger
from ledger.services import seal
from outbox import services as outbox
from outbox.registry import kinds
from payments import services
from payments.gateways.base import Unsure
from payments.models import (
    LIVE,
    REFUND_LIVE,
    Dispute,
    EventState,
    Method,
    Payment,
    PaymentStatus,
    Provider,
    Refund,
    RefundStatus,
    WebhookEvent,
)
from payments.services import RefundWish, Wish, disputes
from payments.services.hearing import heard_of
from payments.wiring import gateway_for
from tests.support.bank import GOOD_CARD, LOST_REFUNDS, POOR_CARD, SLOW_REFUNDS, STOLEN_CARD, Bank

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path

    from django.db.models import QuerySet

    from accounts.models import Customer, User

CARDS = (GOOD_CARD, GOOD_CARD, GOOD_CARD, GOOD_CARD, POOR_CARD, STOLEN_CARD, SLOW_REFUNDS, LOST_REFUNDS)
FUNDING = ("accepted", "accepted", "accepted", "declined", "pending")
FAULTS = ("status", "refuse", "drop", "garbage", "truncate")
PLACES = (
    *("top_up.intended", "top_up.claimed", "provider.answered", "credit.booked", "answer.before_commit"),
    *("answer.applied", "refund.claimed", "refund.answered", "refund.booked", "refund.before_commit"),
    *("refund.applied", "dispute.told", "dispute.before_commit", "dispute.applied", "invoices-numbered"),
)
_LONG_AGO = timedelta(days=3)
Row = TypeVar("Row", bound=Model)


class Crash(BaseException):
    """The process died here. Nothing may catch it."""


@dataclass(slots=True)
class Life:
    """What lives, what time it is, and the dice."""

    seed: int
    bank: Bank
    customers: list[Customer]
    staff: User
    at: datetime
    places: Path
    dice: random.Random = field(init=False)
    told: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.dice = random.Random(self.seed)

    # --- One step -----------------------------------------------------------------------------------------------------
    def step(self) -> None:
        """Something happens; it may die in the middle. What the person of the step is refused is no fault."""
        names = [name for name, weight in _STEPS for _ in range(weight)]
        name = self.dice.choice(names)
        self.told.append(name)
        if self.dice.random() < _CRASHES:
            (self.places / self.dice.choice(PLACES)).touch()
        with suppress(Crash, Unsure):
            getattr(self, name)()

    # --- Customers ----------------------------------------------------------------------------------------------------
    def top_up(self) -> None:
        customer, method = self._customer(), self.dice.choice((Method.CARD, Method.CARD, Method.PAYPAL))
        wish = Wish(Money(self.dice.randrange(500, 20_000)), method=method, on_top=self.dice.random() < _HALF)
        with suppress(services.TooManyTopUps, services.CardsPaused, services.DebtChanged):
            gateway = gateway_for(method.provider)
            services.request_top_up(customer, wish, gateway=gateway, others=gateway_for, at=self.at)

    def pay(self) -> None:
        """A page that is open is paid, refused, or approved."""
        payment = self._one(Payment.objects.filter(status=PaymentStatus.OPEN))
        if payment is None:
            return
        with suppress(HTTPError):  # it was paid or closed meanwhile: the bank says so
            if payment.method == Method.CARD:
                self.bank.pay(payment.session_id, card=self.dice.choice(CARDS))
            else:
                self.bank.control(f"paypal/approve/{payment.session_id}", funding=self.dice.choice(FUNDING))

    def come_back(self) -> None:
        """The return page asks about the payment."""
        payment = self._one(Payment.objects.exclude(session_id=""))
        if payment is not None:
            services.ask(payment.pk, gateway=gateway_for(payment.provider), at=self.at)

    def give_up(self) -> None:
        payment = self._one(Payment.objects.filter(status=PaymentStatus.OPEN))
        if payment is not None:
            services.close(payment.pk, gateway=gateway_for(payment.provider), at=self.at)

    # --- The company --------------------------------------------------------------------------------------------------
    def bill(self) -> None:
        price = Decimal(self.dice.choice(("9.90", "39.00", "120.00")))
        line = NewLine("Hébergement", Decimal(self.dice.randrange(1, 4)), price)
        invoices.issue(invoices.draft(self._customer(), [line], at=self.at), at=self.at)

    def refund(self) -> None:
        lots = [(customer, lot) for customer in self.customers for lot in ledger.lots_of(customer.pk)]
        if lots:
            _customer, lot = self.dice.choice(lots)
            wish = RefundWish(lot.id, Money(self.dice.randrange(1, lot.amount.cents + 1)), "essai", self.staff)
            with suppress(services.NotRefundable, services.Overtaken):
                services.request_refund(wish, at=self.at)

    def sweep(self) -> None:
        """What beat does, and the workers after it."""
        for each in (services.sweep, services.sweep_refunds, disputes.sweep_disputes):
            each(at=self.at)
        self.work()

    def catch_up(self) -> None:
        for provider in (Provider.STRIPE, Provider.PAYPAL):
            services.catch_up(gateway=gateway_for(provider), provider=provider, at=self.at)
            services.repair(gateway=gateway_for(provider), provider=provider, at=self.at)
        self.work()

    def work(self) -> None:
        """The workers: everything of payments that is due."""
        outbox.run_due(at=self.at, kinds=_kinds())

    def seal(self) -> None:
        seal(at=self.at)

    # --- Providers ----------------------------------------------------------------------------------------------------
    def hear(self) -> None:
        """Some news arrives: a part of it, in any order, some of it twice."""
        provider = self.dice.choice((Provider.STRIPE, Provider.PAYPAL))
        news = list(gateway_for(provider).news_since(self.at - _LONG_AGO, types=heard_of(provider)))
        some = self.dice.choices(news, k=min(len(news), 8)) if news else []
        for each in some:
            services.receive(each, provider=provider, at=self.at)
        self.work()

    def refund_in_their_pages(self) -> None:
        payment = self._one(Payment.objects.filter(status=PaymentStatus.SUCCEEDED))
        if payment is not None:
            amount = self.dice.randrange(1, (payment.received_cents or 1) + 1)
            self._control(payment, "refund", amount=amount)

    def dispute(self) -> None:
        payment = self._one(Payment.objects.filter(status=PaymentStatus.SUCCEEDED))
        if payment is not None:
            self._control(payment, "dispute", **({"chargeback": True} if payment.method == Method.PAYPAL else {}))

    def decide(self) -> None:
        dispute = self._one(Dispute.objects.filter(decided_at__isnull=True))
        if dispute is not None:
            where = "paypal/dispute" if dispute.provider == Provider.PAYPAL else "dispute"
            with suppress(HTTPError):
                outcome = self.dice.choice(("won", "lost"))
                self.bank.control(f"{where}/{dispute.object_id}/close", outcome=outcome)

    def fail(self) -> None:
        """The next calls of the API go wrong."""
        self.bank.fail(self.dice.choice(FAULTS), times=self.dice.randrange(1, 4))

    def time_passes(self) -> None:
        self.pass_time(self.dice.choice((20, 600, 3_600, 8 * 3_600)))

    def pass_time(self, seconds: int) -> None:
        self.at += timedelta(seconds=seconds)
        self.bank.advance(seconds)

    # --- Dice ---------------------------------------------------------------------------------------------------------
    def _customer(self) -> Customer:
        return self.dice.choice(self.customers)

    def _one(self, rows: QuerySet[Row]) -> Row | None:
        """Any of these rows, in an order that the seed decides."""
        found = list(rows.order_by("pk"))
        return self.dice.choice(found) if found else None

    def _control(self, payment: Payment, what: str, **options: object) -> None:
        """The provider's side does something to a payment; what cannot be is refused there."""
        prefix = "paypal/" if payment.method == Method.PAYPAL else ""
        with suppress(HTTPError):
            self.bank.control(f"{prefix}{what}/{payment.intent_id}", **options)

    # --- The end ------------------------------------------------------------------------------------------------------
    def come_to_rest(self) -> None:
        """Faults end; time goes on until nothing waits any more, as sweeps, catch-up and workers find it."""
        for armed in self.places.iterdir():
            armed.unlink()
        self.bank.calm()
        self.bank.deliver(lost=-1)
        self.bank.control("clock", at=self.at.isoformat())
        for _ in range(_REST):
            self.pass_time(_A_DAY)
            self.sweep()
            self.reviews_end()
            self.catch_up()
            if not self.undecided():
                return

    def reviews_end(self) -> None:
        """PayPal makes up its mind about what it looks at: some of it is paid, some comes to nothing.

        Each day anew: what was approved last is captured, and looked at, only when the sweep asks.
        """
        pending = ("PAYMENT.CAPTURE.PENDING",)
        for news in gateway_for(Provider.PAYPAL).news_since(self.at - 30 * _LONG_AGO, types=pending):
            with suppress(HTTPError):  # it was decided meanwhile
                self.bank.control(f"paypal/captures/{news.object_id}/{self.dice.choice(('complete', 'deny'))}")

    def undecided(self) -> list[str]:
        """What nobody knows the end of yet. Disputes wait for their banks, and are no question of ours."""
        payments = Payment.objects.filter(status__in=LIVE)
        refunds = Refund.objects.filter(status__in=REFUND_LIVE).exclude(status=RefundStatus.WAITING)
        events = WebhookEvent.objects.filter(state__in=(EventState.RECEIVED, EventState.FAILED))
        return [f"{type(row).__name__} {row.pk} {_where(row)}" for rows in (payments, refunds, events) for row in rows]


def _where(row: Payment | Refund | WebhookEvent) -> str:
    if isinstance(row, WebhookEvent):
        return f"{row.type} {row.state} {row.error}"
    history = ", ".join(f"{step.name} {step.detail}".strip() for step in row.events.order_by("pk"))
    return f"{row} {row.status} {row.provider}: {history}"


def _kinds() -> tuple[str, ...]:
    return tuple(kind for kind in kinds() if kind.startswith("payments."))


_CRASHES = 0.15
_HALF = 0.5
_REST = 12
_A_DAY = 86_400
_STEPS: tuple[tuple[str, int], ...] = (
    ("top_up", 8),
    ("pay", 8),
    ("come_back", 5),
    ("give_up", 1),
    ("bill", 3),
    ("refund", 3),
    ("sweep", 5),
    ("catch_up", 1),
    ("hear", 5),
    ("refund_in_their_pages", 1),
    ("dispute", 1),
    ("decide", 2),
    ("fail", 3),
    ("seal", 1),
    ("time_passes", 4),
)
