"""News of this app for the apps above it. Sent on commit, for speed alone: what hears it also sweeps the database."""

from __future__ import annotations

from django.dispatch import Signal

approval_decided = Signal()
"""An approval is not waiting any more. `kind` and `subject` are those of the approval; `at` the moment."""
