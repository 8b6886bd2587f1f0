"""The control API, `/_control/…`: clock, faults, webhook modes, and what people outside the product do.

Bodies are JSON or forms. A form, from the sandbox's own front page, is answered by the way back to it.
"""

from __future__ import annotations

from sandbox.bank import control as bank
from sandbox.chorus import control as chorus
from sandbox.control import people, switches
from sandbox.control.actions import answer
from sandbox.paypal import control as paypal
from sandbox.vies import control as vies

CONTROLS = (people, switches, paypal, vies, bank, chorus)
"""Importing them registers their controls."""

__all__ = ["CONTROLS", "answer"]
