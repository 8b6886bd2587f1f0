"""The client of Stripe: one version, one place for timeouts and repetitions, and how its calls end."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, TypeVar

import stripe
from django.conf import settings

from payments.gateways.base import Refused, Unsure

if TYPE_CHECKING:
    from collections.abc import Callable

API_VERSION: Final = "2026-10-28.endive"
"""Pinned on purpose: the one of the SDK that we test with. Webhook endpoints are created with the same."""

_RETRIES = 1
_CONNECT_SECONDS = 3
Answer = TypeVar("Answer")


def new_client() -> stripe.StripeClient:
    """The SDK's client, with what this portal wants of it.

    Worst case of a call: twice the timeouts, then Unsure. The SDK repeats with the same key by itself.
    """
    stripe.enable_telemetry = False
    stripe.set_app_info("billing-portal")
    options: dict[str, Any] = {}
    if settings.STRIPE_API_BASE:
        options["base_addresses"] = {"api": settings.STRIPE_API_BASE, "files": settings.STRIPE_API_BASE}
    return stripe.StripeClient(
        settings.STRIPE_SECRET_KEY or "sk_test_not_configured",
        max_network_retries=_RETRIES,
        stripe_version=API_VERSION,
        http_client=stripe.RequestsClient(timeout=(_CONNECT_SECONDS, settings.PROVIDER_TIMEOUT_SECONDS)),
        **options,
    )


def ask(call: Callable[[], Answer], *, never_refused: bool = False) -> Answer:
    """Call Stripe, and sort how it ends.

    A wrong key of ours, a limit reached, a key in use or used for another body say nothing about what happened to an
    earlier call: unsure. Only a refusal of this very request is a refusal.
    """
    try:
        return call()
    except (stripe.CardError, stripe.InvalidRequestError) as error:
        if never_refused:
            raise Unsure(word(error)) from error
        raise Refused(word(error)) from error
    except stripe.StripeError as error:
        raise Unsure(word(error)) from error


def readable(read: Callable[[], Answer]) -> Answer:
    """Read an answer; one that has not the shape we know is no answer."""
    try:
        return read()
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise Unsure("unreadable answer") from error


def word(error: stripe.StripeError) -> str:
    return str(error.code or type(error).__name__)[:100]


def text(value: object) -> str:
    if not isinstance(value, str) or not value:
        raise TypeError("text expected")
    return value


def id_of(value: str | stripe.StripeObject | None) -> str:
    if value is None or isinstance(value, str):
        return value or ""
    return text(value["id"])
