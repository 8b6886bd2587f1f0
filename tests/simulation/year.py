"""A year of automatic collection in some minutes: a company, its customers and their banks, by a clock that moves.

Each day is one working day of the portal: yesterday's statement is imported, debits are planned, people and banks do
what chance says (`tests.simulation.people`), debits begin, a file goes to our own bank and its answer is read, what
stands is reviewed, and the workers do what is due. Everything goes through the product's own verbs and its real
gateways, over HTTP to the sandbox. The same seed lives the same year.
"""

from __future__ import annotations

import random
from collections import Counter
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Final
from urllib.error import HTTPError

from bank import services as bank_files
from core import clock
from core.clock import PARIS
from invoices import services as invoices
from invoices.services import NewLine
from outbox import services as outbox
from outbox.registry import kinds
from payments import selectors, services
from payments.models import Provider
from payments.services import collecting, mandates, remitting
from payments.wiring import gateway_for
from tests.simulation.people import People

if TYPE_CHECKING:
    import pytest

    from tests.support.bank import Bank

FIRST_DAY: Final = date(2026, 1, 1)
_MORNING: Final = time(9)
_PRICES: Final = ("4.90", "9.90", "39.00", "120.00")
_AT_ONCE: Final = 200
_LINGER: Final = 30
"""Days after the last invoice is due in which retries, returns and answers still come."""


@dataclass(slots=True)
class Year:
    """What day it is, and what was done so far."""

    seed: int
    bank: Bank
    count: int
    clock: pytest.MonkeyPatch
    papers: bool = True
    at: datetime = field(init=False)
    dice: random.Random = field(init=False)
    people: People = field(init=False)
    seen: Counter[str] = field(default_factory=Counter)

    def __post_init__(self) -> None:
        self.dice = random.Random(self.seed)
        self.wake(FIRST_DAY)
        self.people = People(self)

    @property
    def today(self) -> date:
        return self.at.astimezone(PARIS).date()

    def live_month(self, number: int) -> None:
        """Every day of the month of that number, the first one is 0."""
        first = _month(number)
        for each in range((_month(number + 1) - first).days):
            self.live_day(first + timedelta(days=each), bills=each == 0)

    def come_to_rest(self) -> None:
        """No more invoices: what was begun ends."""
        for each in range(_LINGER + 30):
            self.people.is_calm = each > _LINGER
            self.live_day(self.today + timedelta(days=1), bills=False)

    # --- A day --------------------------------------------------------------------------------------------------------
    def live_day(self, day: date, *, bills: bool) -> None:
        self.wake(day)
        self.read_statement()
        if bills:
            self.bill()
        self.work()
        self.seen["planned"] += collecting.plan_debits(at=self.at)
        self.people.act()
        self.collect()
        self.send_file()
        collecting.review(at=self.at)
        self.sweep()
        self.work()

    def wake(self, day: date) -> None:
        self.at = datetime.combine(day, _MORNING, tzinfo=PARIS)
        self.bank.control("clock", at=self.at.isoformat())
        self.clock.setattr(clock, "now", lambda: self.at)

    def read_statement(self) -> None:
        """What the bank booked until yesterday; each file overlaps the one before."""
        since, until = self.today - timedelta(days=5), self.today - timedelta(days=1)
        try:
            content = self.bank.read(f"/bank/camt.053.xml?from={since}&to={until}")
        except HTTPError:  # no account yet
            return
        preview = bank_files.import_file(content, f"{until}.xml", at=self.at)
        self.seen["bank lines"] += preview.new
        self.seen["bank lines posted"] += preview.posted

    def bill(self) -> None:
        """A monthly invoice for everybody."""
        drafts = [
            invoices.draft(
                customer, [NewLine("Hébergement", Decimal(1), Decimal(self.dice.choice(_PRICES)))], at=self.at
            )
            for customer in self.people.customers
        ]
        for start in range(0, len(drafts), _AT_ONCE):
            issued = invoices.issue_many(drafts[start : start + _AT_ONCE], at=self.at)
            self.seen["invoices"] += len(issued)

    def collect(self) -> None:
        self.people.banks_decide(selectors.debits_to_start(on=self.today).select_related("method"))
        done = collecting.collect(gateways=gateway_for, on=self.today, at=self.at)
        for state, count in done.states.items():
            self.seen[f"begun, then {state}"] += count

    def send_file(self) -> None:
        """The file of the day goes to our bank, which answers at once."""
        for remittance in remitting.make_remittances(on=self.today, at=self.at):
            self.people.bank_decides(remittance)
            remitting.hand_over(remittance.pk, at=self.at)
            answer = self.bank.take(remitting.content_of(remittance))
            bank_files.read_report(answer, f"{remittance.message_id}.xml", at=self.at)
            self.seen["files"] += 1
            self.seen["bank debits"] += remittance.count

    def sweep(self) -> None:
        """What beat asks for."""
        services.sweep(at=self.at)
        services.sweep_methods(at=self.at)
        mandates.lapse_mandates(at=self.at)
        mandates.print_missing(at=self.at)
        bank_files.apply_debits(at=self.at)

    def catch_up(self) -> None:
        """News that no webhook brought."""
        for provider in (Provider.STRIPE, Provider.PAYPAL):
            services.catch_up(gateway=gateway_for(provider), provider=provider, at=self.at)
            services.sync_till(provider, gateway=gateway_for(provider), at=self.at)
        self.work()

    def work(self) -> None:
        """The workers. Without papers, PDFs are left: they are proven elsewhere, and cost most of the time."""
        wanted = () if self.papers else tuple(kind for kind in kinds() if not kind.startswith("invoices."))
        outbox.run_due(at=self.at, kinds=wanted)


def _month(number: int) -> date:
    return date(FIRST_DAY.year + number // 12, number % 12 + 1, 1)
