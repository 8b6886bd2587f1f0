"""What staff look after: lots, search, who deals with it, sending again, replacing what was refused, the figures."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from pytest_django import DjangoAssertNumQueries

from accounts.models import User
from chorus.gateways.base import Transient
from chorus.models import Source, Submission, SupplierAction
from chorus.selectors import inbox, operations
from chorus.selectors.inbox import Lot, Owner, Wanted
from chorus.services import deciding
from chorus.services.acting import Asker
from chorus.services.checking import check
from chorus.services.deciding import CannotDecide
from chorus.services.owning import give_back, take
from chorus.services.replacing import replace_refused
from chorus.services.resending import resend, why_not
from chorus.states import SubmissionState
from chorus.tests.customer_desk import standing
from chorus.tests.desk import Desk, print_file
from chorus.tests.fake import rejected
from chorus.tests.test_answering import says
from invoices.models import Invoice
from invoices.states import InvoiceStatus
from ledger import selectors as books
from outbox.models import Job

CLERK = Asker("jeanne@hebergeur.example", Source.STAFF)


@pytest.fixture
def jeanne(db: None) -> User:
    return User.objects.create(email="jeanne@hebergeur.example", first_name="Jeanne", is_staff=True)


@pytest.fixture
def paul(db: None) -> User:
    return User.objects.create(email="paul@hebergeur.example", first_name="Paul", is_staff=True)


def refused_on_entry(desk: Desk) -> Submission:
    submission = desk.deposited()
    desk.chorus.reports[desk.flow(submission)] = rejected("Le code service est inconnu")
    desk.pass_time(seconds=30)
    desk.look(submission)
    return desk.now(submission, SubmissionState.REJECTED)


def lots(desk: Desk) -> dict[Lot, int]:
    counted = inbox.count_lots(at=desk.at)
    return {lot: count for lot, count in counted.counts.items() if count}


def found(desk: Desk, **wanted: object) -> list[int]:
    return [each.pk for each in inbox.documents_wanted(Wanted(**wanted), at=desk.at)]  # type: ignore[arg-type]


PLACES: list[tuple[Lot, SubmissionState, dict[str, object]]] = [
    (Lot.REFERENCES, SubmissionState.WAITING_REFERENCES, {"missing": ["ENGAGEMENT"]}),
    (Lot.ENTRY, SubmissionState.REJECTED, {}),
    (Lot.SUSPENDED, SubmissionState.INTEGRATED, {"chorus_status": "SUSPENDUE"}),
    (Lot.ASTRAY, SubmissionState.INTEGRATED, {"chorus_status": "A_RECYCLER"}),
    (Lot.REFUSED, SubmissionState.INTEGRATED, {"chorus_status": "REJETEE"}),
    (Lot.HELD, SubmissionState.HELD, {"held_why": "PAID_BEFORE"}),
    (Lot.UNKNOWN, SubmissionState.UNKNOWN, {}),
]


@pytest.mark.parametrize(("lot", "state", "columns"), PLACES)
def test_each_document_that_waits_is_in_one_lot(
    desk: Desk, lot: Lot, state: SubmissionState, columns: dict[str, object]
) -> None:
    submission = standing(desk.issue(file=False), state, **columns)

    assert lots(desk) == {lot: 1, Lot.ALL: 1}
    assert found(desk, lot=lot) == [submission.pk]


def test_what_is_under_way_for_a_day_is_stuck_and_what_is_dealt_with_is_not_listed(desk: Desk) -> None:
    standing(desk.issue(file=False), SubmissionState.DEPOSITED)
    standing(desk.issue(file=False), SubmissionState.INTEGRATED, chorus_status="REJETEE", dealt_at=desk.at)

    assert lots(desk) == {Lot.ALL: 2}
    desk.pass_time(hours=24)
    assert lots(desk) == {Lot.STUCK: 1, Lot.ALL: 2}


def test_a_document_is_found_by_number_buyer_flow_and_identifier(desk: Desk) -> None:
    submission = desk.integrated()
    standing(desk.issue(file=False), SubmissionState.READY)

    one = [submission.pk]
    assert found(desk, typed=str(submission.invoice.number)) == one
    assert found(desk, typed=desk.flow(submission)) == one
    assert found(desk, typed=str(submission.chorus_id)) == one
    assert len(found(desk, typed="mairie")) == 2
    assert len(found(desk, typed=desk.town_hall.siret)) == 2
    assert found(desk, typed="nothing") == []


def test_the_lots_take_one_query_and_the_list_another(desk: Desk) -> None:
    desk.integrated()

    with CaptureQueriesContext(
        connection,
    ) as queries:
        inbox.count_lots(at=desk.at)
        [each.invoice.customer.name for each in inbox.documents_wanted(Wanted(), at=desk.at)]

    assert len(queries) == 2


def test_a_document_is_taken_by_one_who_gives_it_back(desk: Desk, jeanne: User, paul: User) -> None:
    submission = desk.opened()
    take(submission.pk, by=jeanne)

    with pytest.raises(CannotDecide, match="Jeanne"):
        take(submission.pk, by=paul)
    give_back(submission.pk, by=paul)
    assert found(desk, owner=Owner.MINE, user_id=jeanne.pk) == [submission.pk]
    assert found(desk, owner=Owner.NOBODY) == []

    take(submission.pk, by=paul, over=True)
    give_back(submission.pk, by=paul)
    assert found(desk, owner=Owner.NOBODY) == [submission.pk]


def test_the_age_counts_from_the_status_there(desk: Desk) -> None:
    submission = says(desk, "SUSPENDUE")

    desk.pass_time(days=2)
    assert found(desk, lot=Lot.SUSPENDED, days=2) == [submission.pk]
    assert found(desk, lot=Lot.SUSPENDED, days=3) == []


def test_what_was_refused_on_entry_is_sent_again_with_its_number(desk: Desk) -> None:
    submission = refused_on_entry(desk)

    resend(submission.pk, actor="jeanne", at=desk.at)

    assert Job.objects.filter(key=f"chorus.send:again:{submission.pk}:1").exists()
    again = desk.now(submission, SubmissionState.READY)
    assert desk.send(again) is not None
    assert desk.now(submission, SubmissionState.DEPOSITED).deposits.count() == 2


@pytest.mark.parametrize("state", [state for state in SubmissionState if state not in {"READY", "REJECTED"}])
def test_what_may_have_arrived_or_lacks_something_is_not_sent_again_and_says_why(
    desk: Desk, state: SubmissionState
) -> None:
    columns = {"held_why": "STAFF"} if state == SubmissionState.HELD else {}
    submission = standing(desk.issue(file=False), state, **columns)

    assert why_not(submission)
    with pytest.raises(CannotDecide):
        resend(submission.pk, actor="jeanne", at=desk.at)


def test_a_refused_invoice_is_credited_drafted_again_and_acknowledged_once(desk: Desk) -> None:
    submission = says(desk, "REJETEE", "Prix du marché non respecté")

    first = replace_refused(submission.pk, by=CLERK, actor="user:1", at=desk.at)
    second = replace_refused(submission.pk, by=CLERK, actor="user:1", at=desk.at)

    invoice = submission.invoice
    assert (first.credit_note, second.draft) == (second.credit_note, None)
    assert first.credit_note.original_id == invoice.pk
    assert "Prix du marché" in first.credit_note.reason
    assert first.draft is not None
    assert (first.draft.total_cents, first.draft.status) == (invoice.total_cents, InvoiceStatus.DRAFT)
    assert first.draft.engagement_number == invoice.engagement_number
    assert books.dues_of([str(invoice.number)])[str(invoice.number)].open.cents == 0
    assert SupplierAction.objects.filter(submission=submission, kind="ACKNOWLEDGE").count() == 1
    print_file(first.credit_note, at=desk.at)
    assert desk.open(first.credit_note).state == SubmissionState.READY


def test_only_what_its_buyer_refused_is_replaced(desk: Desk) -> None:
    with pytest.raises(CannotDecide):
        replace_refused(says(desk, "SUSPENDUE").pk, by=CLERK, actor="user:1", at=desk.at)

    assert not Invoice.objects.filter(original__isnull=False).exists()


def test_one_document_is_asked_about_out_of_its_turn(desk: Desk) -> None:
    submission = desk.integrated()
    desk.pass_time(minutes=1)
    desk.chorus.say(desk.chorus.documents[-1], "MANDATEE", at=desk.at)

    assert check(submission.pk, desk.chorus, at=desk.at).chorus_status == "MANDATEE"
    desk.chorus.read_trouble = Transient("down")
    with pytest.raises(Transient):
        check(submission.pk, desk.chorus, at=desk.at)
    held = deciding.hold(desk.opened().pk, actor="jeanne", at=desk.at)
    assert check(held.pk, desk.chorus, at=desk.at).state == SubmissionState.HELD


def test_the_figures_of_operations(desk: Desk, django_assert_num_queries: DjangoAssertNumQueries) -> None:
    desk.integrated()
    refused_on_entry(desk)
    desk.opened()
    standing(desk.issue(file=False), SubmissionState.UNKNOWN)

    with django_assert_num_queries(5):
        now, delays = operations.now_waiting(), operations.delays(at=desk.at)
        reasons, days = operations.rejections(at=desk.at), operations.deposits_by_day(at=desk.at)
        answered = operations.last_answer()

    assert (now.waiting, now.to_leave, now.unknown, now.there) == (1, 1, 1, 1)
    assert (delays.count, delays.median, delays.slow) == (1, timedelta(seconds=30), timedelta(seconds=30))
    assert [count for _why, count in reasons] == [1]
    assert days[-1][1:] == (2, 1)
    assert len(days) == 30
    assert answered is not None
