"""What the page of paying by transfer shows, computed from questions alone."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from accounts.selectors import current_seller
from bank import selectors
from bank.forms import AmountForm, AnnounceForm, Days
from bank.services import days_to_announce
from bank.tracking import tracker
from core.clock import local_date
from core.money import ZERO, Money, NotAnAmount, parse_euros
from invoices.parties import copy_buyer, copy_seller
from invoices.transfer import transfer_of
from ledger import selectors as books
from ledger.kinds import ItemKind
from payments.forms import amount_words, typed
from payments.selectors import standing_debits
from payments.services.collecting import may_change

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date, datetime

    from accounts.models import Customer
    from ledger.selectors import OpenItemView
    from payments.models import Debit

SHOWN: Final = 12
MOST: Final = Money(999_999_999_99)
"""EPC069-12: the largest amount that the code can hold."""


@dataclass(frozen=True, slots=True)
class Target:
    """What is to be paid: one invoice, or all that is due, or an amount of choice (none: the payer types it)."""

    item: OpenItemView | None
    amount: Money | None
    typed: str
    wrong: str = ""

    @property
    def document(self) -> str:
        return self.item.document_ref if self.item else ""


@dataclass(frozen=True, slots=True)
class PlannedDebit:
    """A debit that is to bring the same money, and whether its customer may still stop it."""

    debit: Debit
    may_change: bool


def open_items_of(customer: Customer) -> list[OpenItemView]:
    """What is to be paid and not contested, the oldest due date first."""
    return [item for item in books.open_items(customer.pk) if not item.disputed]


def named_among(items: Sequence[OpenItemView]) -> list[OpenItemView]:
    """Those that a transfer can name: a payment that was taken back has no number that people write."""
    return [item for item in items if item.kind == ItemKind.INVOICE]


def target_of(query: Mapping[str, str], items: Sequence[OpenItemView]) -> Target:
    """What the address asks for. A document that is not open is not told from one that is not this customer's."""
    asked = query.get("amount", "").strip()
    item = next((each for each in named_among(items) if each.document_ref == query.get("invoice")), None)
    if not asked and len(items) == 1:
        item = next(iter(named_among(items)), None)
    due = item.open if item else Money(sum(each.open.cents for each in items)) or None
    if not asked:
        return Target(item, due, "")
    try:
        amount = parse_euros(asked)
    except NotAnAmount as reason:
        return Target(item, due, asked, amount_words(reason))
    if not ZERO < amount <= MOST:
        return Target(item, due, asked, amount_words(NotAnAmount("format")))
    return Target(item, amount, asked)


def page_context(
    customer: Customer, query: Mapping[str, str], *, at: datetime, form: AnnounceForm | None = None
) -> dict[str, Any]:
    """Everything that the page says."""
    today = local_date(at)
    items = open_items_of(customer)
    target = target_of(query, items)
    delay = selectors.usual_delay(at=at)
    seller, buyer = copy_seller(current_seller(on=today)), copy_buyer(customer)
    amount_form = AmountForm({"amount": target.typed} if target.wrong else None, initial={"amount": target.typed})
    if target.wrong:
        amount_form.add_error("amount", target.wrong)
    return {
        "transfer": transfer_of(seller, buyer, target.amount),
        "target": target,
        "shown_amount": typed(target.amount) if target.amount else "",
        "items": named_among(items)[:SHOWN] if len(items) > 1 else [],
        "due": Money(sum(item.open.cents for item in items)),
        "delay": delay,
        "seller": seller,
        "is_public": buyer.is_public,
        "tracked": tracker(customer, delay, at=at),
        "planned": _planned(customer, target, today=today),
        "form": form or announce_form(customer, items, target, at=at),
        "amount_form": amount_form,
        "query": _query(target),
    }


def announce_form(
    customer: Customer,
    items: Sequence[OpenItemView],
    target: Target,
    *,
    at: datetime,
    answers: Mapping[str, Any] | None = None,
) -> AnnounceForm:
    """The form to announce a transfer, filled in from what is to be paid."""
    today = local_date(at)
    days = Days(*days_to_announce(customer, on=today), today)
    return AnnounceForm(
        answers, items=named_among(items)[:SHOWN], days=days, chosen=target.document, amount=target.amount
    )


def _planned(customer: Customer, target: Target, *, today: date) -> list[PlannedDebit]:
    """The debits that would take the same money: those of the same due date, or all."""
    return [
        PlannedDebit(debit, may_change(debit, on=today))
        for debit in standing_debits(customer.pk)
        if target.item is None or debit.due_on == target.item.due_date
    ]


def _query(target: Target) -> str:
    parts = [f"invoice={target.document}"] if target.document else []
    parts += [f"amount={typed(target.amount)}"] if target.amount and target.typed else []
    return f"?{'&'.join(parts)}" if parts else ""
