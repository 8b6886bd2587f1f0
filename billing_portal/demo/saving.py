"""The cast saves cards and a PayPal account, on the provider's page, as anybody does."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Final

from payments import services as payments
from payments.models import Method
from payments.services import collecting, mandates
from payments.services.mandates import MandateWish
from payments.services.methods import Agreement, SavingWish
from payments.wiring import gateway_for, providers

if TYPE_CHECKING:
    from datetime import datetime

    from accounts.models import Customer
    from billing_portal.demo.bank import SandboxBank

DEMONSTRATION_IBAN: Final = "FR7630006000011234567890189"
"""Printed everywhere as an example: nobody's account."""
_AGENT: Final = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"


def save_card(customer: Customer, bank: SandboxBank, *, card: str, network: str = "", at: datetime) -> None:
    """Agree, type the card on the hosted page, come back."""
    session = _begin(customer, Method.CARD, at=at)
    bank.pay(session, card=card, network=network, at=at + timedelta(minutes=1))
    _come_back(customer, Method.CARD, at=at + timedelta(minutes=1))


def save_paypal(customer: Customer, bank: SandboxBank, *, at: datetime) -> None:
    """Agree here, agree at PayPal, come back. Nothing where the portal works without PayPal."""
    if Method.PAYPAL.provider not in providers():
        return
    session = _begin(customer, Method.PAYPAL, at=at)
    bank.agree_to_saving(session, at=at + timedelta(minutes=1))
    _come_back(customer, Method.PAYPAL, at=at + timedelta(minutes=1))


def sign_mandate(customer: Customer, *, at: datetime) -> None:
    """Write the account, read the mandate, sign it; its document is printed as the worker would."""
    account = mandates.check_account(customer, DEMONSTRATION_IBAN, address="127.0.0.1", at=at)
    wish = MandateWish(account, holder=customer.name, language=customer.language)
    draft = mandates.prepare_mandate(customer, wish, at=at)
    agreement = Agreement(customer.language, address="127.0.0.1", agent=_AGENT)
    signed = mandates.sign_online(draft.pk, agreement, at=at + timedelta(minutes=2))
    mandates.print_mandate(signed.pk, at=at + timedelta(minutes=2))


def turn_collection_on(customer: Customer, *, at: datetime) -> None:
    """Agree to automatic collection: what is due is announced at once."""
    collecting.turn_on(customer, Agreement(customer.language, address="127.0.0.1", agent=_AGENT), at=at)


def _begin(customer: Customer, kind: Method, *, at: datetime) -> str:
    wish = SavingWish(kind, Agreement(customer.language, address="127.0.0.1", agent=_AGENT))
    begun = payments.methods.request_saving(customer, wish, gateway=gateway_for(kind.provider), at=at)
    return begun.session_id


def _come_back(customer: Customer, kind: Method, *, at: datetime) -> None:
    for method in customer.saved_methods.filter(kind=kind, object_id="").order_by("pk"):
        payments.methods.ask_method(method.pk, gateway=gateway_for(kind.provider), at=at)
