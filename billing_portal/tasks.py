"""Periodic tasks of the whole: the self-check, and a pulse for workers that would else be silent."""

from __future__ import annotations

from celery import shared_task

from billing_portal import selfcheck as invariants
from billing_portal.exports import keeping
from core import clock


@shared_task(name="billing_portal.tasks.selfcheck", ignore_result=True)  # type: ignore[untyped-decorator]
def selfcheck() -> None:
    """Check every invariant, and keep the result for the health page."""
    invariants.run(at=clock.now())


@shared_task(name="billing_portal.tasks.pulse", ignore_result=True)  # type: ignore[untyped-decorator]
def pulse() -> None:
    """Show that the worker of this queue is alive: its ending is the sign."""


@shared_task(name="billing_portal.tasks.sweep_exports", ignore_result=True)  # type: ignore[untyped-decorator]
def sweep_exports() -> None:
    """Delete the exports that were kept long enough."""
    keeping.sweep(at=clock.now())
