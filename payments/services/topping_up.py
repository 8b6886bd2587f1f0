"""Start a card payment: the intention first, then the provider's page."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING
from uuid import UUID, uuid4

from django.conf import settings
from django.db import transaction
from django.utils.crypto import salted_hmac

from core.failpoints import failpoint
from core.money import ZERO, Money
from ledger import selectors as ledger_selectors
from ledger import services as ledger
from payments import selectors
from payments.models import AGENT_LENGTH, ONLINE, Method, Payment, PaymentStatus, Purpose, SavedMethod
from payments.services import attempts
from payments.services.asking import ask, close, send
from payments.services.methods.keeping import chargeable
from payments.services.methods.saving import save_on_the_way
from payments.transitions import note

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from accounts.models import Customer, User
    from payments.gateways.base import Gateway
    from payments.services.methods.consenting import Agreement

PAGE_LIFE = timedelta(hours=2)
"""How long a payment page may be paid. Stripe accepts 30 minutes to 24 hours, counted when it opens the page."""
_NEARLY_CLOSED = timedelta(minutes=5)
_ROUNDS = 3


class DebtChanged(Exception):
    """What the form said was due was paid meanwhile, all or some of it: the customer looks at it again."""

    def __init__(self, due: Money) -> None:
        super().__init__(str(due.cents))
        self.due = due


class AmountRefused(ValueError):
    """The amount is below the smallest or above the largest top-up."""


@dataclass(frozen=True, slots=True)
class Wish:
    """What somebody asked for. `on_top`: yes, in addition to the payment that is being checked.

    `saves`: the method is to be saved on the way, under this agreement. `saved`: the saved method to pay with.
    `address` and `agent` are where the wish comes from, and with which browser: evidence, should the payment be
    contested; never written to a log. `once` names the form that was sent: sent twice, it is one payment.
    `due_seen` is what the form said was due.
    """

    amount: Money
    language: str = "fr"
    actor: User | None = None
    on_top: bool = False
    method: Method = Method.CARD
    saves: Agreement | None = None
    saved: SavedMethod | None = None
    address: str = ""
    agent: str = field(default="", repr=False)
    once: str = ""
    due_seen: Money | None = None


def request_top_up(
    customer: Customer,
    wish: Wish,
    *,
    gateway: Gateway,
    at: datetime,
    others: Callable[[str], Gateway] | None = None,
) -> Payment:
    """Start a payment and open its page. Returns the payment: OPEN has a page to send the customer to.

    What is due is paid by one payment at a time: an open page for it is used again when the amount is the same, and
    closed at the provider before another one opens when it is not; while a payment is being checked, it is returned
    instead of a new one, unless the customer says that he wants one more. `gateway` is the one of the method wished
    for; `others` gives that of a provider whose payment is in the way. Raises AmountRefused, TooManyTopUps,
    CardsPaused, NotChargeable (the saved method is not usable any more), DebtChanged.
    """
    _refuse_bad_amount(wish.amount)
    payment, is_new = _intend(customer, wish, at=at)
    for _ in range(_ROUNDS):
        if is_new:
            break
        standing = gateway if others is None or payment.provider not in ONLINE else others(payment.provider)
        payment = _make_way(payment, wish, gateway=standing, at=at)
        if payment.is_live or payment.status == PaymentStatus.SUCCEEDED:
            return payment
        payment, is_new = _intend(customer, wish, at=at)
    if not is_new:  # other tabs were faster each time: the one that stands now is told
        return payment
    failpoint("top_up.intended")
    return send(payment.pk, gateway=gateway, at=at)


def suggested_due(customer: Customer) -> Money:
    """What the form proposes: what the customer owes and is not already on its way. Zero when nothing is due."""
    return max(ledger_selectors.amount_to_collect(customer.pk), ZERO)


def _refuse_bad_amount(amount: Money) -> None:
    if not settings.TOP_UP_LEAST_CENTS <= amount.cents <= settings.TOP_UP_MOST_CENTS:
        raise AmountRefused(str(amount.cents))


@transaction.atomic
def _intend(customer: Customer, wish: Wish, *, at: datetime) -> tuple[Payment, bool]:
    """Write the intention down, or return the payment that it would double. The customer's lock puts tabs in a row."""
    ledger.lock_customers([customer.pk])
    public_id = _public_id(customer, wish)
    if (same := Payment.objects.filter(public_id=public_id).first()) is not None:
        if _is_what_was_wished(same, wish) and (same.is_live or same.status == PaymentStatus.SUCCEEDED):
            return same, False
        public_id = uuid4()
    if not wish.on_top and (standing := selectors.standing_in_the_way(customer)) is not None:
        return standing, False
    due = suggested_due(customer)
    _refuse_paid_meanwhile(wish, due)
    attempts.refuse_too_many(customer, wish.method, address=wish.address, at=at)
    saved = chargeable(customer.pk, wish.saved.public_id) if wish.saved else None
    payment = Payment.objects.create(
        public_id=public_id,
        customer=customer,
        actor=wish.actor,
        method=wish.method,
        provider=wish.method.provider,
        purpose=Purpose.PAY_DUE if due and not wish.on_top else Purpose.TOP_UP,
        amount_cents=wish.amount.cents,
        due_cents=due.cents,
        used_method=saved,
        language=wish.language,
        payer_address=wish.address or None,
        payer_agent=wish.agent[:AGENT_LENGTH],
        page_expires_at=at + PAGE_LIFE,
        ask_at=at + timedelta(seconds=settings.PAYMENT_SILENCE_SECONDS),
        created_at=at,
        updated_at=at,
    )
    note(payment, "asked", at=at)
    attempts.note_start(customer, payment.key, address=wish.address, at=at)
    if wish.saves is not None and saved is None:
        save_on_the_way(payment, wish.saves, at=at)
    return payment, True


def _make_way(standing: Payment, wish: Wish, *, gateway: Gateway, at: datetime) -> Payment:
    """Find out what became of the payment in the way, and close its page unless it serves for this wish too."""
    if standing.provider not in ONLINE:
        return standing
    if standing.status == PaymentStatus.CREATED:
        found = send(standing.pk, gateway=gateway, at=at)
    else:
        found = ask(standing.pk, gateway=gateway, at=at)
    serves = _is_what_was_wished(found, wish) and at < found.page_expires_at - _NEARLY_CLOSED
    if found.status == PaymentStatus.OPEN and not serves:
        return close(found.pk, gateway=gateway, at=at)
    return found


def _public_id(customer: Customer, wish: Wish) -> UUID:
    """The same for the same form of the same customer; nobody else can guess it or take it."""
    if not wish.once:
        return uuid4()
    digest = salted_hmac("payments.once", f"{customer.pk}:{wish.once}", algorithm="sha256").digest()
    return UUID(bytes=digest[:16], version=4)


def _refuse_paid_meanwhile(wish: Wish, due: Money) -> None:
    """Nobody pays by accident what another browser has paid: with a saved PayPal account one click would do it."""
    seen = wish.due_seen
    if seen is not None and not wish.on_top and due < seen <= wish.amount:
        raise DebtChanged(due)


def _is_what_was_wished(payment: Payment, wish: Wish) -> bool:
    """The same amount, by the same method, saved or not as it is wished now."""
    saves = SavedMethod.objects.filter(payment=payment).exists()
    used = wish.saved.pk if wish.saved else None
    return (
        payment.amount == wish.amount
        and payment.method == wish.method
        and payment.used_method_id == used
        and saves == (wish.saves is not None and used is None)
    )
