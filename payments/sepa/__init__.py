"""SEPA files as our bank takes them: pure, without database."""

from __future__ import annotations
