"""A customer whose account our own bank debits by file: days pass, files leave, answers come, in one word each."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

from core.clock import local_date
from core.money import Money
from ledger import selectors as books
from ledger import services as ledger
from outbox.models import Message
from payments.models import BankAnswer, BankDebit, Debit, Mandate, Remittance
from payments.services import collecting, remitting
from payments.services.remitting import BankWord, FileAnswer
from payments.tests.drawer import AGREED
from payments.tests.mandate_desk import BNP, MandateDesk

if TYPE_CHECKING:
    from accounts.models import Customer


@dataclass(slots=True)
class RemittanceDesk:
    """Nothing outside is called here: what the bank says is told by `settles`, `refuses`, `returns`."""

    customer: Customer
    at: datetime
    owed: int = field(default=0)

    @property
    def today(self) -> date:
        return local_date(self.at)

    def wait_until(self, day: date) -> None:
        self.at += timedelta(days=max((day - self.today).days, 0))

    def sign(self, iban: str = BNP, **changes: object) -> Mandate:
        return MandateDesk(self.customer, self.at).sign(iban, **changes)

    def owe(self, cents: int = 12_000, *, in_days: int = 30) -> str:
        self.owed += 1
        name = f"FA-{self.customer.pk}-{self.owed}"
        document = ledger.NewDocument(
            customer_id=self.customer.pk,
            document_ref=name,
            total=Money(cents),
            due_date=self.today + timedelta(days=in_days),
            legs=(ledger.CreditLeg("706100", Money(cents)),),
            label=name,
            issue_date=self.today,
            key=f"invoice:{name}",
        )
        ledger.book_documents([document], at=self.at)
        return name

    def planned(self, cents: int = 12_000) -> Debit:
        """A mandate, an invoice, collection on: a debit is announced."""
        self.sign()
        self.owe(cents)
        collecting.turn_on(self.customer, AGREED, at=self.at)
        return Debit.objects.get(customer=self.customer)

    def made(self, debit: Debit) -> BankDebit:
        """The day comes and the file is written."""
        debit.refresh_from_db()
        self.wait_until(debit.start_on)
        self.make()
        return BankDebit.objects.filter(payment__debit=debit).latest("pk")

    def make(self) -> list[Remittance]:
        return remitting.make_remittances(on=self.today, at=self.at)

    def settles(self, debit: BankDebit, **changes: object) -> BankAnswer:
        self.wait_until(debit.collect_on)
        return remitting.record_settlement(self.word(debit, **changes), at=self.at)

    def sends_back(self, debit: BankDebit, reason: str, **changes: object) -> BankAnswer:
        return remitting.record_return(self.word(debit, reason=reason, **changes), at=self.at)

    def refuses(self, debit: BankDebit, reason: str) -> BankAnswer:
        return self.sends_back(debit, reason, moved=False)

    def word(self, debit: BankDebit, **changes: object) -> BankWord:
        facts: dict[str, object] = {
            "end_to_end": debit.end_to_end,
            "amount": Money(debit.amount_cents),
            "booked_on": self.today,
            "source": "camt.053 test",
            **changes,
        }
        return BankWord(**facts)  # type: ignore[arg-type]

    def answers_file(
        self, remittance: Remittance, *refusals: tuple[str, str], refused: bool = False, reason: str = ""
    ) -> Remittance | None:
        answer = FileAnswer(remittance.message_id, refused, reason, refusals, self.today, "pain.002 test")
        return remitting.record_file_answer(answer, at=self.at)

    def state(self) -> tuple[int, int, int]:
        """Prepaid, receivable, on its way in: cents."""
        balance = books.get_balance(self.customer.pk)
        return balance.prepaid.cents, balance.receivable.cents, balance.incoming.cents

    def account(self, number: str) -> int:
        """The balance of one of our accounts in cents, debit positive."""
        return books.account_balance(number).cents

    def mails(self, kind: str) -> list[str]:
        return [mail.text for mail in Message.objects.filter(kind=kind).order_by("pk")]
