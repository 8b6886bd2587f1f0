"""What events can be about: one file a subject, with the events it hears and the verb that looks."""

from __future__ import annotations

from payments.services.about.subject import Claims, Found, StillUnknown, Subject, claims_on

__all__ = ["Claims", "Found", "StillUnknown", "Subject", "claims_on"]
