"""Limits of money, and the providers that move it."""

from __future__ import annotations

from stdnum.eu import at_02

from billing_portal.config.place import env
from core.env import BadSetting

# --- Money limits -----------------------------------------------------------------------------------------------------
TOP_UP_LEAST_CENTS = env.integer(
    "TOP_UP_LEAST_CENTS", 500, least=50, most=1_000_000, help="Smallest top-up, in cents. Stripe takes 50 or more."
)
TOP_UP_MOST_CENTS = env.integer(
    "TOP_UP_MOST_CENTS", 500_000, least=100, most=99_999_999, help="Largest top-up, in cents."
)
TOP_UPS_PER_HOUR = env.integer(
    "TOP_UPS_PER_HOUR", 10, least=1, most=1000, help="Payments and savings a customer may start in an hour."
)
TOP_UPS_PER_HOUR_FROM_ADDRESS = env.integer(
    "TOP_UPS_PER_HOUR_FROM_ADDRESS",
    30,
    least=1,
    most=10_000,
    help="The same from one address (an IPv6 home network is one), by all customers together.",
)
CARD_DECLINES_PER_HOUR = env.integer(
    "CARD_DECLINES_PER_HOUR",
    5,
    least=1,
    most=1000,
    help="After so many refused cards in an hour, the card payments of a customer pause (card testing).",
)
IBAN_CHECKS_PER_HOUR = env.integer(
    "IBAN_CHECKS_PER_HOUR",
    20,
    least=1,
    most=1000,
    help="Account numbers a customer may have checked in an hour; three times as many from one address.",
)
SEPA_ICS = env.text(
    "SEPA_ICS",
    help="SEPA creditor identifier that goes before the seller’s own, for an environment that has another one.",
)
if SEPA_ICS and not at_02.is_valid(SEPA_ICS):
    raise BadSetting("SEPA_ICS: the check digits of this creditor identifier do not hold (FR53ZZZ999999 would).")
SEPA_ICS = at_02.compact(SEPA_ICS)
SEPA_THROUGH = env.text(
    "SEPA_THROUGH",
    "bank",
    choices=("bank", "stripe"),
    help="Who debits bank accounts that customers add: our own bank, by files, or Stripe.",
)
SEPA_PRENOTIFICATION_DAYS = env.integer(
    "SEPA_PRENOTIFICATION_DAYS",
    14,
    least=1,
    most=30,
    help="Days between the announcement of a direct debit and its day. Less than 14 must be in the terms.",
)
MANDATE_DRAFT_DAYS = env.integer(
    "MANDATE_DRAFT_DAYS", 60, least=1, most=365, help="A mandate that nobody signed in so many days is given up."
)
APPROVAL_HOURS = env.integer(
    "APPROVAL_HOURS", 168, least=1, most=2160, help="How long a second member of staff may take to approve something."
)
REFUND_APPROVAL_CENTS = env.integer(
    "REFUND_APPROVAL_CENTS",
    20_000,
    least=0,
    most=99_999_999,
    help="A refund above this, in cents and with the others of its customer within a day, needs a second person; "
    "so does giving in to a dispute above it.",
)
PAYER_TRACE_DAYS = env.integer(
    "PAYER_TRACE_DAYS",
    400,
    least=1,
    most=3650,
    help="Address and browser that a payment was asked for with are evidence; they are erased after so many days. "
    "A payer may contest for 13 months (CMF art. L133-24).",
)
DISPUTE_NOTICE_DAYS = env.integer(
    "DISPUTE_NOTICE_DAYS",
    5,
    least=1,
    most=30,
    help="So many days before the evidence of a dispute is due, it is urgent on the page of what staff have to do.",
)

# --- Stripe -----------------------------------------------------------------------------------------------------------
STRIPE_SECRET_KEY = env.secret("STRIPE_SECRET_KEY", help="Secret or restricted key of the Stripe account.")
STRIPE_WEBHOOK_SECRETS = [
    secret
    for secret in env.secret(
        "STRIPE_WEBHOOK_SECRET", help="Signing secret of the webhook endpoint; two, by a comma, while it is changed."
    ).split(",")
    if secret
]
STRIPE_API_BASE = env.text(
    "STRIPE_API_BASE", help="Other address for Stripe's API: the sandbox. Refused in production."
)
STRIPE_CHECKOUT_ORIGIN = env.text(
    "STRIPE_CHECKOUT_ORIGIN",
    "https://checkout.stripe.com",
    help="Origin of the hosted payment page, allowed as a form target. Sandbox only; refused in production if changed.",
)
SANDBOX_URL = env.text(
    "SANDBOX_URL", help="Where the sandbox listens; the demonstration plays its customers there. `make run` sets it."
)

# --- PayPal -----------------------------------------------------------------------------------------------------------
PAYPAL_CLIENT_ID = env.text("PAYPAL_CLIENT_ID", help="Client id of the PayPal application. Unset: no PayPal.")
PAYPAL_SECRET = env.secret("PAYPAL_SECRET", help="Secret of the PayPal application.")
PAYPAL_WEBHOOK_IDS = env.words(
    "PAYPAL_WEBHOOK_ID", help="Id of the webhook at PayPal; two, by a comma, while it is changed."
)
PAYPAL_WEBHOOK_VERIFY = env.text(
    "PAYPAL_WEBHOOK_VERIFY",
    "local",
    choices=("local", "postback"),
    help="Check webhooks here with PayPal's certificate, or ask PayPal each time.",
)
PAYPAL_API_BASE = env.text("PAYPAL_API_BASE", help="Other address for PayPal's API: a sandbox. Refused in production.")
PAYPAL_CHECKOUT_ORIGIN = env.text(
    "PAYPAL_CHECKOUT_ORIGIN",
    "https://www.paypal.com",
    help="Origin where payers approve, allowed as a form target. Sandbox only; refused in production if changed.",
)
PAYPAL_CERT_HOST = env.text(
    "PAYPAL_CERT_HOST", help="One more host:port that may serve certificates. Sandbox only; refused in production."
)
PAYPAL_CERT_ROOT = env.text(
    "PAYPAL_CERT_ROOT",
    help="Authority of that host's certificates, base64 of DER. Sandbox only; refused in production.",
)
