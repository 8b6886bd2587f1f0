"""Where a customer keeps cards and PayPal accounts: what happens to them, in one word each."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING

from core.money import Money
from payments import services
from payments.models import Method, Payment, SavedMethod
from payments.services import Wish
from payments.services.methods import Agreement, SavingWish
from payments.wiring import gateway_for
from tests.support.bank import GOOD_CARD, Bank

if TYPE_CHECKING:
    from datetime import datetime

    from accounts.models import Customer
    from payments.gateways.base import Gateway, SavingPage

CO_BADGED = "4000002500001001"
SPENT_CARD = "4000000000000341"
MASTERCARD = "5555555555554444"
AGREED = Agreement("fr", address="192.0.2.7", agent="Firefox")


@dataclass(frozen=True, slots=True)
class Drawer:
    """Time does not pass here unless a verb is told a later moment."""

    customer: Customer
    bank: Bank
    at: datetime
    kind: Method = Method.CARD

    @property
    def gateway(self) -> Gateway:
        return gateway_for(self.kind.provider)

    def of(self, customer: Customer) -> Drawer:
        return replace(self, customer=customer)

    def begin(self) -> SavedMethod:
        """Ask to save; the provider's page opens unless the bank fails."""
        wish = SavingWish(self.kind, AGREED)
        return services.methods.request_saving(self.customer, wish, gateway=self.gateway, at=self.at)

    def consent(self, method: SavedMethod, card: str = GOOD_CARD, **how: object) -> SavedMethod:
        """The customer agrees on the provider's page. We do not know it yet."""
        if self.kind == Method.PAYPAL:
            self.bank.control(f"paypal/approve-saving/{method.session_id}", payer=how.get("payer", "PAYERONE"))
        else:
            self.bank.control(f"pay/{method.session_id}", card=card, **how)
        return method

    def ask(self, method: SavedMethod, *, later: timedelta = timedelta()) -> SavedMethod:
        return services.methods.ask_method(method.pk, gateway=self.gateway, at=self.at + later)

    def save(self, card: str = GOOD_CARD, **how: object) -> SavedMethod:
        """The whole way."""
        return self.ask(self.consent(self.begin(), card, **how))

    def remove(self, method: SavedMethod) -> SavedMethod:
        return services.methods.remove(method.pk, gateway=self.gateway, at=self.at)

    def told(self, method: SavedMethod, page: SavingPage) -> SavedMethod:
        """The provider says something that the sandbox cannot be brought to say."""
        return services.methods.apply_saving(method.pk, page, at=self.at)

    def silence(self) -> None:
        self.bank.fail("refuse", times=1000)

    def in_silence(self) -> SavedMethod:
        """One whose page did not open, since the provider was silent. It speaks again."""
        self.silence()
        method = self.begin()
        self.bank.calm()
        return method

    def pay(self, cents: int = 4_680, *, saves: bool = False, saved: SavedMethod | None = None) -> Payment:
        """Start a top-up that saves its method, or that is paid with a saved one."""
        wish = Wish(Money(cents), method=self.kind, saves=AGREED if saves else None, saved=saved, address="192.0.2.7")
        return services.request_top_up(self.customer, wish, gateway=self.gateway, others=gateway_for, at=self.at)

    def paid(self, payment: Payment, card: str = GOOD_CARD, **how: object) -> Payment:
        """The customer pays on the page, and we ask."""
        if self.kind == Method.PAYPAL:
            self.bank.control(f"paypal/approve/{payment.session_id}")
        else:
            self.bank.control(f"pay/{payment.session_id}", card=card, **how)
        return services.ask(payment.pk, gateway=self.gateway, at=self.at)
