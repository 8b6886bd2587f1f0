"""An accountant's desk: post by short verbs, read back the journal as the accountant writes it.

`D 411000 60 / C 706100 50, C 445711 10` is one transaction; `L1→FA1 60` is one allocation; `40 / 0 / +40` is
prepaid, receivable and balance. Amounts are euros.
"""

from __future__ import annotations

from collections import defaultdict
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from core.money import Money
from ledger import selectors, services
from ledger.models import Allocation, Entry, Tx
from ledger.services import CreditLeg, DebitLeg, Journal, NewDocument, Origin, Piece, Release, Source
from tests.support.cast import NOON

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from accounts.models import Customer

TODAY = date(2026, 11, 30)
Amount = int | str


def euros(amount: Amount) -> Money:
    return Money.from_euros(Decimal(amount))


def shown(cents: int) -> str:
    whole, rest = divmod(abs(cents), 100)
    return f"{'-' if cents < 0 else ''}{whole}" + (f".{rest:02d}" if rest else "")


class Desk:
    """The desk of one customer."""

    def __init__(self, customer: Customer, at: datetime = NOON) -> None:
        self.customer, self.at = customer, at
        self.seen = self.allocations_seen = 0
        self.serial = 0
        self.lots: dict[str, int] = {}

    # --- What happens -----------------------------------------------------------------------------------------------
    def receive(
        self,
        lot: str,
        amount: Amount,
        *,
        origin: Origin = Origin.CARD,
        account: str = "517100",
        journal: Journal = Journal.CARD,
        **more: Any,
    ) -> services.Received:
        received = services.receive_money(
            self.customer.pk,
            euros(amount),
            source=Source(origin, lot, f"source of {lot}"),
            clearing_account=account,
            journal=journal,
            label=f"Wording {lot}",
            piece_ref=lot,
            piece_date=TODAY,
            key=more.pop("key", f"money:{lot}"),
            at=self.at,
            **more,
        )
        self.lots[lot] = received.lot_id
        return received

    def transfer(self, lot: str, amount: Amount, *names: str, **more: Any) -> services.Received:
        return self.receive(
            lot, amount, origin=Origin.TRANSFER, account="512000", journal=Journal.BANK, names=names, **more
        )

    def invoice(
        self,
        ref: str,
        net: Amount,
        *vats: tuple[str, Amount],
        due: date = TODAY,
        encaissements: bool = False,
        **more: Any,
    ) -> services.Booked:
        """An invoice of `net` and its VAT: on debits at once to 445711, on encaissements through 445870."""
        [booked] = services.book_documents(
            [self.document(ref, net, *vats, due=due, encaissements=encaissements, **more)], at=self.at
        )
        return booked

    def document(
        self,
        ref: str,
        net: Amount,
        *vats: tuple[str, Amount],
        due: date = TODAY,
        encaissements: bool = False,
        **more: Any,
    ) -> NewDocument:
        legs = [CreditLeg("706100", euros(net))]
        legs += [CreditLeg("445870" if encaissements else account, euros(vat)) for account, vat in vats]
        return NewDocument(
            self.customer.pk,
            ref,
            Money(sum(leg.amount.cents for leg in legs)),
            due,
            tuple(more.pop("legs", legs)),
            f"Facture {ref}",
            TODAY,
            more.pop("key", f"document:{ref}"),
            releases=tuple(Release("445870", account, euros(vat)) for account, vat in vats) if encaissements else (),
            **more,
        )

    def credit_note(
        self, ref: str, of: str, net: Amount, vat: Amount, *, encaissements: bool = False, **more: Any
    ) -> services.Reduced:
        account = "445870" if encaissements else "445711"
        return services.book_credit_note(
            of,
            euros(net) + euros(vat),
            legs=[DebitLeg("706100", euros(net)), DebitLeg(account, euros(vat))],
            piece=self.piece(Journal.SALES, ref),
            at=self.at,
            releases=[Release("445870", "445711", euros(vat))] if encaissements else [],
            **more,
        )

    def chargeback(
        self, lot: str, amount: Amount, *, account: str = "517100", journal: Journal = Journal.CARD, ref: str = ""
    ) -> services.MoneyOut:
        return services.reverse_money(
            self.lots[lot],
            euros(amount),
            clearing_account=account,
            piece=self.piece(journal, ref or f"CB-{lot}"),
            at=self.at,
        )

    def refund(
        self, lot: str, amount: Amount, *, hold: str = "", account: str = "517100", journal: Journal = Journal.CARD
    ) -> services.MoneyOut:
        return services.refund_lot(
            self.lots[lot],
            euros(amount),
            clearing_account=account,
            piece=self.piece(journal, f"RE-{lot}"),
            at=self.at,
            closes_hold=hold,
        )

    def ask_refund(self, lot: str, amount: Amount, key: str = "refund") -> None:
        services.hold_outgoing(
            self.customer.pk, euros(amount), key=key, reason="refund", at=self.at, lot_id=self.lots[lot]
        )

    def restore(self, lot: str, out: services.MoneyOut) -> services.MoneyOut:
        return services.restore_money(
            self.lots[lot],
            undoes=out.tx_id,
            clearing_account="517100",
            piece=self.piece(Journal.CARD, "back"),
            at=self.at,
        )

    def house(
        self, journal: Journal, debit: tuple[str, Amount], credit: tuple[str, Amount], *, aux: bool = False
    ) -> None:
        """A house entry, or one on an auxiliary account of this customer."""
        self.serial += 1
        legs = (
            services.debit(debit[0], euros(debit[1]), self.customer.pk if aux and debit[0] == "467100" else None),
            services.credit(credit[0], euros(credit[1]), self.customer.pk if aux and credit[0] == "467100" else None),
        )
        key = f"house:{self.customer.pk}:{self.serial}"
        services.post(
            [services.Posting(journal=journal, label="house", piece_ref=key, piece_date=TODAY, legs=legs, key=key)],
            at=self.at,
        )

    def piece(self, journal: Journal, ref: str) -> Piece:
        self.serial += 1
        return Piece(journal, f"label of {ref}", ref, TODAY, f"{self.customer.pk}:{ref}:{self.serial}")

    # --- What the accountant reads ----------------------------------------------------------------------------------
    def look(self) -> None:
        """Take note of all that is posted so far."""
        self.posted()
        self.allocated()

    def posted(self) -> list[str]:
        """The transactions since the last look."""
        legs = defaultdict(list)
        for entry in Entry.objects.filter(tx__gt=self.seen).order_by("tx", "seq"):
            legs[entry.tx_id].append(entry)
        journals = dict(Tx.objects.filter(pk__in=legs).values_list("pk", "journal"))
        self.seen = max([self.seen, *legs])
        return [f"{journals[tx]} {_sides(entries)}" for tx, entries in legs.items()]

    def allocated(self) -> list[str]:
        """The allocations since the last look; an undoing has its minus in front."""
        rows = list(
            Allocation.objects.filter(pk__gt=self.allocations_seen).select_related("lot", "item").order_by("pk")
        )
        self.allocations_seen = max([self.allocations_seen, *(row.pk for row in rows)])
        return [_arrow(row) for row in rows]

    @property
    def state(self) -> str:
        balance = selectors.get_balance(self.customer.pk)
        sign = "+" if balance.balance.cents > 0 else ""
        return (
            f"{shown(balance.prepaid.cents)} / {shown(balance.receivable.cents)} / {sign}{shown(balance.balance.cents)}"
        )

    @property
    def available(self) -> str:
        return shown(selectors.get_balance(self.customer.pk).available.cents)

    @property
    def open(self) -> dict[str, str]:
        return {item.document_ref: shown(item.open.cents) for item in selectors.open_items(self.customer.pk)}

    @property
    def lines(self) -> list[str]:
        """The transactions page, oldest first: kind and signed amount."""
        rows = reversed(selectors.statement_page(self.customer.pk).rows)
        return [f"{row.kind} {shown(((row.credit or Money(0)) - (row.debit or Money(0))).cents)}" for row in rows]

    def remaining(self, lot: str) -> str:
        return next(
            (shown(view.remaining.cents) for view in selectors.lots_of(self.customer.pk) if view.reference == lot), "0"
        )


def _sides(entries: Sequence[Entry]) -> str:
    debits = [f"D {entry.account_id} {shown(entry.amount_cents)}" for entry in entries if entry.amount_cents > 0]
    credits_ = [f"C {entry.account_id} {shown(-entry.amount_cents)}" for entry in entries if entry.amount_cents < 0]
    return f"{', '.join(debits)} / {', '.join(credits_)}"


def _arrow(row: Allocation) -> str:
    arrow = f"{row.lot.reference if row.lot else row.source_ref}→{row.item.document_ref}"
    return f"{arrow} {shown(row.amount_cents)}" if row.amount_cents > 0 else f"{shown(row.amount_cents)} {arrow}"


def bill(desk: Desk, ref: str, total: Amount, **more: Any) -> services.Booked:
    """An invoice of that total, 20 % VAT included."""
    net = euros(total).cents * 5 // 6
    return desk.invoice(ref, str(Money(net).euros), ("445711", str((euros(total) - Money(net)).euros)), **more)


def services_balance(code: str) -> int:
    return selectors.account_balance(code).cents


def collectable(desk: Desk) -> int:
    return selectors.amount_to_collect(desk.customer.pk).cents
