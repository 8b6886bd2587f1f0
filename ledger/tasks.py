"""The periodic tasks of the ledger: database work only, repeatable, and right whenever it comes."""

from __future__ import annotations

from celery import shared_task

from core import clock
from ledger import services


@shared_task(name="ledger.tasks.seal", ignore_result=True)  # type: ignore[untyped-decorator]
def seal() -> None:
    """Seal what was recorded since the last turn."""
    services.seal(at=clock.now())


@shared_task(name="ledger.tasks.close_periods", ignore_result=True)  # type: ignore[untyped-decorator]
def close_periods() -> None:
    """Close the days, months and years that are over."""
    services.close_periods(at=clock.now())
