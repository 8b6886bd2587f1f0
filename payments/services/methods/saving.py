"""Begin to save a method: the agreement first, then the provider’s page, or the payment that saves it on the way."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from django.conf import settings
from django.db import transaction

from core.failpoints import failpoint
from ledger import services as ledger
from payments import selectors
from payments.consents import SAVE, SEPA_AT_PROVIDER
from payments.method_transitions import note
from payments.models import Method, MethodState, SavedMethod
from payments.services import attempts
from payments.services.methods.consenting import Agreement, keep_consent
from payments.services.methods.looking import ask_method

if TYPE_CHECKING:
    from datetime import datetime

    from accounts.models import Customer
    from payments.gateways.base import Gateway
    from payments.models import Payment

PAGE_LIFE: Final = timedelta(hours=2)
_NEARLY_CLOSED: Final = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class SavingWish:
    """What somebody wants to save, and that they agreed to it."""

    method: Method
    agreement: Agreement


def request_saving(customer: Customer, wish: SavingWish, *, gateway: Gateway, at: datetime) -> SavedMethod:
    """Begin to save a method without paying. Returns the row: PENDING with an address has a page to go to.

    A page for the same kind that still stands open serves again. Raises TooManyTopUps, CardsPaused.
    """
    method = _intend(customer, wish, at=at)
    failpoint("method.intended")
    return ask_method(method.pk, gateway=gateway, at=at)


def save_on_the_way(payment: Payment, agreement: Agreement, *, at: datetime) -> SavedMethod:
    """Write down that this payment saves its method too. The caller holds the customer's lock, in its transaction."""
    return _write(payment.customer, Method(payment.method), agreement, payment=payment, at=at)


@transaction.atomic
def _intend(customer: Customer, wish: SavingWish, *, at: datetime) -> SavedMethod:
    ledger.lock_customers([customer.pk])
    standing = selectors.saving_in_progress(customer, wish.method, until=at + _NEARLY_CLOSED)
    if standing is not None:
        return standing
    attempts.refuse_too_many(customer, wish.method, address=wish.agreement.address, at=at)
    method = _write(customer, wish.method, wish.agreement, at=at)
    attempts.note_start(customer, method.key, address=wish.agreement.address, at=at)
    return method


def _write(
    customer: Customer, kind: Method, agreement: Agreement, *, payment: Payment | None = None, at: datetime
) -> SavedMethod:
    consent = keep_consent(agreement.language, at=at, name=SEPA_AT_PROVIDER if kind == Method.SEPA else SAVE)
    method = SavedMethod.objects.create(
        customer=customer,
        kind=kind,
        provider=kind.provider,
        state=MethodState.PENDING,
        payment=payment,
        page_expires_at=payment.page_expires_at if payment else at + PAGE_LIFE,
        consent=consent,
        consent_sha256=consent.sha256,
        consent_at=at,
        consent_address=agreement.address or None,
        consent_agent=agreement.agent[:300],
        actor=agreement.actor,
        language=agreement.language,
        ask_at=at + timedelta(seconds=settings.PAYMENT_SILENCE_SECONDS),
        created_at=at,
        updated_at=at,
    )
    note(method, "agreed", at=at, detail=consent.name)
    return method
