"""What the tests of staff pages borrow from the tests of apps."""

from __future__ import annotations

from chorus.tests.conftest import chorus_sandbox, shared_chorus

__all__ = ["chorus_sandbox", "shared_chorus"]
