"""Money that goes out by transfer: lines come, staff order, the file leaves, the bank executes; one word each."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

from accounts.models import User
from bank import services
from bank.models import BankLine, LineWork, TransferFile, TransferOrder
from bank.services import transferring
from bank.services.transferring import OrderWish
from core.clock import local_date
from core.money import Money
from ledger import selectors as books
from ledger import services as ledger
from tests.support.statements import Movement, camt053

if TYPE_CHECKING:
    from accounts.models import Customer

PAYER = "FR1420041010050500013M02606"


@dataclass(slots=True)
class TransferDesk:
    at: datetime
    staff: User = field(init=False)
    boss: User = field(init=False)
    told: int = 0

    def __post_init__(self) -> None:
        self.staff = User.objects.create_user("staff@transfers.example", is_staff=True)
        self.boss = User.objects.create_user("boss@transfers.example", is_staff=True)

    @property
    def today(self) -> date:
        return local_date(self.at)

    def comes(self, cents: int, text: str = "", **more: object) -> BankLine:
        """A line of our statement, in or out; the newest of its file."""
        self.told += 1
        facts: dict[str, object] = {"text": text, "name": "Mairie de Brest", "iban": PAYER, **more}
        reference = str(facts.pop("reference", f"REF{self.told}"))
        on = facts.pop("on", self.today)
        movement = Movement(cents, on, reference=reference, **facts)  # type: ignore[arg-type]
        return self.imports([movement])[0]

    def imports(self, movements: list[Movement], **more: object) -> list[BankLine]:
        last = BankLine.objects.order_by("-pk").first()
        content = camt053(movements, sequence=str(self.told), **more)  # type: ignore[arg-type]
        services.import_file(content, f"releve{self.told}.xml", at=self.at)
        return list(BankLine.objects.filter(pk__gt=last.pk if last else 0).order_by("pk"))

    def wish(self, reason: str = "parti par erreur") -> OrderWish:
        return OrderWish(self.staff, reason)

    def order_return(self, line: BankLine) -> TransferOrder:
        version = LineWork.objects.get(pk=line.pk).version
        return transferring.order_return(line.pk, version=version, wish=self.wish(), at=self.at)

    def lot(self, customer: Customer) -> int:
        return books.lots_of(customer.pk)[0].id

    def order_refund(self, customer: Customer, cents: int, *, of_hold: str = "") -> TransferOrder:
        lot = self.lot(customer)
        return transferring.order_refund(lot, Money(cents), wish=self.wish(), of_hold=of_hold, at=self.at)

    def file(self) -> TransferFile:
        made = transferring.make_transfer_file(at=self.at, by=self.staff)
        assert made is not None
        return made

    def leaves(self, order: TransferOrder, cents: int = 0) -> BankLine:
        return self.comes(-(cents or order.amount_cents), "VIR EMIS", end_to_end=order.end_to_end)

    def owe(self, customer: Customer, name: str, cents: int, *, in_days: int = 30) -> None:
        document = ledger.NewDocument(
            customer_id=customer.pk,
            document_ref=name,
            total=Money(cents),
            due_date=self.today + timedelta(days=in_days),
            legs=(ledger.CreditLeg("706100", Money(cents)),),
            label=name,
            issue_date=self.today,
            key=f"invoice:{name}",
        )
        ledger.book_documents([document], at=self.at)


def account(code: str) -> int:
    """The balance of one of our accounts in cents, debit positive."""
    return books.account_balance(code).cents


def state_of(line: BankLine) -> str:
    return str(LineWork.objects.get(pk=line.pk).state)


def balances(customer: Customer) -> tuple[int, int, int]:
    """Prepaid, receivable, available: cents."""
    balance = books.get_balance(customer.pk)
    return balance.prepaid.cents, balance.receivable.cents, balance.available.cents


def lines_of_512() -> int:
    return sum(BankLine.objects.values_list("amount_cents", flat=True))
