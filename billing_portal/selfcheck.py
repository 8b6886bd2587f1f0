"""All invariants of all apps, in one list. Each app offers its own in `<app>/checks.py`."""

from __future__ import annotations

import importlib
import inspect
import logging
from typing import TYPE_CHECKING

from django.apps import apps
from django.utils.module_loading import module_has_submodule

from billing_portal import heartbeats
from core.checks import Check

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import datetime

logger = logging.getLogger(__name__)
OURS = ("core", "outbox", "accounts", "ledger", "invoices", "payments", "bank", "chorus", "billing_portal")


def collect() -> list[Check]:
    """Ask every app. A check that cannot run is a check that fails: it says why, and the others still run."""
    return [result for ask in _questions() for result in _ask(ask)]


def run(*, at: datetime) -> list[Check]:
    """Check everything, keep the ending as a sign of life, and log what is wrong. Returns all results."""
    results = collect()
    wrong = [result for result in results if not result.ok]
    for result in wrong:
        logger.error("Self-check: %s does not hold: %s", result.name, result.detail)
    detail = "\n".join(f"{result.name}: {result.detail}" for result in wrong) or str(len(results))
    heartbeats.beat(heartbeats.SELFCHECK, at=at, ok=not wrong, detail=detail)
    return results


def _questions() -> Iterator[Callable[[], list[Check]]]:
    """The public functions that each checks module defines itself, in the order it defines them."""
    for label in OURS:
        package = apps.get_app_config(label).module
        if package is None or not module_has_submodule(package, "checks"):
            continue
        module = importlib.import_module(f"{package.__name__}.checks")
        for name, function in vars(module).items():
            if inspect.isfunction(function) and function.__module__ == module.__name__ and not name.startswith("_"):
                yield function


def _ask(question: Callable[[], list[Check]]) -> list[Check]:
    try:
        return question()
    except Exception as error:
        name = f"{question.__module__}.{question.__name__}"
        logger.exception("Self-check: %s could not run.", name)
        return [Check(name, ok=False, detail=f"could not run: {type(error).__name__}: {error}")]
