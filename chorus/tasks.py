"""The periodic tasks of Chorus Pro. They write jobs down; the outbox does them."""

from __future__ import annotations

from celery import shared_task
from django.conf import settings

from chorus import services
from chorus.jobs import DIRECTORY, FOLLOW, REMIND, SEND, UPDATE
from core import clock
from outbox.services import enqueue

_QUARTER_SECONDS = 900
_HOUR_SECONDS = 3600


@shared_task(name="chorus.tasks.turn", ignore_result=True)  # type: ignore[untyped-decorator]
def turn() -> None:
    """Send what is ready and ask about what was sent; one turn is one job of each, whoever rings."""
    at = clock.now()
    place = int(at.timestamp()) // settings.CHORUS_SECONDS
    for kind in (SEND, FOLLOW):
        enqueue(kind, {}, key=f"{kind}:{place}", at=at)


@shared_task(name="chorus.tasks.update", ignore_result=True)  # type: ignore[untyped-decorator]
def update() -> None:
    """Follow what is in Chorus Pro; a quarter of an hour is one job, whoever rings."""
    at = clock.now()
    enqueue(UPDATE, {}, key=f"{UPDATE}:{int(at.timestamp()) // _QUARTER_SECONDS}", at=at)


@shared_task(name="chorus.tasks.record_payments", ignore_result=True)  # type: ignore[untyped-decorator]
def record_payments() -> None:
    """Write down, by rate of VAT, what was paid since the last turn."""
    services.record_payments(at=clock.now())


@shared_task(name="chorus.tasks.look_after_connection", ignore_result=True)  # type: ignore[untyped-decorator]
def look_after_connection() -> None:
    """Try the keys once a day, each hour while something is wrong, and remind of a password that ends."""
    services.look_after_connection(at=clock.now())


@shared_task(name="chorus.tasks.refresh_directory", ignore_result=True)  # type: ignore[untyped-decorator]
def refresh_directory() -> None:
    """Ask the directory about structures whose answer is a day old or missing; a quarter of an hour is one job."""
    at = clock.now()
    enqueue(DIRECTORY, {}, key=f"{DIRECTORY}:{int(at.timestamp()) // _QUARTER_SECONDS}", at=at)


@shared_task(name="chorus.tasks.remind", ignore_result=True)  # type: ignore[untyped-decorator]
def remind() -> None:
    """Write to those whose next invoice will lack its engagement number; an hour is one job, whoever rings."""
    at = clock.now()
    enqueue(REMIND, {}, key=f"{REMIND}:{int(at.timestamp()) // _HOUR_SECONDS}", at=at)
