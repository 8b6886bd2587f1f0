from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import call_command
from django.db import DatabaseError, connection, models, transaction

from bank import checks, services
from bank.guards import expected_triggers, installed_triggers
from bank.models import BankAccount, BankLine, LineWork, PartyAccount, Statement, StatementFile
from core.checks import Check
from tests.support.statements import Movement, camt053

PAYER = "FR7630006000011234567890189"


@pytest.fixture
def kept(db: None, noon: datetime) -> None:
    movements = [
        Movement(12_000, "2026-11-27", iban=PAYER, reference="B1"),
        Movement(-200, "2026-11-27", reference="B2"),
    ]
    services.import_file(camt053(movements, opening=5_000), "releve.xml", at=noon)


def another(model: type[models.Model], **changes: object) -> Callable[[], None]:
    """The first row again, but for these columns."""

    def attempt() -> None:
        row = model._default_manager.order_by("pk").first()
        assert row is not None
        row.pk = None
        row._state.adding = True
        for name, value in changes.items():
            setattr(row, name, value)
        row.save(force_insert=True)

    return attempt


FREE = "f" * 64
ATTEMPTS: dict[str, Callable[[], object]] = {
    "bank_line_append_only": lambda: BankLine.objects.update(text="other"),
    "bank_statement_append_only": lambda: Statement.objects.update(closing_cents=1),
    "bank_file_append_only": lambda: StatementFile.objects.update(name="other"),
    "bank_party_stays_as_seen": lambda: PartyAccount.objects.update(iban_index=FREE),
    "bank_line_once": another(BankLine),
    "bank_line_not_zero": another(BankLine, identity=FREE, amount_cents=0),
    "bank_line_part_of_parts": another(BankLine, identity=FREE, part=1),
    "bank_line_kind_known": another(BankLine, identity=FREE, kind="GIFT"),
    "bank_line_identity_form": another(BankLine, identity="1"),
    "bank_statement_once": another(Statement),
    "bank_statement_adds_up": another(Statement, place=1, closing_cents=1),
    "bank_statement_gap_agreed": another(Statement, place=1, gap_cents=5, closing_cents=16_795),
    "bank_statement_period": another(Statement, place=1, first_on="2026-12-31"),
    "bank_statement_new_within_lines": another(Statement, place=1, new_count=3),
    "bank_statement_format_known": another(Statement, place=1, format="pdf"),
    "bank_file_hash_form": another(StatementFile, sha256="1"),
    "bank_file_not_empty": another(StatementFile, sha256=FREE, size=0),
    "bank_party_index_form": another(PartyAccount, iban_index="1"),
    "bank_iban_form": another(BankAccount, iban="FR76 3000"),
    "bank_account_is_a_512": another(BankAccount, iban=PAYER, ledger_account="411000"),
    "bank_work_state_known": lambda: LineWork.objects.update(state="LOST"),
    "bank_work_seen_means_posting": lambda: LineWork.objects.update(state="POSTED", tx=None),
}
DELETIONS: dict[str, type[models.Model]] = {
    "bank_work_stays": LineWork,
    "bank_line_append_only": BankLine,
    "bank_statement_append_only": Statement,
    "bank_file_append_only": StatementFile,
    "bank_party_stays": PartyAccount,
}
COLUMNS = {"bank_line_once": "identity", "bank_statement_once": "place"}


@pytest.mark.parametrize("guard", ATTEMPTS)
def test_the_database_refuses(kept: None, guard: str) -> None:
    with pytest.raises(DatabaseError) as refusal, transaction.atomic():
        ATTEMPTS[guard]()

    assert guard in str(refusal.value) or COLUMNS.get(guard, "-") in str(refusal.value)  # SQLite names the columns


@pytest.mark.parametrize("guard", DELETIONS)
def test_the_database_deletes_nothing(kept: None, guard: str) -> None:
    with pytest.raises(DatabaseError, match=guard), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"DELETE FROM {DELETIONS[guard]._meta.db_table}")


def wrong() -> list[str]:
    questions: list[Callable[[], list[Check]]] = [
        checks.statements_hold_their_lines,
        checks.gaps_were_agreed,
        checks.lines_have_their_work,
        checks.files_are_kept,
        checks.payers_can_be_read,
        checks.what_the_bank_told_is_guarded,
    ]
    return [each.name for question in questions for each in question() if not each.ok]


def test_all_holds_after_an_import_and_after_a_change_of_keys(kept: None) -> None:
    assert wrong() == []

    call_command("rotate_fields", verbosity=0)

    assert wrong() == []
    assert expected_triggers(connection.vendor) <= installed_triggers(connection)


def test_money_out_that_waits_as_money_in_is_found(kept: None) -> None:
    LineWork.objects.update(state="UNMATCHED")

    assert wrong() == ["bank: each line has its work"]


def test_a_statement_without_all_its_lines_is_found(kept: None) -> None:
    another(Statement, place=1)()

    assert wrong() == ["bank: statements hold their lines"]


def test_a_file_that_is_gone_is_found(kept: None) -> None:
    sha256 = StatementFile.objects.get().sha256
    (Path(settings.ARCHIVE_DIR) / sha256[:2] / sha256).unlink()

    assert wrong() == ["bank: imported files are whole"]
