"""What our own objects say that they moved at a provider, and which of its movements none of them explains."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from django.db.models import Exists, F, OuterRef, Q, QuerySet, Sum

from payments.models import MovementCause, MovementTreatment, ProviderMovement, TreatmentState
from payments.services.about import Claims, claims_on
from payments.services.hearing import SUBJECTS

if TYPE_CHECKING:
    from datetime import datetime

CURRENCY: Final = "EUR"
_AT_ONCE: Final = 500
_GRACE = timedelta(days=1)
"""A payment, a refund or a dispute that the provider moved may be learned of so much later, without alarm."""
_OF_OURS: Final = (MovementCause.PAYMENT, MovementCause.REFUND, MovementCause.DISPUTE, MovementCause.PAYOUT)


def claims_of(provider: str) -> list[Claims]:
    """All claims on the clearing account of a provider: of payments, refunds, disputes, payouts, and treatments."""
    treated = MovementTreatment.objects.filter(movement__provider=provider)
    own = claims_on(treated, tx="tx", source="movement__source_id", cents=F("cents"))
    return [own, *(claims for subject in SUBJECTS if subject.claims for claims in subject.claims(provider))]


def mark_explained(provider: str, *, at: datetime) -> int:
    """Note the movements that something of ours explains by now. Returns how many.

    What we claim of one of the provider's objects must be all that moved for it, to the cent.
    """
    open_ones = ProviderMovement.objects.filter(provider=provider, currency=CURRENCY, explained_at=None)
    open_ones = open_ones.filter(cause__in=_OF_OURS)
    sources = list(open_ones.order_by("source_id").values_list("source_id", flat=True).distinct())
    marked = 0
    for start in range(0, len(sources), _AT_ONCE):
        agreed = _agreed(provider, sources[start : start + _AT_ONCE])
        marked += open_ones.filter(source_id__in=agreed).update(explained_at=at)
    return marked


def _agreed(provider: str, sources: list[str]) -> list[str]:
    """Those of these objects of which both sides have moved the same."""
    claimed: Counter[str] = Counter()
    known: set[str] = set()
    for claims in claims_of(provider):
        for source, cents in claims.filter(claim_source__in=sources).values_list("claim_source", "claim_cents"):
            claimed[source] += cents
            known.add(source)
    rows = ProviderMovement.objects.filter(provider=provider, currency=CURRENCY, source_id__in=sources).order_by()
    moved = dict(rows.values("source_id").annotate(cents=Sum("net_cents")).values_list("source_id", "cents"))
    return [source for source in sources if source in known and claimed[source] == moved[source]]


def movements_to_treat(*, at: datetime) -> QuerySet[ProviderMovement]:
    """The movements that wait for a person, oldest first: nothing of ours explains them, nor will it soon.

    Fees are booked by themselves. What should be a payment, a refund, a dispute or a payout of ours is given a day.
    """
    strange = Q(cause=MovementCause.OTHER) | ~Q(currency=CURRENCY)
    live = MovementTreatment.objects.filter(movement=OuterRef("pk")).exclude(state=TreatmentState.DROPPED)
    return (
        ProviderMovement.objects.filter(explained_at=None)
        .filter(strange | Q(cause__in=_OF_OURS, recorded_at__lt=at - _GRACE))
        .exclude(Exists(live))
        .order_by("recorded_at", "pk")
    )


def fees_to_book(provider: str) -> QuerySet[ProviderMovement]:
    """The movements whose meaning is known and that are not booked yet: fees, and the fee of a payout."""
    live = MovementTreatment.objects.filter(movement=OuterRef("pk"))
    fees = Q(cause=MovementCause.FEE, explained_at=None) & ~Q(net_cents=0)
    of_payouts = Q(cause=MovementCause.PAYOUT) & ~Q(fee_cents=0)
    rows = ProviderMovement.objects.filter(fees | of_payouts, provider=provider, currency=CURRENCY)
    return rows.exclude(Exists(live)).order_by("pk")
