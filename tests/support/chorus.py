"""Files that Chorus Pro takes, made without the product."""

from __future__ import annotations

from sandbox.tests.chorus.paper import facturx, pdf

__all__ = ["facturx", "pdf"]
