"""The database says no: to each wrong row by the guard that is there for it; and without that guard, it does not."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from django.conf import settings
from django.db import DatabaseError, IntegrityError, connection, transaction

from ledger.guards import expected_constraints, expected_triggers, installed_constraints, installed_triggers
from ledger.tests.guard_attempts import EFFECTS, LOCKS
from ledger.tests.guard_table import table
from ledger.tests.guard_world import ATTEMPTS, Try, World
from ledger.tests.removal import KEYS, remove

if TYPE_CHECKING:
    from tests.support.cast import Cast

pytestmark = pytest.mark.django_db
ENGINE = settings.DATABASES["default"]["ENGINE"].rpartition(".")[2].removesuffix("3")
HERE = [one for one in ATTEMPTS if ENGINE in one.engines]
_SAID = {
    # SQLite names the columns of a key, not the key.
    "ledger_tx_key_once": "ledger_tx.key",
    "ledger_tx_reversed_once": "ledger_tx.reverses_id",
    "ledger_entry_pkey": "ledger_entry.tx_id, ledger_entry.seq",
    "ledger_statement_once": "ledger_statementrow.tx_id, ledger_statementrow.customer_id",
    "ledger_statementrow_pkey": "ledger_statementrow.customer_id, ledger_statementrow.version",
    "ledger_customerbalance_pkey": "ledger_customerbalance.customer_id",
    "ledger_account_pkey": "ledger_account.code",
    "ledger_item_document_once": "ledger_openitem.document_ref",
    "ledger_vat_share_once": "ledger_vatshare.item_id, ledger_vatshare.seq",
    "ledger_hold_key_once": "ledger_hold.key",
    "ledger_month_closed_once": "ledger_closedmonth.year, ledger_closedmonth.month",
    "ledger_closing_once": "ledger_closing.kind, ledger_closing.starts_on",
    "ledger_entry_tx_fk": "invalid foreign key: ledger_entry.tx_id",
}


@pytest.fixture
def world(cast: Cast) -> World:
    return World(cast.individual, cast.company)


def refuses(one: Try, world: World) -> bool:
    """Whether this very guard refuses the attempt, and nothing of it stays."""
    said = _SAID.get(one.guard, one.guard) if ENGINE == "sqlite" else one.guard
    try:
        with transaction.atomic():
            one.run(world)
    except IntegrityError as error:
        return said in str(error)
    except DatabaseError:
        return False
    return False


def name_of(one: Try) -> str:
    return f"{one.guard}-{one.run.__name__}"


@pytest.mark.parametrize("one", HERE, ids=name_of)
def test_the_guard_refuses_and_without_it_nobody_else_speaks(one: Try, world: World) -> None:
    assert refuses(one, world)

    with transaction.atomic():
        remove(one.guard)
        spoke = refuses(one, world)
        transaction.set_rollback(True)
    assert not spoke


@pytest.mark.parametrize("guard", EFFECTS)
def test_the_trigger_does_its_work(guard: str, world: World) -> None:
    assert EFFECTS[guard](world)
    connection.needs_rollback = True


@pytest.mark.parametrize("guard", EFFECTS)
def test_without_the_trigger_its_work_is_not_done(guard: str, world: World) -> None:
    remove(guard)

    assert not EFFECTS[guard](world)
    connection.needs_rollback = True


def test_each_guard_has_its_attempt() -> None:
    tried = {one.guard for one in HERE} | set(EFFECTS)
    rivals = {guard for guard, engines in LOCKS.items() if ENGINE in engines}
    named = expected_triggers(connection) | expected_constraints()

    assert named - tried - rivals == set()
    assert tried - named <= set(KEYS)


def test_each_guard_is_in_the_database() -> None:
    assert expected_triggers(connection) == installed_triggers(connection)
    assert expected_constraints() <= installed_constraints(connection)


def test_a_right_top_up_by_hand_is_accepted(world: World) -> None:
    world.top_up()
    connection.check_constraints()


def test_the_guard_table_of_the_documentation_is_the_tests_own() -> None:
    page = (settings.BASE_DIR / "docs" / "ledger.md").read_text(encoding="utf-8")

    assert table() in page, f"docs/ledger.md should have:\n{table()}"
