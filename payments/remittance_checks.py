"""What must always hold of files of direct debits; `payments.checks` asks for it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from django.db.models import Count, F, Q, Sum

from core.checks import Check
from invoices import archive
from ledger import selectors as ledger
from payments.models import AnswerKind, BankAnswer, BankDebit, Payment, PaymentStatus, Provider, Remittance

if TYPE_CHECKING:
    from collections.abc import Iterable

CLEARING: Final = "511300"
_NAMED: Final = 5
_RECENT: Final = 100


def add_up() -> Check:
    """Each file announces what its debits are, and is kept whole."""
    summed = Remittance.objects.annotate(
        debits_count=Count("debits"), debits_cents=Sum("debits__amount_cents", default=0)
    )
    wrong = summed.exclude(debits_count=F("count"), debits_cents=F("total_cents"))
    kept = Remittance.objects.order_by("-pk").values_list("message_id", "sha256")[:_RECENT]
    damaged = [name for name, sha256 in kept if not archive.is_whole(sha256)]
    names = [*wrong.order_by("pk").values_list("message_id", flat=True)[:_NAMED], *damaged]
    return _check("remittances: each file is whole and adds up", names)


def settle_once() -> Check:
    """A debit is credited if and only if the bank settled it, and taken back by a posting if it came back."""
    paid = Payment.objects.filter(provider=Provider.BANK, status=PaymentStatus.SUCCEEDED)
    untold = paid.exclude(bank_debit__answers__kind=AnswerKind.SETTLED).values_list("intent_id", flat=True)
    settled = Q(kind=AnswerKind.SETTLED) & (~Q(debit__payment__tx=F("tx")) | Q(tx=None))
    returned = Q(kind=AnswerKind.RETURNED, tx=None)
    wrong = BankAnswer.objects.filter(settled | returned).values_list("end_to_end", flat=True)
    return _check("remittances: what the bank settled is what is credited", [*untold[:_NAMED], *wrong[:_NAMED]])


def hold_what_is_in_flight() -> Check:
    """What the bank has not answered is held as incoming, and in one file."""
    flying = Payment.objects.filter(provider=Provider.BANK, status=PaymentStatus.PENDING)
    lost = flying.filter(bank_debit=None).order_by("pk").values_list("pk", flat=True)
    others = BankDebit.objects.exclude(payment__provider=Provider.BANK).values_list("end_to_end", flat=True)
    return _check("remittances: each debit in flight is in one file", [*map(str, lost[:_NAMED]), *others[:_NAMED]])


def clear() -> Check:
    """The clearing account of direct debits holds what settled and is on no line of the bank yet: never more."""
    answers = BankAnswer.objects.filter(kind=AnswerKind.SETTLED)
    settled = answers.aggregate(cents=Sum("amount_cents", default=0))["cents"]
    balance = ledger.account_balance(CLEARING).cents
    fine = 0 <= balance <= settled
    detail = f"{balance} of {settled} cents"
    return Check(f"remittances: {CLEARING} holds no more than what settled", ok=fine, detail=detail)


def _check(name: str, wrong: Iterable[str]) -> Check:
    found = list(wrong)
    return Check(name, ok=not found, detail=", ".join(found[:_NAMED]) or "none")
