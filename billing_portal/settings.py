"""Settings. Everything that changes between machines comes from the environment (docs/settings.md)."""

from __future__ import annotations

from pathlib import Path

from csp.constants import NONE, SELF
from django.utils.translation import gettext_lazy as _

from billing_portal.guards import refuse_bad_settings
from billing_portal.schedule import beat_schedule
from billing_portal.staff import theme
from core.database import database
from core.env import Environment
from core.logs import logging_settings

BASE_DIR = Path(__file__).resolve().parent.parent
env = Environment()

# --- Where and how we run ---------------------------------------------------------------------------------------------
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
PAYMENT_CATCH_UP_SECONDS = env.integer(
    "PAYMENT_CATCH_UP_SECONDS", 3600, least=1, most=86400, help="How often events that did not reach us are fetched."
)
PROVIDER_TIMEOUT_SECONDS = env.integer(
    "PROVIDER_TIMEOUT_SECONDS", 8, least=1, most=60, help="How long a payment provider may take to answer one call."
)
FAILPOINT_FOLDER = env.text(
    "FAILPOINT_FOLDER", help="Crash rehearsals: a file in this folder kills the process there. Refused in production."
)
CELERY_BEAT_SCHEDULE = beat_schedule(
    outbox=OUTBOX_SWEEP_SECONDS, payments=PAYMENT_SWEEP_SECONDS, catch_up=PAYMENT_CATCH_UP_SECONDS
)

# --- People -----------------------------------------------------------------------------------------------------------
AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = [
    "django.contrib.auth.backends.ModelBackend",
    "allauth.account.auth_backends.AuthenticationBackend",
]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
if ENVIRONMENT == "test":
    PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
]
STAFF_SECOND_FACTOR = env.flag(
    "STAFF_SECOND_FACTOR", default=PRODUCTION, help="Staff pages open only with a second factor (code or passkey)."
)
ALLAUTH_TRUSTED_PROXY_COUNT = TRUSTED_PROXIES  # whose X-Forwarded-For the rate limits believe
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"
ACCOUNT_ADAPTER = "accounts.adapter.AccountAdapter"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*", "password2*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_EMAIL_VERIFICATION = "mandatory"
ACCOUNT_EMAIL_VERIFICATION_BY_CODE_ENABLED = True
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_LOGOUT_ON_GET = False
ACCOUNT_SESSION_REMEMBER = True
ACCOUNT_REAUTHENTICATION_TIMEOUT = 900
ACCOUNT_REAUTHENTICATION_REQUIRED = True
MFA_ADAPTER = "accounts.adapter.SecondFactorAdapter"
MFA_FORMS = {
    "add_webauthn": "accounts.login_forms.AddPasskeyForm",
    "edit_webauthn": "accounts.login_forms.RenamePasskeyForm",
}
ACCOUNT_LOGIN_BY_CODE_ENABLED = True
ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS = False  # strangers get no mail from us
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
ACCOUNT_EMAIL_NOTIFICATIONS = True  # a mail when a password, an address or a second factor changes
ACCOUNT_CHANGE_EMAIL = True  # one address a person; the new one is checked before it counts
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = not PRODUCTION
MFA_TOTP_ISSUER = "Portail de facturation"

# --- Language and time ------------------------------------------------------------------------------------------------
LANGUAGE_CODE = "fr"
LANGUAGES = [("fr", _("French")), ("en", _("English"))]
# Our words before those of the libraries: the admin translates "Filter" by a noun, we need the verb.
LOCALE_PATHS = [
    BASE_DIR / app / "locale"
    for app in ("core", "accounts", "ledger", "invoices", "payments", "outbox", "billing_portal")
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
DEFAULT_FROM_EMAIL = env.text("DEFAULT_FROM_EMAIL", "facturation@localhost", help="Sender of the mails.")
SERVER_EMAIL = DEFAULT_FROM_EMAIL

# --- Money limits -----------------------------------------------------------------------------------------------------
TOP_UP_LEAST_CENTS = env.integer(
    "TOP_UP_LEAST_CENTS", 500, least=50, most=1_000_000, help="Smallest top-up, in cents. Stripe takes 50 or more."
)
TOP_UP_MOST_CENTS = env.integer(
    "TOP_UP_MOST_CENTS", 500_000, least=100, most=99_999_999, help="Largest top-up, in cents."
)
TOP_UPS_PER_HOUR = env.integer(
    "TOP_UPS_PER_HOUR", 10, least=1, most=1000, help="Card attempts a customer may start in an hour (card testing)."
)
APPROVAL_HOURS = env.integer(
    "APPROVAL_HOURS", 168, least=1, most=2160, help="How long a second member of staff may take to approve something."
)
REFUND_APPROVAL_CENTS = env.integer(
    "REFUND_APPROVAL_CENTS",
    20_000,
    least=0,
    most=99_999_999,
    help="A refund above this, in cents and with the others of its customer within a day, needs a second person.",
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
