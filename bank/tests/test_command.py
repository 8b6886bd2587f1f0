from __future__ import annotations

import io
import json
import os
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from pytest_django.fixtures import Settings

from bank import services, tasks
from bank.jobs import read_folder
from bank.models import BankLine, StatementFile
from core import clock
from outbox.models import Job
from tests.support.statements import OUR_IBAN, Movement, camt053

KEYS = {"format", "lines", "new", "known", "auto", "suggested", "unmatched", "refused"}
pytestmark = pytest.mark.django_db


@pytest.fixture
def statement(tmp_path: Path) -> Path:
    path = tmp_path / "releve.xml"
    path.write_bytes(camt053([Movement(500, "2026-11-02", text="don"), Movement(-200, "2026-11-02")], opening=1_000))
    return path


def printed(*arguments: object) -> dict[str, Any]:
    out = io.StringIO()
    call_command("import_statement", *map(str, arguments), "--json", stdout=out)
    answer: dict[str, Any] = json.loads(out.getvalue().splitlines()[-1])
    return answer


def test_the_command_says_what_is_new_and_the_second_time_nothing_is(statement: Path) -> None:
    rehearsed = printed(statement, "--dry-run")
    assert not StatementFile.objects.exists()
    first, second = printed(statement), printed(statement)

    assert set(first) >= KEYS
    assert {name: first[name] for name in KEYS} == {name: rehearsed[name] for name in KEYS}
    assert (first["format"], first["lines"], first["new"], first["known"]) == ("camt.053", 2, 2, 0)
    assert (first["unmatched"], first["out"], first["auto"], first["suggested"], first["refused"]) == (1, 1, 0, 0, 0)
    assert (second["new"], second["known"], second["unmatched"], second["already_imported"]) == (0, 2, 0, True)


def test_words_for_people_are_printed_without_json(statement: Path) -> None:
    out = io.StringIO()
    call_command("import_statement", str(statement), stdout=out)

    assert "€10.00 + €3.00 = €13.00; 2 new lines, 0 known. It is the first one of this account." in out.getvalue()


@pytest.mark.parametrize("content", [b"", b"%PDF-1.7", camt053([Movement(1, "2026-11-02")], closing=5)])
def test_a_refused_file_is_status_1_and_nothing_is_written(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "releve.xml"
    path.write_bytes(content)

    with pytest.raises(CommandError, match=r"releve\.xml") as refusal:
        call_command("import_statement", str(path), "--json")
    assert refusal.value.returncode == 1
    assert not StatementFile.objects.exists()


def test_a_file_that_is_not_there_is_status_1_and_a_wrong_format_bad_usage(tmp_path: Path, statement: Path) -> None:
    with pytest.raises(CommandError, match="cannot be read"):
        call_command("import_statement", str(tmp_path / "none.xml"))
    with pytest.raises(CommandError, match=r"not camt\.054 but camt\.053"):
        call_command("import_statement", str(statement), "--format", "camt.054")
    with pytest.raises(CommandError, match="invalid choice"):
        call_command("import_statement", str(statement), "--format", "pdf")


def test_a_table_without_account_is_of_the_only_one_or_of_the_one_named(tmp_path: Path) -> None:
    path = tmp_path / "releve.csv"
    path.write_bytes(b"Date;Montant\n02/11/2026;5,00\n")

    assert printed(path)["new"] == 1
    assert printed(path, "--account", OUR_IBAN)["known"] == 1
    with pytest.raises(CommandError, match="none of our bank accounts"):
        call_command("import_statement", str(path), "--account", "FR7630006000011234567890189")


def long_ago(path: Path) -> None:
    then = (datetime.now(UTC) - timedelta(minutes=5)).timestamp()
    os.utime(path, (then, then))


def test_the_drop_folder_is_emptied_and_what_is_refused_has_its_reason(tmp_path: Path, statement: Path) -> None:
    folder = tmp_path / "drop"
    folder.mkdir()
    (folder / "bon.xml").write_bytes(statement.read_bytes())
    (folder / "mauvais.xml").write_bytes(b"<a/>")
    (folder / "encore-ecrit.xml").write_bytes(b"<Doc")
    (folder / "lien.xml").symlink_to(statement)
    long_ago(folder / "bon.xml")
    long_ago(folder / "mauvais.xml")

    dropped = services.read_drop_folder(folder, at=clock.now())

    assert (dropped.imported, dropped.refused) == (("bon.xml",), ("mauvais.xml",))
    assert BankLine.objects.count() == 2
    assert sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()) == [
        "done/bon.xml",
        "encore-ecrit.xml",
        "lien.xml",
        "refused/mauvais.xml",
        "refused/mauvais.xml.txt",
    ]
    assert "CAMT" in (folder / "refused" / "mauvais.xml.txt").read_text(encoding="utf-8")


def test_the_same_name_again_keeps_both_files(tmp_path: Path, statement: Path) -> None:
    folder = tmp_path / "drop"
    folder.mkdir()
    for _turn in range(2):
        (folder / "bon.xml").write_bytes(statement.read_bytes())
        long_ago(folder / "bon.xml")
        services.read_drop_folder(folder, at=clock.now())

    assert len(list((folder / "done").iterdir())) == 2
    assert BankLine.objects.count() == 2


def test_beat_writes_one_job_a_turn_and_none_without_a_folder(tmp_path: Path, settings: Settings) -> None:
    tasks.read_folder()
    assert not Job.objects.filter(kind="bank.read_folder").exists()

    settings.BANK_DROP_FOLDER = str(tmp_path)
    settings.BANK_DROP_SECONDS = 86_400
    tasks.read_folder()
    tasks.read_folder()

    assert Job.objects.filter(kind="bank.read_folder").count() == 1
    assert read_folder(at=clock.now()) == {"imported": [], "refused": []}
