"""Send quotes and pro forma invoices, and end those that become no invoice."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils.translation import gettext

from accounts.identity import plain_line
from core.clock import local_date
from core.formats import day_text
from invoices.content import content_hash
from invoices.locks import lock_invoices, lock_quote
from invoices.models import LABEL_LENGTH, ROUTING_LENGTHS, Invoice, Quote
from invoices.numbering import take_numbers
from invoices.pricing import price
from invoices.quote_content import frozen_lines, frozen_vat, quote_content
from invoices.quote_transitions import move
from invoices.states import QuoteKind, QuoteStatus
from ledger import services as ledger
from outbox import services as outbox

if TYPE_CHECKING:
    from datetime import date, datetime

    from accounts.models import User
    from invoices.pricing import Priced

LONGEST = timedelta(days=366)
_ENDED = {
    QuoteStatus.ACCEPTED: "quote.accepted",
    QuoteStatus.REFUSED: "quote.refused",
    QuoteStatus.WITHDRAWN: "quote.withdrawn",
    QuoteStatus.EXPIRED: "quote.expired",
}


class BadValidity(ValueError):
    """A quote holds from its own day to a year later at most."""


class QuoteClosed(ValueError):
    """The quote has ended, or its last day is over; the message says which, and what to do."""


def send_quote(draft: Invoice, kind: QuoteKind, *, valid_until: date, at: datetime, actor: str = "") -> Quote:
    """Make a draft a quote or a pro forma invoice: number it, freeze it, ask for its PDF and the mail. Nothing is owed.

    The draft is gone then: its public id names the quote, so that sending twice gives the quote that exists. VAT is
    decided as of the day of `at`; a proof that is missing stops the invoice later, not the quote. Raises BadValidity,
    VatNotDecided, NothingToBill, NoSeller, Invoice.DoesNotExist (no such draft any more).
    """
    day = local_date(at)
    if not day <= valid_until <= day + LONGEST:
        raise BadValidity(gettext("A quote is valid from today to a year later at most. Choose another last day."))
    with transaction.atomic():
        locked = lock_invoices([draft.pk]).get(draft.pk)
        if known := Quote.objects.filter(draft_id=draft.public_id).first():
            return known
        if locked is None or locked.is_issued or locked.is_credit_note:
            raise Invoice.DoesNotExist(f"no draft {draft.public_id}")
        quote = _freeze(locked, kind, valid_until, at=at, actor=actor)
        _forget(locked)
        _tell(quote, at=at)
    return quote


def refuse_quote(quote: Quote, *, by: User, at: datetime, reason: str = "") -> Quote:
    """The customer does not want it. Twice is once. Raises QuoteClosed when it ended otherwise."""
    return _end(quote, QuoteStatus.REFUSED, by=by, at=at, reason=reason)


def withdraw_quote(quote: Quote, *, by: User, at: datetime, reason: str = "") -> Quote:
    """Staff take it back. Twice is once. Raises QuoteClosed when it ended otherwise."""
    return _end(quote, QuoteStatus.WITHDRAWN, by=by, at=at, reason=reason)


def expire_quotes(*, at: datetime) -> int:
    """End the quotes whose last day is over, one after the other. Returns how many."""
    late = Quote.objects.filter(status=QuoteStatus.SENT, valid_until__lt=local_date(at)).order_by("pk")
    return sum(_expire(pk, at=at) for pk in late.values_list("pk", flat=True))


def check_open(quote: Quote, *, on: date) -> None:
    """Whether it may still be answered on that day. Raises QuoteClosed."""
    if quote.status == QuoteStatus.EXPIRED or (quote.status == QuoteStatus.SENT and on > quote.valid_until):
        words = gettext("%(number)s was valid until %(day)s. Write to us: we send you a new one.")
        raise QuoteClosed(words % {"number": quote.number, "day": day_text(quote.valid_until)})
    if quote.status != QuoteStatus.SENT:
        words = gettext("%(number)s is closed: %(state)s. Nothing was changed.")
        raise QuoteClosed(words % {"number": quote.number, "state": quote.get_status_display().lower()})


def write_ending(quote: Quote, to: QuoteStatus, *, at: datetime) -> None:
    """Write how a locked quote ended, and seal the fact. Raises NotAllowed."""
    move(quote, to, at=at)
    quote.save()
    ledger.record(_ENDED[to], {"number": quote.number, "content_hash": quote.content_hash}, at=at)


def _freeze(draft: Invoice, kind: QuoteKind, valid_until: date, *, at: datetime, actor: str) -> Quote:
    lines = list(draft.lines.order_by("position"))
    priced: Priced = price(draft.customer, lines, at=at)
    day = local_date(at)
    [number] = take_numbers(kind.series, 1, on=day)
    quote = Quote(
        draft_id=draft.public_id,
        kind=kind,
        number=number,
        customer=draft.customer,
        seller=priced.seller.frozen(),
        buyer=priced.buyer.frozen(),
        subject=draft.subject,
        **{name: getattr(draft, name) for name in ROUTING_LENGTHS},
        lines=frozen_lines(lines),
        vat=frozen_vat(priced.vat_rows(draft)),
        net_cents=priced.totals.net.cents,
        vat_cents=priced.totals.vat.cents,
        total_cents=priced.totals.total.cents,
        issue_date=day,
        valid_until=valid_until,
        issued_at=at,
        actor=actor,
    )
    quote.content_hash = content_hash(quote_content(quote))
    quote.save(force_insert=True)
    return quote


def _forget(draft: Invoice) -> None:
    draft.lines.all().delete()
    draft.delete()


def _tell(quote: Quote, *, at: datetime) -> None:
    fact = {"number": quote.number, "total_cents": quote.total_cents, "content_hash": quote.content_hash}
    ledger.record("quote.sent", fact, at=at)
    payload, owner = {"quote_id": quote.pk}, f"customer:{quote.customer_id}"
    render = outbox.NewJob("invoices.render", key=f"invoices.render:{quote.number}", payload=payload, owner=owner)
    announce = outbox.NewJob("invoices.announce_quote", key=f"invoices.announce:{quote.number}", payload=payload)
    outbox.enqueue_many([render, announce], at=at)


def _end(quote: Quote, to: QuoteStatus, *, by: User, at: datetime, reason: str) -> Quote:
    with transaction.atomic():
        locked = lock_quote(quote.pk)
        if locked.status == to:
            return locked
        check_open(locked, on=local_date(at))
        locked.decided_by, locked.reason = by, plain_line(reason)[:LABEL_LENGTH]
        write_ending(locked, to, at=at)
    return locked


def _expire(quote_id: int, *, at: datetime) -> bool:
    with transaction.atomic():
        locked = lock_quote(quote_id)
        if locked.status != QuoteStatus.SENT:
            return False
        write_ending(locked, QuoteStatus.EXPIRED, at=at)
    return True
