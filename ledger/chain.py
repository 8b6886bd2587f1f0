"""Walk the chain of proofs and the closings again, and name the first thing that is not as it was sealed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from django.conf import settings

from ledger.facts import GENESIS, chained, closing_text, texts_of_events, texts_of_transactions
from ledger.models import Closing, ClosingKind, Link
from ledger.signing import is_signed
from ledger.totals import totals_between

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

AT_ONCE: Final = 2_000


def first_broken_link(*, newest: int | None = None, watch: Callable[[int], None] | None = None) -> str:
    """The first link that does not follow from its fact and the link before, in words; empty when all do.

    `newest` looks at so many of the newest links only; `watch` is told how many were walked, now and then.
    """
    before = _link_before(newest)
    walked = 0
    while some := _links_after(before):
        if broken := _first_broken(some, before):
            return broken
        before, walked = some[-1], walked + len(some)
        if watch is not None:
            watch(walked)
    return ""


def first_broken_closing(*, recount: bool = True) -> str:
    """The first closing whose hash, signature, totals or place is not as it was made; empty when all are right.

    `recount` adds up the entries of each day again.
    """
    for kind in ClosingKind:
        before: Closing | None = None
        for closing in Closing.objects.filter(kind=kind).order_by("starts_on"):
            if wrong := _wrong_with(closing, before, recount=recount):
                return f"{kind.value} {closing.starts_on.isoformat()}: {wrong}"
            before = closing
    return ""


def _link_before(newest: int | None) -> Link | None:
    """The link after which to begin: none, or the one before so many of the newest."""
    if newest is None:
        return None
    head = Link.objects.order_by("-position").values_list("position", flat=True).first() or 0
    return Link.objects.filter(position=head - newest).first()


def _links_after(before: Link | None) -> list[Link]:
    return list(Link.objects.filter(position__gt=before.position if before else 0).order_by("position")[:AT_ONCE])


def _first_broken(links: Sequence[Link], before: Link | None) -> str:
    transactions = texts_of_transactions([link.tx_id for link in links if link.tx_id])
    events = texts_of_events([link.event_id for link in links if link.event_id])
    for link in links:
        place = before.position + 1 if before else 1
        if link.position != place:
            return f"link {place} is missing"
        named = f"transaction {link.tx_id}" if link.tx_id else f"event {link.event_id}"
        text = transactions.get(link.tx_id) if link.tx_id else events.get(link.event_id or 0)
        if text is None:
            return f"link {link.position}: {named} is missing"
        if link.hash != chained(before.hash if before else GENESIS, text):
            return f"link {link.position}: {named} is not as it was sealed"
        before = link
    return ""


def _wrong_with(closing: Closing, before: Closing | None, *, recount: bool) -> str:
    questions: Iterable[tuple[Callable[[], bool], str]] = (
        (lambda: closing.hash == chained(before.hash if before else GENESIS, closing_text(closing)), "another hash"),
        (lambda: not _should_be_signed(closing) or is_signed(closing.hash, closing.signature), "another signature"),
        (lambda: closing.head == _hash_at(closing.last_position), "the chain had another head"),
        (lambda: _adds_up(closing, before), "its perpetual totals do not follow"),
        (lambda: not recount or _counts_again(closing), "its totals are not what was recorded"),
    )
    return next((words for holds, words in questions if not holds()), "")


def _should_be_signed(closing: Closing) -> bool:
    """A closing made before a key was set has no signature; without a key none can be checked."""
    return bool(settings.SEAL_KEY and closing.signature)


def _hash_at(position: int) -> str:
    return Link.objects.filter(position=position).values_list("hash", flat=True).first() or GENESIS


def _adds_up(closing: Closing, before: Closing | None) -> bool:
    names = ("sales_cents", "vat_cents", "received_cents")
    return all(
        getattr(closing, f"perpetual_{name}") == getattr(before, f"perpetual_{name}", 0) + getattr(closing, name)
        for name in names
    )


def _counts_again(closing: Closing) -> bool:
    totals = totals_between(closing.first_position, closing.last_position)
    columns = (closing.sales_cents, closing.vat_cents, closing.received_cents)
    return totals.as_json() == closing.totals and (totals.sales, totals.vat, totals.received) == columns
