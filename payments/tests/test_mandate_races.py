"""Several processes at once, on PostgreSQL: one account, one mandate in force, whoever signs first."""

from __future__ import annotations

import pytest
from django.db import connection

from accounts.services import ensure_first_rows
from core import clock
from outbox.models import Message
from payments.checks import mandates as mandates_hold
from payments.checks import saved_methods
from payments.models import Mandate, MandateState, MethodState, SavedMethod
from payments.tests.mandate_desk import AGRICOLE, BNP, MandateDesk
from tests.support.cast import make_individual
from tests.support.rivals import race

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.postgresql,
    pytest.mark.skipif("sqlite" in connection.vendor, reason="SQLite has one writer at a time"),
]


@pytest.fixture
def desk(transactional_db: None) -> MandateDesk:
    ensure_first_rows()
    at = clock.now()
    return MandateDesk(make_individual(at), at)


def everything_holds() -> bool:
    return all(check.ok for check in (*mandates_hold(), *saved_methods()))


def test_the_same_account_prepared_ten_times_at_once_is_one_draft(desk: MandateDesk) -> None:
    race(*[desk.prepare] * 10)

    assert Mandate.objects.count() == 1


def test_one_mandate_signed_ten_times_at_once_is_signed_once(desk: MandateDesk) -> None:
    draft = desk.prepare()

    race(*[lambda: desk.agree(draft)] * 10)

    assert SavedMethod.objects.filter(state=MethodState.ACTIVE).count() == 1
    assert Message.objects.filter(kind="mandate.signed").count() == 1
    assert everything_holds()


def test_two_forms_of_one_account_signed_at_once_leave_one_in_force(desk: MandateDesk) -> None:
    forms = [desk.prepare(on_paper=True), desk.prepare()]

    race(*[lambda form=form: desk.agree(form) for form in forms])

    states = sorted(Mandate.objects.values_list("state", flat=True))
    assert states == [MandateState.ABANDONED, MandateState.ACTIVE]
    assert everything_holds()


def test_two_accounts_signed_at_once_leave_one_default(desk: MandateDesk) -> None:
    forms = [desk.prepare(iban, on_paper=True) for iban in (BNP, AGRICOLE)]

    race(*[lambda form=form: desk.agree(form) for form in forms])

    assert SavedMethod.objects.filter(state=MethodState.ACTIVE, is_default=True).count() == 1
    assert sorted(SavedMethod.objects.values_list("position", flat=True)) == [1, 2]
    assert everything_holds()


def test_a_removal_and_a_replacement_at_once_leave_one_account_at_most(desk: MandateDesk) -> None:
    before = desk.sign()
    after = desk.prepare(AGRICOLE, replaces=before)

    race(lambda: desk.revoke(before), lambda: desk.agree(after))

    before.refresh_from_db()
    after.refresh_from_db()
    assert before.state in {MandateState.REVOKED, MandateState.REPLACED}
    assert after.state == MandateState.ACTIVE
    assert SavedMethod.objects.get(state=MethodState.ACTIVE, is_default=True).mandate == after
    assert everything_holds()
