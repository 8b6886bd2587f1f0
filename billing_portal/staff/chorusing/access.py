"""Who deals with documents in Chorus Pro: finance. Support looks on."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from django.contrib.auth.decorators import permission_required

from chorus.models import Source
from chorus.services.acting import Asker

if TYPE_CHECKING:
    from accounts.permissions import UserRequest

_ACT: Final = "chorus.change_submission"
may_look = permission_required("chorus.view_submission", raise_exception=True)
may_act = permission_required(_ACT, raise_exception=True)
may_credit = permission_required("invoices.add_invoice", raise_exception=True)


def acts(request: UserRequest) -> bool:
    """Whether this person may act on documents."""
    return request.user.has_perm(_ACT)


def asker(request: UserRequest) -> Asker:
    """Who asks, on our side."""
    return Asker(str(request.user), Source.STAFF)
