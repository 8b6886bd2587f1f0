"""Questions about saved methods and card attempts."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from django.conf import settings
from django.db.models import Count, Max, Q, QuerySet

from payments.models import (
    ON_A_PAGE,
    STANDING,
    AttemptKind,
    CardAttempt,
    Failure,
    Method,
    MethodEvent,
    MethodState,
    Provider,
    Reason,
    SavedMethod,
)

if TYPE_CHECKING:
    from datetime import date, datetime
    from uuid import UUID

    from accounts.models import Customer
    from core.money import Money


def get_method(customer: Customer, public_id: UUID) -> SavedMethod:
    """A saved method of that customer. Raises SavedMethod.DoesNotExist, also for another customer's."""
    found = SavedMethod.objects.select_related("customer", "consent", "actor", "payment")
    return found.get(customer=customer, public_id=public_id)


def methods_of(customer: Customer) -> QuerySet[SavedMethod]:
    """The methods that a customer has saved, in the order in which they are tried."""
    return SavedMethod.objects.filter(customer=customer, state__in=STANDING).order_by("position", "pk")


def usable_methods(customer: Customer) -> QuerySet[SavedMethod]:
    """Those that may be used now, in their order."""
    return methods_of(customer).filter(state=MethodState.ACTIVE)


def methods_to_pay_with(customer: Customer) -> QuerySet[SavedMethod]:
    """Those that pay at once, in their order: a bank account is debited by its mandate, on an announced day."""
    return usable_methods(customer).filter(kind__in=ON_A_PAGE)


def why_unfit(method: SavedMethod, amount: Money, *, on: date) -> Failure | None:
    """Why a method is not debited of that amount on that day, although it may be used; None when it is.

    A card is not tried after the end of its month, unless its network told us of a new date; Stripe makes no SEPA debit
    above STRIPE_SEPA_MOST_CENTS, and does not allow to split one (docs.stripe.com/payments/sepa-debit).
    """
    if method.good_until is not None and method.good_until < on:
        return Failure.EXPIRED_CARD
    by_stripe = method.kind == Method.SEPA and method.provider == Provider.STRIPE
    return Failure.LIMIT if by_stripe and amount.cents > settings.STRIPE_SEPA_MOST_CENTS else None


def methods_in_the_making(customer: Customer) -> QuerySet[SavedMethod]:
    """What is being saved without a payment or being removed, newest first. Open pages are in nobody's way."""
    waits = Q(state=MethodState.UNKNOWN, payment=None) | Q(state=MethodState.REMOVING)
    return SavedMethod.objects.filter(waits, customer=customer).exclude(reason=Reason.REPLACED).order_by("-pk")


def saving_in_progress(customer: Customer, kind: str, *, until: datetime) -> SavedMethod | None:
    """A saving page of that kind that stays open until then, and so serves again; the newest."""
    waits = SavedMethod.objects.filter(customer=customer, kind=kind, payment=None, state=MethodState.PENDING)
    return waits.filter(page_expires_at__gt=until).order_by("-pk").first()


def methods_to_ask_about(*, at: datetime) -> QuerySet[SavedMethod]:
    """The methods whose turn it is to be asked about, oldest first."""
    return SavedMethod.objects.filter(ask_at__lte=at).order_by("ask_at", "pk")


def methods_running_out(*, until: date) -> QuerySet[SavedMethod]:
    """The usable cards whose month ends on or before that day, those that have expired already too."""
    month = Q(expires_year__lt=until.year) | Q(expires_year=until.year, expires_month__lte=until.month)
    return SavedMethod.objects.filter(month, state=MethodState.ACTIVE, kind=Method.CARD).order_by("pk")


def provider_of_method(method_id: int) -> str:
    """Who keeps a method. Raises SavedMethod.DoesNotExist."""
    return SavedMethod.objects.values_list("provider", flat=True).get(pk=method_id)


def steps_of(method: SavedMethod) -> QuerySet[MethodEvent]:
    """The steps of a saved method, in order."""
    return MethodEvent.objects.filter(method=method).order_by("pk")


def paused_customers(*, at: datetime) -> tuple[int, datetime | None]:
    """How many customers' card payments pause now, and since when the longest of them does. One query."""
    refused = CardAttempt.objects.filter(kind=AttemptKind.DECLINED, forgiven_at=None, at__gt=at - timedelta(hours=1))
    counted = refused.values("customer").annotate(refusals=Count("pk"), latest=Max("at")).order_by("customer")
    paused = list(counted.filter(refusals__gte=settings.CARD_DECLINES_PER_HOUR).values_list("latest", flat=True))
    return len(paused), min(paused, default=None)
