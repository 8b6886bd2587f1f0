"""Give the answers that were asked for. A job lives as long as its answer is open: it is called again after a crash."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from chorus.models import SupplierAction
from chorus.services import acknowledging, acting, completing, recycling
from chorus.states import ActionKind

if TYPE_CHECKING:
    from datetime import datetime

    from chorus.gateways.base import Transport

VERBS: Final = {verb.kind: verb for verb in (completing.VERB, recycling.VERB, acknowledging.VERB)}


def answer(action_id: int, transport: Transport, *, at: datetime) -> int:
    """Do the next step of that answer. Returns in how many seconds it wants another one; 0: it has ended."""
    action = SupplierAction.objects.select_related("submission__invoice").get(pk=action_id)
    return acting.carry_out(action, VERBS[ActionKind(action.kind)], transport, at=at)
