"""Evidence and acceptance: written by staff, sent once, at both providers; and the pack made of our own records."""

from __future__ import annotations

import json
from collections.abc import Iterator
from hashlib import sha256

import pytest
from pytest_django.fixtures import Settings

from accounts.models import User
from invoices import archive
from invoices import services as invoices
from invoices.tests.making import issued
from outbox import services as outbox
from outbox.models import Job, Message, MessageState
from payments import selectors
from payments.gateways.base import Unsure
from payments.gateways.paypal import paypal_gateway
from payments.models import Dispute, DisputeStatus, Method
from payments.selectors import Limit
from payments.services import disputes
from payments.tests.dispute_desk import DisputeDesk, told_of
from payments.tests.pointing import point_at


@pytest.fixture
def samir(db: None) -> User:
    return User.objects.create_user("samir@example.org", "a-long-password-for-tests", is_staff=True)


@pytest.fixture(params=[Method.CARD, Method.PAYPAL], ids=["stripe", "paypal"])
def desk(request: pytest.FixtureRequest, card: DisputeDesk, settings: Settings) -> Iterator[DisputeDesk]:
    if request.param is Method.PAYPAL:
        point_at(card.bank, settings)
        card.gateway, card.method = paypal_gateway(), Method.PAYPAL
    yield card
    paypal_gateway.cache_clear()


def contested(desk: DisputeDesk) -> Dispute:
    desk.contest(desk.pay(100))
    desk.hear()
    return desk.dispute


def files(desk: DisputeDesk) -> list[str]:
    told = desk.bank.control(f"{desk.control}/{desk.dispute.object_id}/files")
    return [each["sha256"] for each in told["files"]]


def send(desk: DisputeDesk) -> Dispute:
    return disputes.send_evidence(desk.dispute.pk, gateway=desk.gateway, at=desk.at)


def steps(desk: DisputeDesk) -> list[str]:
    return [step.name for step in selectors.history_of_dispute(desk.dispute)]


def test_evidence_is_written_sent_once_and_kept_as_it_was_sent(desk: DisputeDesk, samir: User) -> None:
    contested(desk)
    disputes.write_answer(desk.dispute.pk, "Le service a été rendu.", by=samir, at=desk.at)
    disputes.request_evidence(desk.dispute.pk, by=samir, at=desk.at)

    send(desk)
    again = send(desk)

    assert (again.status, again.evidence_sent_at, again.evidence_by) == (DisputeStatus.ANSWERED, desk.at, samir)
    assert files(desk) == [again.pack_sha256] == [sha256(disputes.pack_file(again)).hexdigest()]
    assert steps(desk).count("evidence sent") == 1
    with pytest.raises(disputes.NotAnswerable):
        disputes.request_evidence(desk.dispute.pk, by=samir, at=desk.at)
    with pytest.raises(disputes.NotAnswerable):
        disputes.write_answer(desk.dispute.pk, "autre chose", by=samir, at=desk.at)
    assert disputes.make_pack(desk.dispute.pk, at=desk.at).pack_sha256 == again.pack_sha256


def test_an_answer_of_the_provider_that_is_lost_is_found_again_with_the_same_file(
    desk: DisputeDesk, samir: User
) -> None:
    contested(desk)
    disputes.request_evidence(desk.dispute.pk, by=samir, at=desk.at)
    path = "/v1/disputes" if desk.method is Method.CARD else "provide-evidence"
    desk.bank.fail("drop", times=2, path=path, method="POST")
    with pytest.raises(Unsure):
        send(desk)
    made = desk.dispute.pack_sha256

    desk.bank.calm()
    desk.later(minutes=1)
    sent = send(desk)

    assert (sent.status, sent.pack_sha256, files(desk)) == (DisputeStatus.ANSWERED, made, [made])


def test_evidence_that_arrived_without_our_knowing_is_noted_by_the_next_look(desk: DisputeDesk, samir: User) -> None:
    contested(desk)
    disputes.request_evidence(desk.dispute.pk, by=samir, at=desk.at)
    path = "/v1/disputes" if desk.method is Method.CARD else "provide-evidence"
    desk.bank.fail("drop", times=1, path=path, method="POST")
    desk.bank.fail("refuse", times=1, path=path, method="POST")
    with pytest.raises(Unsure):
        send(desk)
    desk.bank.calm()

    asked = desk.ask(desk.dispute)

    assert (asked.status, asked.evidence_sent_at) == (DisputeStatus.ANSWERED, desk.at)
    assert "evidence arrived" in steps(desk)


def test_evidence_that_is_refused_is_told_and_may_be_tried_again(card: DisputeDesk, samir: User) -> None:
    contested(card)
    disputes.request_evidence(card.dispute.pk, by=samir, at=card.at)
    Dispute.objects.update(object_id="du_nobody")

    refused = send(card)

    assert (refused.status, refused.evidence_asked_at, refused.evidence_sent_at) == (DisputeStatus.OPENED, None, None)
    assert steps(card)[-1] == "refused by the provider"
    disputes.request_evidence(card.dispute.pk, by=samir, at=card.at)


