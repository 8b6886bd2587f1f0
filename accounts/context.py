"""What every page knows about who is reading it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.functional import SimpleLazyObject

from accounts.acting import acting_of
from accounts.permissions import Permission, may

if TYPE_CHECKING:
    from django.http import HttpRequest


def portal(request: HttpRequest) -> dict[str, object]:
    """The customer acted for, the others, and what may be done; read from the database only when a page asks."""

    def can(permission: Permission) -> bool:
        membership = acting_of(request).membership
        return membership is not None and may(membership, permission)

    return {
        "current_customer": SimpleLazyObject(lambda: acting_of(request).customer),
        "customers": SimpleLazyObject(lambda: acting_of(request).customers),
        "can_pay": SimpleLazyObject(lambda: can(Permission.PAY)),
        "can_edit": SimpleLazyObject(lambda: can(Permission.EDIT)),
        "can_manage_members": SimpleLazyObject(lambda: can(Permission.MEMBERS)),
    }
