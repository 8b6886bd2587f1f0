"""When what customers owe is collected by itself, and when a refused debit is tried again."""

from __future__ import annotations

from billing_portal.config.place import env

COLLECT_HOUR = env.integer(
    "COLLECT_HOUR", 8, least=0, most=20, help="The hour (Europe/Paris) from which the debits of a day are begun."
)
COLLECT_SECONDS = env.integer(
    "COLLECT_SECONDS", 3600, least=1, most=3600, help="How often debits are planned, and those of the day begun."
)
CARD_NOTICE_DAYS = env.integer(
    "CARD_NOTICE_DAYS", 3, least=0, most=30, help="A debit of a card or a PayPal account is announced so long before."
)
SEPA_LEAD_DAYS = env.integer(
    "SEPA_LEAD_DAYS", 2, least=1, most=10, help="TARGET days before its date at which our bank wants a debit."
)
STRIPE_SEPA_LEAD_DAYS = env.integer(
    "STRIPE_SEPA_LEAD_DAYS", 5, least=1, most=14, help="TARGET days that Stripe needs to bring a SEPA debit."
)
STRIPE_SEPA_MOST_CENTS = env.integer(
    "STRIPE_SEPA_MOST_CENTS",
    1_000_000,
    least=100,
    most=100_000_000,
    help="The largest SEPA debit that Stripe makes, in cents. Larger ones go to the next method.",
)
DEBIT_LADDER_DAYS = env.days(
    "DEBIT_LADDER_DAYS", "3,5,7", help="Days after its first attempt at which a refused debit is tried again."
)
DEBIT_ACTION_DAYS = env.integer(
    "DEBIT_ACTION_DAYS", 7, least=1, most=30, help="How long a debit waits for its customer to confirm with the bank."
)
AUTO_TOP_UPS_PER_DAY = env.integer(
    "AUTO_TOP_UPS_PER_DAY", 3, least=1, most=24, help="How often in a day a top-up rule may credit one account."
)
AUTO_TOP_UP_DECLINES = env.integer(
    "AUTO_TOP_UP_DECLINES", 3, least=1, most=6, help="Refusals in a row after which a top-up rule is turned off."
)
CARD_EXPIRY_DAYS = env.days(
    "CARD_EXPIRY_DAYS", "7,31", help="Days before the end of its month at which the holder of a card is written to."
)
SEPA_CUT_OFF_HOUR = env.integer(
    "SEPA_CUT_OFF_HOUR", 16, least=0, most=24, help="The hour from which our bank takes a file for the next day."
)
SEPA_VERSION = env.text(
    "SEPA_VERSION",
    "pain.008.001.08",
    choices=("pain.008.001.08", "pain.008.001.02"),
    help="The version of the files of direct debits that our bank wants.",
)
SEPA_SILENCE_DAYS = env.integer(
    "SEPA_SILENCE_DAYS", 5, least=1, most=30, help="Days after its date at which a debit without an answer is an alarm."
)
SEPA_FOLDER = env.text(
    "SEPA_FOLDER", help="Where files of direct debits are put for the bank each day. Unset: staff download them."
)
REMINDER_GRACE_DAYS = env.integer(
    "REMINDER_GRACE_DAYS", 7, least=0, most=60, help="Days after a returned debit before reminders start again."
)
