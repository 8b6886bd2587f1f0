"""What staff are offered about a line of which the rules are not certain, and what they choose."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils.translation import gettext as _

from bank.locks import lock_order
from bank.models import OrderState, TransferOrder
from bank.services.deciding import AlreadyDecided, BadDecision, Handling, book_line, open_line
from bank.services.leaving.executing import book_departure
from bank.services.leaving.payouts import meet_payout, payouts_like
from bank.services.leaving.recalling import originals_like, take_back
from bank.words import LineKind
from core.formats import day_text

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from bank.models import BankLine

_FEES = "627100"


class ChoiceKind(StrEnum):
    ORDER = "ORDER"
    PAYOUT = "PAYOUT"
    RECALL = "RECALL"
    FEE = "FEE"


@dataclass(frozen=True, slots=True)
class Choice:
    """What a line may be: of which kind, which one of them, and the words for people."""

    kind: ChoiceKind
    key: str
    words: str

    @property
    def value(self) -> str:
        return f"{self.kind}:{self.key}"


def choices_for(line: BankLine) -> list[Choice]:
    """What a line may be, the likeliest first; empty when nothing of ours is like it."""
    return list(_choices(line))


@transaction.atomic
def choose(line_id: int, value: str, handling: Handling, *, at: datetime) -> None:
    """Book a line as what a person says it is. Raises AlreadyDecided, BadDecision when it is not offered."""
    work = open_line(line_id, handling)
    if value not in {choice.value for choice in choices_for(work.line)}:
        raise BadDecision(_("This is not possible any more. Look at the line again."))
    kind, key = value.split(":", maxsplit=1)
    if kind == ChoiceKind.FEE:
        book_line(line_id, _FEES, handling, at=at)
        return
    if kind == ChoiceKind.ORDER:
        order = lock_order(int(key))
        if order.state != OrderState.FILED:
            raise AlreadyDecided(None)
        book_departure(work, order, at=at)
        return
    met = (
        meet_payout(work, int(key), by=handling.by, at=at)
        if kind == ChoiceKind.PAYOUT
        else take_back(work, int(key), at=at)
    )
    if not met:
        raise AlreadyDecided(None)


def _choices(line: BankLine) -> Iterator[Choice]:
    if line.amount_cents < 0:
        orders = TransferOrder.objects.filter(state=OrderState.FILED, amount_cents=-line.amount_cents)
        for order in orders.order_by("pk")[:5]:
            words = {"order": order, "name": order.beneficiary}
            yield Choice(ChoiceKind.ORDER, str(order.pk), _("Our transfer %(order)s to %(name)s") % words)
    for payout in payouts_like(line)[:5]:
        words = {"provider": payout.get_provider_display(), "payout": payout.object_id}
        yield Choice(ChoiceKind.PAYOUT, str(payout.pk), _("Payout of %(provider)s %(payout)s") % words)
    if line.amount_cents < 0 and line.kind == LineKind.FEE:
        yield Choice(ChoiceKind.FEE, _FEES, _("Bank fee: book on 627100"))
    elif line.amount_cents < 0:
        for original in originals_like(line):
            words = {"day": day_text(original.booked_on), "name": original.party_name or original.text[:40]}
            yield Choice(ChoiceKind.RECALL, str(original.pk), _("Takes back the transfer of %(day)s, %(name)s") % words)
