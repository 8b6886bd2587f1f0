"""How often the house looks after itself."""

from __future__ import annotations

from billing_portal.config.place import env
from core.env import BadSetting, is_base64_of

OUTBOX_SWEEP_SECONDS = env.integer(
    "OUTBOX_SWEEP_SECONDS", 30, least=1, most=3600, help="How often waiting jobs are rung again."
)
OUTBOX_LEASE_SECONDS = env.integer(
    "OUTBOX_LEASE_SECONDS", 300, least=2, most=3600, help="After this time a job whose worker died is taken again."
)
PAYMENT_SWEEP_SECONDS = env.integer(
    "PAYMENT_SWEEP_SECONDS", 60, least=1, most=3600, help="How often silent payments are asked about."
)
PAYMENT_SILENCE_SECONDS = env.integer(
    "PAYMENT_SILENCE_SECONDS", 300, least=1, most=86400, help="A payment silent for longer is asked about."
)
PAYMENT_LADDER_SECONDS = env.seconds(
    "PAYMENT_LADDER_SECONDS", "3600,86400", help="Then it is asked about so long after its last step; the last repeats."
)
PAYMENT_STUCK_DAYS = env.integer(
    "PAYMENT_STUCK_DAYS", 3, least=1, most=60, help="A payment undecided for longer is shown to staff."
)
NEWS_ALARM_HOURS = env.integer(
    "NEWS_ALARM_HOURS", 6, least=1, most=720, help="No event of a provider for so long, while payments exist, alarms."
)
PAYMENT_CATCH_UP_SECONDS = env.integer(
    "PAYMENT_CATCH_UP_SECONDS", 3600, least=1, most=86400, help="How often events that did not reach us are fetched."
)
PROVIDER_SYNC_SECONDS = env.integer(
    "PROVIDER_SYNC_SECONDS", 3600, least=1, most=86400, help="How often providers' balances and movements are fetched."
)
PROVIDER_FIRST_LOOK_DAYS = env.integer(
    "PROVIDER_FIRST_LOOK_DAYS", 1000, least=1, most=1090, help="How far back movements are fetched the first time."
)
PROVIDER_TIMEOUT_SECONDS = env.integer(
    "PROVIDER_TIMEOUT_SECONDS", 8, least=1, most=60, help="How long a payment provider may take to answer one call."
)
FAILPOINT_FOLDER = env.text(
    "FAILPOINT_FOLDER", help="Crash rehearsals: a file in this folder kills the process there. Refused in production."
)
BANK_DROP_FOLDER = env.text(
    "BANK_DROP_FOLDER", help="Folder whose bank statements are imported by themselves. Unset: none is looked into."
)
BANK_DROP_SECONDS = env.integer(
    "BANK_DROP_SECONDS", 300, least=10, most=86400, help="How often the drop folder of the bank is looked into."
)
ANNOUNCED_TRANSFER_DAYS = env.integer(
    "ANNOUNCED_TRANSFER_DAYS",
    5,
    least=1,
    most=30,
    help="Days of the banks (TARGET) that a transfer which a customer announced is waited for; reminders wait as long.",
)
SEAL_KEY = env.secret(
    "SEAL_KEY", help="Signs the closings of the books (Ed25519): 32 random bytes in base64. Unset: not signed."
)
if SEAL_KEY and not is_base64_of(32, SEAL_KEY):
    raise BadSetting("SEAL_KEY must be 32 bytes in base64. Make one with: openssl rand -base64 32")
SEAL_SECONDS = env.integer(
    "SEAL_SECONDS", 60, least=1, most=3600, help="How often what was recorded is sealed in the chain of proofs."
)
