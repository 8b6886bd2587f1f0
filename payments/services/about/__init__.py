"""What events can be about: one file a subject, with the events it hears and the verb that looks."""

from __future__ import annotations

from payments.services.about.subject import Found, StillUnknown, Subject

__all__ = ["Found", "StillUnknown", "Subject"]
