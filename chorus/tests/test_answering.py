"""Answers to Chorus Pro: written down before the call, given once, settled by reading, refused when things changed."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import DatabaseError, transaction

from chorus.gateways.base import Addressed, ChorusError, OutcomeUnknown, Refused, Transient
from chorus.models import LifecycleEvent, Source, Structure, StructureService, Submission, SupplierAction
from chorus.services import acting
from chorus.services.acknowledging import ask_to_acknowledge
from chorus.services.answering import answer
from chorus.services.completing import BadAnswer, Piece, ask_to_complete
from chorus.services.deciding import CannotDecide
from chorus.services.mending import mend
from chorus.services.recycling import address_of, ask_to_recycle
from chorus.states import ActionState, SubmissionState
from chorus.tests.desk import Desk
from outbox.models import Job
from tests.support.rivals import race

CLERK = acting.Asker("jeanne@hebergeur.example", Source.STAFF)
PDF = Piece("bon-de-livraison.pdf", b"%PDF-1.4 BL 118", "application/pdf")


class Died(BaseException):
    """The process is gone."""


def says(desk: Desk, status: str, comment: str = "Bon de livraison manquant") -> Submission:
    """A document that is in Chorus Pro, of which its buyer says this."""
    submission = desk.integrated()
    desk.pass_time(minutes=10)
    desk.chorus.say(desk.chorus.documents[-1], status, at=desk.at, comment=comment)
    desk.update()
    desk.pass_time(minutes=5)
    desk.chorus.now = desk.at
    return desk.now(submission)


def complete(desk: Desk, submission: Submission, **more: Any) -> SupplierAction:
    options: dict[str, Any] = {"comment": "Le voici.", "pieces": [PDF], "key": "k1", "by": CLERK, "at": desk.at} | more
    return ask_to_complete(submission.pk, **options)


def give(desk: Desk, action: SupplierAction) -> int:
    return answer(action.pk, desk.chorus, at=desk.at)


def now(action: SupplierAction, state: ActionState) -> SupplierAction:
    action = SupplierAction.objects.get(pk=action.pk)
    assert action.state == state
    return action


def steps(submission: Submission, source: Source = Source.STAFF) -> list[str]:
    found = LifecycleEvent.objects.filter(invoice=submission.invoice, source=source).order_by("pk")
    return list(found.values_list("code", flat=True))


def test_a_suspension_is_answered_with_words_and_files(desk: Desk) -> None:
    submission = says(desk, "SUSPENDUE")

    action = complete(desk, submission)

    assert not desk.chorus.answers, "nothing is called before it is written down"
    assert Job.objects.get(key=f"chorus.act:{action.pk}").payload == {"action_id": action.pk}
    assert give(desk, action) == 0
    now(action, ActionState.DONE)
    assert desk.chorus.answers == [("complete", "Le voici.", [90_001])]
    assert desk.chorus.attached[0].content == PDF.content
    assert steps(submission) == ["COMPLETE_DONE"]
    desk.update()
    after = desk.now(submission, SubmissionState.INTEGRATED)
    assert (after.chorus_status, after.suspended_at) == ("COMPLETEE", None)


def test_asking_twice_or_giving_twice_answers_once(desk: Desk) -> None:
    submission = says(desk, "SUSPENDUE")
    action = complete(desk, submission)

    assert complete(desk, submission) == action
    with pytest.raises(CannotDecide):
        complete(desk, submission, key="k2")
    give(desk, action)
    give(desk, action)

    assert len(desk.chorus.answers) == 1


@pytest.mark.parametrize(
    ("comment", "pieces", "field"),
    [
        ("", [], "comment"),
        ("x" * 2001, [], "comment"),
        ("ok", [Piece("virus.exe", b"x")], "pieces"),
        ("ok", [Piece("sans-extension", b"x")], "pieces"),
        ("ok", [Piece(f"{'n' * 47}.pdf", b"x")], "pieces"),
        ("ok", [Piece("vide.pdf", b"")], "pieces"),
        ("ok", [Piece("gros.pdf", b"x" * 10_000_001)], "pieces"),
        ("ok", [PDF] * 21, "pieces"),
    ],
)
def test_what_chorus_would_not_take_is_said_before_it_is_asked(
    desk: Desk, comment: str, pieces: list[Piece], field: str
) -> None:
    with pytest.raises(BadAnswer) as refused:
        ask_to_complete(0, comment=comment, pieces=pieces, key="k", by=CLERK, at=desk.at)

    assert refused.value.field == field


def test_a_status_that_changed_meanwhile_is_read_and_nothing_is_sent(desk: Desk) -> None:
    submission = says(desk, "SUSPENDUE")
    action = complete(desk, submission)
    desk.chorus.say(desk.chorus.documents[-1], "REJETEE", at=desk.at, comment="Montant erroné")

    assert give(desk, action) == 0

    assert not desk.chorus.answers
    assert now(action, ActionState.REFUSED).answer == "REJETEE"
    assert desk.now(submission).chorus_status == "REJETEE"
    assert steps(submission) == ["COMPLETE_REFUSED"]


def test_a_second_suspension_is_not_answered_with_the_words_for_the_first(desk: Desk) -> None:
    action = complete(desk, says(desk, "SUSPENDUE"))
    desk.chorus.say(desk.chorus.documents[-1], "COMPLETEE", at=desk.at)
    desk.chorus.say(desk.chorus.documents[-1], "SUSPENDUE", at=desk.at + timedelta(minutes=2), comment="Encore")

    give(desk, action)

    now(action, ActionState.REFUSED)
    assert not desk.chorus.answers


def test_what_chorus_refuses_has_ended_with_its_words(desk: Desk) -> None:
    action = complete(desk, says(desk, "SUSPENDUE"))
    desk.chorus.troubles = [Refused(20001, "GDP_MSG_11.005", "Pas d'habilitation", correlation_id="c-9")]

    assert give(desk, action) == 0

    ended = now(action, ActionState.REFUSED)
    assert (ended.answer, ended.correlation_id) == ("GDP_MSG_11.005 Pas d'habilitation", "c-9")


@pytest.mark.parametrize("where", ["read", "call"])
def test_what_did_not_leave_is_given_later(desk: Desk, where: str) -> None:
    action = complete(desk, says(desk, "SUSPENDUE"))
    trouble = Transient("down", retry_after=900)
    if where == "read":
        desk.chorus.read_trouble = trouble
    else:
        desk.chorus.troubles = [trouble]

    assert give(desk, action) == 900
    now(action, ActionState.ASKED)
    desk.chorus.read_trouble = None
    assert give(desk, action) == 0

    now(action, ActionState.DONE)
    assert len(desk.chorus.answers) == 1


@pytest.mark.parametrize("trouble", [OutcomeUnknown("silence"), RuntimeError("bug")])
def test_an_answer_of_unknown_outcome_that_arrived_is_found_and_not_repeated(desk: Desk, trouble: Any) -> None:
    action = complete(desk, says(desk, "SUSPENDUE"))
    desk.chorus.troubles, desk.chorus.keeps_before_trouble = [trouble], True

    assert give(desk, action) == acting.LOOKS[0]
    now(action, ActionState.UNKNOWN)
    assert give(desk, action) == 0

    now(action, ActionState.DONE)
    assert len(desk.chorus.answers) == 1


def test_an_answer_that_never_arrived_is_repeated_only_after_all_looks(desk: Desk) -> None:
    action = complete(desk, says(desk, "SUSPENDUE"))
    desk.chorus.troubles = [OutcomeUnknown("silence")]

    waits = [give(desk, action) for _look in range(5)]

    assert waits == [30, 120, 300, 900, 1]
    assert not desk.chorus.answers
    assert give(desk, action) == 0
    assert now(action, ActionState.DONE).attempts == 2
    assert len(desk.chorus.answers) == 1


@pytest.mark.parametrize(("place", "arrived"), [("chorus-action-written", 0), ("chorus-action-called", 1)])
def test_a_process_that_dies_before_or_after_the_call_answers_once(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, place: str, arrived: int
) -> None:
    action = complete(desk, says(desk, "SUSPENDUE"))

    def dies(name: str) -> None:
        if name == place:
            raise Died

    with monkeypatch.context() as crash:
        crash.setattr(acting, "failpoint", dies)
        with pytest.raises(Died):
            give(desk, action)

    assert len(desk.chorus.answers) == arrived
    assert give(desk, action) > 500, "perhaps it is alive"
    now(action, ActionState.SENDING)
    desk.pass_time(minutes=11)
    for _step in range(8):
        desk.pass_time(seconds=give(desk, action))
    now(action, ActionState.DONE)
    assert len(desk.chorus.answers) == 1


def test_of_two_workers_one_answers(desk: Desk) -> None:
    action = complete(desk, says(desk, "SUSPENDUE"))
    other: list[int] = []
    desk.chorus.on_answer = lambda: other.append(give(desk, action))

    give(desk, action)

    assert len(desk.chorus.answers) == 1
    assert [wait > 0 for wait in other] == [True]


def test_a_rejection_is_acknowledged_and_the_document_is_dealt_with(desk: Desk) -> None:
    submission = says(desk, "REJETEE", "Montant erroné")

    action = ask_to_acknowledge(submission.pk, by=CLERK, at=desk.at)
    give(desk, action)

    now(action, ActionState.DONE)
    after = desk.now(submission, SubmissionState.FINISHED)
    assert after.dealt_at == desk.at
    assert desk.chorus.documents[-1].rejection_acknowledged


def test_a_rejection_acknowledged_elsewhere_is_done(desk: Desk) -> None:
    submission = says(desk, "REJETEE")
    action = ask_to_acknowledge(submission.pk, by=CLERK, at=desk.at)
    desk.chorus.troubles, desk.chorus.keeps_before_trouble = [OutcomeUnknown("silence")], True
    give(desk, action)

    assert give(desk, action) == 0
    now(action, ActionState.DONE)
    assert len(desk.chorus.answers) == 1


@pytest.mark.parametrize("status", ["MISE_A_DISPOSITION", "A_RECYCLER", "REJETEE", "MISE_EN_PAIEMENT"])
def test_only_a_suspension_is_completed(desk: Desk, status: str) -> None:
    with pytest.raises(CannotDecide):
        complete(desk, says(desk, status))


def test_a_document_of_another_environment_is_not_answered(desk: Desk, settings: Any) -> None:
    submission = says(desk, "SUSPENDUE")
    settings.CHORUS_ENVIRONMENT = "QUALIFICATION"

    with pytest.raises(CannotDecide):
        complete(desk, submission)


def _another(**changes: Any) -> Callable[[datetime], None]:
    def attempt(at: datetime) -> None:
        row = SupplierAction.objects.get()
        row.pk, row._state.adding = None, True
        for name, value in ({"key": "other", "state": "DONE", "answered_at": at} | changes).items():
            setattr(row, name, value)
        row.save(force_insert=True)

    return attempt


@pytest.mark.parametrize(
    ("name", "attempt"),
    [
        ("chorus_one_open_action", _another(state="ASKED", answered_at=None)),
        ("chorus_action_kind_known", _another(kind="PAY")),
        ("chorus_action_state_known", _another(state="LOST")),
        ("chorus_action_says_who", _another(asked_by="")),
        ("chorus_action_source_known", _another(source="CHORUS")),
        ("chorus_action_ended_when", _another(answered_at=None)),
        ("chorus_action_sent_when", _another(state="UNKNOWN", kind="RECYCLE", sent_at=None)),
        ("chorus_action_as_asked", lambda _at: SupplierAction.objects.update(payload={"comment": "autre"})),
        ("chorus_action_stays", lambda _at: SupplierAction.objects.all().delete()),
    ],
)
def test_the_database_refuses_wrong_answers(desk: Desk, name: str, attempt: Callable[[datetime], object]) -> None:
    complete(desk, says(desk, "SUSPENDUE"))

    with pytest.raises(DatabaseError, match=f"{name}|UNIQUE.*submission_id"), transaction.atomic():
        attempt(desk.at)


def test_an_error_of_reading_is_not_an_ending(desk: Desk) -> None:
    action = complete(desk, says(desk, "SUSPENDUE"))
    desk.chorus.read_trouble = ChorusError("odd")

    assert give(desk, action) == 300
    assert now(action, ActionState.ASKED).answer == "odd"


OTHER_PLACE = "21690123100037"


def directory_knows(desk: Desk, siret: str, **requires: bool) -> None:
    """The directory was asked: an active body with the service ST-VOIRIE."""
    columns = {"chorus_id": int(siret[:9]), "state": "ACTIVE", "checked_at": desk.at, "created_at": desk.at, **requires}
    structure, _new = Structure.objects.update_or_create(siret=siret, defaults=columns)
    StructureService.objects.get_or_create(
        structure=structure, code="ST-VOIRIE", defaults={"chorus_id": 1, "checked_at": desk.at}
    )


def test_what_went_astray_is_sent_to_the_right_address_and_our_document_says_so(desk: Desk) -> None:
    submission = says(desk, "A_RECYCLER", "Pas pour ce service")
    directory_knows(desk, OTHER_PLACE, service_required=True)
    to = Addressed(OTHER_PLACE, "ST-VOIRIE", "EJ/2026-9", "M-7")

    action = ask_to_recycle(submission, to, comment="Service corrigé", key="k1", by=CLERK, at=desk.at)
    give(desk, action)

    now(action, ActionState.DONE)
    assert desk.chorus.answers == [("recycle", to, "Service corrigé")]
    invoice = desk.now(submission).invoice
    assert (invoice.service_code, invoice.engagement_number, invoice.market_number) == ("ST-VOIRIE", "EJ/2026-9", "M-7")
    assert address_of(desk.now(submission)) == to
    assert len(desk.chorus.deposits) == 1, "no new deposit"
    desk.update()
    assert desk.now(submission).chorus_status == "EN_COURS_ACHEMINEMENT"


def test_a_recycling_of_unknown_outcome_is_found_by_its_next_step(desk: Desk) -> None:
    submission = says(desk, "A_RECYCLER")
    to = Addressed(desk.town_hall.siret, "ST-VOIRIE", "EJ-2")
    action = ask_to_recycle(submission, to, comment="", key="k1", by=CLERK, at=desk.at)
    desk.chorus.troubles, desk.chorus.keeps_before_trouble = [OutcomeUnknown("silence")], True
    give(desk, action)

    assert give(desk, action) == 0

    now(action, ActionState.DONE)
    assert len(desk.chorus.answers) == 1
    assert desk.now(submission).invoice.service_code == "ST-VOIRIE"


@pytest.mark.parametrize(
    ("to", "field"),
    [
        (Addressed("2169012310001"), "siret"),
        (Addressed("33254021516357"), "siret"),
        (Addressed(OTHER_PLACE, "", "EJ-1"), "service_code"),
        (Addressed(OTHER_PLACE, "FERME", "EJ-1"), "service_code"),
        (Addressed(OTHER_PLACE, "ST-VOIRIE", ""), "engagement_number"),
        (Addressed(OTHER_PLACE, "ST-VOIRIE", "E" * 51), "engagement_number"),
        (Addressed(OTHER_PLACE, "ST-VOIRIE", "EJ<1>"), "engagement_number"),
    ],
)
def test_an_address_that_lacks_something_is_corrected_before_it_is_asked(desk: Desk, to: Addressed, field: str) -> None:
    submission = says(desk, "A_RECYCLER")
    directory_knows(desk, OTHER_PLACE, service_required=True, engagement_required=True)

    with pytest.raises(BadAnswer) as refused:
        ask_to_recycle(submission, to, comment="", key="k1", by=CLERK, at=desk.at)

    assert refused.value.field == field
    assert not SupplierAction.objects.exists()


def test_a_document_that_is_there_is_not_mended_here(desk: Desk) -> None:
    with pytest.raises(CannotDecide):
        mend(desk.integrated().pk, {"engagement_number": "EJ-9"}, actor="jeanne", at=desk.at)


@pytest.mark.postgresql
@pytest.mark.django_db(transaction=True)
def test_two_workers_at_once_give_one_answer(desk: Desk) -> None:
    action = complete(desk, says(desk, "SUSPENDUE"))

    race(lambda: give(desk, action), lambda: give(desk, action))

    assert len(desk.chorus.answers) == 1
    now(action, ActionState.DONE)


@pytest.mark.postgresql
@pytest.mark.django_db(transaction=True)
def test_two_people_at_once_ask_for_one_answer(desk: Desk) -> None:
    submission = says(desk, "SUSPENDUE")

    endings = race(lambda: complete(desk, submission, key="a"), lambda: complete(desk, submission, key="b"))

    assert sorted(type(each.error).__name__ for each in endings) == ["CannotDecide", "NoneType"]
    assert SupplierAction.objects.count() == 1
