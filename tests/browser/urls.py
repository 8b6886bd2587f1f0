"""The portal's own addresses, and one that ends in each page of error."""

from __future__ import annotations

from django.core.exceptions import PermissionDenied, SuspiciousOperation
from django.db import OperationalError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path
from django.views.csrf import csrf_failure

from accounts.permissions import public
from billing_portal import urls


@public
def fail(request: HttpRequest, code: str) -> HttpResponse:
    match code:
        case "400":
            raise SuspiciousOperation
        case "403":
            raise PermissionDenied
        case "403_csrf":
            return csrf_failure(request)
        case "503":
            raise OperationalError
        case "429":
            return render(request, "429.html", status=429)
    raise RuntimeError(code)


urlpatterns = [*urls.urlpatterns, path("essai/<code>/", fail)]
handler500 = urls.handler500
