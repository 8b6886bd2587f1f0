"""Oscar does not recognise what he paid, and asks his bank for it; some weeks later he remembers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from payments.models import Dispute, Payment, PaymentStatus, Provider
from payments.services import disputes
from payments.wiring import gateway_for

if TYPE_CHECKING:
    from datetime import datetime

    from accounts.models import Customer
    from billing_portal.demo.bank import SandboxBank


def contest(customer: Customer, bank: SandboxBank, *, at: datetime) -> None:
    """The bank takes back what is left of the first card payment of a customer; the portal learns of it."""
    paid = Payment.objects.filter(customer=customer, provider=Provider.STRIPE, status=PaymentStatus.SUCCEEDED)
    payment = paid.order_by("pk").first()
    if payment is not None:
        bank.contest(payment.charge_id, at=at)
        disputes.find_untold(Provider.STRIPE, gateway=gateway_for(Provider.STRIPE), at=at)


def win(customer: Customer, bank: SandboxBank, *, at: datetime) -> None:
    """The bank decides for us: the money comes back, with the fee."""
    for dispute in Dispute.objects.filter(customer=customer).order_by("pk"):
        bank.decide_for_us(dispute.object_id, at=at)
        disputes.ask_dispute(dispute.pk, gateway=gateway_for(dispute.provider), at=at)
