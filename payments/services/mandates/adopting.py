"""Mandates that a provider keeps: written down when its page tells them, ended with the method, or when it says so."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from accounts.selectors import current_seller
from core.clock import local_date
from payments.mandate_transitions import ACTIVE, REPLACED, move, note
from payments.models import Mandate, MandateState, SavedMethod, SignedHow
from payments.services.mandates.addresses import creditor_address, debtor_address
from payments.services.mandates.proof import signed_hash

if TYPE_CHECKING:
    from datetime import datetime

    from payments.gateways.base import SignedMandate

_HOLDER: Final = 70


def adopt_mandate(method: SavedMethod, signed: SignedMandate, *, replaces: SavedMethod | None, at: datetime) -> Mandate:
    """Write down what was signed on the provider's page. The caller holds the customer's lock and has saved the method.

    The creditor that the bank sees is the provider, by its own identifier: its copy of the mandate says so.
    """
    before = close_mandate_of(replaces, REPLACED, reason=signed.reference, at=at) if replaces else None
    customer, seller, language = method.customer, current_seller(on=local_date(at)), method.language
    mandate = Mandate(
        customer=customer,
        method=method,
        through=method.provider,
        state=ACTIVE,
        reference=signed.reference,
        creditor_name=seller.name,
        creditor_address=creditor_address(seller, language=language),
        debtor_name=(signed.holder or customer.name)[:_HOLDER],
        debtor_address=debtor_address(customer, language=language),
        debtor_country=customer.country,
        iban_last4=method.last4,
        iban_country=signed.country,
        bank_name=method.brand,
        object_id=signed.object_id,
        document_url=signed.url,
        signed_how=SignedHow.PROVIDER,
        signed_on=local_date(at),
        consent=method.consent,
        consent_at=method.consent_at,
        consent_address=method.consent_address,
        consent_agent=method.consent_agent,
        actor=method.actor,
        language=language,
        replaces=before,
        created_at=at,
        updated_at=at,
    )
    mandate.consent_sha256 = signed_hash(mandate, method.consent.text)
    mandate.save(force_insert=True)
    note(mandate, "signed at the provider", at=at, detail=signed.object_id)
    return mandate


def close_mandate_of(method: SavedMethod, to: MandateState, *, reason: str = "", at: datetime) -> Mandate | None:
    """End the mandate in force under a method, if there is one; returns it. The caller holds the customer's lock."""
    found = Mandate.objects.select_for_update(of=("self",)).filter(method=method, state=ACTIVE).first()
    if found is not None:
        move(found, to, at=at, reason=reason)
    return found