def test_evidence_after_the_decision_changes_nothing(desk: DisputeDesk, samir: User) -> None:
    object_id = contested(desk).object_id
    disputes.request_evidence(desk.dispute.pk, by=samir, at=desk.at)
    desk.decide(object_id, "lost", webhooks=False)

    assert send(desk).status == DisputeStatus.LOST
    assert files(desk) == []


def test_giving_in_is_told_once_and_kept_apart_from_a_loss(desk: DisputeDesk, samir: User) -> None:
    contested(desk)
    disputes.request_acceptance(desk.dispute.pk, reason="Il a raison.", by=samir, at=desk.at)
    with pytest.raises(disputes.NotAnswerable):
        disputes.request_evidence(desk.dispute.pk, by=samir, at=desk.at)

    disputes.accept(desk.dispute.pk, gateway=desk.gateway, at=desk.at)
    accepted = disputes.accept(desk.dispute.pk, gateway=desk.gateway, at=desk.at)

    assert (accepted.status, accepted.accepted_by) == (DisputeStatus.ACCEPTED, samir)
    assert desk.mails() == ["dispute.opened", "dispute.lost"]


def test_giving_in_when_all_is_over_already_is_the_loss_that_it_was(desk: DisputeDesk, samir: User) -> None:
    object_id = contested(desk).object_id
    disputes.request_acceptance(desk.dispute.pk, reason="Il a raison.", by=samir, at=desk.at)
    desk.decide(object_id, "lost")

    assert disputes.accept(desk.dispute.pk, gateway=desk.gateway, at=desk.at).status == DisputeStatus.ACCEPTED


def test_the_jobs_do_it_all(card: DisputeDesk, samir: User) -> None:
    contested(card)
    disputes.request_evidence(card.dispute.pk, by=samir, at=card.at)
    while outbox.run_due(at=card.at, kinds=("payments.dispute_pack", "payments.send_evidence")):
        pass
    assert card.dispute.status == DisputeStatus.ANSWERED

    other = DisputeDesk(card.customer, card.gateway, card.bank, card.at, Method.CARD)
    second = other.contest(other.pay(50))
    other.hear()
    dispute = Dispute.objects.get(object_id=second)
    disputes.request_acceptance(dispute.pk, reason="Il a raison.", by=samir, at=card.at)
    while outbox.run_due(at=card.at, kinds=("payments.accept_dispute",)):
        pass
    dispute.refresh_from_db()
    assert dispute.status == DisputeStatus.ACCEPTED
    assert not Job.objects.filter(state="FAILED").exists()


def test_the_pack_tells_what_was_recorded(card: DisputeDesk, samir: User) -> None:
    payment = card.credited(100)
    invoice = issued(card.customer, at=card.at)
    invoices.render_invoice(invoice.pk, at=card.at)
    Message.objects.update(state=MessageState.SENT, sent_at=card.at)
    dispute = card.apply(payment, told_of(payment, authentication="authenticated"))
    disputes.write_answer(dispute.pk, "Le service a été rendu.", by=samir, at=card.at)

    told = json.loads(disputes.pack_json(card.dispute, at=card.at))

    assert told["answer"] == "Le service a été rendu."
    assert (told["payment"]["reference"], told["payment"]["three_d_secure"]) == (payment.reference, "authenticated")
    assert (told["customer"]["number"], told["customer"]["emails"]) == (card.customer.number, ["claire@example.org"])
    [document] = told["documents"]
    assert document["number"] == invoice.number
    assert document["services"][0]["label"]
    stored = {file["sha256"] for file in document["files"]}
    assert stored
    assert all(archive.is_whole(name) for name in stored)
    assert "topup.succeeded" in [mail["kind"] for mail in told["mails"]]
    assert all(mail["text"] for mail in told["mails"])


def test_the_pack_is_a_pdf_that_says_it(card: DisputeDesk, samir: User) -> None:
    payment = card.credited(100)
    issued(card.customer, at=card.at)
    dispute = card.apply(payment, told_of(payment))
    disputes.write_answer(dispute.pk, "Le service a été rendu.", by=samir, at=card.at)

    made = disputes.make_pack(dispute.pk, at=card.at)

    content = disputes.pack_file(made)
    assert content.startswith(b"%PDF")
    assert made.pack_sha256 == sha256(content).hexdigest()
    assert disputes.pack_name(made) == f"litige-{payment.reference}.pdf"


def test_without_a_pack_there_is_no_file(card: DisputeDesk) -> None:
    payment = card.credited(100)
    dispute = card.apply(payment, told_of(payment))

    with pytest.raises(LookupError):
        disputes.pack_file(dispute)


def test_nothing_is_refunded_while_a_payment_is_contested(card: DisputeDesk) -> None:
    contested(card)
    card.pay(50)

    [offered] = selectors.refundable_lots(card.customer, at=card.at)
    assert (offered.most.cents, offered.why) == (0, Limit.DISPUTED)

    card.decide(card.dispute.object_id, "lost")
    card.hear()
    [offered] = selectors.refundable_lots(card.customer, at=card.at)
    assert offered.most.cents == 5_000
