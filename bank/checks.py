"""What must always hold of bank statements."""

from __future__ import annotations

from typing import Final

from django.db import connection
from django.db.models import Count, F, OuterRef, Q, Subquery, Sum
from django.db.models.functions import Abs, Coalesce

from accounts.models import ApprovalState
from bank import transfer_checks
from bank.guards import expected_triggers, installed_triggers
from bank.models import (
    AnnouncedEvent,
    AnnouncedTransfer,
    BankAccount,
    BankLine,
    Decision,
    LineWork,
    PartyAccount,
    Statement,
    StatementFile,
)
from bank.services.booking import SUSPENSE
from bank.services.importing import ANYWAY
from bank.words import WAITING, Action, LineState
from core.checks import Check
from core.crypto import NotReadable, blind_index
from invoices import archive
from ledger import selectors as books

_NAMED: Final = 5
_LAST_FILES: Final = 20


def statements_hold_their_lines() -> list[Check]:
    """Each statement has the new lines that it counts; one without known lines has lines that sum to its movements."""
    counted = Statement.objects.annotate(found=Count("lines"), sum_cents=Coalesce(Sum("lines__amount_cents"), 0))
    whole = Q(new_count=F("lines_count")) & ~Q(sum_cents=F("movements_cents"))
    wrong = list(counted.filter(~Q(found=F("new_count")) | whole).order_by("pk").values_list("pk", flat=True)[:_NAMED])
    return [Check("bank: statements hold their lines", ok=not wrong, detail=_said(wrong))]


def gaps_were_agreed() -> list[Check]:
    """A statement that does not add up was imported under an approval of its own file, used by that."""
    told = Statement.objects.exclude(gap_cents=0)
    wrong = told.exclude(agreed__kind=ANYWAY, agreed__state=ApprovalState.USED, agreed__subject=F("file__sha256"))
    found = list(wrong.order_by("pk").values_list("pk", flat=True)[:_NAMED])
    detail = _said(found) if found else f"{told.count()} with one"
    return [Check("bank: two people agreed to each difference", ok=not found, detail=detail)]


def lines_have_their_work() -> list[Check]:
    """Each line has its work, and money that goes out does not wait as money that comes in."""
    lone = BankLine.objects.filter(work__isnull=True)
    out = BankLine.objects.filter(amount_cents__lt=0, work__state=LineState.UNMATCHED)
    wrong = list((lone | out).order_by("pk").values_list("pk", flat=True)[:_NAMED])
    return [Check("bank: each line has its work", ok=not wrong, detail=_said(wrong))]


def debits_are_on_one_line() -> list[Check]:
    """A line that brought or took back debits of ours is posted, and is their sum."""
    told = BankLine.objects.filter(debits__isnull=False).annotate(sum_cents=Sum("debits__debit__amount_cents"))
    wrong = told.exclude(work__state=LineState.POSTED, sum_cents=Abs("amount_cents"))
    found = list(wrong.order_by("pk").values_list("pk", flat=True)[:_NAMED])
    return [Check("bank: a line of debits is posted, and their sum", ok=not found, detail=_said(found))]


def suspense_is_explained() -> list[Check]:
    """471000 holds the money of the lines that wait or were left aside, and nothing else of the bank."""
    rest = LineWork.objects.filter(state__in=[*WAITING, LineState.IGNORED], tx__isnull=False)
    cents = rest.aggregate(cents=Coalesce(Sum("line__amount_cents"), 0))["cents"]
    booked = books.account_sum(SUSPENSE, keys="bank:")
    detail = f"{-booked.cents} booked, {cents} of lines that wait"
    return [Check("bank: 471000 is the lines that wait", ok=-booked.cents == cents, detail=detail)]


def bank_accounts_are_their_lines() -> list[Check]:
    """What bank lines moved on each 512 is the sum of the lines that are in the books."""
    found = []
    for code in sorted(set(BankAccount.objects.values_list("ledger_account", flat=True))):
        seen = LineWork.objects.filter(line__account__ledger_account=code, tx__isnull=False)
        cents = seen.aggregate(cents=Coalesce(Sum("line__amount_cents"), 0))["cents"]
        booked = books.account_sum(code, keys="bank:")
        detail = f"{booked.cents} booked, {cents} of lines"
        found.append(Check(f"bank: {code} is its lines", ok=booked.cents == cents, detail=detail))
    return found


