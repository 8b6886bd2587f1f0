"""Between tests that commit, Django empties every table: this lets it past the guards of our tables, which refuse.

On PostgreSQL the session says that it replicates, as a superuser may; on SQLite the triggers are put aside meanwhile.
The chart of accounts and the first rules of matching, which migrations wrote, are written again.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

import pytest
from django.apps import apps
from django.db import connection, transaction
from django.db.backends.base.operations import BaseDatabaseOperations

if TYPE_CHECKING:
    from collections.abc import Iterator

_TRIGGERS = "SELECT name, sql FROM sqlite_master WHERE type = 'trigger'"


@pytest.fixture(autouse=True, scope="session")
def _flush_past_the_guards() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(BaseDatabaseOperations, "execute_sql_flush", _flush)
        yield


def _flush(_operations: BaseDatabaseOperations, sql_list: list[str]) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        aside = []
        if connection.vendor == "postgresql":
            cursor.execute("SET LOCAL session_replication_role = replica")
        else:
            cursor.execute(_TRIGGERS)
            aside = cursor.fetchall()
        for name, _ in aside:
            cursor.execute(f'DROP TRIGGER "{name}"')
        for sql in sql_list:
            cursor.execute(sql)
        for _, sql in aside:
            cursor.execute(sql)
        if connection.vendor == "postgresql":
            cursor.execute("SET LOCAL session_replication_role = origin")
    _write_chart()
    _write_rules()


def _write_chart() -> None:
    from ledger.chart import CHART
    from ledger.models import Account

    Account.objects.bulk_create([Account(code=code, name=name) for code, name in CHART.items()])


def _write_rules() -> None:
    from bank.models import RuleSet

    if not RuleSet.objects.exists():
        import_module("bank.migrations.0007_matching")._first_rules(apps, None)
