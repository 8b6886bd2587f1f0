"""Sign a mandate, here or on paper: in the same transaction the account becomes a usable method."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from django.db import transaction

from accounts.selectors import creditor_identifier, current_seller
from core.clock import local_date
from core.failpoints import failpoint
from payments import consents, locks, selectors
from payments.mandate_transitions import ABANDONED, ACTIVE, DRAFT, REPLACED, move, note
from payments.method_transitions import move as move_method
from payments.method_transitions import note as note_method
from payments.models import Mandate, Method, MethodState, Reason, SavedMethod, SignedHow
from payments.services.mandates.proof import signed_hash
from payments.services.mandates.telling import tell_signed
from payments.services.mandates.waking import wake_document
from payments.services.methods.consenting import Agreement, keep_consent
from payments.services.methods.removing import hand_on_default

if TYPE_CHECKING:
    from datetime import date, datetime

    from accounts.models import User

_BRAND: Final = 32


class NotSignable(Exception):
    """The mandate cannot be signed (any more): `why` is ENDED, CHANGED, FUTURE or BEFORE_FORM."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


@dataclass(frozen=True, slots=True)
class PaperSignature:
    """What staff read on a signed form, and who entered it."""

    signed_on: date
    place: str
    by: User


@dataclass(frozen=True, slots=True)
class _Place:
    """What the new method takes over from the one before it."""

    label: str
    position: int
    is_default: bool


def sign_online(mandate_id: int, agreement: Agreement, *, at: datetime) -> Mandate:
    """The holder signs by ticking the box: what was shown is kept with a hash, and from where it was agreed to.

    Twice is once. The same account signed meanwhile by another form gives that mandate back. Raises NotSignable.
    """
    with transaction.atomic():
        mandate = locks.lock_mandate(mandate_id)
        if (standing := _settled(mandate, at=at)) is not None:
            return standing
        consent = keep_consent(mandate.language, at=at, name=consent_name(mandate))
        mandate.consent, mandate.consent_at = consent, at
        mandate.consent_sha256 = signed_hash(mandate, consent.text)
        mandate.consent_address = agreement.address or None
        mandate.consent_agent = agreement.agent[:300]
        mandate.actor = agreement.actor
        mandate.signed_how, mandate.signed_on = SignedHow.ONLINE, local_date(at)
        mandate.signed_at_place = mandate.customer.city
        _put_in_force(mandate, agreement, at=at)
    failpoint("mandate.signed")
    return mandate


@transaction.atomic
def enter_paper(mandate_id: int, signature: PaperSignature, *, at: datetime) -> Mandate:
    """Staff hold the signed form of a draft. Twice is once. Raises NotSignable, also for a day that cannot be."""
    mandate = locks.lock_mandate(mandate_id)
    if mandate.state == DRAFT and signature.signed_on > local_date(at):
        raise NotSignable("FUTURE")
    if mandate.state == DRAFT and signature.signed_on < local_date(mandate.created_at):
        raise NotSignable("BEFORE_FORM")
    if (standing := _settled(mandate, at=at)) is not None:
        return standing
    consent = keep_consent(mandate.language, at=at, name=consent_name(mandate))
    mandate.consent, mandate.consent_sha256 = consent, signed_hash(mandate, consent.text)
    mandate.actor = signature.by
    mandate.signed_how, mandate.signed_on = SignedHow.PAPER, signature.signed_on
    mandate.signed_at_place = signature.place[:100]
    _put_in_force(mandate, Agreement(language=mandate.language, actor=signature.by), at=at)
    return mandate


@transaction.atomic
def confirm_registration(mandate_id: int, registered_on: date, *, at: datetime) -> Mandate:
    """The debtor's bank has told that it registered a B2B mandate: from now on the account may be debited."""
    mandate = locks.lock_mandate(mandate_id)
    if not mandate.awaits_bank or mandate.method_id is None:
        return mandate
    mandate.registered_on, mandate.updated_at = registered_on, at
    mandate.save()
    note(mandate, "registered by the bank", at=at, detail=registered_on.isoformat())
    method = locks.lock_method(mandate.method_id)
    if (method.state, method.reason) == (MethodState.UNUSABLE, Reason.REGISTER):
        move_method(method, MethodState.ACTIVE, at=at)
        hand_on_default(method.customer_id, at=at)
    return mandate


def consent_name(mandate: Mandate) -> str:
    """Which text its signature agrees to."""
    return consents.SEPA_B2B if mandate.is_b2b else consents.SEPA


def _settled(mandate: Mandate, *, at: datetime) -> Mandate | None:
    """What there is to return without signing: this one signed before, or another one for the same account."""
    if mandate.state == ACTIVE:
        return mandate
    if mandate.state != DRAFT:
        raise NotSignable("ENDED")
    today = local_date(at)
    if (mandate.ics, mandate.creditor_name) != (creditor_identifier(on=today), current_seller(on=today).name):
        raise NotSignable("CHANGED")
    standing = selectors.mandate_in_force(mandate.customer, mandate.iban_index)
    if standing is None or standing == mandate.replaces:
        return None
    move(mandate, ABANDONED, at=at, reason="the same account was signed meanwhile")
    return standing


def _put_in_force(mandate: Mandate, agreement: Agreement, *, at: datetime) -> None:
    """End what it replaces, make the method, move. The caller is in a transaction and has filled the signature in."""
    place = _hand_over(mandate, at=at)
    mandate.method = _save(mandate, agreement, place, at=at)
    move(mandate, ACTIVE, at=at)
    move_method(mandate.method, MethodState.ACTIVE, at=at, detail=mandate.method.title)
    if mandate.is_b2b:
        move_method(mandate.method, MethodState.UNUSABLE, at=at, reason=Reason.REGISTER)
    hand_on_default(mandate.customer_id, at=at)
    wake_document(mandate, at=at)
    tell_signed(mandate, at=at)


def _hand_over(mandate: Mandate, *, at: datetime) -> _Place:
    """The place of the new one: that of the mandate it replaces, which ends; else the last in the order."""
    others = locks.lock_active_methods(mandate.customer_id)
    last = max((each.position for each in others), default=0) + 1
    before = mandate.replaces
    if before is None or before.method is None or before.state != ACTIVE:
        mandate.replaces = None
        return _Place("", last, is_default=not any(each.is_default for each in others))
    method = locks.lock_method(before.method.pk)
    place = _Place(method.label, method.position, is_default=method.is_default)
    move(before, REPLACED, at=at, reason=mandate.reference)
    if method.is_standing:
        move_method(method, MethodState.REMOVED, at=at, reason=Reason.REPLACED)
    return place


def _save(mandate: Mandate, agreement: Agreement, place: _Place, *, at: datetime) -> SavedMethod:
    consent = mandate.consent
    if consent is None:
        raise TypeError(f"{mandate} is not signed")
    method = SavedMethod.objects.create(
        customer=mandate.customer,
        kind=Method.SEPA,
        provider=mandate.through,
        state=MethodState.PENDING,
        page_expires_at=at,
        object_id=mandate.reference,
        fingerprint=mandate.iban_index,
        brand=mandate.bank_name[:_BRAND],
        last4=mandate.iban_last4,
        label=place.label,
        position=place.position,
        is_default=False,
        consent=consent,
        consent_sha256=consent.sha256,
        consent_at=at,
        consent_address=agreement.address or None,
        consent_agent=agreement.agent[:300],
        actor=agreement.actor,
        language=mandate.language,
        ask_at=at,
        created_at=at,
        updated_at=at,
    )
    method.is_default = place.is_default
    note_method(method, "agreed", at=at, detail=consent.name)
    return method
