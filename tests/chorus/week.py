"""A week of deposits through the real client to the sandbox, with faults, crashes and two workers at once.

Chance drops answers after the work was done, delays integrations, loses reports, refuses tokens, and kills the work at
the named places of the code. The same seed lives the same week.
"""

from __future__ import annotations

import random
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final

from accounts.models import Customer
from chorus import wiring
from chorus.gateways.base import ChorusError
from chorus.models import Submission
from chorus.services import deciding, following, syncing, updating
from chorus.states import SubmissionState
from invoices.services import render_invoice
from invoices.tests.making import issued
from tests.support.bank import Bank
from tests.support.rivals import race

PLACES: Final = ("chorus-deposit-written", "chorus-deposit-called", "chorus-deposit-received")
FAULTS: Final = ("drop", "drop", "garbage", "truncate", "refuse", "status", "limit", "rights", "token")
FATES: Final = ("incident", "slow", "lost_report", "partial_kept", "partial")
_PATHS: Final = ("deposer/flux", "deposer/flux", "rechercher/fournisseur", "consulterCRDetaille", "historique")
_CRASHES: Final = 0.2
_STEPS: Final = (
    "send",
    "send",
    "send",
    "both",
    "look",
    "look",
    "sync",
    "update",
    "fail",
    "fail",
    "decide",
    "time",
    "time",
)
_LONGEST_REST: Final = 60


class Crash(BaseException):
    """The process died here. Nothing may catch it."""


@dataclass(slots=True)
class Week:
    """What time it is, the sandbox, and the dice."""

    seed: int
    bank: Bank
    at: datetime
    places: Path
    town_hall: Customer
    documents: int
    numbers: list[str] = field(default_factory=list)
    dice: random.Random = field(init=False)
    told: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.dice = random.Random(self.seed)

    def step(self) -> None:
        """Something happens; it may die in the middle."""
        name = self.dice.choice(_STEPS)
        self.told.append(name)
        if name != "both" and self.dice.random() < _CRASHES:
            place = self.dice.choice(PLACES)
            self.told.append(place)
            (self.places / place).touch()
        with suppress(Crash, ChorusError):
            getattr(self, name)()
        for armed in self.places.iterdir():
            armed.unlink()

    def issue(self) -> None:
        """One of the invoices of the week is issued and printed."""
        if len(self.numbers) < self.documents:
            invoice = issued(self.town_hall, at=self.at, engagement_number=f"EJ-{len(self.numbers)}")
            self.numbers.append(str(invoice.number))
            render_invoice(invoice.pk, at=self.at)

    def send(self) -> None:
        syncing.begin(at=self.at, whole=False)
        syncing.send_turn(wiring.transport(), wiring.directory(), at=self.at)

    def both(self) -> None:
        """Two workers at the same moment."""
        race(self.send, self.send)

    def look(self) -> None:
        following.look_all(wiring.transport(), at=self.at)

    def sync(self) -> None:
        syncing.sync(wiring.transport(), wiring.directory(), at=self.at)

    def update(self) -> None:
        updating.update_all(wiring.transport(), at=self.at)

    def fail(self) -> None:
        """The next calls go wrong."""
        kind, times = self.dice.choice(FAULTS), self.dice.randrange(1, 3)
        more: dict[str, Any] = {"path": self.dice.choice(_PATHS)}
        if kind == "token":
            more["path"] = "oauth/token"
        status = {"status": 500, "limit": 429, "rights": 403, "token": 503}
        if kind in status:
            more["status"], kind = status[kind], "status"
        self.told.append(f"{kind} {more}")
        self.bank.fail(kind, times=times, **more)

    def decide(self) -> None:
        """The next deposit has a fate of its own."""
        kind = self.dice.choice(FATES)
        self.told.append(kind)
        self.bank.control("chorus/fates/next", kind=kind, seconds=self.dice.choice((600, 5_400)))

    def time(self) -> None:
        self.pass_time(self.dice.choice((30, 120, 600, 1_800, 3_700)))

    def pass_time(self, seconds: int) -> None:
        self.at += timedelta(seconds=seconds)
        self.bank.advance(seconds)

    def come_to_rest(self) -> None:
        """Faults end; time goes on, turn by turn, until nothing is under way. Staff send again what was refused."""
        self.bank.control("faults/clear")
        while len(self.numbers) < self.documents:
            self.issue()
        for _ in range(_LONGEST_REST):
            self.pass_time(1_900)
            self.send()
            following.look_all(wiring.transport(), at=self.at)
            self.send_refused_again()
            if not self.under_way():
                break
        updating.update_all(wiring.transport(), at=self.at)

    def send_refused_again(self) -> None:
        """What a person does about a refusal that was none of ours: the same document, with its number."""
        for submission in Submission.objects.filter(state=SubmissionState.REJECTED):
            deciding.resend(submission.pk, actor="staff", at=self.at)

    def under_way(self) -> list[str]:
        """What is not in Chorus Pro yet."""
        rows = Submission.objects.exclude(state__in=[SubmissionState.INTEGRATED, SubmissionState.FINISHED])
        return [f"{row.invoice.number} {row.state} {row.held_why} {row.problem}" for row in rows.order_by("pk")]
