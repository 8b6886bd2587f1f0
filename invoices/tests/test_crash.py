"""A process killed between the number and the commit: the number was never given."""

from __future__ import annotations

import hashlib
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

from core.clock import now
from invoices import services
from invoices.models import DocumentSeries, Invoice, Rendition, Validation
from invoices.services import Request
from invoices.tests.making import issued
from ledger import selectors as ledger
from tests.support.cast import make_individual

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.django_db(transaction=True)


def run(folder: Path, *arguments: str, answer: tuple[str, ...] = ("--json",)) -> subprocess.CompletedProcess[str]:
    name = str(connection.settings_dict["NAME"])
    on_server = urlsplit(os.environ["DATABASE_URL"])._replace(path=f"/{name}").geturl()
    address = on_server if connection.vendor == "postgresql" else f"sqlite:///{name}"
    return subprocess.run(
        [sys.executable, "manage.py", *arguments, *answer],
        cwd=settings.BASE_DIR,
        env={
            **os.environ,
            "DATABASE_URL": address,
            "FAILPOINT_FOLDER": str(folder),
            "ARCHIVE_DIR": str(folder / "archive"),
        },
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


def issue(customer: str, folder: Path) -> subprocess.CompletedProcess[str]:
    return run(folder, "issue_invoice", f"--customer={customer}", "--line=Hébergement;1;39;20")


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


def test_a_process_killed_after_numbering_a_credit_note_takes_nothing_back(tmp_path: Path) -> None:
    customer = make_individual()
    invoice = issued(customer, at=now())
    (tmp_path / "credit-note-numbered").touch()

    killed = run(tmp_path, "issue_credit_note", str(invoice.number), "--reason=Erreur", "--amount=1;10")

    assert killed.returncode == -signal.SIGKILL
    assert not Invoice.objects.filter(kind="CREDIT_NOTE").exists()
    assert not DocumentSeries.objects.filter(prefix="AV").exists()
    assert ledger.get_balance(customer.pk).balance.cents == -4680
    note = services.issue_credit_note(invoice, None, Request("Erreur", "k"), at=now())
    assert str(note.number).endswith("-000001")


def test_a_process_killed_while_it_keeps_the_files_serves_nothing_until_it_is_done_again(tmp_path: Path) -> None:
    number = str(issued(make_individual()).number)
    (tmp_path / "invoices-files-stored").touch()

    killed = run(tmp_path, "export_invoice", number, f"--pdf={tmp_path / 'a.pdf'}", answer=())

    assert killed.returncode == -signal.SIGKILL
    assert not Rendition.objects.exists()
    assert not Validation.objects.exists()
    left = {path.name for path in (tmp_path / "archive").rglob("*") if path.is_file()}
    again = run(tmp_path, "export_invoice", number, f"--pdf={tmp_path / 'a.pdf'}", answer=())
    assert again.returncode == 0, again.stderr
    assert {rendition.sha256 for rendition in Rendition.objects.all()} == left
    assert hashlib.sha256((tmp_path / "a.pdf").read_bytes()).hexdigest() in left
