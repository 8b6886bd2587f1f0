"""A process killed between the number and the commit: the number was never given."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import pytest
from django.conf import settings
from django.db import connection

from invoices.models import DocumentSeries, Invoice
from tests.support.cast import make_individual

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.django_db(transaction=True)


def issue(customer: str, folder: Path) -> subprocess.CompletedProcess[str]:
    name = str(connection.settings_dict["NAME"])
    on_server = urlsplit(os.environ["DATABASE_URL"])._replace(path=f"/{name}").geturl()
    address = on_server if connection.vendor == "postgresql" else f"sqlite:///{name}"
    command = [
        sys.executable,
        "manage.py",
        "issue_invoice",
        f"--customer={customer}",
        "--line=Hébergement;1;39;20",
        "--json",
    ]
    return subprocess.run(
        command,
        cwd=settings.BASE_DIR,
        env={**os.environ, "DATABASE_URL": address, "FAILPOINT_FOLDER": str(folder)},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


def printed(done: subprocess.CompletedProcess[str]) -> dict[str, Any]:
    assert done.returncode == 0, done.stderr
    answer: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return answer


def test_a_process_killed_after_numbering_leaves_no_hole_and_no_debit(tmp_path: Path) -> None:
    customer = make_individual()
    (tmp_path / "invoices-numbered").touch()

    killed = issue(customer.number, tmp_path)

    assert killed.returncode == -signal.SIGKILL
    assert not Invoice.objects.exists()
    assert not DocumentSeries.objects.exists()
    answer = printed(issue(customer.number, tmp_path))
    assert answer["number"].endswith("-000001")
    assert answer["balance_cents"] == -4680
