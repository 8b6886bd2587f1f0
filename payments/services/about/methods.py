"""Events about saved methods: saved, changed, gone, taken back."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final
from uuid import UUID

from payments.models import AT_THE_PROVIDER, BEING_SAVED, Method, MethodState, Provider, SavedMethod
from payments.selectors import mandate_of
from payments.services import attempts
from payments.services.about.subject import Found, StillUnknown, Subject
from payments.services.mandates.following import follow_mandate
from payments.services.methods.looking import ask_method, close_saving
from payments.services.methods.refreshing import refresh, take_back

if TYPE_CHECKING:
    from datetime import datetime

    from payments.gateways.base import Gateway, News

_MANDATE: Final = "mandate.updated"
_BEGINS_TO_GO: Final = "VAULT.PAYMENT-TOKEN.DELETION-INITIATED"


def look(news: News, *, gateway: Gateway, at: datetime) -> Found:
    """Ask about the method that the event names; what a bank refused while saving is counted."""
    method = _method_of(news)
    if method is None:
        return Found(ours=False)
    if news.declined:
        _refused(method, news.declined, gateway=gateway, at=at)
    if method.state in BEING_SAVED or method.state == MethodState.REMOVING:
        method = ask_method(method.pk, gateway=gateway, at=at)
    elif news.type == _MANDATE:
        _follow(method, gateway=gateway, at=at)
    elif news.type == _BEGINS_TO_GO:
        method = take_back(method.pk, at=at)
    else:
        method = refresh(method.pk, gateway=gateway, at=at)
    if method.state == MethodState.UNKNOWN:
        raise StillUnknown(str(method.public_id))
    return Found(ours=True)


def _method_of(news: News) -> SavedMethod | None:
    """Our row, by the provider's ids that we wrote down ourselves, else by the reference that we gave."""
    kept = SavedMethod.objects.filter(object_id=news.object_id, state__in=AT_THE_PROVIDER) if news.object_id else None
    signed = SavedMethod.objects.filter(mandate__object_id=news.object_id) if news.object_id else None
    page = SavedMethod.objects.filter(session_id=news.session_id) if news.session_id else None
    paid = SavedMethod.objects.filter(payment__session_id=news.session_id) if news.session_id else None
    named = SavedMethod.objects.filter(public_id=news.reference) if _is_uuid(news.reference) else None
    found = (rows.order_by("-pk").first() for rows in (kept, signed, page, paid, named) if rows is not None)
    return next((method for method in found if method is not None), None)


def _follow(method: SavedMethod, *, gateway: Gateway, at: datetime) -> None:
    mandate = mandate_of(method)
    if mandate is not None:
        follow_mandate(mandate.pk, gateway=gateway, at=at)


def _refused(method: SavedMethod, attempt: str, *, gateway: Gateway, at: datetime) -> None:
    """A card was refused while it was being saved. When that makes too many, the page takes no other."""
    attempts.note_decline(method.customer, attempt, at=at)
    if method.kind == Method.CARD and attempts.paused_until(method.customer, at=at):
        close_saving(method.pk, gateway=gateway, at=at)


def _is_uuid(text: str) -> bool:
    try:
        UUID(text)
    except ValueError:
        return False
    return True


SUBJECT: Final = Subject(
    heard={
        Provider.STRIPE: (
            "checkout.session.completed",
            "checkout.session.expired",
            "setup_intent.succeeded",
            "setup_intent.setup_failed",
            "setup_intent.canceled",
            "payment_method.detached",
            "payment_method.updated",
            "payment_method.automatically_updated",
            _MANDATE,
        ),
        Provider.PAYPAL: (
            "VAULT.PAYMENT-TOKEN.CREATED",
            "VAULT.PAYMENT-TOKEN.DELETED",
            _BEGINS_TO_GO,
        ),
    },
    look=look,
)
