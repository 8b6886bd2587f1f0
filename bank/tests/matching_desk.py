"""A desk of the bank for tests of matching: statements come, people decide, the books answer."""

from __future__ import annotations

import itertools
from datetime import datetime, timedelta

from accounts.models import Customer, User
from bank import services
from bank.models import BankLine, Decision, LineWork
from bank.services import Handling, ShareOf
from core.money import Money
from ledger import selectors as books
from tests.support.statements import Movement, camt053

PAYER = "FR7630006000011234567890189"
_NUMBERS = itertools.count(1)


class MatchingDesk:
    """Transfers come in on the day of `at`; each has a reference of its own."""

    def __init__(self, at: datetime) -> None:
        self.at = at

    def receive(self, cents: int, text: str, *, name: str = "", iban: str = "", **more: str) -> LineWork:
        """A transfer arrives on a statement."""
        return self.receive_all([(cents, text)], name=name, iban=iban, **more)[0]

    def receive_all(
        self, moves: list[tuple[int, str]], *, name: str = "", iban: str = "", **more: str
    ) -> list[LineWork]:
        day = self.at.date().isoformat()
        lines = [
            Movement(cents, day, text=text, name=name, iban=iban, reference=f"T{next(_NUMBERS)}", **more)  # type: ignore[arg-type]
            for cents, text in moves
        ]
        before = set(BankLine.objects.values_list("pk", flat=True))
        services.import_file(camt053(lines, sequence=str(next(_NUMBERS))), "releve.xml", at=self.at)
        fresh = LineWork.objects.exclude(pk__in=before).select_related("line").order_by("pk")
        return list(fresh)

    def credit(self, work: LineWork, *shares: tuple[Customer, int, str], by: User) -> Decision:
        """A person credits a line: (customer, cents, documents separated by spaces)."""
        work.refresh_from_db()
        wanted = [ShareOf(customer.pk, Money(cents), tuple(names.split())) for customer, cents, names in shares]
        return services.credit_line(work.pk, wanted, Handling(by, work.version), at=self.at)

    def handling(self, work: LineWork, by: User, reason: str = "") -> Handling:
        work.refresh_from_db()
        return Handling(by, work.version, reason=reason)

    def wait(self, **time: int) -> None:
        self.at += timedelta(**time)

    def account(self, code: str) -> int:
        """Debits less credits, in cents."""
        return books.account_balance(code).cents

    def owes(self, customer: Customer) -> int:
        return books.get_balance(customer.pk).receivable.cents

    def has(self, customer: Customer) -> int:
        return books.get_balance(customer.pk).prepaid.cents
