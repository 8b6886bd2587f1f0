"""Settings. Everything that changes between machines comes from the environment (docs/settings.md).

What is read by subject is in billing_portal/config/; here is what Django and its libraries want.
"""

from __future__ import annotations

from pathlib import Path

from csp.constants import NONE, SELF
from django.utils.translation import gettext_lazy as _

from billing_portal.config.chorus import *  # noqa: F403
from billing_portal.config.chorus import CHORUS_SECONDS
from billing_portal.config.collecting import *  # noqa: F403
from billing_portal.config.collecting import COLLECT_SECONDS
from billing_portal.config.money import *  # noqa: F403
from billing_portal.config.money import PAYPAL_CHECKOUT_ORIGIN, STRIPE_CHECKOUT_ORIGIN
from billing_portal.config.people import *  # noqa: F403
from billing_portal.config.place import *  # noqa: F403
from billing_portal.config.place import BASE_DIR, ENVIRONMENT, PRODUCTION, RUN_DIR, TRUSTED_PROXIES, env
from billing_portal.config.vat import *  # noqa: F403
from billing_portal.config.work import *  # noqa: F403
from billing_portal.config.work import (
    BANK_DROP_SECONDS,
    OUTBOX_SWEEP_SECONDS,
    PAYMENT_CATCH_UP_SECONDS,
    PAYMENT_SWEEP_SECONDS,
    PROVIDER_SYNC_SECONDS,
    SEAL_SECONDS,
)
from billing_portal.guards import refuse_bad_settings
from billing_portal.schedule import beat_schedule
from billing_portal.staff import theme
from core.database import database
from core.logs import logging_settings

LOG_LEVEL = env.text(
    "LOG_LEVEL", "INFO", choices=("DEBUG", "INFO", "WARNING", "ERROR"), help="Least level of the logs."
)
LOGGING = logging_settings(as_json=PRODUCTION, level="WARNING" if ENVIRONMENT == "test" else LOG_LEVEL)

# --- Apps -------------------------------------------------------------------------------------------------------------
INSTALLED_APPS = [
    "billing_portal",
    "unfold.apps.BasicAppConfig",
    "unfold.contrib.filters",
    "unfold.contrib.forms",
    "unfold.contrib.simple_history",
    "billing_portal.staff.apps.StaffAdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "csp",
    "simple_history",
    "core",
    "outbox",
    "accounts",
    "ledger",
    "invoices",
    "payments",
    "bank",
    "chorus",
    "sandbox",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django_permissions_policy.PermissionsPolicyMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "accounts.middleware.ReaderLanguageMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "allauth.usersessions.middleware.UserSessionsMiddleware",
    "core.middleware.PrivatePagesMiddleware",
    "billing_portal.middleware.AdminPolicyMiddleware",
    "simple_history.middleware.HistoryRequestMiddleware",
]
ROOT_URLCONF = "billing_portal.urls"
WSGI_APPLICATION = "billing_portal.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "accounts.context.portal",
            ],
            "builtins": ["core.templatetags.ui"],
        },
    }
]

# --- Databases and queue ----------------------------------------------------------------------------------------------
DATABASE_URL = env.secret("DATABASE_URL", help="postgresql://user:password@host:5432/name. Unset: SQLite in RUN_DIR.")
DATABASES = {"default": database(DATABASE_URL, default_file=RUN_DIR / "portal.sqlite3")}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
REDIS_URL = env.secret("REDIS_URL", help="redis://host:6379/0, broker of the workers. Unset: a folder in RUN_DIR.")
# "shared" is for what all processes should have in common; without Redis each has its own. Pages never depend on it.
CACHES = {
    "default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache", "LOCATION": "default"},
    "shared": {
        "BACKEND": f"django.core.cache.backends.{'redis.RedisCache' if REDIS_URL else 'locmem.LocMemCache'}",
        "LOCATION": REDIS_URL or "shared",
        "KEY_PREFIX": "portal",
    },
}
_QUEUE_FOLDERS = {name: str(RUN_DIR / "queue" / name) for name in ("messages", "control")}
CELERY_BROKER_URL = REDIS_URL or "filesystem://"
if not REDIS_URL:
    for _folder in _QUEUE_FOLDERS.values():
        Path(_folder).mkdir(parents=True, exist_ok=True)
CELERY_BROKER_TRANSPORT_OPTIONS = (
    {"visibility_timeout": 3600}
    if REDIS_URL
    else {
        "data_folder_in": _QUEUE_FOLDERS["messages"],
        "data_folder_out": _QUEUE_FOLDERS["messages"],
        "control_folder": _QUEUE_FOLDERS["control"],
        "polling_interval": 0.1,  # a second by default, during which a worker with free hands takes nothing
    }
)
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_TASK_DEFAULT_QUEUE = "default"
CELERY_TIMEZONE = "Europe/Paris"
CELERY_TASK_TIME_LIMIT = 600
CELERY_WORKER_SOFT_SHUTDOWN_TIMEOUT = 30.0
CELERY_BEAT_SCHEDULE = beat_schedule(
    outbox=OUTBOX_SWEEP_SECONDS,
    payments=PAYMENT_SWEEP_SECONDS,
    catch_up=PAYMENT_CATCH_UP_SECONDS,
    seal=SEAL_SECONDS,
    till=PROVIDER_SYNC_SECONDS,
    bank=BANK_DROP_SECONDS,
    collect=COLLECT_SECONDS,
    chorus=CHORUS_SECONDS,
)

