"""What holds for every page: the reader's language, and the second factor of staff."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from django.utils import translation

from accounts.models import User
from accounts.permissions import second_factor_page, staff_lacks_second_factor

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.http import HttpRequest
    from django.http.response import HttpResponseBase


class ReaderLanguageMiddleware:
    """A browser that never chose a language shows the one its user chose elsewhere."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        user = request.user
        if settings.LANGUAGE_COOKIE_NAME not in request.COOKIES and isinstance(user, User):
            translation.activate(user.language)
            request.LANGUAGE_CODE = user.language
        return self.get_response(request)


class StaffSecondFactorMiddleware:
    """The admin opens only to staff who signed in with a second factor, where STAFF_SECOND_FACTOR asks for it."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, *_view: object) -> HttpResponseBase | None:
        """Asked before each page of the admin, by whatever address it is reached."""
        match = request.resolver_match
        user = request.user
        if match is None or "admin" not in match.app_names or not isinstance(user, User) or not user.is_staff:
            return None
        return second_factor_page(request) if staff_lacks_second_factor(request) else None
