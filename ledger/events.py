"""News of this app for the apps above it. Sent on commit, for speed alone: what hears it also sweeps the database."""

from __future__ import annotations

from django.dispatch import Signal

money_used = Signal()
"""Less may be available than before, or something new is to be paid.

`used`: the customers who may have less; `owing`: those with a new item to pay; `mark` names the change; `at`: when.
"""
