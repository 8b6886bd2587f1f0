"""What beat sends, and how often. Read by settings, so it imports no model."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

_HOUR = 3600


def beat_schedule(
    *, outbox: int, payments: int, catch_up: int, seal: int, till: int, bank: int, collect: int, chorus: int
) -> dict[str, dict[str, Any]]:
    """The periodic tasks; the settings give the seconds of those that a person may want to change."""
    return {
        "outbox-sweep": _every(outbox, "outbox.tasks.sweep"),
        "payments-sweep": _every(payments, "payments.tasks.sweep"),
        "payments-catch-up": _every(catch_up, "payments.tasks.catch_up"),
        "payments-till": _every(till, "payments.tasks.sync_till"),
        "bank-read-folder": _every(bank, "bank.tasks.read_folder"),
        "bank-apply-debits": _every(_HOUR, "bank.tasks.apply_debits"),
        "bank-match": _every(_HOUR, "bank.tasks.match"),
        "bank-expire-announced": _every(_HOUR, "bank.tasks.expire_announced"),
        "bank-send-transfers": _every(_HOUR, "bank.tasks.send_transfers"),
        "chorus-payments": _every(300, "chorus.tasks.record_payments"),
        "chorus-connection": _every(_HOUR, "chorus.tasks.look_after_connection"),
        "payments-proof": _every(24 * _HOUR, "payments.tasks.prove"),
        "mandates-sweep": _every(_HOUR, "payments.tasks.sweep_mandates"),
        "payments-plan": _every(collect, "payments.tasks.plan"),
        "payments-collect": _every(collect, "payments.tasks.collect"),
        "payments-top-up": _every(300, "payments.tasks.top_up"),
        "payments-expiry": _every(_HOUR, "payments.tasks.warn_of_expiry"),
        "payments-remit": _every(collect, "payments.tasks.remit"),
        "approvals-expire": _every(600, "accounts.tasks.expire_approvals"),
        "vat-numbers-recheck": _every(_HOUR, "accounts.tasks.recheck_vat_numbers"),
        "quotes-expire": _every(_HOUR, "invoices.tasks.expire_quotes"),
        "chorus-turn": _every(chorus, "chorus.tasks.turn"),
        "chorus-update": _every(900, "chorus.tasks.update"),
        "chorus-directory": _every(900, "chorus.tasks.refresh_directory"),
        "chorus-remind": _every(_HOUR, "chorus.tasks.remind"),
        "ledger-seal": _every(seal, "ledger.tasks.seal"),
        "ledger-close-periods": _every(_HOUR, "ledger.tasks.close_periods"),
        "exports-sweep": _every(_HOUR, "billing_portal.tasks.sweep_exports"),
        "selfcheck": {"task": "billing_portal.tasks.selfcheck", "schedule": timedelta(seconds=_HOUR)},
        "documents-pulse": _every(60, "billing_portal.tasks.pulse", queue="documents"),
    }


def _every(seconds: int, task: str, **options: str) -> dict[str, Any]:
    """A turn that comes late is of no use: the next one does it all, so it expires by then."""
    return {"task": task, "schedule": timedelta(seconds=seconds), "options": {"expires": seconds, **options}}
