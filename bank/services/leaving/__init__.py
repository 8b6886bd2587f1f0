"""Lines that are no customer's transfer: our own transfers, payouts of providers, moves between our accounts, recalls.

What is certain is booked by itself; the rest is offered to staff with a suggestion. Each line is one transaction.
"""

from __future__ import annotations

from bank.services.leaving.applying import apply_leaving, apply_leaving_line
from bank.services.leaving.choosing import Choice, choices_for, choose

__all__ = ["Choice", "apply_leaving", "apply_leaving_line", "choices_for", "choose"]
