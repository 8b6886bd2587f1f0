"""Settings of VIES, which checks VAT numbers of the Union."""

from __future__ import annotations

from billing_portal.config.place import env

VIES_API_BASE = env.text(
    "VIES_API_BASE",
    "https://ec.europa.eu/taxation_customs/vies/rest-api",
    help="Address of VIES, which checks VAT numbers of the Union. https in production; elsewhere the sandbox.",
).rstrip("/")
VIES_TIMEOUT_SECONDS = env.integer(
    "VIES_TIMEOUT_SECONDS", 10, least=1, most=60, help="How long VIES may take to answer one question."
)
VIES_RECHECK_DAYS = env.integer(
    "VIES_RECHECK_DAYS", 30, least=1, most=365, help="A VAT number is checked again when the last answer is older."
)
VIES_GRACE_DAYS = env.integer(
    "VIES_GRACE_DAYS", 35, least=1, most=400, help="How long a valid answer of VIES proves a number while it is silent."
)
