"""The only place where payments are locked. Order: the customers, the payment, its refund or its debit."""

from __future__ import annotations

from ledger import selectors as books
from ledger import services as ledger
from payments.models import Debit, Mandate, MethodState, Payment, Payout, Refund, Remittance, SavedMethod


def lock_payment(payment_id: int) -> Payment:
    """Lock a payment and its customer's account until the end of the transaction; returns it as it is now."""
    return _lock_payment_of(Payment.objects.values_list("customer_id", flat=True).get(pk=payment_id), payment_id)


def lock_seen(payment: Payment) -> Payment:
    """As `lock_payment`, for one that was read before: whose it is never changes."""
    return _lock_payment_of(payment.customer_id, payment.pk)


def _lock_payment_of(customer_id: int, payment_id: int) -> Payment:
    ledger.lock_customers([customer_id])
    return Payment.objects.select_for_update(of=("self",)).select_related("customer").get(pk=payment_id)


def lock_debit(debit_id: int) -> Debit:
    """Lock a debit and its customer's account until the end of the transaction; returns it as it is now."""
    ledger.lock_customers([Debit.objects.values_list("customer_id", flat=True).get(pk=debit_id)])
    return Debit.objects.select_for_update(of=("self",)).select_related("customer", "method").get(pk=debit_id)


def lock_attempt(payment_id: int) -> tuple[Payment, Debit]:
    """Lock the payment of an automatic debit, then its debit, after the customer's account."""
    payment = lock_payment(payment_id)
    return payment, lock_debit(payment.debit_id or 0)


def lock_remittance(remittance_id: int) -> Remittance:
    """Lock a file of debits until the end of the transaction; returns it as it is now. No customer is concerned."""
    return Remittance.objects.select_for_update().get(pk=remittance_id)


def lock_payout(payout_id: int) -> Payout:
    """Lock a payout until the end of the transaction; returns it as it is now. No customer is concerned."""
    return Payout.objects.select_for_update().get(pk=payout_id)


def lock_for_refund(payment_id: int, lot_id: int) -> Payment:
    """Lock a payment and everybody who has, or had, its money, until the end of the transaction.

    Two refunds of one payment come one after the other, also when its money was moved to another customer.
    """
    payer = Payment.objects.values_list("customer_id", flat=True).get(pk=payment_id)
    ledger.lock_customers([payer, books.owner_of(lot_id), *books.owners_of(lot_id)])
    return Payment.objects.select_for_update(of=("self",)).select_related("customer").get(pk=payment_id)


def lock_refund(refund_id: int) -> Refund:
    """As `lock_for_refund`, then the refund; returns it as it is now."""
    payment_id, lot_id = Refund.objects.values_list("payment_id", "lot_id").get(pk=refund_id)
    payment = lock_for_refund(payment_id, lot_id)
    refund = Refund.objects.select_for_update(of=("self",)).select_related("customer", "approval").get(pk=refund_id)
    refund.payment = payment
    return refund


def lock_method(method_id: int) -> SavedMethod:
    """Lock a saved method and its customer's account until the end of the transaction; returns it as it is now."""
    ledger.lock_customers([SavedMethod.objects.values_list("customer_id", flat=True).get(pk=method_id)])
    return SavedMethod.objects.select_for_update(of=("self",)).select_related("customer", "payment").get(pk=method_id)


def lock_mandate(mandate_id: int) -> Mandate:
    """Lock a mandate and its customer's account until the end of the transaction; returns it as it is now."""
    ledger.lock_customers([Mandate.objects.values_list("customer_id", flat=True).get(pk=mandate_id)])
    found = Mandate.objects.select_for_update(of=("self",)).select_related("customer", "replaces", "method", "consent")
    return found.get(pk=mandate_id)


def lock_active_methods(customer_id: int) -> list[SavedMethod]:
    """The usable methods of a customer in their order, locked after the customer's account."""
    ledger.lock_customers([customer_id])
    active = SavedMethod.objects.filter(customer_id=customer_id, state=MethodState.ACTIVE)
    return list(active.select_for_update(of=("self",)).order_by("position", "pk"))


def lock_paid(payment_id: int) -> Payment:
    """Lock a credited payment and the accounts of everybody who has, or had, money of it: some may have been moved."""
    tx_id = Payment.objects.values_list("tx_id", flat=True).get(pk=payment_id) or 0
    ledger.lock_customers(books.owners_of(books.lot_of(tx_id).id))
    return Payment.objects.select_for_update(of=("self",)).select_related("customer").get(pk=payment_id)
