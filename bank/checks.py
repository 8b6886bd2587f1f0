"""What must always hold of bank statements."""

from __future__ import annotations

from typing import Final

from django.db import connection
from django.db.models import Count, F, OuterRef, Q, Subquery, Sum
from django.db.models.functions import Abs, Coalesce

from bank.guards import expected_triggers, installed_triggers
from bank.models import AnnouncedEvent, AnnouncedTransfer, BankLine, PartyAccount, Statement, StatementFile
from bank.words import LineState
from core.checks import Check
from core.crypto import NotReadable, blind_index
from invoices import archive

_NAMED: Final = 5
_LAST_FILES: Final = 20


def statements_hold_their_lines() -> list[Check]:
    """Each statement has the new lines that it counts; one without known lines has lines that sum to its movements."""
    counted = Statement.objects.annotate(found=Count("lines"), sum_cents=Coalesce(Sum("lines__amount_cents"), 0))
    whole = Q(new_count=F("lines_count")) & ~Q(sum_cents=F("movements_cents"))
    wrong = list(counted.filter(~Q(found=F("new_count")) | whole).order_by("pk").values_list("pk", flat=True)[:_NAMED])
    return [Check("bank: statements hold their lines", ok=not wrong, detail=_said(wrong))]


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
