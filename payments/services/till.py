"""Read what a provider holds for us and what moved it, keep it, and repair by it what news has lost."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Final
from uuid import UUID

from django.conf import settings
from django.db.models import Q, Sum

from core.clock import local_date
from core.failpoints import failpoint
from ledger import selectors as ledger
from outbox.services import NewJob, enqueue_many
from payments.gateways.base import Refused
from payments.models import BalanceReading, MovementCause, Payment, PaymentStatus, ProviderCursor, ProviderMovement
from payments.services.crediting import BOOKS
from payments.services.cursors import advance
from payments.services.known import CURRENCY, mark_explained
from payments.services.paying_out import apply_payout, look_at_payout
from payments.services.sweeping import ASK
from payments.services.treating import book_fees, carry_out

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from datetime import datetime

    from payments.gateways.base import Gateway, Movement

STREAM: Final = "movements"
_STEP = timedelta(days=30)
"""Providers report at most 31 days at a time."""
_BATCH = 500


@dataclass(frozen=True, slots=True)
class Synchronised:
    """What one turn brought: new movements, payouts looked at, fees booked, payments asked about."""

    new: int
    payouts: int
    fees: int
    asked: int


def sync_till(provider: str, *, gateway: Gateway, at: datetime, deep: bool = False) -> Synchronised:
    """Fetch the movements and payouts of a provider since the last turn, with an overlap, and book what is known.

    Each step of 30 days is kept before the next one, so that a turn that dies is continued. `deep` looks back 30 days,
    for what appears late in the provider's lists. A payment that a movement names and that we have not credited, or
    whose fee we do not know, is asked about. Twice is once. Raises Unsure: the next turn does it.
    """
    new = payouts = 0
    for since, until in _steps(_start(provider, gateway, at=at, deep=deep), at):
        fresh = _keep(provider, gateway.movements_since(since, until=until), at=at)
        payouts += _follow_payouts(provider, gateway, since, until, fresh, at=at)
        advance(provider, STREAM, until, at=at)
        failpoint("till.step")
        new += len(fresh)
    fees = book_fees(provider, at=at)
    carry_out(at=at)
    mark_explained(provider, at=at)
    return Synchronised(new, payouts, fees, _ask_about_payments(provider, at=at))


def read_till(provider: str, *, gateway: Gateway, at: datetime) -> BalanceReading:
    """Ask what the provider holds now, and keep it beside the sum of its movements and our books. Raises Unsure."""
    told = gateway.read_balance()
    reading, _new = BalanceReading.objects.get_or_create(
        provider=provider,
        at=at,
        defaults={
            "available_cents": told.available.cents,
            "pending_cents": told.pending.cents,
            "movements_cents": _sum_of_movements(provider),
            "books_cents": ledger.account_balance(BOOKS[provider].clearing).cents,
            "others": ", ".join(told.others)[:100],
        },
    )
    return reading


def _start(provider: str, gateway: Gateway, *, at: datetime, deep: bool) -> datetime:
    """From where to read: a little before where the last turn ended; from far back the first time."""
    cursor = ProviderCursor.objects.filter(provider=provider, stream=STREAM).first()
    if cursor is None:
        return at - timedelta(days=settings.PROVIDER_FIRST_LOOK_DAYS)
    back = max(gateway.look_back_days, _STEP.days if deep else 0)
    return min(cursor.read_until, at) - timedelta(days=back)


def _steps(start: datetime, end: datetime) -> Iterator[tuple[datetime, datetime]]:
    while start < end:
        until = min(start + _STEP, end)
        yield start, until
        start = until


def _keep(provider: str, told: Iterable[Movement], *, at: datetime) -> list[ProviderMovement]:
    """Write down the movements that are new. Returns them."""
    fresh: list[ProviderMovement] = []
    batch: list[Movement] = []
    for movement in told:
        batch.append(movement)
        if len(batch) == _BATCH:
            fresh += _keep_some(provider, batch, at=at)
            batch = []
    return fresh + _keep_some(provider, batch, at=at)


def _keep_some(provider: str, told: Sequence[Movement], *, at: datetime) -> list[ProviderMovement]:
    known = set(
        ProviderMovement.objects.filter(
            provider=provider, object_id__in=[movement.object_id for movement in told]
        ).values_list("object_id", flat=True)
    )
    rows = [_row(provider, movement, at=at) for movement in told if movement.object_id not in known]
    ProviderMovement.objects.bulk_create(rows, ignore_conflicts=True)
    return rows


def _row(provider: str, movement: Movement, *, at: datetime) -> ProviderMovement:
    return ProviderMovement(
        provider=provider,
        object_id=movement.object_id,
        cause=movement.cause,
        kind=movement.kind,
        gross_cents=movement.gross_cents,
        fee_cents=movement.fee_cents,
        net_cents=movement.net_cents,
        currency=movement.currency,
        occurred_at=movement.occurred_at,
        day=local_date(movement.occurred_at),
        available_at=movement.available_at,
        source_id=movement.source_id,
        reference=movement.reference,
        label=movement.label,
        recorded_at=at,
    )


def _follow_payouts(  # what one step read, and where
    provider: str,
    gateway: Gateway,
    since: datetime,
    until: datetime,
    fresh: Sequence[ProviderMovement],
    *,
    at: datetime,
) -> int:
    """Apply the payouts that began in that time, and look again at older ones that a new movement is about."""
    begun = {payout.object_id: payout for payout in gateway.payouts_since(since, until=until)}
    for payout in begun.values():
        apply_payout(provider, payout, at=at)
    touched = {row.source_id for row in fresh if row.cause == MovementCause.PAYOUT} - begun.keys()
    for payout_id in sorted(touched):
        with suppress(Refused):  # it knows no such payout: the movement waits for a person
            look_at_payout(provider, payout_id, gateway=gateway, at=at)
    return len(begun) + len(touched)


def _ask_about_payments(provider: str, *, at: datetime) -> int:
    """Ask at once about the payments that the provider moved and we did not credit, or whose fee we lack."""
    open_ones = ProviderMovement.objects.filter(provider=provider, cause=MovementCause.PAYMENT, explained_at=None)
    named = [
        uuid for uuid in map(_uuid, open_ones.order_by("-pk").values_list("reference", flat=True)[:_BATCH]) if uuid
    ]
    lacking = Q(public_id__in=named) & ~Q(status=PaymentStatus.SUCCEEDED)
    without_fee = Q(status=PaymentStatus.SUCCEEDED, fee_cents=None)
    asked = Payment.objects.filter(lacking | without_fee, provider=provider).order_by("pk")[:_BATCH]
    jobs = [
        NewJob(ASK, f"{ASK}:{payment.pk}:till:{payment.asked_count}", {"payment_id": payment.pk}) for payment in asked
    ]
    enqueue_many(jobs, at=at)
    return len(jobs)


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


def _sum_of_movements(provider: str) -> int:
    rows = ProviderMovement.objects.filter(provider=provider, currency=CURRENCY)
    return int(rows.aggregate(net=Sum("net_cents"))["net"] or 0)
