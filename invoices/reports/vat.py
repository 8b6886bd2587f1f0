"""VAT of months by treatment, rate and account, and its reconciliation with the books, to the cent.

On débits VAT is due by the document, in the month of its date; on encaissements by the money, as the ledger released
it. Credit notes and money taken back are negative, in the month in which they happen. Both sides of the reconciliation
have their own source: what is frozen on documents here, what is booked on 4457 there.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from decimal import Decimal
from itertools import islice
from typing import TYPE_CHECKING

from django.db.models import Sum
from django.utils.translation import gettext as _

from core.money import ZERO, Money, round_half_up
from core.sheets import Sheet
from invoices.models import InvoiceVat
from invoices.reports.periods import months_of
from invoices.states import DocumentKind, InvoiceStatus
from invoices.tax import Treatment
from ledger import selectors as ledger

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from core.sheets import Row
    from invoices.reports.periods import Period

_AT_ONCE = 500


@dataclass(frozen=True, order=True, slots=True)
class VatKey:
    """What is summed together: how it fell due, by which rule, at which rate, on which account."""

    on_debits: bool
    treatment: str
    country: str
    category: str
    rate: Decimal
    account: str


@dataclass(slots=True)
class VatLine:
    """Sums of one key in one month: what came in and what went back (negative)."""

    base: Money = ZERO
    base_back: Money = ZERO
    vat: Money = ZERO
    vat_back: Money = ZERO

    def add(self, base: Money, vat: Money, *, back: bool) -> None:
        if back:
            self.base_back, self.vat_back = self.base_back - base, self.vat_back - vat
        else:
            self.base, self.vat = self.base + base, self.vat + vat


@dataclass(frozen=True, slots=True)
class Check:
    """One account of VAT due: what documents and settlements say, what is booked, what neither explains."""

    account: str
    documents: Money
    documents_booked: Money
    released: Money
    released_booked: Money
    others: Money

    @property
    def difference(self) -> Money:
        """Zero, or somebody posted past the verbs."""
        return self.documents_booked - self.documents + self.released_booked - self.released

    @property
    def agrees(self) -> bool:
        return self.documents == self.documents_booked and self.released == self.released_booked

    @property
    def booked(self) -> Money:
        return self.documents_booked + self.released_booked + self.others


@dataclass(slots=True)
class VatMonth:
    """The VAT of one month."""

    period: Period
    lines: dict[VatKey, VatLine] = field(default_factory=lambda: defaultdict(VatLine))
    checks: list[Check] = field(default_factory=list)

    @property
    def agrees(self) -> bool:
        return all(check.agrees for check in self.checks)


def vat_month(period: Period) -> VatMonth:
    """Sum one period, and compare it with the books."""
    month = VatMonth(period)
    _add_documents(month)
    _add_released(month)
    month.checks = _checks(month)
    return month


def _add_documents(month: VatMonth) -> None:
    """Documents on débits, and what bears no VAT; the others are due with the money."""
    rows = InvoiceVat.objects.filter(
        invoice__status=InvoiceStatus.ISSUED,
        invoice__issue_date__gte=month.period.start,
        invoice__issue_date__lte=month.period.end,
    )
    names = ("treatment", "country", "category", "rate", "vat_account", "invoice__kind", "invoice__vat_on_debits")
    for row in rows.values(*names).annotate(base=Sum("base_cents"), vat=Sum("vat_cents")).order_by(*names):
        if row["vat"] and not row["invoice__vat_on_debits"]:
            continue
        rate = row["rate"].normalize()
        key = VatKey(True, row["treatment"], row["country"], row["category"], rate, row["vat_account"])  # noqa: FBT003
        back = row["invoice__kind"] == DocumentKind.CREDIT_NOTE
        month.lines[key].add(Money(int(row["base"])), Money(int(row["vat"])), back=back)


def _add_released(month: VatMonth) -> None:
    released = ledger.vat_released(month.period.start, month.period.end)
    while some := list(islice(released, _AT_ONCE)):
        groups = _groups_of({each.document_ref for each in some})
        for each in some:
            group = groups[each.document_ref][each.share - 1]
            rate = group.rate.normalize()
            key = VatKey(False, group.treatment, group.country, group.category, rate, each.account)  # noqa: FBT003
            vat = Money(abs(each.amount.cents))
            month.lines[key].add(ZERO, vat, back=each.amount.cents < 0)
    for key, line in month.lines.items():
        if not key.on_debits:  # the base of a part payment is not an amount of the books: it follows from its VAT
            line.base, line.base_back = _base(line.vat, key.rate), _base(line.vat_back, key.rate)


def _groups_of(numbers: set[str]) -> dict[str, list[InvoiceVat]]:
    """The rates of these invoices that had VAT, in the order in which the ledger counts them."""
    rows = InvoiceVat.objects.filter(invoice__number__in=numbers, vat_cents__gt=0).select_related("invoice")
    found: dict[str, list[InvoiceVat]] = defaultdict(list)
    for row in rows.order_by("invoice", "-rate", "category"):
        found[str(row.invoice.number)].append(row)
    return found


def _base(vat: Money, rate: Decimal) -> Money:
    return Money(round_half_up(Decimal(vat.cents) * 100 / rate))


def _checks(month: VatMonth) -> list[Check]:
    told: dict[bool, Counter[str]] = {True: Counter(), False: Counter()}
    for key, line in month.lines.items():
        if key.account:
            told[key.on_debits][key.account] += (line.vat + line.vat_back).cents
    booked: dict[str, Counter[str]] = defaultdict(Counter)
    for each in ledger.vat_booked(month.period.start, month.period.end):
        booked[each.by][each.account] += each.amount.cents
    accounts = sorted({*told[True], *told[False], *(account for sums in booked.values() for account in sums)})
    return [
        Check(
            account,
            documents=Money(told[True][account]),
            documents_booked=Money(booked["DOCUMENTS"][account]),
            released=Money(told[False][account]),
            released_booked=Money(booked["SETTLEMENTS"][account]),
            others=Money(booked["OTHERS"][account]),
        )
        for account in accounts
    ]


def vat_report(period: Period) -> tuple[list[Sheet], bool]:
    """The summary month by month, its reconciliation, and the other entries; and whether it agrees with the books."""
    months = [vat_month(month) for month in months_of(period)]
    return [_summary(months), _reconciliation(months), _others(period)], all(month.agrees for month in months)


def _summary(months: Sequence[VatMonth]) -> Sheet:
    treatments = {str(value): str(label) for value, label in Treatment.choices}
    basis = {True: _("Débits"), False: _("Encaissements")}
    columns = [
        _("Month"),
        _("VAT due by"),
        _("Treatment"),
        _("Country"),
        _("VAT category"),
        _("Rate, %"),
        _("Account"),
        _("Base: invoices, money in"),
        _("Base: credit notes, money back"),
        _("Base"),
        _("VAT: invoices, money in"),
        _("VAT: credit notes, money back"),
        _("VAT"),
    ]
    rows: list[Row] = [
        [
            f"{month.period.start:%Y-%m}",
            basis[key.on_debits],
            treatments.get(key.treatment, key.treatment),
            key.country,
            key.category,
            key.rate,
            key.account,
            line.base,
            line.base_back,
            line.base + line.base_back,
            line.vat,
            line.vat_back,
            line.vat + line.vat_back,
        ]
        for month in months
        for key, line in sorted(month.lines.items(), reverse=True)
    ]
    return Sheet(_("VAT by rate"), columns, rows)


def _reconciliation(months: Sequence[VatMonth]) -> Sheet:
    states = {True: _("agrees"), False: _("DOES NOT AGREE")}
    columns = [
        _("Month"),
        _("Account"),
        _("By documents"),
        _("Booked by documents"),
        _("By settlements"),
        _("Booked by settlements"),
        _("Booked by other entries"),
        _("Booked in all"),
        _("Difference"),
        _("State"),
    ]
    rows: list[Row] = [
        [
            f"{month.period.start:%Y-%m}",
            check.account,
            check.documents,
            check.documents_booked,
            check.released,
            check.released_booked,
            check.others,
            check.booked,
            check.difference,
            states[check.agrees],
        ]
        for month in months
        for check in month.checks
    ]
    return Sheet(_("Reconciliation"), columns, rows)


def _others(period: Period) -> Sheet:
    columns = [_("Date"), _("Account"), _("Document"), _("Wording"), _("VAT")]
    return Sheet(_("Other entries"), columns, _entries(period))


def _entries(period: Period) -> Iterator[Row]:
    for entry in ledger.vat_of_others(period.start, period.end):
        yield [entry.on, entry.account, entry.piece_ref, entry.label, entry.amount]
