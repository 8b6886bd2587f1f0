"""What production must not start with. Each refusal says what to write instead."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from billing_portal.config.place import DEVELOPMENT_FIELD_KEY
from core.env import BadSetting

_SECRET_LENGTH = 50
_INDEX_LENGTH = 32
CHORUS_KEYS = (
    *("PISTE_TOKEN_URL", "PISTE_API_BASE", "PISTE_CLIENT_ID", "PISTE_SECRET"),
    *("CHORUS_LOGIN", "CHORUS_PASSWORD"),
)


def refuse_bad_settings(values: dict[str, Any]) -> None:
    """Raise BadSetting, naming every fault at once: of production, what is unsafe; elsewhere, what is impossible."""
    faults = _impossible(values)
    if values["ENVIRONMENT"] == "production":
        faults += _unsafe(values)
    if faults:
        raise BadSetting("The portal does not start:\n- " + "\n- ".join(faults))


def _impossible(values: dict[str, Any]) -> list[str]:
    checks = {
        "TOP_UP_LEAST_CENTS is above TOP_UP_MOST_CENTS.": values["TOP_UP_LEAST_CENTS"] > values["TOP_UP_MOST_CENTS"],
        "VIES_RECHECK_DAYS is not below VIES_GRACE_DAYS: numbers would lapse before they are checked again.": values[
            "VIES_RECHECK_DAYS"
        ]
        >= values["VIES_GRACE_DAYS"],
        "SITE_URL must start with http:// or https://.": not values["SITE_URL"].startswith(("http://", "https://")),
        **_impossible_chorus(values),
    }
    return [fault for fault, wrong in checks.items() if wrong]


def _impossible_chorus(values: dict[str, Any]) -> dict[str, bool]:
    """Chorus Pro is either whole or absent, and its addresses are those of the environment that is told."""
    addresses = [values[name] for name in ("PISTE_TOKEN_URL", "PISTE_API_BASE") if values[name]]
    hosts = [urlsplit(address).hostname or "" for address in addresses]
    state = [host for host in hosts if host.endswith("piste.gouv.fr")]
    trial = [host for host in state if host.startswith("sandbox-")]
    environment = values["CHORUS_ENVIRONMENT"]
    return {
        f"{', '.join(CHORUS_KEYS)}: write all of them, or none.": len({bool(values[name]) for name in CHORUS_KEYS}) > 1,
        "PISTE_TOKEN_URL, PISTE_API_BASE: both must start with https:// or, for a simulator, http://.": not all(hosts)
        or not all(address.startswith(("https://", "http://")) for address in addresses),
        "CHORUS_ENVIRONMENT=PRODUCTION, but an address leads to the sandbox of PISTE.": environment == "PRODUCTION"
        and bool(trial),
        "CHORUS_ENVIRONMENT=QUALIFICATION, but an address leads to the production of PISTE: its hosts begin with "
        "sandbox- here.": environment == "QUALIFICATION" and trial != state,
        "CHORUS_ENVIRONMENT=SIMULATOR, but an address leads to PISTE.": environment == "SIMULATOR" and bool(state),
    }


def _unsafe_chorus(values: dict[str, Any]) -> dict[str, bool]:
    """Real invoices go to the real Chorus Pro, or to its qualification: never in clear, never to a simulator."""
    addresses = [values[name] for name in ("PISTE_TOKEN_URL", "PISTE_API_BASE") if values[name]]
    return {
        "CHORUS_ENVIRONMENT: write PRODUCTION or QUALIFICATION; the simulator is for trials.": bool(addresses)
        and values["CHORUS_ENVIRONMENT"] == "SIMULATOR",
        "PISTE_TOKEN_URL, PISTE_API_BASE must start with https://.": not all(
            address.startswith("https://") for address in addresses
        ),
    }


def _unsafe(values: dict[str, Any]) -> list[str]:
    secret = values["SECRET_KEY"]
    key = values["STRIPE_SECRET_KEY"]
    checks = {
        f"SECRET_KEY: write {_SECRET_LENGTH} random characters or more.": len(secret) < _SECRET_LENGTH
        or secret.startswith("development-only-"),
        "DEBUG must be off.": values["DEBUG"],
        **_unsafe_keys(values),
        "DATABASE_URL: production runs on PostgreSQL (postgresql://…).": not values["DATABASE_URL"].startswith(
            "postgres"
        ),
        "REDIS_URL: production needs a Redis broker (redis://… or rediss://…).": not values["REDIS_URL"],
        "SITE_URL must start with https://.": not values["SITE_URL"].startswith("https://"),
        "ALLOWED_HOSTS: write the public host name of the portal, no * and no localhost.": bool(
            {"*", "localhost", "testserver"} & set(values["ALLOWED_HOSTS"])
        ),
        "STRIPE_SECRET_KEY: write a live key (sk_live_… or rk_live_…).": not key.startswith(("sk_live_", "rk_live_")),
        "STRIPE_WEBHOOK_SECRET: write the signing secret of the webhook endpoint.": not values[
            "STRIPE_WEBHOOK_SECRETS"
        ],
        "STRIPE_API_BASE is for the sandbox only: unset it.": bool(values["STRIPE_API_BASE"]),
        "STRIPE_CHECKOUT_ORIGIN is for the sandbox only: unset it.": values["STRIPE_CHECKOUT_ORIGIN"]
        != "https://checkout.stripe.com",
        **_unsafe_paypal(values),
        **_unsafe_chorus(values),
        "VIES_API_BASE must start with https://.": not values["VIES_API_BASE"].startswith("https://"),
        "FAILPOINT_FOLDER is for crash rehearsals only: unset it.": bool(values["FAILPOINT_FOLDER"]),
    }
    return [fault for fault, wrong in checks.items() if wrong]


def _unsafe_keys(values: dict[str, Any]) -> dict[str, bool]:
    """The keys of encrypted fields are this installation's own."""
    index, keys = values["FIELD_INDEX_KEY"], values["FIELD_KEYS"]
    return {
        "FIELD_KEYS: write a key of your own (openssl rand -base64 32 | tr +/ -_).": DEVELOPMENT_FIELD_KEY in keys,
        f"FIELD_INDEX_KEY: write {_INDEX_LENGTH} random characters or more, and keep them for ever.": len(index)
        < _INDEX_LENGTH,
    }


def _unsafe_paypal(values: dict[str, Any]) -> dict[str, bool]:
    """PayPal is either whole or absent, and live: its own hosts, its own certificates."""
    told = {name: bool(values[name]) for name in ("PAYPAL_CLIENT_ID", "PAYPAL_SECRET", "PAYPAL_WEBHOOK_IDS")}
    return {
        "PAYPAL_CLIENT_ID, PAYPAL_SECRET, PAYPAL_WEBHOOK_ID: write all three, or none.": len(set(told.values())) > 1,
        "PAYPAL_API_BASE is for a sandbox only: unset it.": bool(values["PAYPAL_API_BASE"]),
        "PAYPAL_CHECKOUT_ORIGIN is for the sandbox only: unset it.": values["PAYPAL_CHECKOUT_ORIGIN"]
        != "https://www.paypal.com",
        "PAYPAL_CERT_HOST is for the sandbox only: unset it.": bool(values["PAYPAL_CERT_HOST"]),
        "PAYPAL_CERT_ROOT is for the sandbox only: unset it.": bool(values["PAYPAL_CERT_ROOT"]),
    }
