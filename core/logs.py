"""Logs: one event a line with its fields, in UTC, with nothing secret in it.

JSON in production, words elsewhere. Numbers that look like a card and values of secret-looking keys are masked
before anything is written; line breaks inside a value cannot forge a second line.
"""

from __future__ import annotations

import re
from typing import Any

import structlog

_SECRET_KEY = re.compile(r"password|secret|token|authorization|api_key|cookie|iban|card_number", re.IGNORECASE)
_PERSONAL_KEY = re.compile(
    r"^(?:name|full_name|given_name|surname|alternate_full_name)$|email|phone|address|billing_details|customer_details"
    r"|^ip$|ip_address|user_agent|receipt_url|date_of_birth",
    re.IGNORECASE,
)
_SECRET_VALUE = re.compile(r"\b(?:sk|rk|whsec)_(?:live_|test_)?[A-Za-z0-9]{6,}|\bBearer\s+\S+")
_LONG_NUMBER = re.compile(r"\b\d(?:[ -]?\d){12,18}\b")
_TEN = 10


def looks_like_a_card(digits: str) -> bool:
    """Luhn, over 13 to 19 digits."""
    numbers = [int(char) for char in digits if char.isdigit()]
    doubled = [sum(divmod(2 * number, _TEN)) for number in numbers[-2::-2]]
    return (sum(numbers[-1::-2]) + sum(doubled)) % _TEN == 0


def masked(text: str) -> str:
    """The text without keys, bearer tokens and card numbers, on one line."""
    text = _SECRET_VALUE.sub("[secret]", text)
    text = _LONG_NUMBER.sub(lambda found: "[card]" if looks_like_a_card(found.group()) else found.group(), text)
    return text.replace("\r", "\\r").replace("\n", "\\n")


def masked_tree(value: Any, *, personal: bool = False) -> Any:
    """The same lists and objects, with every text masked and the values of secret-looking keys struck out.

    With `personal`, also those that belong to a person: name, address, telephone, network address.
    """
    if isinstance(value, dict):
        return {key: _masked_entry(key, inner, personal=personal) for key, inner in value.items()}
    if isinstance(value, list):
        return [masked_tree(inner, personal=personal) for inner in value]
    return masked(value) if isinstance(value, str) else value


def _masked_entry(key: str, value: Any, *, personal: bool) -> Any:
    if value and _SECRET_KEY.search(key):
        return "[secret]"
    if value and personal and _PERSONAL_KEY.search(key):
        return "[personal]"
    return masked_tree(value, personal=personal)


def mask_event(_logger: object, _method: str, event: structlog.typing.EventDict) -> structlog.typing.EventDict:
    """A structlog processor that masks every field but the traceback's line breaks."""
    for key, value in event.items():
        if _SECRET_KEY.search(key):
            event[key] = "[secret]"
        elif isinstance(value, str) and key not in ("exception", "exc_info"):
            event[key] = masked(value)
        elif isinstance(value, str):
            event[key] = "\n".join(masked(line) for line in value.splitlines())
    return event


def logging_settings(*, as_json: bool, level: str) -> dict[str, Any]:
    """Django's LOGGING: our events and everyone else's through the same chain."""
    shared: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.stdlib.PositionalArgumentsFormatter(),
        structlog.processors.format_exc_info,
        mask_event,
    ]
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
    last: Any = structlog.processors.JSONRenderer() if as_json else structlog.dev.ConsoleRenderer(colors=False)
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {
            "events": {
                "()": structlog.stdlib.ProcessorFormatter,
                "foreign_pre_chain": shared,
                "processors": [structlog.stdlib.ProcessorFormatter.remove_processors_meta, last],
            }
        },
        "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "events"}},
        "root": {"handlers": ["stderr"], "level": level},
        "loggers": {
            "django": {"handlers": [], "level": level, "propagate": True},
            "django.server": {"handlers": [], "level": level, "propagate": True},
            "weasyprint": {"level": "ERROR"},
            "fontTools": {"level": "ERROR"},
            "stripe": {"level": "WARNING"},  # at DEBUG it writes request bodies
        },
    }
