from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

GOOD = {
    "ENVIRONMENT": "production",
    "SITE_URL": "https://billing.example.org",
    "ALLOWED_HOSTS": "billing.example.org",
    "SECRET_KEY": "k" * 60,
    "FIELD_KEYS": "a2" * 21 + "o=",
    "FIELD_INDEX_KEY": "i" * 32,
    "DATABASE_URL": "postgresql://portal@127.0.0.1/portal",
    "REDIS_URL": "redis://127.0.0.1/0",
    "STRIPE_SECRET_KEY": "sk_live_example",
    "STRIPE_WEBHOOK_SECRET": "whsec_example",
}
CHORUS = {
    "CHORUS_ENVIRONMENT": "PRODUCTION",
    "PISTE_TOKEN_URL": "https://oauth.piste.gouv.fr/api/oauth/token",
    "PISTE_API_BASE": "https://api.piste.gouv.fr/cpro/",
    "PISTE_CLIENT_ID": "client",
    "PISTE_SECRET": "secret",
    "CHORUS_LOGIN": "TECH_1_12345@cpro.fr",
    "CHORUS_PASSWORD": "password",
}


def start(run_dir: Path, **changes: str) -> subprocess.CompletedProcess[str]:
    values = {**GOOD, "RUN_DIR": str(run_dir), "PATH": os.environ["PATH"], **changes}
    command = [sys.executable, "-c", "import billing_portal.settings"]
    return subprocess.run(
        command, env={k: v for k, v in values.items() if v}, capture_output=True, text=True, check=False
    )


def test_production_starts_with_good_settings(tmp_path: Path) -> None:
    ended = start(tmp_path, **CHORUS)

    assert (ended.returncode, ended.stderr) == (0, "")


@pytest.mark.parametrize(
    ("changes", "named"),
    [
        ({"SECRET_KEY": ""}, "SECRET_KEY"),
        ({"SECRET_KEY": "short"}, "SECRET_KEY"),
        ({"DEBUG": "1"}, "DEBUG"),
        ({"FIELD_KEYS": ""}, "FIELD_KEYS"),
        ({"FIELD_KEYS": "short"}, "FIELD_KEYS"),
        ({"FIELD_INDEX_KEY": "short"}, "FIELD_INDEX_KEY"),
        ({"DATABASE_URL": ""}, "DATABASE_URL"),
        ({"DATABASE_URL": "mysql://x/y"}, "DATABASE_URL"),
        ({"REDIS_URL": ""}, "REDIS_URL"),
        ({"SITE_URL": "http://billing.example.org"}, "SITE_URL"),
        ({"ALLOWED_HOSTS": "*"}, "ALLOWED_HOSTS"),
        ({"STRIPE_SECRET_KEY": "sk_test_x"}, "STRIPE_SECRET_KEY"),
        ({"STRIPE_WEBHOOK_SECRET": ""}, "STRIPE_WEBHOOK_SECRET"),
        ({"STRIPE_API_BASE": "http://127.0.0.1:8100"}, "STRIPE_API_BASE"),
        ({"STRIPE_CHECKOUT_ORIGIN": "http://127.0.0.1:8100"}, "STRIPE_CHECKOUT_ORIGIN"),
        ({"PAYPAL_CLIENT_ID": "A1"}, "PAYPAL_CLIENT_ID"),
        ({**CHORUS, "CHORUS_PASSWORD": ""}, "write all of them, or none"),
        ({**CHORUS, "CHORUS_ENVIRONMENT": "QUALIFICATION"}, "leads to the production"),
        ({**CHORUS, "CHORUS_ENVIRONMENT": "SIMULATOR"}, "the simulator is for trials"),
        ({**CHORUS, "PISTE_API_BASE": "https://sandbox-api.piste.gouv.fr/cpro/"}, "leads to the sandbox of PISTE"),
        ({**CHORUS, "PISTE_API_BASE": "http://api.piste.gouv.fr/cpro/"}, "must start with https://"),
        ({"PAYPAL_API_BASE": "https://api-m.sandbox.paypal.com"}, "PAYPAL_API_BASE"),
        ({"PAYPAL_CHECKOUT_ORIGIN": "http://127.0.0.1:8100"}, "PAYPAL_CHECKOUT_ORIGIN"),
        ({"PAYPAL_CERT_HOST": "127.0.0.1:8100"}, "PAYPAL_CERT_HOST"),
        ({"PAYPAL_CERT_ROOT": "MIIB"}, "PAYPAL_CERT_ROOT"),
        ({"PAYPAL_WEBHOOK_VERIFY": "never"}, "PAYPAL_WEBHOOK_VERIFY"),
        ({"VIES_API_BASE": "http://127.0.0.1:8100/vies/rest-api"}, "VIES_API_BASE"),
        ({"VIES_GRACE_DAYS": "30"}, "VIES_RECHECK_DAYS"),
        ({"ENVIRONMENT": "staging"}, "ENVIRONMENT"),
        ({"TOP_UP_LEAST_CENTS": "600000"}, "TOP_UP_LEAST_CENTS"),
    ],
)
def test_production_refuses_a_bad_setting_and_names_it(tmp_path: Path, changes: dict[str, str], named: str) -> None:
    ended = start(tmp_path, **changes)

    assert ended.returncode != 0
    assert named in ended.stderr.splitlines()[-1] or named in ended.stderr
    assert "sk_test_x" not in ended.stderr
