"""A database that was kept is what its migrations would make now, or it is not used."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.support.kept import ROOT, as_when_imported, contents, name_of, read_by_migrations

if TYPE_CHECKING:
    from pathlib import Path

IMPORTED = {"invoices/guards.py", "ledger/chart.py", "core/crypto.py"}
IMPORTED_BY_THOSE = {"invoices/states.py", "core/money.py"}


def test_every_migration_its_sql_and_what_it_imports_is_read() -> None:
    read = contents(read_by_migrations()).keys()

    migrations = contents(ROOT.glob("[a-z]*/migrations/0*.py")).keys()
    assert len(migrations) > 50
    assert read >= migrations | contents(ROOT.glob("[a-z]*/sql/*.sql")).keys() | IMPORTED | IMPORTED_BY_THOSE


@pytest.mark.parametrize(
    "name", ["accounts/migrations/0001_initial.py", "ledger/sql/sqlite_guards.sql", "ledger/chart.py"]
)
def test_a_byte_more_or_a_file_less_asks_for_another(name: str) -> None:
    read = contents(read_by_migrations())
    names = {
        name_of(read),
        name_of(read | {name: read[name] + b"\n"}),
        name_of({k: read[k] for k in read if k != name}),
    }

    assert name_of(contents(read_by_migrations())) in names
    assert len(names) == 3


def test_what_was_written_while_it_was_lived_is_not_kept(tmp_path: Path) -> None:
    (tmp_path / "0002.py").touch()

    assert as_when_imported([ROOT / "manage.py"])
    assert not as_when_imported([ROOT / "manage.py", tmp_path / "0002.py"])
