"""The database says no to a wrong saved method, a changed history, a changed agreement, whatever program writes."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.db import DatabaseError, IntegrityError, connection, models, transaction

from payments.guards import installed_triggers
from payments.method_guards import FROZEN, expected_triggers
from payments.models import CardAttempt, ConsentText, MethodEvent, SavedMethod
from payments.tests.drawer import MASTERCARD, Drawer


def change(**columns: object) -> Callable[[Drawer], object]:
    def run(drawer: Drawer) -> object:
        saved = drawer.save()
        return SavedMethod.objects.filter(pk=saved.pk).update(**columns)

    return run


def copy(*names: str) -> Callable[[Drawer], object]:
    """Two methods that have something in common that only one may have."""

    def run(drawer: Drawer) -> object:
        first, second = drawer.save(), drawer.save(MASTERCARD)
        columns = {name: getattr(first, name) for name in names}
        return SavedMethod.objects.filter(pk=second.pk).update(**columns)

    return run


def text_twice(drawer: Drawer) -> object:
    known = drawer.save().consent
    return ConsentText.objects.create(
        name=known.name, language="en", text="another", sha256=known.sha256, created_at=drawer.at
    )


def attempt(drawer: Drawer, **columns: object) -> CardAttempt:
    known = {"kind": "STARTED", "key": "k", "customer": drawer.customer, "at": drawer.at}
    return CardAttempt.objects.create(**(known | columns))


ATTEMPTS: dict[str, Callable[[Drawer], object]] = {
    "payments_saved_state_known": change(state="LOST", is_default=False),
    "payments_saved_by_its_provider": change(kind="CHEQUE"),
    "payments_saved_ends_for_a_reason": change(reason="ASKED"),
    "payments_saved_is_something": change(object_id=""),
    "payments_saved_asked_about": change(ask_at="2026-11-30T12:00Z"),
    "payments_saved_default_is_usable": change(state="REMOVED", reason="ASKED"),
    "payments_saved_card_can_be_named": change(last4=""),
    "payments_saved_no_card_number": change(last4="4242424242424242"),
    "payments_saved_one_default": copy("is_default"),
    "payments_saved_same_one_once": copy("fingerprint"),
    "payments_saved_object_once": copy("object_id"),
    "payments_saved_page_once": copy("session_id"),
    "payments_consent_text_once": text_twice,
    "payments_attempt_once": lambda drawer: [attempt(drawer), attempt(drawer)],
    "payments_attempt_kind_known": lambda drawer: attempt(drawer, kind="DREAMT"),
}


def test_each_constraint_is_tried() -> None:
    named = {
        constraint.name
        for model in (SavedMethod, ConsentText, MethodEvent, CardAttempt)
        for constraint in model._meta.constraints
        if isinstance(constraint, models.CheckConstraint | models.UniqueConstraint)
        and constraint.name.startswith("payments_")
    }

    assert named == ATTEMPTS.keys()


@pytest.mark.parametrize("name", ATTEMPTS)
def test_the_constraint_refuses(drawer: Drawer, name: str) -> None:
    with pytest.raises(DatabaseError) as refusal, transaction.atomic():
        ATTEMPTS[name](drawer)

    too_long = name == "payments_saved_no_card_number"  # PostgreSQL says it by the width of the column
    if connection.vendor == "postgresql" and not too_long:
        assert name in str(refusal.value)


@pytest.mark.parametrize("table", FROZEN)
@pytest.mark.parametrize("statement", ["UPDATE {} SET name = 'x'", "DELETE FROM {}"])
def test_history_and_agreements_are_never_changed_nor_deleted(drawer: Drawer, table: str, statement: str) -> None:
    drawer.save()

    with (
        pytest.raises(IntegrityError, match="never changed"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(statement.format(table))


@pytest.mark.django_db
def test_the_guards_are_installed() -> None:
    assert expected_triggers() <= installed_triggers(connection)
