"""A customer whose debts are collected by themselves: invoices, methods, days that pass, in one word each."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

from core.clock import local_date
from core.money import Money
from ledger import selectors as books
from ledger import services as ledger
from outbox.models import Message
from payments import services
from payments.models import Debit, DebitState, Payment, SavedMethod
from payments.services import collecting
from payments.tests.drawer import AGREED, Drawer
from payments.wiring import gateway_for

if TYPE_CHECKING:
    from payments.models import CollectingRule

__all__ = ["AGREED", "DebitDesk"]


@dataclass(slots=True)
class DebitDesk:
    """Time passes here by `wait`, at the provider too."""

    drawer: Drawer
    at: datetime
    owed: int = field(default=0)

    @property
    def customer_id(self) -> int:
        return self.drawer.customer.pk

    @property
    def today(self) -> date:
        return local_date(self.at)

    def wait(self, days: int = 0, **more: int) -> None:
        passed = timedelta(days=days, **more)
        self.at += passed
        self.drawer = replace(self.drawer, at=self.at)
        self.drawer.bank.advance(int(passed.total_seconds()))

    def save(self, card: str = "4242424242424242") -> SavedMethod:
        return self.drawer.save(card)

    def owe(self, cents: int = 4_680, *, in_days: int = 10, ref: str = "") -> str:
        """An invoice, as far as the ledger knows it."""
        self.owed += 1
        name = ref or f"FA-{self.owed}"
        document = ledger.NewDocument(
            customer_id=self.customer_id,
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

    def receive(self, cents: int) -> None:
        """A bank transfer arrives."""
        ledger.receive_money(
            self.customer_id,
            Money(cents),
            source=ledger.Source(ledger.Origin.TRANSFER, f"T{self.owed}", ""),
            clearing_account="512000",
            journal=ledger.Journal.BANK,
            label="Virement",
            piece_ref="R-1",
            piece_date=self.today,
            key=f"transfer:{self.owed}:{cents}",
            at=self.at,
        )

    def turn_on(self, **terms: int) -> CollectingRule:
        return collecting.turn_on(self.drawer.customer, AGREED, at=self.at, **terms)

    def pause(self, *, days: int) -> None:
        """Staff pause collection."""
        until = self.today + timedelta(days=days)
        collecting.pause(self.drawer.customer, until=until, because="Litige", actor=None, at=self.at)

    def plan(self) -> int:
        return collecting.plan_debits(at=self.at)

    def planned(self, cents: int = 4_680, *, card: str = "4242424242424242") -> Debit:
        """The usual: a saved card, an invoice, collection on, a debit announced."""
        self.save(card)
        self.owe(cents)
        self.turn_on()
        return Debit.objects.get()

    def refuse(self, method: SavedMethod, code: str, advice: str = "") -> None:
        """The bank of a saved card refuses from now on; with an empty code it accepts again."""
        self.drawer.bank.control(f"methods/{method.object_id}/decline", code=code, advice=advice)

    def day_of(self, debit: Debit) -> None:
        """Wait until the debit may begin."""
        debit.refresh_from_db()
        self.wait(max((debit.start_on - self.today).days, 0))

    def collect(self) -> collecting.Collected:
        return collecting.collect(gateways=gateway_for, on=self.today, at=self.at)

    def claimed(self, debit: Debit) -> Payment:
        """An attempt whose process dies right before its call."""
        payment = collecting.claim(debit.pk, on=self.today, at=self.at)
        assert payment is not None
        return payment

    def ask(self, payment: Payment) -> Payment:
        return services.ask(payment.pk, gateway=gateway_for(payment.provider), at=self.at)

    def balance(self) -> Money:
        return books.get_balance(self.customer_id).balance

    def taken(self) -> int:
        """What the providers took, in cents."""
        totals = self.drawer.bank.totals()
        return int(totals["captured_cents"]) + int(totals["paypal"]["captured_cents"])  # type: ignore[index]

    def mails(self, kind: str) -> list[str]:
        return [mail.text for mail in Message.objects.filter(kind=kind).order_by("pk")]


def state_of(debit: Debit) -> DebitState:
    debit.refresh_from_db()
    return DebitState(debit.state)