def decisions_stand_as_the_work_says() -> list[Check]:
    """A line with a decision that stands is posted or left aside; its shares are the whole line."""
    standing = Decision.objects.exclude(action=Action.UNDO).filter(undone__isnull=True)
    wrong = standing.exclude(line__work__state__in=[LineState.POSTED, LineState.IGNORED])
    credited = standing.filter(action__in=[Action.CREDIT, Action.BOOK])
    torn = credited.annotate(cents=Coalesce(Sum("shares__amount_cents"), 0)).exclude(cents=F("line__amount_cents"))
    several = standing.values("line").annotate(times=Count("pk")).filter(times__gt=1)
    found = [line for rows in (wrong, torn, several) for line in rows.values_list("line", flat=True)[:_NAMED]]
    return [Check("bank: decisions stand as the work says", ok=not found, detail=_said(found))]


def announced_transfers_follow_their_history() -> list[Check]:
    """Each announced transfer is in the state of its last step, and what is received is on a line that came in."""
    last = AnnouncedEvent.objects.filter(announced=OuterRef("pk")).order_by("-pk").values("to_state")[:1]
    told = AnnouncedTransfer.objects.annotate(told=Subquery(last))
    wrong = told.exclude(told=F("state")) | told.filter(told=None) | told.filter(line__amount_cents__lt=0)
    found = list(wrong.order_by("pk").values_list("pk", flat=True)[:_NAMED])
    return [Check("bank: announced transfers follow their history", ok=not found, detail=_said(found))]


def files_are_kept() -> list[Check]:
    """The last files that were imported are in the archive, whole."""
    last = StatementFile.objects.order_by("-pk").values_list("sha256", flat=True)[:_LAST_FILES]
    wrong = [sha256 for sha256 in last if not archive.is_whole(sha256)][:_NAMED]
    return [Check("bank: imported files are whole", ok=not wrong, detail=_said(wrong))]


def payers_can_be_read() -> list[Check]:
    """The first and the last IBAN can be decrypted, and are found by their index: the keys are the right ones."""
    wrong = [party for party in (_ends()) if not _is_readable(party)]
    return [Check("bank: IBANs of payers can be read", ok=not wrong, detail=_said(wrong))]


def what_the_bank_told_is_guarded() -> list[Check]:
    """The triggers that refuse to change what the bank told are there."""
    missing = sorted(expected_triggers(connection.vendor) - installed_triggers(connection))
    return [Check("bank: guards are there", ok=not missing, detail=_said(missing))]


def orders_hold_their_money() -> list[Check]:
    """The money of a transfer that we ordered is reserved until it leaves, and no longer."""
    wrong = transfer_checks.held_wrong()
    return [Check("bank: ordered transfers hold their money", ok=not wrong, detail=_said(wrong))]


def orders_that_left_are_posted() -> list[Check]:
    """A transfer that left is on one line of its amount, and posted; a file is the sum of its orders."""
    wrong = [*transfer_checks.posted_wrong(), *transfer_checks.files_wrong()]
    return [Check("bank: transfers that left are posted", ok=not wrong, detail=_said(wrong))]


def payouts_are_met_once() -> list[Check]:
    """A payout is on one line of its amount; what is left on 580000 are payouts that no line met."""
    wrong, rest = transfer_checks.payouts_wrong(), transfer_checks.transit_unexplained()
    return [
        Check("bank: payouts are met once", ok=not wrong, detail=_said(wrong)),
        Check("bank: 580000 is explained", ok=not rest, detail=rest or "none"),
    ]


def _ends() -> list[int]:
    keys = PartyAccount.objects.values_list("pk", flat=True)
    return sorted({*keys.order_by("pk")[:1], *keys.order_by("-pk")[:1]})


def _is_readable(key: int) -> bool:
    try:
        party = PartyAccount.objects.get(pk=key)
    except NotReadable:
        return False
    return blind_index(party.iban) == party.iban_index


def _said(wrong: list[int] | list[str]) -> str:
    return ", ".join(str(each) for each in wrong) if wrong else "none"
