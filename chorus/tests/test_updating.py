"""What the buyer says after the integration: any word, any order, once; and when following ends. No money moves."""

from __future__ import annotations

from datetime import timedelta

import pytest

from chorus.gateways.base import Transient
from chorus.models import LifecycleEvent, Pace
from chorus.services import updating
from chorus.states import SubmissionState
from chorus.tests.desk import Desk
from ledger import selectors as books
from outbox.models import Message


def test_a_suspension_is_kept_and_written_to_the_customer_once(desk: Desk) -> None:
    submission = desk.integrated()
    desk.pass_time(days=1)
    desk.chorus.say(desk.chorus.documents[0], "SUSPENDUE", at=desk.at, comment="Bon de livraison manquant")

    assert desk.update() == 1
    assert desk.update() == 0

    now = desk.now(submission, SubmissionState.INTEGRATED)
    assert (now.chorus_status, now.chorus_comment) == ("SUSPENDUE", "Bon de livraison manquant")
    assert LifecycleEvent.objects.filter(invoice=submission.invoice, code="SUSPENDUE", cdar=208).count() == 1
    assert Message.objects.filter(kind="chorus.suspended").count() == 1


def test_words_of_tomorrow_are_kept_as_told(desk: Desk) -> None:
    submission = desk.integrated()
    desk.pass_time(hours=1)
    desk.chorus.say(desk.chorus.documents[0], "STATUT_DE_DEMAIN", at=desk.at)

    assert desk.update() == 1

    assert desk.now(submission, SubmissionState.INTEGRATED).chorus_status == "STATUT_DE_DEMAIN"


def test_a_payment_ordered_ends_the_following_and_moves_no_money(desk: Desk) -> None:
    submission = desk.integrated()
    before = books.get_balance(desk.town_hall.pk)
    found = desk.chorus.say(desk.chorus.documents[0], "MISE_EN_PAIEMENT", at=desk.at)
    desk.update()

    assert updating.finish(at=desk.at) == 1

    desk.now(submission, SubmissionState.FINISHED)
    assert books.get_balance(desk.town_hall.pk) == before
    desk.pass_time(hours=1)
    desk.chorus.say(found, "SUSPENDUE", at=desk.at)
    desk.update()
    desk.now(submission, SubmissionState.INTEGRATED)


def test_a_refusal_of_the_buyer_is_followed_until_it_is_dealt_with(desk: Desk) -> None:
    submission = desk.integrated()
    desk.chorus.say(desk.chorus.documents[0], "REJETEE", at=desk.at, comment="Erreur")
    desk.update()
    assert updating.finish(at=desk.at) == 0

    type(submission).objects.filter(pk=submission.pk).update(dealt_at=desk.at)

    assert updating.finish(at=desk.at) == 1


def test_what_was_paid_for_thirty_days_is_no_longer_followed(desk: Desk) -> None:
    submission = desk.integrated()
    other = desk.integrated()
    desk.transfer(submission.invoice)
    desk.pass_time(days=29)
    assert updating.finish(at=desk.at) == 0
    desk.pass_time(days=2)

    assert updating.finish(at=desk.at) == 1

    desk.now(submission, SubmissionState.FINISHED)
    desk.now(other, SubmissionState.INTEGRATED)


def test_a_turn_that_died_in_the_middle_asks_for_all_of_it_again(desk: Desk) -> None:
    desk.integrated()
    desk.update()
    since = Pace.objects.get().followed_to
    assert since is not None
    desk.pass_time(hours=1)
    desk.chorus.read_trouble = Transient("down")

    with pytest.raises(Transient):
        desk.update()

    assert Pace.objects.get().followed_to == since
    desk.chorus.read_trouble = None
    desk.update()
    assert desk.chorus.asked[-1] == f"changed {(since - timedelta(days=1)).isoformat()}"
    assert Pace.objects.get().followed_to == desk.at
