"""What the pages of bank accounts show, computed from questions alone."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.conf import settings

from accounts.selectors import creditor_identifier
from core.clock import local_date
from payments.models import MandateState
from payments.services.mandates.signing import consent_name
from payments.services.methods import shown_consent

if TYPE_CHECKING:
    from datetime import datetime

    from accounts.models import Customer
    from payments.mandate_forms import SignForm
    from payments.models import Mandate


def why_not(customer: Customer, *, at: datetime) -> str:
    """Why this customer cannot sign a mandate now; empty when they can."""
    if customer.is_public:
        return "PUBLIC"
    if settings.SEPA_THROUGH == "bank" and not creditor_identifier(on=local_date(at)):
        return "NO_ICS"
    return "" if customer.address_line1 and customer.city else "NO_ADDRESS"


def mandate_context(mandate: Mandate, form: SignForm, *, at: datetime) -> dict[str, Any]:
    """A mandate that waits for its signature, or that nobody signed: the words of the law, and the account."""
    legal = shown_consent(mandate.language, at=at, name=consent_name(mandate))
    return {
        "mandate": mandate,
        "form": form,
        "legal": legal.split("\n\n"),
        "waits": mandate.state == MandateState.DRAFT,
    }
