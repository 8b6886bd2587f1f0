"""What staff look after: documents that wait for somebody, in lots, with how many there are and since when."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Final

from django.db.models import Case, Count, Exists, F, Min, OuterRef, Q, When
from django.db.models.functions import Coalesce

from chorus.models import Deposit, Submission
from chorus.states import SubmissionState

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from django.db.models import QuerySet

STUCK_AFTER: Final = timedelta(hours=24)
_SUSPENDED, _ASTRAY, _REFUSED = "SUSPENDUE", "A_RECYCLER", "REJETEE"
_UNDER_WAY: Final = (SubmissionState.READY, SubmissionState.SENDING, SubmissionState.DEPOSITED)


class Lot(StrEnum):
    """A kind of document that waits; the value is its word in addresses."""

    REFERENCES = "a-completer"
    ENTRY = "refusees-entree"
    SUSPENDED = "suspendues"
    ASTRAY = "a-recycler"
    REFUSED = "rejetees"
    HELD = "retenues"
    UNKNOWN = "inconnues"
    STUCK = "bloquees"
    ALL = "toutes"


WAITING: Final = tuple(lot for lot in Lot if lot is not Lot.ALL)


class Owner(StrEnum):
    """Whose documents; the value is its word in addresses."""

    ANYBODY = ""
    MINE = "moi"
    NOBODY = "personne"


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which documents: a lot, whose, how old at least (days), and what was typed."""

    lot: Lot = Lot.ALL
    owner: Owner = Owner.ANYBODY
    user_id: int | None = None
    days: int = 0
    typed: str = ""


@dataclass(frozen=True, slots=True)
class Counted:
    """How many documents each lot has, and since when the oldest waits."""

    counts: Mapping[Lot, int]
    oldest: Mapping[Lot, datetime | None]

    @property
    def waiting(self) -> int:
        return sum(self.counts[lot] for lot in WAITING)

    @property
    def oldest_at(self) -> datetime | None:
        return min((at for lot in WAITING if (at := self.oldest[lot]) is not None), default=None)


def in_lot(lot: Lot, *, at: datetime) -> Q:
    """The documents of a lot. One that is refused stays until somebody dealt with it."""
    there = Q(state=SubmissionState.INTEGRATED)
    return {
        Lot.REFERENCES: Q(state=SubmissionState.WAITING_REFERENCES),
        Lot.ENTRY: Q(state=SubmissionState.REJECTED),
        Lot.SUSPENDED: there & Q(chorus_status=_SUSPENDED),
        Lot.ASTRAY: there & Q(chorus_status=_ASTRAY),
        Lot.REFUSED: there & Q(chorus_status=_REFUSED, dealt_at__isnull=True),
        Lot.HELD: Q(state=SubmissionState.HELD),
        Lot.UNKNOWN: Q(state=SubmissionState.UNKNOWN),
        Lot.STUCK: Q(state__in=_UNDER_WAY, state_at__lte=at - STUCK_AFTER),
        Lot.ALL: Q(),
    }[lot]


def with_since(rows: QuerySet[Submission]) -> QuerySet[Any]:
    """With `since`: from when it waits, by the status there, or else by our state."""
    there = Coalesce("chorus_status_at", "state_at")
    return rows.annotate(since=Case(When(state=SubmissionState.INTEGRATED, then=there), default=F("state_at")))


def count_lots(*, at: datetime) -> Counted:
    """All lots. One query."""
    asked: dict[str, Any] = {}
    for lot in Lot:
        asked[f"count_{lot.name}"] = Count("pk", filter=in_lot(lot, at=at))
        asked[f"oldest_{lot.name}"] = Min("since", filter=in_lot(lot, at=at))
    found = with_since(Submission.objects.order_by()).aggregate(**asked)
    return Counted({lot: found[f"count_{lot.name}"] for lot in Lot}, {lot: found[f"oldest_{lot.name}"] for lot in Lot})


def documents_wanted(wanted: Wanted, *, at: datetime) -> QuerySet[Any]:
    """Those documents with their buyers and owners: what waits longest first; of all of them, the newest first."""
    found = with_since(Submission.objects.filter(in_lot(wanted.lot, at=at)))
    found = found.select_related("invoice__customer", "owner")
    if wanted.owner is Owner.MINE:
        found = found.filter(owner_id=wanted.user_id)
    elif wanted.owner is Owner.NOBODY:
        found = found.filter(owner__isnull=True)
    if wanted.days:
        found = found.filter(since__lte=at - timedelta(days=wanted.days))
    if wanted.typed:
        found = found.filter(_named(wanted.typed))
    return found.order_by("-pk") if wanted.lot is Lot.ALL else found.order_by("since", "pk")


def submission_page(submission_id: int) -> Any:
    """One of them. Raises Submission.DoesNotExist."""
    found = with_since(Submission.objects.select_related("invoice__customer", "invoice__original", "owner"))
    return found.get(pk=submission_id)


def submissions_of(customer_id: int, most: int) -> list[Any]:
    """The latest documents of a buyer. One query."""
    found = Submission.objects.filter(invoice__customer=customer_id).select_related("invoice")
    return list(with_since(found).order_by("-pk")[:most])


def _named(typed: str) -> Q:
    """By its number, its buyer (name, number, SIRET) or the number of a flow."""
    flow = Deposit.objects.filter(submission=OuterRef("pk"), flow_number__iexact=typed)
    buyer = Q(invoice__customer__name__icontains=typed) | Q(invoice__customer__number__iexact=typed)
    siret = Q(invoice__customer__siret="".join(typed.split()))
    return Q(invoice__number__icontains=typed) | buyer | siret | Q(Exists(flow)) | _by_identifier(typed)


def _by_identifier(typed: str) -> Q:
    is_number = typed.isascii() and typed.isdigit() and len(typed) < 19  # noqa: PLR2004 - of a bigint
    return Q(chorus_id=int(typed)) if is_number else Q(pk__in=[])
