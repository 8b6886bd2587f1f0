"""An imitation of the part of Stripe's API that takes card payments."""

from __future__ import annotations

VERSION = "2026-10-28.endive"
