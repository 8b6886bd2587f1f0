"""What must always hold of mandates; `payments.checks` asks for it."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Final

from core import clock
from core.checks import Check
from core.crypto import NotReadable, blind_index
from invoices import archive
from payments.models import Mandate, MandateState, MethodState, Provider
from payments.selectors import mandates_to_lapse, mandates_to_print
from payments.services.mandates.proof import signed_hash

if TYPE_CHECKING:
    from collections.abc import Iterable

_NAMED: Final = 5
_GRACE: Final = timedelta(hours=26)


def are_as_signed() -> Check:
    """The words, the account and the text of each signed mandate still give the hash that was kept at its signature."""
    signed = Mandate.objects.exclude(consent_sha256="").select_related("consent").order_by("pk")
    wrong = (mandate.reference for mandate in signed.iterator(chunk_size=500) if not _as_signed(mandate))
    return _check("mandates: each is word for word as it was signed", wrong)


def go_with_their_methods() -> Check:
    """A usable bank account has a mandate in force; one that ended leaves nothing to use."""
    ended = Mandate.objects.exclude(state__in=[MandateState.ACTIVE, MandateState.DRAFT])
    wrong = ended.filter(method__state=MethodState.ACTIVE)
    early = Mandate.objects.filter(scheme="B2B", registered_on=None, method__state=MethodState.ACTIVE)
    found = (wrong | early).order_by("pk").values_list("reference", flat=True)
    return _check("mandates: a bank account is usable only under its mandate", found.iterator())


def end_in_time() -> Check:
    """None is in force without a debit for more than 36 months and a day."""
    late = mandates_to_lapse(on=clock.local_date(clock.now() - _GRACE))
    return _check(
        "mandates: none outlives 36 months without a debit", late.values_list("reference", flat=True).iterator()
    )


def have_their_documents() -> Check:
    """Each signed mandate has its document, whole, a day after at the latest."""
    missing = mandates_to_print().filter(updated_at__lt=clock.now() - _GRACE).values_list("reference", flat=True)
    kept = Mandate.objects.exclude(pdf_sha256="").order_by("-pk").values_list("reference", "pdf_sha256")
    damaged = (reference for reference, sha256 in kept[:_RECENT] if not archive.is_whole(sha256))
    return _check("mandates: each signed one has its document", (*missing, *damaged))


_RECENT: Final = 100


def _as_signed(mandate: Mandate) -> bool:
    if mandate.consent is None or signed_hash(mandate, mandate.consent.text) != mandate.consent_sha256:
        return False
    if mandate.through != Provider.BANK:
        return True
    try:
        return mandate.iban is not None and blind_index(mandate.iban) == mandate.iban_index
    except NotReadable:
        return False


def _check(name: str, wrong: Iterable[str]) -> Check:
    named = [reference for _, reference in zip(range(_NAMED), wrong, strict=False)]
    return Check(name, ok=not named, detail=", ".join(named) or "none")
