"""The periodic tasks of payments. They write jobs down; the outbox does them."""

from __future__ import annotations

from celery import shared_task
from django.conf import settings

from core import clock
from outbox.services import enqueue
from payments import services
from payments.jobs import CATCH_UP, PLAN, REMIT, SYNC
from payments.services import collecting, disputes, mandates


@shared_task(name="payments.tasks.sweep", ignore_result=True)  # type: ignore[untyped-decorator]
def sweep() -> None:
    """Ask about the payments, methods and disputes, and go on with the refunds, whose turn it is."""
    at = clock.now()
    services.sweep(at=at)
    services.sweep_refunds(at=at)
    services.sweep_methods(at=at)
    disputes.sweep_disputes(at=at)


@shared_task(name="payments.tasks.catch_up", ignore_result=True)  # type: ignore[untyped-decorator]
def catch_up() -> None:
    """Fetch the events that did not reach us; one turn is one job, whoever rings."""
    at = clock.now()
    turn = int(at.timestamp()) // settings.PAYMENT_CATCH_UP_SECONDS
    enqueue(CATCH_UP, {}, key=f"{CATCH_UP}:{turn}", at=at)


@shared_task(name="payments.tasks.sync_till", ignore_result=True)  # type: ignore[untyped-decorator]
def sync_till() -> None:
    """Fetch what moved the providers' balances, and compare; one turn is one job, whoever rings."""
    at = clock.now()
    turn = int(at.timestamp()) // settings.PROVIDER_SYNC_SECONDS
    enqueue(SYNC, {}, key=f"{SYNC}:{turn}", at=at)


@shared_task(name="payments.tasks.prove", ignore_result=True)  # type: ignore[untyped-decorator]
def prove() -> None:
    """The daily proof: the same from 30 days back, and a difference is an error; one job a day, whoever rings."""
    at = clock.now()
    enqueue(SYNC, {"deep": True}, key=f"{SYNC}:{clock.local_date(at)}", at=at)


@shared_task(name="payments.tasks.sweep_mandates", ignore_result=True)  # type: ignore[untyped-decorator]
def sweep_mandates() -> None:
    """End the mandates that have lapsed, give up those that nobody signed, print what was not printed."""
    at = clock.now()
    mandates.lapse_mandates(at=at)
    mandates.give_up_drafts(at=at)
    mandates.print_missing(at=at)


@shared_task(name="payments.tasks.plan", ignore_result=True)  # type: ignore[untyped-decorator]
def plan() -> None:
    """Plan and announce debits, and look at those that stand; one turn is one job, whoever rings."""
    at = clock.now()
    enqueue(PLAN, {}, key=f"{PLAN}:{int(at.timestamp()) // settings.COLLECT_SECONDS}", at=at)


@shared_task(name="payments.tasks.collect", ignore_result=True)  # type: ignore[untyped-decorator]
def collect() -> None:
    """Have each debit begun whose day has come, also on days that were missed; one job for each and each hour."""
    collecting.ring_due(at=clock.now())


@shared_task(name="payments.tasks.remit", ignore_result=True)  # type: ignore[untyped-decorator]
def remit() -> None:
    """With a folder of the bank: write the file of the day and put it there; one turn is one job, whoever rings."""
    at = clock.now()
    if settings.SEPA_FOLDER and at.astimezone(clock.PARIS).hour >= settings.COLLECT_HOUR:
        enqueue(REMIT, {}, key=f"{REMIT}:{int(at.timestamp()) // settings.COLLECT_SECONDS}", at=at)


@shared_task(name="payments.tasks.top_up", ignore_result=True)  # type: ignore[untyped-decorator]
def top_up() -> None:
    """Have each top-up rule looked at whose account has fallen below; one job for each and each turn."""
    collecting.ring_top_ups(at=clock.now())


@shared_task(name="payments.tasks.warn_of_expiry", ignore_result=True)  # type: ignore[untyped-decorator]
def warn_of_expiry() -> None:
    """Write to the holders of cards that end soon or have ended; also for the days that were missed."""
    services.methods.warn_of_expiry(at=clock.now())
