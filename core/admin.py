"""What every page of the staff admin builds on."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from unfold.admin import ModelAdmin

if TYPE_CHECKING:
    from django.http import HttpRequest


class ReadOnlyAdmin(ModelAdmin):  # type: ignore[misc]
    """Rows to look at. Nothing is added, edited or deleted here, not even by a superuser.

    What may be done with such a row is an action or a page of its own, which calls one verb. Django's "delete selected"
    disappears by itself, since nobody has the permission.
    """

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False
