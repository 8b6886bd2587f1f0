"""The work of the whole that the outbox does."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from billing_portal.exports.building import BUILD, QUEUE, build
from outbox.registry import job

if TYPE_CHECKING:
    from datetime import datetime


@job(BUILD, queue=QUEUE, attempts=3)
def build_export(*, at: datetime, name: str, asked: dict[str, str], language: str) -> dict[str, Any]:
    """Make a file for finance."""
    return build(name, asked, language=language, at=at)
