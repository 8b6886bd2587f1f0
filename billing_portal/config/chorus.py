"""Chorus Pro: its addresses, our keys, and which of its environments this is."""

from __future__ import annotations

from billing_portal.config.place import env

CHORUS_ENVIRONMENT = env.text(
    "CHORUS_ENVIRONMENT",
    "SIMULATOR",
    choices=("SIMULATOR", "QUALIFICATION", "PRODUCTION"),
    help="Which Chorus Pro the addresses below lead to. Documents never leave through another one.",
)
PISTE_TOKEN_URL = env.text("PISTE_TOKEN_URL", help="Address that gives tokens. Unset: nothing is sent to Chorus Pro.")
PISTE_API_BASE = env.text("PISTE_API_BASE", help="Root of the API of Chorus Pro at PISTE, up to and with `/cpro/`.")
PISTE_CLIENT_ID = env.text("PISTE_CLIENT_ID", help="Client id of the PISTE application.")
PISTE_SECRET = env.secret("PISTE_SECRET", help="Client secret of the PISTE application.")
CHORUS_LOGIN = env.text("CHORUS_LOGIN", help="Login of the technical account of Chorus Pro.")
CHORUS_PASSWORD = env.secret(
    "CHORUS_PASSWORD", help="Password of the technical account; it must be renewed every 424 days."
)
CHORUS_SECONDS = env.integer(
    "CHORUS_SECONDS", 300, least=30, most=3600, help="Seconds between two turns that send to Chorus Pro and ask it."
)
CHORUS_DEPOSITS_PER_MINUTE = env.integer(
    "CHORUS_DEPOSITS_PER_MINUTE",
    30,
    least=1,
    most=1000,
    help="Most documents that leave for Chorus Pro in a minute, so that an outage is caught up with gently.",
)
SIRET_CHECKS_PER_HOUR = env.integer(
    "SIRET_CHECKS_PER_HOUR",
    20,
    least=1,
    most=1000,
    help="SIRETs a customer may have looked up in an hour; three times as many from one address.",
)
CHORUS_SIRET_SCHEME = env.text(
    "CHORUS_SIRET_SCHEME",
    "0002",
    choices=("0002", "0009"),
    help="Scheme under which SIRETs are legal identifiers in invoices for Chorus Pro; its sources disagree.",
)
CHORUS_TIMEOUT_SECONDS = env.integer(
    "CHORUS_TIMEOUT_SECONDS", 60, least=1, most=120, help="How long Chorus Pro may take to answer one call, in all."
)
