"""Mails: written down with the text as it will be sent, sent once, cancellable until then."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction

from core.inserting import insert_new
from outbox import gateways
from outbox.models import Message, MessageState
from outbox.registry import GiveUp
from outbox.services.asking import enqueue

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

SEND = "outbox.send_message"
_NOT_IN_A_HEADER = re.compile(r"[\s\x00-\x1f\x7f\u0085\u2028\u2029]+")
_SUBJECT = 300


class NotAnAddress(ValueError):
    """A recipient is not an e-mail address."""


def post_message(  # noqa: PLR0913 - the columns of the row
    *,
    kind: str,
    key: str,
    recipients: Sequence[str],
    language: str,
    subject: str,
    text: str,
    html: str,
    owner: str,
    at: datetime,
    not_before: datetime | None = None,
    confidential: bool = False,
) -> Message:
    """Write a mail down in the caller's transaction; it leaves after the commit, not before `not_before`.

    One key is one fact: the same key gives the message that exists, and never a second mail. A line break in the
    subject becomes a space, so that no name can add a header. Raises NotAnAddress.
    """
    _check(recipients)
    message = Message(
        key=key,
        kind=kind,
        owner=owner,
        recipients=list(recipients),
        language=language,
        subject=_NOT_IN_A_HEADER.sub(" ", subject).strip()[:_SUBJECT],
        text=text,
        html=html,
        confidential=confidential,
        not_before=not_before or at,
        created_at=at,
    )
    with transaction.atomic(savepoint=False):
        posted = message if insert_new([message], unique=["key"]) else Message.objects.get(key=key)
        enqueue(SEND, {"message_id": posted.pk}, key=f"{SEND}:{posted.pk}", at=at, run_after=not_before, owner=owner)
    return posted


def cancel_message(key: str, *, at: datetime) -> bool:
    """Keep a mail from leaving. False when it left already, is leaving now, or never was."""
    waiting = Message.objects.filter(key=key, state=MessageState.WAITING)
    return bool(waiting.update(state=MessageState.CANCELLED, error=f"Cancelled at {at.isoformat(timespec='seconds')}."))


def cancel_messages(key_start: str, *, at: datetime) -> bool:
    """Keep the mails whose keys begin so from leaving. False when one of them left, or is leaving now."""
    messages = Message.objects.filter(key__startswith=key_start)
    for key in list(messages.values_list("key", flat=True)):
        cancel_message(key, at=at)
    return not messages.filter(state__in=[MessageState.SENDING, MessageState.SENT]).exists()


def send_message(message_id: int, *, at: datetime) -> MessageState:
    """Hand a mail to the mail server, and note that it left.

    The mail server has no idempotency key: when the worker dies after the server accepted the mail and before that is
    noted, the mail leaves a second time, with the same Message-ID. Raises GiveUp when the server refuses it for good.
    """
    leaving = Message.objects.filter(pk=message_id)
    claimed = leaving.exclude(state__in=[MessageState.SENT, MessageState.CANCELLED]).update(state=MessageState.SENDING)
    message = leaving.get()
    if not claimed:
        return MessageState(message.state)
    try:
        gateways.send(message)
    except gateways.Refused as refusal:
        leaving.update(state=MessageState.FAILED, error=refusal.reason)
        raise GiveUp(refusal.reason) from refusal
    except Exception as error:
        leaving.update(state=MessageState.WAITING, error=type(error).__name__)
        raise
    body = {"subject": f"({message.kind})", "text": "", "html": ""} if message.confidential else {}
    leaving.update(state=MessageState.SENT, sent_at=at, error="", **body)
    return MessageState.SENT


def give_message_up(message_id: int) -> None:
    """Note that a mail will not be tried again."""
    Message.objects.filter(pk=message_id, state=MessageState.WAITING).update(state=MessageState.FAILED)


def _check(recipients: Sequence[str]) -> None:
    if not recipients:
        raise NotAnAddress("a mail needs somebody to go to")
    for address in recipients:
        try:
            validate_email(address)
        except ValidationError:
            raise NotAnAddress(repr(address)) from None
