"""What must always hold of attestations. `invoices/checks.py` asks."""

from __future__ import annotations

from invoices.attestation_codes import is_signed
from invoices.content import attestation_content, content_hash
from invoices.models import Attestation

_CHUNK = 500


def wrong_attestations() -> list[str]:
    """Those that do not hash as written, whose figures do not sum to the amount, or whose code no key of ours made."""
    found = Attestation.objects.order_by("pk").iterator(_CHUNK)
    return [str(each) for each in found if not (_is_as_frozen(each) and _sums_up(each))]


def _is_as_frozen(attestation: Attestation) -> bool:
    hashed = content_hash(attestation_content(attestation))
    return hashed == attestation.content_hash and is_signed(hashed, attestation.code)


def _sums_up(attestation: Attestation) -> bool:
    kept = (each["received_cents"] - each["refunded_cents"] - each["taken_back_cents"] for each in attestation.figures)
    return bool(sum(kept) == attestation.amount_cents)
