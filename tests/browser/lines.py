"""Bank lines that wait for somebody, in the world that the browser visits: they credit nobody."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bank.models import BankLine
from bank.tests.matching_desk import PAYER, MatchingDesk
from bank.words import LineState

if TYPE_CHECKING:
    from datetime import datetime


def keep_lines(now: datetime) -> None:
    """A line with a candidate, some without any, and a fee."""
    desk = MatchingDesk(now)
    desk.receive(
        4_680, "VIR SEPA MME CLAIRE MARTIN /MOTIF HEBERGEMENT DE NOVEMBRE", name="MME CLAIRE MARTIN", iban=PAYER
    )
    desk.receive_all(
        [(12_345, "REGLEMENT LIBRAIRIE DU QUAI"), (40_920, "MANDAT 30021 SYNDICAT DES EAUX")], name="TIERS"
    )
    desk.receive(-1_290, "FRAIS DE TENUE DE COMPTE", kind="fee")


def line_that_is(state: LineState) -> BankLine:
    """The first line in that state."""
    return BankLine.objects.filter(work__state=state).order_by("pk")[0]
