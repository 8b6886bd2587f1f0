"""Short verbs for tests: money of a receipt that is taken back, and comes back, booked and put on paper."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from django.db import connection

from core.clock import local_date
from core.money import Money
from invoices import services
from invoices.guards import reinstall, take_away
from invoices.services import Return, Reversal
from invoices.states import CancelCause
from invoices.tests.making import pay
from ledger import selectors as ledger
from ledger import services as books
from tests.support.cast import NOON

if TYPE_CHECKING:
    from datetime import datetime

    from accounts.models import Customer
    from invoices.models import Receipt, ReceiptCancellation

LATER = NOON + timedelta(days=40)
REF = "P-7K2M-94QX-3T8A"


@dataclass(slots=True)
class Reversing:
    """One payment of a customer, its lot, and what the bank does with it."""

    customer: Customer
    lot: int
    receipt: Receipt
    at: datetime = LATER

    @classmethod
    def of(cls, customer: Customer, cents: int, *, ref: str = REF, at: datetime = NOON) -> Reversing:
        """A payment by card, with its receipt."""
        received = pay(customer, cents, ref=ref, at=at)
        paper = services.issue_receipt(
            customer,
            payment_ref=ref,
            amount=Money(cents),
            method="Visa •• 4242",
            received_at=at,
            balance_after=received.balance,
            settled=received.settled,
            at=at,
            key=f"payment:{ref}",
        )
        return cls(customer, received.lot_id, paper, at=at + timedelta(days=40))

    def take(self, cents: int, name: str = "du_1") -> Reversal:
        """The bank takes so much back; booked, not yet on paper."""
        out = books.reverse_money(
            self.lot, Money(cents), clearing_account="517100", piece=self._piece(name), at=self.at
        )
        return Reversal(
            tx_id=out.tx_id,
            amount=Money(cents),
            cause=CancelCause.DISPUTE,
            reversed_at=self.at,
            balance_after=out.balance,
            reopened=out.reopened,
            missing=out.missing,
            reference=name,
        )

    def cancel(self, cents: int, name: str = "du_1") -> list[ReceiptCancellation]:
        """The bank takes so much back, and the receipt is cancelled for it."""
        return services.cancel_receipt(self.receipt.payment_ref, self.take(cents, name), at=self.at)

    def give_back(self, undoes: int, cents: int, name: str = "won_1") -> Return:
        """The bank gives back what that transaction took; booked, not yet on paper."""
        back = books.restore_money(
            self.lot, undoes=undoes, clearing_account="517100", piece=self._piece(name), at=self.at
        )
        settled = ledger.paid_again(back.tx_id)
        return Return(undoes, Money(cents), self.at, back.balance, settled)

    def _piece(self, name: str) -> books.Piece:
        return books.Piece(books.Journal.CARD, "Contestation", name, local_date(self.at), f"stripe:{name}:x")


def unguarded(statement: str) -> None:
    """What somebody does who got past the guards of the database."""
    take_away(connection)  # there are none to take away on PostgreSQL, where a session may do without
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SET LOCAL session_replication_role = replica")
        cursor.execute(statement)
        if connection.vendor == "postgresql":
            cursor.execute("SET LOCAL session_replication_role = origin")
    reinstall(connection)
