"""One whole turn: begin, send, follow. The beat does its parts by their ladders; the command does it all at once."""

from __future__ import annotations

import logging
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Final

from chorus.gateways.base import ChorusError
from chorus.models import Submission
from chorus.services import depositing, following, opening, pacing, preparing, updating
from chorus.states import HeldWhy, SubmissionState

if TYPE_CHECKING:
    from datetime import datetime

    from chorus.gateways.base import Directory, Transport

logger = logging.getLogger(__name__)
WAITING: Final = (SubmissionState.WAITING_REFERENCES, SubmissionState.HELD, SubmissionState.READY)


@dataclass(frozen=True, slots=True)
class Synced:
    """What one turn did, and what is left.

    `submitted`, `integrated`, `rejected`: so many did in this turn. `waiting`, `unknown`: so many do now.
    """

    submitted: int = 0
    integrated: int = 0
    rejected: int = 0
    waiting: int = 0
    unknown: int = 0

    def as_dict(self) -> dict[str, int]:
        return asdict(self)


def begin(*, at: datetime, whole: bool) -> int:
    """Begin what is missing, end dead attempts, look again at what waits. Returns how many documents may leave."""
    depositing.sweep_dead(at=at)
    opening.open_submissions(at=at, since=None if whole else at - opening.LOOKS_BACK)
    waits = Submission.objects.filter(state__in=(*WAITING, SubmissionState.REJECTED)).exclude(held_why=HeldWhy.STAFF)
    for key in list(waits.order_by("pk").values_list("pk", flat=True)):
        preparing.reconsider(key, at=at)
    return depositing.ready_to_leave().count()


def sync(transport: Transport, directory: Directory, *, at: datetime) -> Synced:
    """Send what waits, ask about everything that was sent, whatever its ladder says. Waits for nothing.

    Documents without a file are printed here. The first trouble ends the sending, and is noted: nothing is raised.
    """
    begin(at=at, whole=True)
    followed = following.look_all(transport, at=at, ladder=False)
    sent = depositing.send_ready(transport, directory, at=at, prints=True)
    try:
        updating.update_all(transport, at=at)
    except ChorusError as error:
        logger.warning("Changes could not be followed: %s", error)
    updating.tend(at=at)
    left = Submission.objects.filter
    return Synced(
        submitted=sent.received,
        integrated=followed.integrated,
        rejected=followed.rejected + sent.refused,
        waiting=left(state__in=WAITING).count(),
        unknown=left(state=SubmissionState.UNKNOWN).count(),
    )


def send_turn(transport: Transport, directory: Directory, *, at: datetime) -> tuple[int, bool]:
    """What the beat sends: as many as the pace allows. Returns how many, and whether more could follow in a minute."""
    most = pacing.may_leave(at=at)
    sent = depositing.send_ready(transport, directory, at=at, most=most)
    return sent.received, not sent.stopped and sent.received > 0 and depositing.ready_to_leave().exists()
