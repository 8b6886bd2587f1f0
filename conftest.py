"""What every test has at hand: the cast, the clock, and a settled database."""

from __future__ import annotations
