"""What the outbox does by itself: it sends the mails."""

from __future__ import annotations

from typing import TYPE_CHECKING

from outbox.registry import job
from outbox.services import mailing

if TYPE_CHECKING:
    from datetime import datetime


def _given_up(*, message_id: int, at: datetime) -> None:
    mailing.give_message_up(message_id)


@job(mailing.SEND, attempts=12, on_failed=_given_up)
def send_message(*, message_id: int, at: datetime) -> dict[str, str]:
    return {"state": mailing.send_message(message_id, at=at)}
