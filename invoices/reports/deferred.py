"""Revenue that is invoiced and not earned yet (487000): of each line, the part of its period that comes after a day."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db.models import OuterRef, Subquery
from django.utils.translation import gettext as _

from core.money import Money, share
from core.references import CustomerNumber
from core.sheets import Sheet
from invoices.models import InvoiceLine, InvoiceVat
from invoices.states import InvoiceStatus

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date

    from core.sheets import Row

_ONE_DAY = 1


@dataclass(frozen=True, slots=True)
class Deferred:
    """One line: its net amount (negative on a credit note), its days, and what of it comes after the day."""

    line: InvoiceLine
    revenue_account: str
    net: Money
    days: int
    days_after: int
    amount: Money


def deferred_part(net: int, *, start: date, end: date, on: date) -> tuple[int, int, int]:
    """The cents that come after `on`, the days after it, and all days; both ends of the period count.

    By days, rounded once on what is earned: the two parts sum to the whole.
    """
    days = (end - start).days + _ONE_DAY
    after = min(max((end - on).days, 0), days)
    return net - share(net, days - after, days), after, days


def deferred_lines(on: date) -> Iterator[Deferred]:
    """The lines issued by then whose period goes on after that day, by document. Those without a period are earned."""
    groups = InvoiceVat.objects.filter(
        invoice=OuterRef("invoice"), category=OuterRef("category"), rate=OuterRef("rate")
    )
    lines = (
        InvoiceLine.objects.filter(invoice__status=InvoiceStatus.ISSUED, invoice__issue_date__lte=on, period_end__gt=on)
        .select_related("invoice")
        .annotate(revenue_account=Subquery(groups.values("revenue_account")[:1]))
        .order_by("invoice__issue_date", "invoice__number", "position")
    )
    for line in lines.iterator(1_000):
        if line.period_start is None or line.period_end is None:
            continue
        net = line.invoice.counted(line.net_cents)
        cents, after, days = deferred_part(net.cents, start=line.period_start, end=line.period_end, on=on)
        yield Deferred(line, line.revenue_account or "", net, days, after, Money(cents))


def deferred_sheets(on: date) -> list[Sheet]:
    """The entry to book by revenue account, then line by line what it is made of."""
    columns = [
        _("Number"),
        _("Issue date"),
        _("Customer number"),
        _("Customer"),
        _("Description"),
        _("First day"),
        _("Last day"),
        _("Excl. VAT"),
        _("Days"),
        _("Days after"),
        _("Account"),
        _("Deferred"),
    ]
    entry = [_("Account"), _("Debit"), _("Credit")]
    return [Sheet(_("Entry"), entry, _entry(on)), Sheet(_("Deferred revenue"), columns, _rows(on))]


def _entry(on: date) -> Iterator[Row]:
    """D revenue, C 487000; to be reversed on the day after."""
    sums: Counter[str] = Counter()
    for each in deferred_lines(on):
        sums[each.revenue_account] += each.amount.cents
    for account, cents in sorted(sums.items()):
        yield [account, Money(cents), None]
    yield ["487000", None, Money(sum(sums.values()))]


def _rows(on: date) -> Iterator[Row]:
    for each in deferred_lines(on):
        invoice = each.line.invoice
        yield [
            str(invoice.number),
            invoice.issue_date,
            CustomerNumber(invoice.buyer["number"]).compact,
            invoice.buyer["name"],
            each.line.label,
            each.line.period_start,
            each.line.period_end,
            each.net,
            each.days,
            each.days_after,
            each.revenue_account,
            each.amount,
        ]
