"""Where and how this process runs."""

from __future__ import annotations

from pathlib import Path

from core.env import Environment

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
TRUSTED_PROXIES = env.integer(
    "TRUSTED_PROXIES", 0, least=0, most=5, help="Proxies in front whose X-Forwarded-For and -Proto are believed."
)
