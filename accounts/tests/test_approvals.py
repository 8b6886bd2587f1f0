from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import Error, connection, transaction

from accounts import checks, selectors, services
from accounts.events import approval_decided
from accounts.guards import expected_triggers, installed_triggers
from accounts.models import Approval, ApprovalState, User
from accounts.services import Wanted
from tests.support.cast import NOON
from tests.support.rivals import race

pytestmark = pytest.mark.django_db
REFUND = Wanted("payments.refund", "one", "Rembourser 212,40 € à Claire Martin", "one|lot 1|21240")
WEEK = timedelta(days=7)


@pytest.fixture
def fanny() -> User:
    return User.objects.create_user("fanny@example.org", "a-long-password-for-tests", is_staff=True)


@pytest.fixture
def samir() -> User:
    return User.objects.create_user("samir@example.org", "a-long-password-for-tests", is_staff=True)


@pytest.fixture
def asked(fanny: User) -> Approval:
    return services.ask_approval(REFUND, reason="Elle a payé deux fois.", by=fanny, at=NOON)


def steps(approval: Approval) -> list[str]:
    return [step.state for step in selectors.steps_of_approval(approval)]


def state(approval: Approval) -> str:
    return Approval.objects.get(pk=approval.pk).state


def test_another_person_approves_and_it_is_used_once(asked: Approval, samir: User) -> None:
    services.approve(asked.pk, by=samir, at=NOON)

    services.use_approval(asked.pk, content=REFUND.content, at=NOON)

    assert steps(asked) == ["ASKED", "APPROVED", "USED"]
    with pytest.raises(services.NotApproved):
        services.use_approval(asked.pk, content=REFUND.content, at=NOON)


def test_nobody_decides_what_they_asked_for(asked: Approval, fanny: User) -> None:
    for decide in (services.approve, services.refuse):
        with pytest.raises(services.OwnRequest):
            decide(asked.pk, by=fanny, at=NOON, note="moi")

    assert steps(asked) == ["ASKED"]


def test_the_reason_is_kept_and_asking_again_is_the_same_approval(asked: Approval, fanny: User) -> None:
    again = services.ask_approval(REFUND, reason="encore", by=fanny, at=NOON + WEEK)

    assert again == asked
    assert Approval.objects.get().reason == "Elle a payé deux fois."


def test_another_content_for_the_same_subject_is_refused_while_one_waits(asked: Approval, fanny: User) -> None:
    other = Wanted(REFUND.kind, REFUND.subject, REFUND.summary, "one|lot 1|99999")

    with pytest.raises(services.Altered):
        services.ask_approval(other, reason="plus", by=fanny, at=NOON)


def test_what_was_approved_is_done_unchanged_or_not_at_all(asked: Approval, samir: User) -> None:
    services.approve(asked.pk, by=samir, at=NOON)

    with pytest.raises(services.Altered):
        services.use_approval(asked.pk, content="one|lot 1|99999", at=NOON)

    assert state(asked) == ApprovalState.APPROVED


def test_what_is_refused_stays_refused_with_its_note(asked: Approval, samir: User, fanny: User) -> None:
    services.refuse(asked.pk, by=samir, at=NOON, note="Facture due.")
    eva = User.objects.create_user("eva@example.org")

    for decide in (services.approve, services.refuse):
        with pytest.raises(services.AlreadyDecided):
            decide(asked.pk, by=eva, at=NOON, note="")
    assert services.refuse(asked.pk, by=samir, at=NOON, note="Facture due.").state == ApprovalState.REFUSED
    assert steps(asked) == ["ASKED", "REFUSED"]
    assert [step.detail for step in selectors.steps_of_approval(asked)][-1] == "Facture due."


@pytest.mark.parametrize("approved", [True, False])
def test_it_expires_whether_nobody_decided_or_nobody_used_it(asked: Approval, samir: User, *, approved: bool) -> None:
    if approved:
        services.approve(asked.pk, by=samir, at=NOON)

    assert services.expire_approvals(at=NOON + WEEK - timedelta(seconds=1)) == 0
    assert services.expire_approvals(at=NOON + WEEK) == 1
    assert services.expire_approvals(at=NOON + WEEK) == 0

    assert state(asked) == ApprovalState.EXPIRED
    with pytest.raises(services.AlreadyDecided):
        services.approve(asked.pk, by=User.objects.create_user("eva@example.org"), at=NOON)


def test_a_late_decision_and_a_late_use_count_no_more_even_before_the_sweep(asked: Approval, samir: User) -> None:
    with pytest.raises(services.AlreadyDecided):
        services.approve(asked.pk, by=samir, at=NOON + WEEK)

    services.approve(asked.pk, by=samir, at=NOON)
    with pytest.raises(services.NotApproved):
        services.use_approval(asked.pk, content=REFUND.content, at=NOON + WEEK)


