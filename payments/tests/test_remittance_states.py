"""The states of a remittance: each step of the table is taken once, every other is refused."""

from __future__ import annotations

from itertools import product
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from django.conf import settings
from django.db import IntegrityError, transaction

from core.states import NotAllowed
from payments.models import (
    AnswerKind,
    AnswerReview,
    BankAnswer,
    BankDebit,
    Remittance,
    RemittanceEvent,
    RemittanceState,
)
from payments.remittance_transitions import REMITTANCE_TRANSITIONS, move, remittance_states_page
from payments.tests.refund_desk import staff

if TYPE_CHECKING:
    from collections.abc import Callable

    from payments.tests.remittance_desk import RemittanceDesk


def made(desk: RemittanceDesk) -> BankDebit:
    return desk.made(desk.planned())


@pytest.mark.parametrize(("before", "after"), list(product(RemittanceState, RemittanceState)))
def test_only_the_steps_of_the_table_are_taken(
    remittances: RemittanceDesk, before: RemittanceState, after: RemittanceState
) -> None:
    remittance = Remittance(
        message_id="R1", scheme="CORE", version="x", count=1, total_cents=1, creditor_iban_last4="1"
    )
    remittance.state, remittance.created_at = before, remittances.at
    remittance.updated_at = remittances.at
    remittance.save()

    if (before, after) not in REMITTANCE_TRANSITIONS:
        with pytest.raises(NotAllowed):
            move(remittance, after, at=remittances.at)
        return
    move(remittance, after, at=remittances.at)

    event = RemittanceEvent.objects.get()
    assert (remittance.state, event.name) == (after, REMITTANCE_TRANSITIONS[before, after])


def test_the_page_of_the_states_is_the_table() -> None:
    page = (Path(settings.BASE_DIR) / "docs/states/remittance.md").read_text(encoding="utf-8")

    assert page == remittance_states_page(), "run `make docs`"


def change(model: type[Remittance | BankDebit], **columns: object) -> Callable[[RemittanceDesk], object]:
    def run(desk: RemittanceDesk) -> object:
        made(desk)
        return model.objects.update(**columns)

    return run


def answer(desk: RemittanceDesk, debit: BankDebit | None, key: str, **columns: object) -> BankAnswer:
    facts: dict[str, object] = {
        "kind": AnswerKind.SETTLED,
        "amount_cents": 1,
        "booked_on": desk.today,
        "source": "test",
        "at": desk.at,
        **columns,
    }
    return BankAnswer.objects.create(debit=debit, key=key, **facts)


def review(desk: RemittanceDesk, note: str) -> AnswerReview:
    row = answer(desk, made(desk), "aside", kind=AnswerKind.NOT_OURS)
    return AnswerReview.objects.create(answer=row, seen_by=staff("fanny"), seen_at=desk.at, note=note)


def twice(kind: AnswerKind, other: AnswerKind) -> Callable[[RemittanceDesk], object]:
    def run(desk: RemittanceDesk) -> object:
        debit = made(desk)
        return [answer(desk, debit, "a", kind=kind), answer(desk, debit, "b", kind=other)]

    return run


def same(column: str) -> Callable[[RemittanceDesk], object]:
    def run(desk: RemittanceDesk) -> object:
        debit = made(desk)
        facts = {
            "remittance": debit.remittance,
            "mandate": debit.mandate,
            "sequence": debit.sequence,
            "collect_on": debit.collect_on,
            "amount_cents": 1,
        }
        other = {"payment": debit.payment, "end_to_end": debit.end_to_end} | {
            {"payment": "end_to_end", "end_to_end": "payment_id"}[column]: "X" if column == "payment" else 0
        }
        if column == "end_to_end":
            other.pop("payment")
        return BankDebit.objects.create(**facts, **other)

    return run


ATTEMPTS: dict[str, Callable[[RemittanceDesk], object]] = {
    "payments_remittance_not_empty": change(Remittance, count=0),
    "payments_remittance_state_known": change(Remittance, state="LOST"),
    "payments_bank_debit_amount": change(BankDebit, amount_cents=100_000_000_000),
    "payments_bank_debit_named": change(BankDebit, end_to_end=""),
    "payments_answer_kind_known": lambda desk: answer(desk, made(desk), "a", kind="MAYBE"),
    "payments_answer_about_a_debit": lambda desk: answer(desk, None, "a"),
    "payments_answer_charges_not_negative": lambda desk: answer(desk, made(desk), "a", charges_cents=-1),
    "payments_answer_review_says_what": lambda desk: review(desk, note=""),
    "payments_answer_settled_once": twice(AnswerKind.SETTLED, AnswerKind.SETTLED),
    "payments_answer_sent_back_once": twice(AnswerKind.RETURNED, AnswerKind.RETURNED),
}


def test_each_constraint_is_tried() -> None:
    models = (Remittance, BankDebit, BankAnswer, AnswerReview)
    named = {constraint.name for model in models for constraint in model._meta.constraints}

    assert named == ATTEMPTS.keys()


@pytest.mark.parametrize("name", ATTEMPTS)
def test_the_database_refuses_what_must_not_be(remittances: RemittanceDesk, name: str) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        ATTEMPTS[name](remittances)


@pytest.mark.parametrize("key", ["payment", "end_to_end"])
def test_a_payment_is_in_one_file_and_a_name_is_given_once(remittances: RemittanceDesk, key: str) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        same(key)(remittances)


@pytest.mark.parametrize("model", [RemittanceEvent, BankAnswer, AnswerReview])
def test_what_was_said_is_never_changed(
    remittances: RemittanceDesk, model: type[RemittanceEvent | BankAnswer | AnswerReview]
) -> None:
    if model is AnswerReview:
        review(remittances, note="A debit of our other company.")
    else:
        remittances.settles(made(remittances))
    column = "note" if model is AnswerReview else "detail"

    for verb in (lambda: model.objects.update(**{column: "other"}), lambda: model.objects.all().delete()):
        with pytest.raises(Exception, match="never changed"), transaction.atomic():
            verb()
