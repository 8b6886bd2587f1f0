"""One customer, the real gateway and the sandbox behind it: what happens at a counter, in one word each."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from core.money import Money
from payments import services
from payments.gateways.base import Page, PageState, Receipt
from payments.models import Payment
from payments.services import Wish, topping_up
from tests.support.bank import GOOD_CARD, Bank

if TYPE_CHECKING:
    from accounts.models import Customer
    from payments.gateways.base import Gateway


@dataclass(frozen=True, slots=True)
class Desk:
    """Time does not pass here unless a verb is told a later moment."""

    customer: Customer
    gateway: Gateway
    bank: Bank
    at: datetime

    def start(self, cents: int = 4_680, *, on_top: bool = False) -> Payment:
        """Ask for a top-up; the page opens unless the bank fails."""
        wish = Wish(Money(cents), on_top=on_top)
        return services.request_top_up(self.customer, wish, gateway=self.gateway, at=self.at)

    def intend(self, cents: int = 4_680) -> Payment:
        """Only write the intention down, as a process that dies right after."""
        return topping_up._intend(self.customer, Wish(Money(cents)), at=self.at)[0]

    def pay(self, payment: Payment, card: str = GOOD_CARD) -> Payment:
        """The customer pays on the page. We do not know it yet."""
        self.bank.pay(payment.session_id, card=card)
        return payment

    def ask(self, payment: Payment, *, later: timedelta = timedelta()) -> Payment:
        return services.ask(payment.pk, gateway=self.gateway, at=self.at + later)

    def close(self, payment: Payment) -> Payment:
        return services.close(payment.pk, gateway=self.gateway, at=self.at)

    def told(self, payment: Payment, state: PageState, *, receipt: Receipt | None = None) -> Payment:
        """The provider says something that the sandbox cannot be brought to say."""
        page = replace(self.page(payment), state=state, receipt=receipt)
        return services.apply(payment.pk, page, at=self.at)

    def page(self, payment: Payment) -> Page:
        return self.gateway.read_page(payment.session_id)

    def silence(self) -> None:
        """From now on the provider does not answer."""
        self.bank.fail("refuse", times=1000)

    def started_in_silence(self) -> Payment:
        """A payment whose page did not open, since the provider was silent. It speaks again."""
        self.silence()
        payment = self.start()
        self.bank.calm()
        return payment


def a_receipt(cents: int = 4_680, **changes: object) -> Receipt:
    """Money that came, as a gateway tells it."""
    receipt = Receipt(
        object_id="pi_told",
        charge_id="ch_told",
        received=Money(cents),
        currency="EUR",
        paid_at=datetime(2026, 11, 20, 9, 0, tzinfo=UTC),
        fee=Money(95),
        card_brand="visa",
        card_last4="4242",
    )
    return replace(receipt, **changes)  # type: ignore[arg-type]
