"""Which Chorus Pro this process speaks to."""

from __future__ import annotations

from django.conf import settings

from chorus.states import Environment


def environment() -> Environment:
    """The environment of Chorus Pro that the settings lead to."""
    return Environment(settings.CHORUS_ENVIRONMENT)
