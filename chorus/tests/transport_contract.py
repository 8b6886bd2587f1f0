"""What each channel to public buyers promises, tested against an imitation. Tests of each transport inherit this."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest

from chorus.gateways.base import (
    Addressed,
    AuthenticationRefused,
    FileToDeposit,
    FlowOutcome,
    Found,
    Key,
    NotAllowed,
    OutcomeUnknown,
    PieceToAdd,
    Refused,
    Transient,
    Transport,
)
from core.money import Money
from tests.support.bank import Bank
from tests.support.chorus import facturx, pdf

DEPOSIT = "deposer/flux"
COMES_BACK_UNREAD = [
    {"kind": "status", "status": 500},
    {"kind": "status", "status": 503},
    {"kind": "truncate"},
    {"kind": "garbage"},
    {"kind": "drop"},
    {"kind": "timeout", "seconds": 1.5},
]


def file(number: str = "FA2026-000001", **changes: str) -> FileToDeposit:
    return FileToDeposit(f"factur-x_{number}.pdf", facturx(number=number, **changes))


def integrated(transport: Transport, number: str = "FA2026-000001", **changes: str) -> Found:
    """A document in Chorus Pro, found by its number."""
    transport.deposit(file(number, **changes))
    (found,) = transport.find(number)
    return found


def name_of(fault: dict[str, Any]) -> str:
    return f"{fault['kind']} {fault.get('status', '')}".strip()


class DepositContract:
    """A deposit is done once, or its outcome is said to be unknown."""

    def test_a_deposit_gives_a_number_whose_report_says_integrated(
        self, transport: Transport, chorus_sandbox: Bank
    ) -> None:
        receipt = transport.deposit(file())
        report = transport.report(receipt.flow_number)

        assert receipt.flow_number
        assert receipt.correlation_id
        assert (report.outcome, report.errors) == (FlowOutcome.INTEGRATED, ())
        (taken,) = chorus_sandbox.control_read("chorus/deposits")["deposits"]
        assert (taken["flow"], taken["number"], taken["name"]) == (
            receipt.flow_number,
            "FA2026-000001",
            "factur-x_FA2026-000001.pdf",
        )

    def test_a_flow_under_way_is_pending_and_one_that_nobody_knows_is_not_found(
        self, transport: Transport, chorus_sandbox: Bank
    ) -> None:
        chorus_sandbox.control("chorus/pace", seconds=3600)
        receipt = transport.deposit(file())

        report = transport.report(receipt.flow_number)
        assert report.outcome is FlowOutcome.PENDING
        assert report.state.startswith("IN_")
        assert transport.report("CPP9999999999999999999999").outcome is FlowOutcome.NOT_FOUND

    @pytest.mark.parametrize(
        ("fate", "outcome"),
        [
            ("rejected", FlowOutcome.REJECTED),
            ("technical", FlowOutcome.REJECTED),
            ("partial", FlowOutcome.PARTIAL),
            ("incident", FlowOutcome.INCIDENT),
            ("reprocessing", FlowOutcome.PENDING),
            ("lost_report", FlowOutcome.NOT_FOUND),
        ],
    )
    def test_each_end_of_a_flow_is_told(
        self, transport: Transport, chorus_sandbox: Bank, fate: str, outcome: FlowOutcome
    ) -> None:
        chorus_sandbox.control("chorus/fates/next", kind=fate, text="Le champ est obligatoire.")

        report = transport.report(transport.deposit(file()).flow_number)

        assert report.outcome is outcome
        if fate in {"rejected", "partial", "technical"}:
            (error,) = report.errors
            assert "Le champ est obligatoire." in error.text
            assert error.is_technical == (fate == "technical")
            assert error.number == ("" if fate == "technical" else "FA2026-000001")

    def test_a_second_deposit_of_a_number_is_rejected_by_its_report(
        self, transport: Transport, chorus_sandbox: Bank
    ) -> None:
        integrated(transport)

        report = transport.report(transport.deposit(file()).flow_number)

        assert report.outcome is FlowOutcome.REJECTED
        assert report.errors[0].number == "FA2026-000001"

    def test_a_file_that_is_too_large_is_refused_at_once(self, transport: Transport, chorus_sandbox: Bank) -> None:
        with pytest.raises(Refused) as told:
            transport.deposit(FileToDeposit("large.pdf", pdf() + b" " * 10_000_001))

        assert told.value.message_code == "GDP_MSG_11.022"

    @pytest.mark.parametrize("fault", COMES_BACK_UNREAD, ids=name_of)
    def test_no_readable_answer_leaves_the_outcome_unknown_and_one_deposit_at_most(
        self, transport: Transport, chorus_sandbox: Bank, fault: dict[str, Any]
    ) -> None:
        chorus_sandbox.fail(path=DEPOSIT, **fault)

        with pytest.raises(OutcomeUnknown):
            transport.deposit(file())

        taken = chorus_sandbox.control_read("chorus/deposits")["deposits"]
        assert len(taken) == (0 if fault["kind"] == "status" else 1)
        assert len(transport.find("FA2026-000001")) == len(taken)

    def test_an_answer_that_is_lost_before_the_work_is_unknown_too(
        self, transport: Transport, chorus_sandbox: Bank
    ) -> None:
        chorus_sandbox.fail("timeout_before", path=DEPOSIT, seconds=1.5)

        with pytest.raises(OutcomeUnknown):
            transport.deposit(file())

        assert transport.find("FA2026-000001") == []

    def test_a_token_that_ends_in_a_batch_is_renewed_once_and_the_batch_goes_on(
        self, transport: Transport, chorus_sandbox: Bank
    ) -> None:
        transport.deposit(file("FA2026-000001"))
        chorus_sandbox.control("chorus/tokens", revoke=True)

        transport.deposit(file("FA2026-000002"))
        transport.deposit(file("FA2026-000003"))

        taken = chorus_sandbox.control_read("chorus/deposits")["deposits"]
        assert [each["number"] for each in taken] == ["FA2026-000001", "FA2026-000002", "FA2026-000003"]
        calls = chorus_sandbox.control_read("chorus/calls")["calls"]
        assert sum(call["path"].endswith("/oauth/token") for call in calls) == 2

    def test_too_many_requests_are_done_later(self, transport: Transport, chorus_sandbox: Bank) -> None:
        chorus_sandbox.fail("status", path=DEPOSIT, status=429, retry_after="17")

        with pytest.raises(Transient) as told:
            transport.deposit(file())

        assert told.value.retry_after == 17
        assert transport.find("FA2026-000001") == []


class KeysContract:
    """A wrong key is told, by name."""

    def test_a_password_that_was_rotated_is_a_matter_of_the_account(
        self, transport: Transport, chorus_sandbox: Bank
    ) -> None:
        chorus_sandbox.control("chorus/password", password="another-one")

        with pytest.raises(AuthenticationRefused) as told:
            transport.deposit(file())

        assert told.value.key is Key.ACCOUNT

    def test_an_application_that_is_refused_is_a_matter_of_piste(
        self, transport: Transport, chorus_sandbox: Bank
    ) -> None:
        chorus_sandbox.control("chorus/tokens", refused=True)

        with pytest.raises(AuthenticationRefused) as told:
            transport.find("FA2026-000001")

        assert told.value.key is Key.PISTE

    def test_an_api_that_is_not_subscribed_is_told(self, transport: Transport, chorus_sandbox: Bank) -> None:
        chorus_sandbox.control("chorus/subscriptions", without=["factures"])

        with pytest.raises(NotAllowed) as told:
            transport.deposit(file())

        assert not told.value.subscribed

    def test_a_right_that_is_missing_is_told_apart(self, transport: Transport, chorus_sandbox: Bank) -> None:
        chorus_sandbox.fail("status", path=DEPOSIT, status=403, echo=True)

        with pytest.raises(NotAllowed) as told:
            transport.deposit(file())

        assert told.value.subscribed


class FollowingContract:
    """What became of a document, whatever the words of tomorrow."""

    def test_a_document_is_found_by_its_number(self, transport: Transport, chorus_sandbox: Bank) -> None:
        found = integrated(transport)

        assert (found.number, found.total, found.is_credit_note) == ("FA2026-000001", Money(12_000), False)
        assert (found.supplier, found.buyer) == ("99999999800019", "21690123100011")
        assert (found.service_code, found.engagement_number) == ("FACT-01", "EJ-2026-00421")
        assert found.flow_number
        assert found.at is not None
        assert transport.find("FA2026-000404") == []

    def test_every_change_of_a_period_is_told_beyond_the_first_ten(
        self, transport: Transport, chorus_sandbox: Bank, noon: datetime
    ) -> None:
        numbers = [f"FA2026-{serial:06}" for serial in range(1, 13)]
        chorus_sandbox.control("clock", at=noon.isoformat())
        for number in numbers:
            transport.deposit(file(number))

        told = list(transport.changed_since(noon - timedelta(hours=1), noon + timedelta(hours=1)))
        before = list(transport.changed_since(noon - timedelta(days=2), noon - timedelta(days=1)))

        assert sorted(found.number for found in told) == numbers
        assert before == []

    def test_a_history_is_told_from_its_beginning_in_the_time_of_paris(
        self, transport: Transport, chorus_sandbox: Bank, noon: datetime
    ) -> None:
        chorus_sandbox.control("clock", at=noon.isoformat())
        found = integrated(transport)
        chorus_sandbox.control("clock", advance=3600)
        chorus_sandbox.control("chorus/status", number=found.number, status="SUSPENDUE", comment="Bon manquant")

        steps = transport.history(found.chorus_id)

        assert steps[0].code == "DEPOSEE"
        assert (steps[-1].code, steps[-1].comment) == ("SUSPENDUE", "Bon manquant")
        assert steps[-1].at == noon + timedelta(hours=1)
        assert transport.find(found.number)[0].comment == "Bon manquant"

    def test_words_and_fields_of_tomorrow_are_kept_as_told(self, transport: Transport, chorus_sandbox: Bank) -> None:
        integrated(transport)
        chorus_sandbox.control("chorus/lie", kind="extra_fields")
        assert transport.find("FA2026-000001")[0].total == Money(12_000)
        chorus_sandbox.control("chorus/lie", kind="unknown_status")

        (found,) = transport.find("FA2026-000001")
        steps = transport.history(found.chorus_id)
        report = transport.report(found.flow_number)

        assert found.status == "STATUT_DE_DEMAIN"
        assert {step.code for step in steps} == {"STATUT_DE_DEMAIN"}
        assert (report.outcome, report.state) == (FlowOutcome.PENDING, "STATUT_DE_DEMAIN")

    @pytest.mark.parametrize("fault", [{"kind": "status", "status": 500}, {"kind": "drop"}], ids=name_of)
    def test_a_question_without_answer_is_asked_once_more(
        self, transport: Transport, chorus_sandbox: Bank, fault: dict[str, Any]
    ) -> None:
        integrated(transport)
        chorus_sandbox.fail(path="rechercher", **fault)
        assert len(transport.find("FA2026-000001")) == 1

        chorus_sandbox.fail(path="rechercher", times=2, **fault)
        with pytest.raises(Transient):
            transport.find("FA2026-000001")


class ReactionContract:
    """What a supplier may answer."""

    def test_a_suspended_document_is_completed_once(self, transport: Transport, chorus_sandbox: Bank) -> None:
        found = integrated(transport)
        piece = PieceToAdd("bon-118.pdf", pdf(), "application/pdf", label="Bon 118")
        with pytest.raises(Refused) as early:
            transport.complete(found.chorus_id, comment="Voici")
        chorus_sandbox.control("chorus/status", number=found.number, status="SUSPENDUE", comment="Bon manquant")

        transport.complete(found.chorus_id, comment="Voici", pieces=[(transport.attach(piece), piece)])

        assert early.value.message_code == "GDP_MSG_11.033"
        assert transport.find(found.number)[0].status == "COMPLETEE"
        with pytest.raises(Refused):
            transport.complete(found.chorus_id, comment="Voici")

    def test_a_document_that_went_astray_is_sent_again_elsewhere(
        self, transport: Transport, chorus_sandbox: Bank
    ) -> None:
        found = integrated(transport)
        to = Addressed("12345678200051", market_number="M-1")
        with pytest.raises(Refused) as early:
            transport.recycle(found.chorus_id, to, comment="")
        chorus_sandbox.control("chorus/status", number=found.number, status="A_RECYCLER")

        transport.recycle(found.chorus_id, to, comment="Nouvelle adresse")

        again = transport.find(found.number)[0]
        assert early.value.message_code == "GDP_MSG_11.001"
        assert (again.buyer, again.service_code, again.engagement_number) == ("12345678200051", "", "")

    def test_a_rejection_is_acknowledged(self, transport: Transport, chorus_sandbox: Bank) -> None:
        found = integrated(transport)
        chorus_sandbox.control("chorus/status", number=found.number, status="REJETEE", comment="Prix")

        transport.acknowledge([found.chorus_id])

        assert transport.find(found.number)[0].rejection_acknowledged
        with pytest.raises(Refused) as told:
            transport.acknowledge([1])
        assert told.value.message_code == "GDP_MSG_11.008"

    @pytest.mark.parametrize("fault", [{"kind": "drop"}, {"kind": "status", "status": 503}], ids=name_of)
    def test_a_reaction_without_answer_is_unknown(
        self, transport: Transport, chorus_sandbox: Bank, fault: dict[str, Any]
    ) -> None:
        found = integrated(transport)
        chorus_sandbox.control("chorus/status", number=found.number, status="SUSPENDUE", comment="Bon manquant")
        chorus_sandbox.fail(path="completer", **fault)

        with pytest.raises(OutcomeUnknown):
            transport.complete(found.chorus_id, comment="Voici")


class TransportContract(DepositContract, KeysContract, FollowingContract, ReactionContract):
    """All of it."""
