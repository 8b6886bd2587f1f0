"""The database says no to a wrong dispute, whatever program writes."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from django.db import DatabaseError, IntegrityError, transaction

from accounts.models import Customer
from payments.gateways.stripe import StripeGateway
from payments.guards import expected_triggers
from payments.models import Dispute, DisputedItem, DisputeEvent, DisputeMovement, DisputeStatus, FraudWarning, Method
from payments.tests.dispute_desk import DisputeDesk, moved, told_of
from tests.support.bank import Bank


@pytest.fixture
def desk(customer: Customer, gateway: StripeGateway, bank: Bank, at: datetime) -> DisputeDesk:
    """A dispute that is open, whose money was taken."""
    desk = DisputeDesk(customer, gateway, bank, at, Method.CARD)
    payment = desk.credited(100)
    desk.apply(payment, told_of(payment, movements=(moved(payment, 10_000, fee=1_500),)))
    return desk


def change(**columns: object) -> Callable[[DisputeDesk], object]:
    return lambda _desk: Dispute.objects.update(**columns)


def another_movement(**columns: object) -> Callable[[DisputeDesk], object]:
    """One more like the one that was booked, but wrong."""
    return again(DisputeMovement, object_id="txn_2", **columns)


def again(model: type[Dispute] | type[DisputeMovement], **columns: object) -> Callable[[DisputeDesk], object]:
    def run(_desk: DisputeDesk) -> None:
        row = model.objects.get()
        row.pk = None
        for name, value in columns.items():
            setattr(row, name, value)
        row.save(force_insert=True)

    return run


def mark_twice(desk: DisputeDesk) -> None:
    for _ in range(2):
        DisputedItem.objects.create(dispute=desk.dispute, document_ref="FA1", marked_at=desk.at)


def released_before(desk: DisputeDesk) -> None:
    early = desk.at - timedelta(days=1)
    DisputedItem.objects.create(dispute=desk.dispute, document_ref="FA1", marked_at=desk.at, released_at=early)


def warn(desk: DisputeDesk, times: int = 1, **columns: object) -> None:
    for _ in range(times):
        FraudWarning.objects.create(
            payment=desk.dispute.payment,
            provider="STRIPE",
            object_id="issfr_1",
            kind="misc",
            warned_at=desk.at,
            created_at=desk.at,
            **columns,
        )


NOW = datetime.fromisoformat("2026-11-30T11:00:00+00:00")
WRONG: dict[str, Callable[[DisputeDesk], object]] = {
    "payments_dispute_once": again(Dispute, public_id="00000000-0000-4000-8000-000000000001"),
    "payments_dispute_status_known": change(status="OTHER", decided_at=NOW),
    "payments_dispute_cause_known": change(cause="NONE"),
    "payments_dispute_amount_positive": change(amount_cents=0),
    "payments_dispute_taken_not_negative": change(taken_cents=-1),
    "payments_dispute_open_or_decided": change(status=DisputeStatus.LOST),
    "payments_dispute_evidence_is_kept": change(evidence_sent_at=NOW, evidence_asked_at=NOW),
    "payments_dispute_pack_hashed": change(pack_sha256="0" * 64),
    "payments_dispute_accepted_by_us": change(status=DisputeStatus.ACCEPTED, decided_at=NOW),
    "payments_dispute_movement_once": again(DisputeMovement),
    "payments_dispute_movement_is_booked": another_movement(tx=None),
    "payments_dispute_fee_is_booked": another_movement(fee_tx=None),
    "payments_dispute_return_names_what": another_movement(amount_cents=-1),
    "payments_dispute_kept_is_booked": another_movement(kept_cents=1),
    "payments_disputed_item_once": mark_twice,
    "payments_disputed_item_in_order": released_before,
    "payments_fraud_warning_once": lambda desk: warn(desk, times=2),
    "payments_fraud_warning_looked_at": lambda desk: warn(desk, handled_at=desk.at),
}


@pytest.mark.parametrize("constraint", WRONG)
def test_the_database_refuses(desk: DisputeDesk, constraint: str) -> None:
    with pytest.raises(IntegrityError) as refusal, transaction.atomic():
        WRONG[constraint](desk)

    assert constraint in str(refusal.value) or "UNIQUE constraint failed" in str(refusal.value)


def forget_a_document(desk: DisputeDesk) -> None:
    DisputedItem.objects.create(dispute=desk.dispute, document_ref="FA1", marked_at=desk.at)
    DisputedItem.objects.all()._raw_delete("default")


GUARDED: dict[str, Callable[[DisputeDesk], object]] = {
    "payments_disputemovement_append_only": lambda _desk: DisputeMovement.objects.update(amount_cents=1),
    "payments_disputemovement_append_only_delete": lambda _desk: DisputeMovement.objects.all()._raw_delete("default"),
    "payments_disputeevent_append_only": lambda _desk: DisputeEvent.objects.update(name="won"),
    "payments_disputeevent_append_only_delete": lambda _desk: DisputeEvent.objects.all()._raw_delete("default"),
    "payments_dispute_stays": lambda _desk: Dispute.objects.all()._raw_delete("default"),
    "payments_disputeditem_stays": forget_a_document,
}


def test_what_happened_is_never_changed_and_never_forgotten(desk: DisputeDesk) -> None:
    for guard, attempt in GUARDED.items():
        with pytest.raises(DatabaseError) as refusal, transaction.atomic():
            attempt(desk)
        assert guard.removesuffix("_delete") in str(refusal.value)


def test_each_guard_of_a_dispute_is_tried() -> None:
    ours = {name for name in expected_triggers("sqlite") if name.startswith("payments_dispute")}

    assert ours == set(GUARDED)


def test_each_constraint_of_a_dispute_has_its_wrong_row() -> None:
    models = (Dispute, DisputeMovement, DisputedItem, FraudWarning)
    named = {constraint.name for model in models for constraint in model._meta.constraints}

    assert named == set(WRONG)
