"""Who reconciles: whoever may import a statement. Whoever sees the lines may look on."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from django.contrib.auth.decorators import permission_required

if TYPE_CHECKING:
    from accounts.permissions import UserRequest

_DECIDE: Final = "bank.add_statementfile"
may_look = permission_required("bank.view_bankline", raise_exception=True)
may_decide = permission_required(_DECIDE, raise_exception=True)


def decides(request: UserRequest) -> bool:
    """Whether this person may decide about lines."""
    return request.user.has_perm(_DECIDE)
