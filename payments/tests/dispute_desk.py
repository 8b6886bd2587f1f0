"""A customer whose payment is contested, at either provider, and the books that follow: one word for each thing."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from core.money import Money
from ledger.tests.desk import Desk as Books
from outbox.models import Message
from payments import services
from payments.gateways.base import Dispute as Told
from payments.gateways.base import DisputeMovement, DisputeState
from payments.models import Dispute, DisputeCause, Method, Payment, PaymentStatus, WebhookEvent
from payments.services import Wish, disputes, topping_up
from payments.services.crediting import credit
from payments.services.hearing import heard_of
from payments.tests.desk import a_receipt
from tests.support.bank import GOOD_CARD, Bank

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from accounts.models import Customer
    from payments.gateways.base import Gateway, News

LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)
FEES = {"STRIPE": 1_500, "PAYPAL": 1_600}


@dataclass(slots=True)
class DisputeDesk:
    """Time does not pass here unless `at` is moved."""

    customer: Customer
    gateway: Gateway
    bank: Bank
    at: datetime
    method: Method
    books: Books = field(init=False)

    def __post_init__(self) -> None:
        self.books = Books(self.customer, self.at)

    @property
    def provider(self) -> str:
        return self.method.provider

    @property
    def control(self) -> str:
        return "dispute" if self.method is Method.CARD else "paypal/dispute"

    def open(self, euros: int) -> Payment:
        """A top-up whose page is open."""
        wish = Wish(Money(euros * 100), on_top=True, method=self.method)
        return services.request_top_up(self.customer, wish, gateway=self.gateway, at=self.at)

    def pay(self, euros: int, *, card: str = GOOD_CARD) -> Payment:
        """A top-up that succeeds, and is credited."""
        payment = self.open(euros)
        if self.method is Method.CARD:
            self.bank.pay(payment.session_id, card=card)
        else:
            self.bank.control(f"paypal/approve/{payment.session_id}")
        return services.ask(payment.pk, gateway=self.gateway, at=self.at)

    def credited(self, euros: int) -> Payment:
        """A payment that is credited, without its page: what a payment was paid with does not matter here."""
        wish = Wish(Money(euros * 100), on_top=True, method=self.method)
        payment = topping_up._intend(self.customer, wish, at=self.at)[0]
        payment.status, payment.session_id = PaymentStatus.OPEN, f"cs_{payment.pk}"
        name = f"pi_{payment.pk}"
        receipt = a_receipt(euros * 100, object_id=name, charge_id=f"ch_{payment.pk}", paid_at=self.at)
        credit(payment, receipt, at=self.at)
        return payment

    def contest(self, payment: Payment, **options: object) -> str:
        """The payer gets the money back from the bank at once. We do not know it yet. Returns the provider's id."""
        if self.method is Method.PAYPAL:
            options = {"chargeback": True, "reason": "UNAUTHORISED"} | options
        opened = self.bank.control(f"{self.control}/{payment.intent_id}", **options)
        return str(opened.get("dispute_id") or opened["id"])

    def decide(self, object_id: str, outcome: str, **options: object) -> None:
        self.bank.control(f"{self.control}/{object_id}/close", outcome=outcome, **options)

    def news(self) -> list[News]:
        """Everything that the provider tells, in its order."""
        return list(self.gateway.news_since(LONG_AGO, types=heard_of(self.provider)))

    def hear(self, order: Callable[[Sequence[News]], Sequence[News]] = tuple) -> None:
        """Take every event that we did not get yet, and work on each, as webhooks do."""
        for each in order(self.news()):
            event = services.receive(each, provider=self.provider, at=self.at)
            services.apply_event(event.pk, gateway=self.gateway, at=self.at)

    def again(self) -> None:
        """Every event comes once more, and is worked on once more."""
        for event in WebhookEvent.objects.order_by("pk"):
            services.replay(event.pk, at=self.at)
            services.apply_event(event.pk, gateway=self.gateway, at=self.at)

    def ask(self, dispute: Dispute) -> Dispute:
        return disputes.ask_dispute(dispute.pk, gateway=self.gateway, at=self.at)

    def apply(self, payment: Payment, told: Told) -> Dispute:
        """The provider says something that the sandbox cannot be brought to say."""
        known = Dispute.objects.filter(object_id=told.object_id).first()
        return disputes.apply_dispute(payment.pk, told, seen=known.version if known else 0, at=self.at)

    @property
    def dispute(self) -> Dispute:
        """The only one."""
        return Dispute.objects.get()

    def mails(self) -> list[str]:
        """The kinds of mails about disputes, oldest first."""
        kinds = Message.objects.filter(kind__startswith="dispute.").order_by("pk").values_list("kind", flat=True)
        return list(kinds)

    def later(self, **delta: int) -> None:
        self.at += timedelta(**delta)
        self.books.at = self.at


def told_of(payment: Payment, state: DisputeState = DisputeState.OPENED, **changes: Any) -> Told:
    """A dispute of all of a payment, as a gateway tells it; nothing moved."""
    told = Told(
        object_id="du_told",
        state=state,
        status=state.lower(),
        cause=DisputeCause.FRAUD,
        reason="fraudulent",
        amount=payment.received or Money(0),
        currency="EUR",
        opened_at=payment.created_at,
        charge_id=payment.charge_id,
        reference=str(payment.public_id),
        due_at=payment.created_at + timedelta(days=9),
        answerable=state in (DisputeState.WARNING, DisputeState.OPENED),
    )
    return replace(told, **changes)


def moved(
    payment: Payment, cents: int, *, fee: int = 0, name: str = "txn_told", currency: str = "EUR"
) -> DisputeMovement:
    return DisputeMovement(name, Money(cents), Money(fee), currency, payment.created_at)
