"""What must always hold of payments."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from django.db.models import Count, F, Q, QuerySet, Sum, Value
from django.db.models.functions import Concat

from core import clock
from core.checks import Check
from core.formats import money_text
from core.money import Money
from ledger import selectors as ledger
from payments.models import LIVE, EventState, Payment, PaymentStatus, Provider, WebhookEvent
from payments.services.crediting import BOOKS

_LONGEST_LIVE: Final = timedelta(hours=24)
_LONGEST_UNREAD: Final = timedelta(hours=1)
_NAMED = 5


def payments_are_credited_once() -> list[Check]:
    """Every payment that succeeded has one posting of its own, of the amount received, and no posting serves two."""
    paid = Payment.objects.filter(status=PaymentStatus.SUCCEEDED)
    bad = [name for provider in BOOKS for name in _names(_booked_wrong(paid, provider))]
    bad += [f"{count} share one posting" for count in _shared(paid)[:_NAMED]]
    return [Check("payments: each one is credited once, as received", ok=not bad, detail=_said(bad, paid.count()))]


def payments_end() -> list[Check]:
    """No payment stays undecided for more than a day."""
    late = Payment.objects.filter(status__in=LIVE, created_at__lt=clock.now() - _LONGEST_LIVE).order_by("pk")
    return [Check("payments: none is undecided for a day", ok=not late.exists(), detail=_said(_names(late), 0))]


def provider_balance() -> list[Check]:
    """Each provider's account in the books is what its payments say: received minus fees, minus what it paid out."""
    return [_balance_of(provider) for provider in BOOKS]


def _booked_wrong(paid: QuerySet[Payment], provider: str) -> QuerySet[Payment]:
    """The payments of a provider that are not booked as they should be."""
    books, paid = BOOKS[provider], paid.filter(provider=provider)
    booked = Sum("tx__entries__amount_cents", filter=Q(tx__entries__account_id=books.clearing))
    key = Concat(Value(f"{books.name}:"), F("intent_id"), Value(":credit"))
    right = paid.annotate(booked=booked).filter(booked=F("received_cents"), tx__key=key)
    return paid.exclude(pk__in=right.values("pk")).order_by("pk")


def _balance_of(provider: str) -> Check:
    paid = Payment.objects.filter(status=PaymentStatus.SUCCEEDED, provider=provider)
    sums = paid.aggregate(received=Sum("received_cents", default=0), fees=Sum("fee_cents", default=0))
    said = Money(sums["received"] - sums["fees"])
    booked = ledger.account_balance(BOOKS[provider].clearing)
    whose = "PayPal’s" if provider == Provider.PAYPAL else "the provider’s"
    detail = f"books {money_text(booked)}, payments {money_text(said)}"
    return Check(f"payments: {whose} account is what its payments say", ok=said == booked, detail=detail)


def news_is_read() -> list[Check]:
    """No event waits unread for more than an hour."""
    waiting = WebhookEvent.objects.filter(
        state__in=[EventState.RECEIVED, EventState.FAILED], received_at__lt=clock.now() - _LONGEST_UNREAD
    ).order_by("pk")
    named = [event.event_id for event in waiting[:_NAMED]]
    return [Check("payments: the provider’s news is read", ok=not named, detail=_said(named, 0))]


def _shared(paid: QuerySet[Payment]) -> list[int]:
    """How many payments claim one posting, for each posting that several claim."""
    counted = paid.values("tx").annotate(payments=Count("pk")).filter(payments__gt=1)
    return [int(row["payments"]) for row in counted.order_by("tx")]


def _names(payments: QuerySet[Payment]) -> list[str]:
    return [payment.reference for payment in payments[:_NAMED]]


def _said(wrong: list[str], count: int) -> str:
    return ", ".join(wrong) if wrong else f"{count} payments" if count else "none"
