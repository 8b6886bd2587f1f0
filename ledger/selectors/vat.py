"""VAT that became due, as the books have it: by account, by what made it due, and what money released of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from django.db.models import Case, CharField, Sum, Value, When

from core.money import Money
from ledger.kinds import HiddenKind, MovementKind
from ledger.models import Entry, VatMovement

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date

    from django.db.models import QuerySet

VAT_DUE: Final = "4457"
"""Accounts of VAT that is due to a state start so; 44587, where it waits for the money, does not."""
DOCUMENTS, SETTLEMENTS, OTHERS = "DOCUMENTS", "SETTLEMENTS", "OTHERS"
_OF_DOCUMENTS = [MovementKind.INVOICE, MovementKind.CREDIT_NOTE]


@dataclass(frozen=True, slots=True)
class VatBooked:
    """VAT of an account, in the sense of what is owed, by what booked it: documents, settlements, or others."""

    account: str
    by: str
    amount: Money


@dataclass(frozen=True, slots=True)
class VatEntry:
    """An entry of neither a document nor a settlement: a loss, a correction."""

    on: date
    account: str
    piece_ref: str
    label: str
    amount: Money


@dataclass(frozen=True, slots=True)
class VatReleased:
    """VAT that a settlement made due, or took back (negative), of the rate at that place of the document."""

    document_ref: str
    share: int
    account: str
    amount: Money


def vat_booked(start: date, end: date) -> list[VatBooked]:
    """What was booked on the accounts of VAT due with effect in these days, account by account."""
    by = Case(
        When(tx__kind__in=_OF_DOCUMENTS, then=Value(DOCUMENTS)),
        When(tx__kind=HiddenKind.SETTLEMENT, then=Value(SETTLEMENTS)),
        default=Value(OTHERS),
        output_field=CharField(),
    )
    found = _entries(start, end).annotate(by=by).values("account_id", "by").annotate(cents=Sum("amount_cents"))
    rows = found.order_by("account_id", "by")
    return [VatBooked(row["account_id"], row["by"], Money(-int(row["cents"]))) for row in rows]


def vat_of_others(start: date, end: date) -> Iterator[VatEntry]:
    """The entries behind `others`, oldest first."""
    entries = _entries(start, end).exclude(tx__kind__in=[*_OF_DOCUMENTS, HiddenKind.SETTLEMENT])
    rows = entries.select_related("tx").order_by("tx__effective_on", "tx_id", "seq")
    for entry in rows.iterator(1_000):
        tx = entry.tx
        yield VatEntry(tx.effective_on, entry.account_id, tx.piece_ref, tx.label, Money(-entry.amount_cents))


def vat_released(start: date, end: date) -> Iterator[VatReleased]:
    """What settlements released of documents whose VAT waits for the money (CGI art. 269-2 c), as they did."""
    rows = VatMovement.objects.filter(tx__effective_on__gte=start, tx__effective_on__lte=end).exclude(released_cents=0)
    columns = ("share__item__document_ref", "share__seq", "share__due_account_id", "released_cents")
    for ref, seq, account, cents in rows.order_by("pk").values_list(*columns).iterator(1_000):
        yield VatReleased(ref, seq, account, Money(cents))


def _entries(start: date, end: date) -> QuerySet[Entry]:
    rows = Entry.objects.filter(account__code__startswith=VAT_DUE)
    return rows.filter(tx__effective_on__gte=start, tx__effective_on__lte=end)
