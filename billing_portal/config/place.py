"""Where and how this process runs."""

from __future__ import annotations

import base64
from pathlib import Path

from core.env import BadSetting, Environment, is_base64_of

BASE_DIR = Path(__file__).resolve().parent.parent.parent
env = Environment()

ENVIRONMENT = env.text(
    "ENVIRONMENT",
    "development",
    choices=("development", "test", "production"),
    help="What this process is for. Production refuses to start with development values.",
)
PRODUCTION = ENVIRONMENT == "production"
RUN_DIR = Path(env.text("RUN_DIR", str(BASE_DIR / ".run"), help="Folder for the trial database, queues and state."))
SECRET_KEY = env.secret(
    "SECRET_KEY", development="development-only-" + "x" * 50, help="Signs sessions and links; 50 characters or more."
)
SECRET_KEY_FALLBACKS = [
    key
    for key in env.secrets(
        "SECRET_KEY_FALLBACKS",
        help="Earlier values of SECRET_KEY, by commas: old links, and the codes of old attestations, stay good.",
    )
    if key
]
DEVELOPMENT_FIELD_KEY = base64.urlsafe_b64encode(b"development-only-" + b"x" * 15).decode()
FIELD_KEYS = env.secrets(
    "FIELD_KEYS",
    development=DEVELOPMENT_FIELD_KEY,
    help="Encrypt IBANs in the database: 32 random bytes in URL-safe base64. Older keys follow, by commas.",
)
for key in FIELD_KEYS:
    if not is_base64_of(32, key.replace("-", "+").replace("_", "/")):
        raise BadSetting("FIELD_KEYS: each key is 32 bytes in URL-safe base64 (openssl rand -base64 32 | tr +/ -_).")
FIELD_INDEX_KEY = env.secret(
    "FIELD_INDEX_KEY",
    development="development-only-index",
    help="Finds an encrypted IBAN again; 32 characters or more. It stays the same for ever.",
)
DEBUG = env.flag("DEBUG", default=False, help="Detailed error pages. Refused in production.")
SITE_URL = env.text(
    "SITE_URL", "http://localhost:8000", help="Public address of the portal, without a slash at the end."
).rstrip("/")
SITE_NAME = env.text("SITE_NAME", "Hébergeur", help="Trade name at the top of every page and in the mails.")
SECURITY_CONTACT = env.text(
    "SECURITY_CONTACT",
    "mailto:security@localhost",
    help="Where to report a weakness: mailto: or https:, written in security.txt.",
)
ALLOWED_HOSTS = env.words(
    "ALLOWED_HOSTS", "localhost,127.0.0.1,[::1],testserver", help="Host names that this portal answers to."
)
CSRF_TRUSTED_ORIGINS = env.words("CSRF_TRUSTED_ORIGINS", help="Other origins whose forms are accepted (https://…).")
ATTESTATION_CHECKS_PER_MINUTE = env.integer(
    "ATTESTATION_CHECKS_PER_MINUTE",
    30,
    least=1,
    most=10_000,
    help="How often one address may check the code of an attestation, in each web process.",
)
TRUSTED_PROXIES = env.integer(
    "TRUSTED_PROXIES", 0, least=0, most=5, help="Proxies in front whose X-Forwarded-For and -Proto are believed."
)
