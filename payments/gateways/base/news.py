"""What a provider tells us by itself."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class News:
    """An event of the provider, verified. `session_id`, `intent_id` and `reference` only say where to look.

    `declined` is what a bank has just refused, when the event says that one did.
    """

    event_id: str
    type: str
    object_id: str
    livemode: bool
    api_version: str
    payload: dict[str, Any] = field(repr=False)
    session_id: str = ""
    intent_id: str = ""
    reference: str = ""
    declined: str = ""
