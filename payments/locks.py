"""The only place where payments are locked. Order: the customer, then the payment."""

from __future__ import annotations

from ledger import services as ledger
from payments.models import Payment, Payout


def lock_payment(payment_id: int) -> Payment:
    """Lock a payment and its customer's account until the end of the transaction; returns it as it is now."""
    ledger.lock_customers([Payment.objects.values_list("customer_id", flat=True).get(pk=payment_id)])
    return Payment.objects.select_for_update(of=("self",)).select_related("customer").get(pk=payment_id)


def lock_payout(payout_id: int) -> Payout:
    """Lock a payout until the end of the transaction; returns it as it is now. No customer is concerned."""
    return Payout.objects.select_for_update().get(pk=payout_id)
