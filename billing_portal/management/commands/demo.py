"""`manage.py demo`: the cast and its six months, or, with `--customers`, a reproducible company of that size."""

from __future__ import annotations

import time
from datetime import date
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from accounts.models import Customer
from accounts.services import ensure_first_rows
from billing_portal import selfcheck
from billing_portal.demo import history
from billing_portal.demo.accounts import open_accounts
from billing_portal.demo.bank import SandboxBank
from billing_portal.demo.calendar import billed_months
from billing_portal.demo.company import Size, found
from core import clock
from ledger.services import close_periods

if TYPE_CHECKING:
    from datetime import datetime


class Command(BaseCommand):
    help = "Make the demonstration: the cast with six months of history, or a company of any size."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--customers", type=int, metavar="N", help="A company of N customers instead of the cast.")
        parser.add_argument("--months", type=int, default=history.LENGTH, metavar="M", help="Its months of history.")
        parser.add_argument("--seed", type=int, default=1, metavar="S", help="The same seed makes the same company.")
        parser.add_argument("--until", type=date.fromisoformat, metavar="DATE", help="Its last day (today).")

    def handle(self, *, customers: int | None, months: int, seed: int, until: date | None, **_options: Any) -> None:
        if settings.PRODUCTION:
            raise CommandError("The demonstration is never made in production.")
        began, at = time.monotonic(), clock.moment_for(until)
        ensure_first_rows()
        if customers is None:
            self._cast(at)
        elif customers < 1 or months < 1:
            raise CommandError("--customers and --months are 1 or more.")
        else:
            issued = found(Size(customers, months), seed=seed, until=at)
            self.stdout.write(f"{customers} customers, {months} months, {issued} invoices")
        history.ask_for_paper(at=clock.now())
        close_periods(at=clock.now())
        self._check()
        self.stdout.write(f"made in {time.monotonic() - began:.0f} s")

    def _cast(self, at: datetime) -> None:
        if Customer.objects.exists():
            raise CommandError("Somebody is billed already: the cast is made in an empty database only (make clean).")
        if not settings.SANDBOX_URL:
            raise CommandError("The cast pays through the sandbox: start `manage.py sandbox` and set what it prints.")
        months = list(billed_months(history.LENGTH, until=at))
        accounts = open_accounts(at=months[0].at(1, 9))
        events = history.live(accounts, SandboxBank(settings.SANDBOX_URL), until=at)
        self.stdout.write(f"the cast lived {history.LENGTH} months ({events} events)")

    def _check(self) -> None:
        wrong = [result for result in selfcheck.run(at=clock.now()) if not result.ok]
        if wrong:
            raise CommandError("\n".join(f"{result.name}: {result.detail}" for result in wrong))