# --- Language and time ------------------------------------------------------------------------------------------------
LANGUAGE_CODE = "fr"
LANGUAGES = [("fr", _("French")), ("en", _("English"))]
# Our words before those of the libraries: the admin translates "Filter" by a noun, we need the verb.
LOCALE_PATHS = [
    BASE_DIR / app / "locale"
    for app in ("core", "accounts", "ledger", "invoices", "payments", "bank", "chorus", "outbox", "billing_portal")
]
TIME_ZONE = "Europe/Paris"
USE_TZ = True
USE_I18N = True

# --- Staff admin ------------------------------------------------------------------------------------------------------
UNFOLD = theme.UNFOLD

# --- Files ------------------------------------------------------------------------------------------------------------
STATIC_URL = "/static/"
STATIC_ROOT = RUN_DIR / "static"
STATICFILES_DIRS = [BASE_DIR / "static"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"
        if PRODUCTION
        else "django.contrib.staticfiles.storage.StaticFilesStorage"
    },
}
WHITENOISE_USE_FINDERS = not PRODUCTION
ARCHIVE_DIR = Path(
    env.text("ARCHIVE_DIR", str(RUN_DIR / "archive"), help="Folder of issued documents, named by their SHA-256.")
)
EXPORT_DIR = Path(
    env.text("EXPORT_DIR", str(RUN_DIR / "exports"), help="Folder of files made for finance, kept for seven days.")
)
DATA_UPLOAD_MAX_MEMORY_SIZE = 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 1000

# --- Mail -------------------------------------------------------------------------------------------------------------
EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
EMAIL_HOST = env.text("EMAIL_HOST", "localhost", help="SMTP server.")
EMAIL_PORT = env.integer("EMAIL_PORT", 25, least=1, most=65535, help="Port of the SMTP server.")
EMAIL_HOST_USER = env.text("EMAIL_HOST_USER", help="Login at the SMTP server.")
EMAIL_HOST_PASSWORD = env.secret("EMAIL_HOST_PASSWORD", help="Password at the SMTP server.")
EMAIL_USE_TLS = env.flag("EMAIL_USE_TLS", default=False, help="STARTTLS to the SMTP server.")
EMAIL_TIMEOUT = 20
STAFF_ALERTS = env.words("STAFF_ALERTS", help="E-mail addresses of staff that are told of what needs them soon.")
DEFAULT_FROM_EMAIL = env.text("DEFAULT_FROM_EMAIL", "facturation@localhost", help="Sender of the mails.")
SERVER_EMAIL = DEFAULT_FROM_EMAIL

# --- Security headers -------------------------------------------------------------------------------------------------
SECURE_SSL_REDIRECT = PRODUCTION
SECURE_REDIRECT_EXEMPT = [r"^healthz$"]  # load balancers and containers ask in plain HTTP
SECURE_HSTS_SECONDS = 63_072_000 if PRODUCTION else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = PRODUCTION
SECURE_HSTS_PRELOAD = PRODUCTION
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if TRUSTED_PROXIES else None
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = PRODUCTION
SESSION_COOKIE_NAME = "__Host-sessionid" if PRODUCTION else "sessionid"
CSRF_COOKIE_NAME = "__Host-csrftoken" if PRODUCTION else "csrftoken"
SESSION_COOKIE_HTTPONLY = CSRF_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_AGE = 14 * 24 * 3600
X_FRAME_OPTIONS = "DENY"
_CSP = {
    "default-src": [NONE],
    "script-src": [SELF],
    "style-src": [SELF],
    "img-src": [SELF, "data:"],
    "font-src": [SELF],
    "connect-src": [SELF],
    # The pay button answers 303 to the hosted page: without its origin here browsers block it silently.
    "form-action": [SELF, STRIPE_CHECKOUT_ORIGIN, PAYPAL_CHECKOUT_ORIGIN],
    "base-uri": [NONE],
    "frame-ancestors": [NONE],
    "object-src": [NONE],
}
CONTENT_SECURITY_POLICY = {"DIRECTIVES": _CSP, "EXCLUDE_URL_PREFIXES": ("/admin/",)}
PERMISSIONS_POLICY: dict[str, list[str]] = {
    "camera": [],
    "microphone": [],
    "geolocation": [],
    "publickey-credentials-get": ["self"],
    "publickey-credentials-create": ["self"],
}

refuse_bad_settings(globals())
