"""Tell customers that their money came: a receipt and a mail, once ten minutes have passed without an undo.

The job is written with the decision; what was undone meanwhile is told to nobody.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext

from bank.locks import lock_work
from bank.matching.rules import Chip
from bank.models import Decision, LineRecall, Share
from bank.services.telling import HELD, tell_corrected, tell_received, unsay
from bank.words import Action
from core.clock import at_noon
from core.money import Money
from invoices import selectors as invoice_selectors
from invoices import services as invoices
from invoices.states import CancelCause
from ledger import selectors as books
from ledger import services as ledger
from ledger.services import Settled
from outbox import services as outbox

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

TELL: Final = "bank.tell"


def tell_later(decision_ids: Sequence[int], *, at: datetime) -> None:
    """Ask for the receipts and mails of these decisions, in the caller's transaction."""
    if decision_ids:
        outbox.enqueue(
            TELL,
            {"decision_ids": list(decision_ids)},
            key=f"{TELL}:{decision_ids[0]}:{len(decision_ids)}",
            at=at,
            run_after=at + HELD,
        )


def tell(decision_ids: Sequence[int], *, at: datetime) -> int:
    """Write receipt and mail of each decision that still stands. Twice is once. Returns how many were told."""
    told = 0
    for decision in Decision.objects.filter(pk__in=list(decision_ids), action=Action.CREDIT).order_by("pk"):
        told += _tell(decision.pk, decision.line_id, at=at)
    return told


@transaction.atomic
def _tell(decision_id: int, line_id: int, *, at: datetime) -> bool:
    lock_work(line_id)  # an undo waits, or has been
    decision = Decision.objects.select_related("line", "judgement").get(pk=decision_id)
    if Decision.objects.filter(undoes=decision).exists() or LineRecall.objects.filter(original=line_id).exists():
        return False
    for share in decision.shares.select_related("customer").filter(customer__isnull=False).order_by("place"):
        _receipt(share, decision, at=at)
    return True


def _receipt(share: Share, decision: Decision, *, at: datetime) -> None:
    customer = share.customer
    assert customer is not None  # noqa: S101 - only shares of customers
    with translation.override(customer.language):
        method = gettext("Bank transfer")
    balance = books.get_balance(customer.pk).balance
    receipt = invoices.issue_receipt(
        customer,
        payment_ref=reference_of(share, decision),
        amount=share.amount,
        method=method,
        received_at=at_noon(decision.line.booked_on),
        balance_after=balance,
        settled=settled_of(share),
        at=at,
        key=key_of(share, decision),
    )
    tell_received(
        customer,
        amount=share.amount,
        payer=decision.line.party_name,
        settled=settled_of(share),
        balance=balance,
        key=f"{key_of(share, decision)}:received",
        at=decision.at,
        paid_twice=_is_paid_twice(decision),
        receipt=receipt.number,
    )


def key_of(share: Share, decision: Decision) -> str:
    """The name of a share in receipts and mails."""
    return f"bank:{decision.pk}:{share.place}"


def _is_paid_twice(decision: Decision) -> bool:
    """Whether the payer named a document that was paid before: probably a second payment of it."""
    candidates = decision.judgement.candidates if decision.judgement else []
    return bool(candidates) and Chip.ALREADY_PAID in {chip for chip, _value in candidates[0]["chips"]}


def settled_of(share: Share) -> list[Settled]:
    """What the share paid when it was credited."""
    return [Settled(paid["document"], Money(paid["amount_cents"])) for paid in share.settled]


def reference_of(share: Share, decision: Decision) -> str:
    """What receipts and people call this money: the bank's reference when there is one, and always the same."""
    return f"V{decision.line_id:08d}-{decision.number}.{share.place}"


def take_back_receipt(share: Share, decision: Decision, out: ledger.MoneyOut, *, at: datetime) -> None:
    """Cancel the receipt of money that was credited to the wrong customer, and tell those who were told of it."""
    if invoice_selectors.receipt_for(reference_of(share, decision)) is None:
        return
    reversal = invoices.Reversal(
        tx_id=out.tx_id,
        amount=share.amount,
        cause=CancelCause.CORRECTED,
        reversed_at=at,
        balance_after=out.balance,
        reopened=out.reopened,
        missing=out.missing,
        reference=reference_of(share, decision),
    )
    invoices.cancel_receipt(reference_of(share, decision), reversal, at=at)
    if not unsay(f"{key_of(share, decision)}:received", at=at) and share.customer is not None:
        tell_corrected(share.customer, amount=share.amount, key=f"{key_of(share, decision)}:corrected", at=at)