def test_who_asked_may_withdraw_and_then_nobody_approves(asked: Approval, samir: User, fanny: User) -> None:
    services.withdraw_approval(asked.pk, by=fanny, at=NOON)
    services.withdraw_approval(asked.pk, by=fanny, at=NOON)

    with pytest.raises(services.AlreadyDecided):
        services.approve(asked.pk, by=samir, at=NOON)
    assert steps(asked) == ["ASKED", "WITHDRAWN"]
    assert list(selectors.approvals_to_give()) == []


def test_the_apps_above_hear_of_the_decision_once_it_is_committed(
    asked: Approval, samir: User, django_capture_on_commit_callbacks: Callable[..., object]
) -> None:
    heard: list[tuple[str, str]] = []

    def hear(kind: str, subject: str, **_more: object) -> None:
        heard.append((kind, subject))

    approval_decided.connect(hear)
    try:
        with django_capture_on_commit_callbacks(execute=True):  # type: ignore[attr-defined]
            services.approve(asked.pk, by=samir, at=NOON)
            assert heard == []
    finally:
        approval_decided.disconnect(hear)

    assert heard == [("payments.refund", "one")]


WRONG = {
    "accounts_approval_by_another": "UPDATE accounts_approval SET state = 'APPROVED', decided_by_id = asked_by_id,"
    " decided_at = asked_at",
    "accounts_approval_decided_by_somebody": "UPDATE accounts_approval SET state = 'APPROVED'",
    "accounts_approval_only_goes_on": "UPDATE accounts_approval SET digest = 'other'",
    "accounts_approval_stays": "DELETE FROM accounts_approval",
    "accounts_approvalevent_append_only": "UPDATE accounts_approvalevent SET detail = 'other'",
    "accounts_approvalevent_append_only#delete": "DELETE FROM accounts_approvalevent",
    "accounts_approval_born_asked": "INSERT INTO accounts_approval (public_id, kind, subject, summary, digest, reason,"
    " asked_by_id, asked_at, expires_at, state, note) SELECT '6ba7b8109dad11d180b400c04fd430c8', kind, 'two', summary,"
    " digest, reason, asked_by_id, asked_at, expires_at, 'EXPIRED', '' FROM accounts_approval",
    "accounts_approval_asked_once": "INSERT INTO accounts_approval (public_id, kind, subject, summary, digest, reason,"
    " asked_by_id, asked_at, expires_at, state, note) SELECT '6ba7b8109dad11d180b400c04fd430c8', kind, subject,"
    " summary, digest, reason, asked_by_id, asked_at, expires_at, 'ASKED', '' FROM accounts_approval",
    "accounts_approval_has_reason": "INSERT INTO accounts_approval (public_id, kind, subject, summary, digest, reason,"
    " asked_by_id, asked_at, expires_at, state, note) SELECT '6ba7b8109dad11d180b400c04fd430c8', kind, 'two', summary,"
    " digest, '', asked_by_id, asked_at, expires_at, 'ASKED', '' FROM accounts_approval",
    "accounts_approval_digest_form": "INSERT INTO accounts_approval (public_id, kind, subject, summary, digest, reason,"
    " asked_by_id, asked_at, expires_at, state, note) SELECT '6ba7b8109dad11d180b400c04fd430c8', kind, 'two', summary,"
    " 'short', reason, asked_by_id, asked_at, expires_at, 'ASKED', '' FROM accounts_approval",
    "accounts_approval_state_known": "INSERT INTO accounts_approval (public_id, kind, subject, summary, digest, reason,"
    " asked_by_id, asked_at, expires_at, state, note) SELECT '6ba7b8109dad11d180b400c04fd430c8', kind, 'two', summary,"
    " digest, reason, asked_by_id, asked_at, expires_at, 'MAYBE', '' FROM accounts_approval",
}
FIRST = {"accounts_approval_state_known": "accounts_approval_born_asked"}
"""A trigger stands before the constraint."""


@pytest.mark.parametrize("guard", WRONG)
@pytest.mark.usefixtures("asked")
def test_the_database_refuses_what_the_verbs_never_do(guard: str) -> None:
    name = FIRST.get(guard, guard.split("#", maxsplit=1)[0])
    columns = "accounts_approval.kind, accounts_approval.subject" if connection.vendor == "sqlite" else name

    with pytest.raises(Error, match=f"{name}|{columns}"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(WRONG[guard])


def test_each_guard_is_installed_and_the_self_check_says_so() -> None:
    assert installed_triggers(connection) == expected_triggers(connection.vendor)
    assert [each.name for each in checks.guards_are_there() if not each.ok] == []


@pytest.mark.django_db(transaction=True)
@pytest.mark.postgresql
@pytest.mark.skipif("sqlite" in connection.vendor, reason="SQLite has one writer at a time")
def test_of_two_who_decide_at_once_one_does(asked: Approval, samir: User) -> None:
    eva = User.objects.create_user("eva@example.org")

    endings = race(
        lambda: services.approve(asked.pk, by=samir, at=NOON),
        lambda: services.refuse(asked.pk, by=eva, at=NOON, note="non"),
    )

    assert [type(each.error) for each in endings if each.error] == [services.AlreadyDecided]
    assert len(steps(asked)) == 2
