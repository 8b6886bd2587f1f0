"""The periodic tasks of the bank. They write jobs down; the outbox does them."""

from __future__ import annotations

from celery import shared_task
from django.conf import settings

from bank import services
from bank.jobs import APPLY_DEBITS, MATCH, READ_FOLDER, SEND_TRANSFERS
from core import clock
from outbox.services import enqueue


@shared_task(name="bank.tasks.read_folder", ignore_result=True)  # type: ignore[untyped-decorator]
def read_folder() -> None:
    """Look into the drop folder, if there is one; one turn is one job, whoever rings."""
    if settings.BANK_DROP_FOLDER:
        at = clock.now()
        turn = int(at.timestamp()) // settings.BANK_DROP_SECONDS
        enqueue(READ_FOLDER, {}, key=f"{READ_FOLDER}:{turn}", at=at)


@shared_task(name="bank.tasks.apply_debits", ignore_result=True)  # type: ignore[untyped-decorator]
def apply_debits() -> None:
    """Post what is about debits of ours and was not posted at import; one turn an hour is one job, whoever rings."""
    at = clock.now()
    enqueue(APPLY_DEBITS, {}, key=f"{APPLY_DEBITS}:{int(at.timestamp()) // 3600}", at=at)


@shared_task(name="bank.tasks.match", ignore_result=True)  # type: ignore[untyped-decorator]
def match() -> None:
    """Match what a crash left, or what waited for its day; one turn an hour is one job, whoever rings."""
    at = clock.now()
    enqueue(MATCH, {}, key=f"{MATCH}:{int(at.timestamp()) // 3600}", at=at)


@shared_task(name="bank.tasks.expire_announced", ignore_result=True)  # type: ignore[untyped-decorator]
def expire_announced() -> None:
    """Ask the customers whose announced transfer did not come."""
    services.expire_announced(at=clock.now())


@shared_task(name="bank.tasks.send_transfers", ignore_result=True)  # type: ignore[untyped-decorator]
def send_transfers() -> None:
    """Go on with orders of transfers, from the hour of collection on; one turn an hour is one job, whoever rings."""
    at = clock.now()
    if at.astimezone(clock.PARIS).hour >= settings.COLLECT_HOUR:
        enqueue(SEND_TRANSFERS, {}, key=f"{SEND_TRANSFERS}:{int(at.timestamp()) // 3600}", at=at)
