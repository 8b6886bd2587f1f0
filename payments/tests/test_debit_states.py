"""The state table of debits: one scenario for each step; every other step is refused."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

import pytest

from core.clock import local_date
from core.money import Money
from payments.debit_transitions import (
    ACTION,
    ANNOUNCED,
    CANCELLED,
    CLOSED,
    COLLECTED,
    DEBIT_TRANSITIONS,
    FAILED,
    RETURNED,
    SENT,
    WAITING,
    NotAllowed,
    debit_diagram,
    debit_states_page,
    may_move,
    move,
)
from payments.gateways.base import DeclineKind
from payments.models import Debit, DebitState, EndedWhy, Failure, Method, Payment, SavedMethod
from payments.services import collecting
from payments.services.debits import announce_again
from payments.tests.debit_desk import DebitDesk, state_of
from payments.tests.desk import a_receipt
from payments.tests.drawer import MASTERCARD
from tests.house.source import ROOT
from tests.support.bank import ASKING_CARD


def sent(debits: DebitDesk) -> Payment:
    debit = debits.planned()
    debits.day_of(debit)
    return debits.claimed(debit)


def refused(debits: DebitDesk, kind: DeclineKind = DeclineKind.LATER) -> Payment:
    payment = sent(debits)
    refuse(debits, payment, kind)
    return payment


def refuse(debits: DebitDesk, payment: Payment, kind: DeclineKind) -> None:
    collecting.refuse_attempt(payment.pk, kind, failure=Failure.FUNDS, code="insufficient_funds", at=debits.at)


def paid(debits: DebitDesk, payment: Payment) -> None:
    collecting.settle_attempt(payment.pk, a_receipt(paid_at=debits.at), at=debits.at)


def as_account(debits: DebitDesk) -> SavedMethod:
    """The same method, as if it were a bank account: what matters here is its notice and its refund right."""
    method = SavedMethod.objects.get(is_default=True)
    SavedMethod.objects.filter(pk=method.pk).update(kind=Method.SEPA)
    return SavedMethod.objects.get(pk=method.pk)


def collected(debits: DebitDesk) -> Payment:
    payment = sent(debits)
    as_account(debits)
    paid(debits, payment)
    return payment


def returned(debits: DebitDesk, payment: Payment) -> None:
    collecting.return_debit(payment.pk, failure=Failure.FUNDS, code="AM04", at=debits.at)


def announced_again(debits: DebitDesk, payment: Payment) -> None:
    debit = payment.debit
    assert debit is not None
    debit.refresh_from_db()
    announce_again(debit, at=debits.at)


def _sent(debits: DebitDesk) -> None:
    sent(debits)


def _cancelled(debits: DebitDesk) -> None:
    collecting.cancel(debits.planned().pk, EndedWhy.STAFF, at=debits.at)


def _collected(debits: DebitDesk) -> None:
    paid(debits, sent(debits))


def _waits(debits: DebitDesk) -> None:
    refused(debits)


def _to_an_account(debits: DebitDesk) -> None:
    payment = sent(debits)
    debits.save(MASTERCARD)
    SavedMethod.objects.exclude(is_default=True).update(kind=Method.SEPA)
    refuse(debits, payment, DeclineKind.NEVER)


def _asks(debits: DebitDesk) -> None:
    refused(debits, DeclineKind.AUTHENTICATION)


def _fails(debits: DebitDesk) -> None:
    refused(debits, DeclineKind.NEVER)


def _again(debits: DebitDesk) -> None:
    debit = refused(debits).debit
    assert debit is not None
    debits.day_of(debit)
    debits.claimed(debit)


def _waiting_to_an_account(debits: DebitDesk) -> None:
    announced_again(debits, refused(debits))


def _cancelled_while_waiting(debits: DebitDesk) -> None:
    collecting.cancel(refused(debits).debit_id or 0, EndedWhy.STAFF, at=debits.at)


def _another_card(debits: DebitDesk) -> None:
    payment = refused(debits, DeclineKind.AUTHENTICATION)
    other = debits.save(MASTERCARD)
    collecting.choose_method(payment.debit_id or 0, other.public_id, at=debits.at)


def _asking_to_an_account(debits: DebitDesk) -> None:
    announced_again(debits, refused(debits, DeclineKind.AUTHENTICATION))


def _cancelled_while_asking(debits: DebitDesk) -> None:
    collecting.cancel(refused(debits, DeclineKind.AUTHENTICATION).debit_id or 0, EndedWhy.STAFF, at=debits.at)


def _nobody_confirms(debits: DebitDesk) -> None:
    refused(debits, DeclineKind.AUTHENTICATION)
    debits.wait(8)
    collecting.review(at=debits.at)


def _final(debits: DebitDesk) -> None:
    collected(debits)
    debits.wait(58)
    collecting.review(at=debits.at)


def _returned(debits: DebitDesk) -> None:
    returned(debits, collected(debits))


def _returned_late(debits: DebitDesk) -> None:
    payment = sent(debits)
    paid(debits, payment)
    returned(debits, payment)


def _paid_while_waiting(debits: DebitDesk) -> None:
    paid(debits, refused(debits))


def _paid_while_asking(debits: DebitDesk) -> None:
    paid(debits, refused(debits, DeclineKind.AUTHENTICATION))


def _paid_after_failing(debits: DebitDesk) -> None:
    paid(debits, refused(debits, DeclineKind.NEVER))


def _paid_after_cancelling(debits: DebitDesk) -> None:
    payment = refused(debits)
    collecting.cancel(payment.debit_id or 0, EndedWhy.STAFF, at=debits.at)
    paid(debits, payment)


SCENARIOS: dict[tuple[DebitState, DebitState], Callable[[DebitDesk], None]] = {
    (ANNOUNCED, SENT): _sent,
    (ANNOUNCED, CANCELLED): _cancelled,
    (SENT, COLLECTED): _collected,
    (SENT, WAITING): _waits,
    (SENT, ANNOUNCED): _to_an_account,
    (SENT, ACTION): _asks,
    (SENT, FAILED): _fails,
    (WAITING, SENT): _again,
    (WAITING, ANNOUNCED): _waiting_to_an_account,
    (WAITING, CANCELLED): _cancelled_while_waiting,
    (ACTION, WAITING): _another_card,
    (ACTION, ANNOUNCED): _asking_to_an_account,
    (ACTION, CANCELLED): _cancelled_while_asking,
    (ACTION, FAILED): _nobody_confirms,
    (COLLECTED, CLOSED): _final,
    (COLLECTED, RETURNED): _returned,
    (CLOSED, RETURNED): _returned_late,
    (WAITING, COLLECTED): _paid_while_waiting,
    (ACTION, COLLECTED): _paid_while_asking,
    (FAILED, COLLECTED): _paid_after_failing,
    (CANCELLED, COLLECTED): _paid_after_cancelling,
}


def test_each_step_of_the_table_has_a_scenario() -> None:
    assert SCENARIOS.keys() == DEBIT_TRANSITIONS.keys()


@pytest.mark.parametrize("edge", SCENARIOS, ids=" → ".join)
def test_the_step_is_taken_and_told(debits: DebitDesk, edge: tuple[DebitState, DebitState]) -> None:
    SCENARIOS[edge](debits)

    steps = [
        (step.from_state, step.to_state, step.name) for debit in Debit.objects.all() for step in debit.events.all()
    ]
    assert (*edge, DEBIT_TRANSITIONS[edge]) in steps


@pytest.mark.parametrize(
    "edge",
    [(a, b) for a in DebitState for b in DebitState if a != b and (a, b) not in DEBIT_TRANSITIONS],
    ids=" → ".join,
)
def test_no_other_step_is_possible(edge: tuple[DebitState, DebitState], at: datetime) -> None:
    debit = Debit(state=edge[0])

    assert not may_move(debit, edge[1])
    with pytest.raises(NotAllowed):
        move(debit, edge[1], at=at)


def test_the_money_of_a_bank_account_may_be_taken_back_for_eight_weeks(debits: DebitDesk) -> None:
    debit = collected(debits).debit
    assert debit is not None

    assert (state_of(debit), debits.balance()) == (COLLECTED, Money(0))
    assert debit.refundable_until is not None
    assert (debit.refundable_until - local_date(debits.at)).days == 56


def test_the_page_of_states_shows_the_table() -> None:
    page = (ROOT / "docs/states/debit.md").read_text(encoding="utf-8")

    assert page == debit_states_page(), "run `make docs`"
    assert debit_diagram() in page


def test_a_card_that_asks_is_the_bank_of_the_contract(debits: DebitDesk) -> None:
    debit = debits.planned(card=ASKING_CARD)
    debits.day_of(debit)
    debits.collect()

    assert (state_of(debit), debit.failure) == (ACTION, Failure.AUTHENTICATION)
