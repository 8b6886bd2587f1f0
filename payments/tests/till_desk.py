"""Finance at the till: what moves at the card provider, and what the books make of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from accounts.models import User
from core import clock
from core.money import Money
from ledger import selectors as ledger
from payments import services
from payments.models import BalanceReading, Payout, Provider, ProviderMovement
from payments.services.till import Synchronised
from payments.tests.desk import Desk

STRIPE = Provider.STRIPE


@dataclass(frozen=True, slots=True)
class Till:
    """The desk's provider, seen by the people who count."""

    desk: Desk

    @property
    def now(self) -> datetime:
        """Just after everything that happened at the provider."""
        return clock.now() + timedelta(seconds=2)

    def earn(self, cents: int = 4_680) -> None:
        """A customer pays, and is credited."""
        self.desk.ask(self.desk.pay(self.desk.start(cents, on_top=True)))

    def sync(self, *, deep: bool = False) -> Synchronised:
        return services.sync_till(STRIPE, gateway=self.desk.gateway, at=self.now, deep=deep)

    def read(self) -> BalanceReading:
        return services.read_till(STRIPE, gateway=self.desk.gateway, at=self.now)

    def send(self, status: str = "paid", **more: object) -> str:
        """All that was earned goes to our bank."""
        self.desk.bank.control("available")
        return str(self.desk.bank.control("payout", status=status, **more)["id"])

    def become(self, payout_id: str, status: str) -> None:
        self.desk.bank.control(f"payouts/{payout_id}/move", status=status)

    def move(self, cents: int, kind: str = "stripe_fee", **more: object) -> Any:
        return self.desk.bank.control("movement", kind=kind, amount=cents, **more)

    def movement(self, kind: str) -> ProviderMovement:
        return ProviderMovement.objects.get(kind=kind)

    def payout(self) -> Payout:
        return Payout.objects.get()

    def books(self, account: str = "517100") -> Money:
        return ledger.account_balance(account)


def staff(name: str) -> User:
    return User.objects.create_superuser(f"{name}@example.org", "a-long-password-for-tests")
