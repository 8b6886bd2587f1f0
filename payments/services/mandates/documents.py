"""The document of a mandate: printed once when it is signed, kept by its hash, handed out as it is kept."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction
from django.template.loader import render_to_string
from django.utils import translation

from accounts.selectors import current_seller
from core.clock import local_date
from invoices import archive
from invoices.parties import copy_buyer, copy_seller
from invoices.pressing import press_now
from payments import locks, selectors
from payments.mandate_transitions import note
from payments.models import Mandate, Provider
from payments.services.mandates.paper import mandate_paper
from payments.services.mandates.signing import consent_name
from payments.services.mandates.waking import wake_document
from payments.services.methods.consenting import shown_consent

if TYPE_CHECKING:
    from datetime import datetime

_AT_ONCE = 200


def print_mandate(mandate_id: int, *, at: datetime) -> str:
    """Print a signed mandate and keep the file; returns its SHA-256. The first that is kept stays. Twice is once."""
    mandate = Mandate.objects.select_related("customer", "consent", "actor").get(pk=mandate_id)
    if mandate.pdf_sha256 or not mandate.is_signed or mandate.through != Provider.BANK:
        return mandate.pdf_sha256
    name = archive.store(_pressed(mandate, at=at))
    with transaction.atomic():
        fresh = locks.lock_mandate(mandate_id)
        if not fresh.pdf_sha256:
            fresh.pdf_sha256, fresh.updated_at = name, at
            fresh.save()
            note(fresh, "document kept", at=at, detail=name)
    return fresh.pdf_sha256


def print_missing(*, at: datetime) -> int:
    """Ask again for the documents that should be there and are not, at most 200. Returns how many."""
    missing = list(selectors.mandates_to_print()[:_AT_ONCE])
    for mandate in missing:
        wake_document(mandate, at=at)
    return len(missing)


def stored_document(mandate: Mandate, *, at: datetime) -> bytes:
    """The document as it is kept; made now if it is not yet. Raises ArchiveDamaged."""
    return archive.read(mandate.pdf_sha256 or print_mandate(mandate.pk, at=at))


def mandate_form(mandate: Mandate, *, at: datetime) -> bytes:
    """The form of a draft, to print and sign by hand, for us and for the bank. It is kept nowhere."""
    return _pressed(mandate, at=at)


def _pressed(mandate: Mandate, *, at: datetime) -> bytes:
    seller, buyer = copy_seller(current_seller(on=local_date(at))), copy_buyer(mandate.customer)
    legal = (
        mandate.consent.text if mandate.consent else shown_consent(mandate.language, at=at, name=consent_name(mandate))
    )
    with translation.override(mandate.language):
        paper = mandate_paper(mandate, legal, seller, buyer, at=at)
        page = render_to_string("paper/mandate.html", {"paper": paper})
    return press_now(page, identifier=mandate.reference)
