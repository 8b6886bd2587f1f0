"""Somebody who announces transfers, and our bank that brings them."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from uuid import UUID, uuid4

from accounts.models import Customer
from bank import services
from bank.models import AnnouncedTransfer, BankLine
from core.money import Money
from invoices.tests.making import issued
from outbox.models import Message
from payments.target import add_target_days
from tests.support.statements import Movement, camt053

MONDAY = datetime(2026, 11, 23, 9, tzinfo=UTC)


@dataclass
class Announcer:
    """The individual, on a day that moves: Monday 23 November 2026 at first."""

    customer: Customer
    at: datetime = MONDAY
    lines: list[BankLine] = field(default_factory=list)

    @property
    def today(self) -> date:
        return self.at.date()

    def wait(self, bank_days: int) -> None:
        """Let so many days of the banks pass."""
        self.at = self.at.replace(hour=9) + (add_target_days(self.today, bank_days) - self.today)

    def owe(self) -> str:
        """An invoice of 46,80 €; its number."""
        return issued(self.customer, at=self.at).number or ""

    def announce(
        self, cents: int = 4_680, *documents: str, sent_on: date | None = None, once: UUID | None = None
    ) -> AnnouncedTransfer:
        said = services.Announcement(Money(cents), sent_on or self.today, once or uuid4(), documents)
        return services.announce(self.customer, said, by=None, at=self.at)

    def line(self, cents: int = 4_680, *, on: date | None = None, text: str = "") -> BankLine:
        """Our bank brings so much, with or without a text that says whose it is."""
        count = BankLine.objects.count() + 1
        content = camt053([Movement(cents, on or self.today, text=text, reference=f"R{count}")], sequence=str(count))
        services.import_file(content, f"{count}.xml", at=self.at)
        return BankLine.objects.latest("pk")

    def meet(self, line: BankLine, *documents: str) -> AnnouncedTransfer | None:
        return services.meet_announced(self.customer.pk, line.amount, line.pk, documents, self.at)

    def reopen(self, line: BankLine) -> list[AnnouncedTransfer]:
        return services.reopen_announced(line.pk, self.at)

    def expire(self) -> int:
        return services.expire_announced(at=self.at)

    @staticmethod
    def mails(kind: str = "transfer.missing") -> list[Message]:
        return list(Message.objects.filter(kind=kind).order_by("pk"))

    def later(self, **time: int) -> datetime:
        return self.at + timedelta(**time)
