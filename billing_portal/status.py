"""Two addresses for machines: whether this process can serve, and where to report a weakness."""

from __future__ import annotations

import logging
from datetime import timedelta
from http import HTTPStatus
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from accounts.permissions import public

if TYPE_CHECKING:
    from datetime import datetime

    from accounts.permissions import PublicRequest

logger = logging.getLogger(__name__)
_migrated = False
"""Once the tables were seen up to date this process never asks again: they do not go back under it."""


@public
@require_safe
@never_cache
def healthz(_request: PublicRequest) -> HttpResponse:
    """For load balancers: 200 `ok` when the database answers with the tables of this release, else 503 and one word."""
    try:
        fault = _fault()
    except DatabaseError:
        logger.exception("The database does not answer.")
        fault = "database"
    return HttpResponse(
        fault or "ok", content_type="text/plain", status=HTTPStatus.SERVICE_UNAVAILABLE if fault else 200
    )


@public
@require_safe
def security_txt(request: PublicRequest) -> HttpResponse:
    """Where to report a weakness (RFC 9116)."""
    lines = [
        f"Contact: {settings.SECURITY_CONTACT}",
        f"Expires: {_expiry(request.now).isoformat()}",
        "Preferred-Languages: fr, en",
        f"Canonical: {settings.SITE_URL}/.well-known/security.txt",
    ]
    return HttpResponse("\n".join([*lines, ""]), content_type="text/plain; charset=utf-8")


def _fault() -> str:
    global _migrated  # noqa: PLW0603 - a fact about this process
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    if not _migrated:
        executor = MigrationExecutor(connection)
        _migrated = not executor.migration_plan(executor.loader.graph.leaf_nodes())
    return "" if _migrated else "migrations"


def _expiry(at: datetime) -> datetime:
    """Six months from the first of this month: a portal that is running is a portal that is kept."""
    first = at.replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    return first + timedelta(days=183)
