"""Files of direct debits for our bank, and what the bank answers: postings.md, "Direct debit, then returned"."""

from __future__ import annotations

from datetime import timedelta

import pytest

from core.money import Money
from invoices.models import ReceiptCancellation
from ledger import selectors as books
from ledger import services as ledger
from payments import selectors
from payments.models import (
    AnswerKind,
    BankAnswer,
    BankDebit,
    CollectingRule,
    Debit,
    DebitState,
    Mandate,
    MandateState,
    MethodState,
    Payment,
    PaymentStatus,
    Reason,
    Remittance,
    RemittanceState,
    SavedMethod,
)
from payments.services import collecting, remitting
from payments.target import is_target_day
from payments.tests.remittance_desk import RemittanceDesk


def state_of(debit: Debit) -> DebitState:
    debit.refresh_from_db()
    return DebitState(debit.state)


def test_a_file_holds_the_amount_and_the_bank_is_told_account_day_and_mandate(remittances: RemittanceDesk) -> None:
    debit = remittances.planned(12_000)

    made = remittances.made(debit)

    content = remitting.content_of(made.remittance).decode()
    assert remittances.state() == (0, 12_000, 12_000)
    assert books.amount_to_collect(remittances.customer.pk) == Money(0)
    assert (made.collect_on, made.amount_cents) == (debit.collect_on, 12_000)
    assert is_target_day(made.collect_on)
    for word in (
        made.end_to_end,
        made.mandate.reference,
        f"<ReqdColltnDt>{made.collect_on}</ReqdColltnDt>",
        ">120.00<",
    ):
        assert word in content
    assert (state_of(debit), made.payment.status) == (DebitState.SENT, PaymentStatus.PENDING)


def test_a_debit_that_settles_pays_the_invoice_and_waits_eight_weeks(remittances: RemittanceDesk) -> None:
    debit = remittances.planned(12_000)
    made = remittances.made(debit)

    remittances.settles(made)

    assert remittances.state() == (0, 0, 0)
    assert remittances.account("511300") == 12_000
    assert state_of(debit) == DebitState.COLLECTED
    assert debit.refundable_until == made.collect_on + timedelta(weeks=8)
    assert Mandate.objects.get().last_collected_on == made.collect_on
    assert len(remittances.mails("debit.collected")) == 1


def test_told_twice_by_two_files_a_settlement_is_one(remittances: RemittanceDesk) -> None:
    made = remittances.made(remittances.planned())

    first = remittances.settles(made, bank_reference="A")
    second = remittances.settles(made, source="camt.054 test", bank_reference="B")

    assert first.pk == second.pk
    assert remittances.account("511300") == 12_000


def test_a_refusal_before_settlement_releases_the_hold_and_is_tried_once_more(remittances: RemittanceDesk) -> None:
    debit = remittances.planned()
    made = remittances.made(debit)

    remittances.refuses(made, "AM04")

    assert remittances.state() == (0, 12_000, 0)
    assert remittances.account("511300") == 0
    assert state_of(debit) == DebitState.WAITING
    (mail,) = remittances.mails("debit.failed")
    assert "La provision" in mail
    assert is_target_day(debit.collect_on)
    assert debit.collect_on > remittances.today


def test_an_account_that_lacks_money_twice_is_not_debited_again(remittances: RemittanceDesk) -> None:
    debit = remittances.planned()
    remittances.refuses(remittances.made(debit), "AM04")

    remittances.refuses(remittances.made(debit), "AM04")

    method = SavedMethod.objects.get()
    assert (method.state, method.reason) == (MethodState.UNUSABLE, Reason.BANK)
    assert state_of(debit) == DebitState.FAILED
    assert Mandate.objects.get().state == MandateState.ACTIVE
    assert len(remittances.mails("debit.given_up")) == 1


def test_money_that_comes_between_two_refusals_begins_the_count_again(remittances: RemittanceDesk) -> None:
    debit = remittances.planned()
    remittances.refuses(remittances.made(debit), "AM04")
    remittances.settles(remittances.made(debit))

    assert selectors.times_short_of_money(Mandate.objects.get()) == 0


@pytest.mark.parametrize(
    ("reason", "mandate", "method"),
    [
        ("MD01", MandateState.REFUSED, MethodState.UNUSABLE),
        ("AC04", MandateState.REFUSED, MethodState.UNUSABLE),
        ("MD07", MandateState.REFUSED, MethodState.UNUSABLE),
        ("AC06", MandateState.ACTIVE, MethodState.UNUSABLE),
        ("MS02", MandateState.ACTIVE, MethodState.UNUSABLE),
        ("SL01", MandateState.ACTIVE, MethodState.UNUSABLE),
        ("ZZ99", MandateState.ACTIVE, MethodState.UNUSABLE),
        ("FF01", MandateState.ACTIVE, MethodState.ACTIVE),
        ("TM01", MandateState.ACTIVE, MethodState.ACTIVE),
    ],
)
def test_each_reason_ends_what_it_should(
    remittances: RemittanceDesk, reason: str, mandate: MandateState, method: MethodState
) -> None:
    made = remittances.made(remittances.planned())

    remittances.refuses(made, reason)

    assert (Mandate.objects.get().state, SavedMethod.objects.get().state) == (mandate, method)
    assert remittances.state() == (0, 12_000, 0)


def test_a_return_after_six_weeks_undoes_what_was_paid_and_reopens_the_invoice(remittances: RemittanceDesk) -> None:
    debit = remittances.planned(12_000)
    made = remittances.made(debit)
    remittances.settles(made)
    remittances.at += timedelta(weeks=6)

    answer = remittances.sends_back(made, "MD06", charges=Money(500), bank_reference="R-77")

    (item,) = books.open_items(remittances.customer.pk)
    assert remittances.state() == (0, 12_000, 0)
    assert (remittances.account("512000"), remittances.account("627100")) == (-12_500, 500)
    assert (answer.kind, answer.charges_cents) == (AnswerKind.RETURNED, 500)
    assert state_of(debit) == DebitState.RETURNED
    assert (item.open, item.due_date) == (Money(12_000), debit.due_on)
    assert item.reminders_from == remittances.today + timedelta(days=7)
    assert ReceiptCancellation.objects.count() == 1
    assert not CollectingRule.objects.get().is_on
    assert len(remittances.mails("debit.returned")) == 1


def test_the_same_return_told_twice_is_one_and_another_reason_is_set_aside(remittances: RemittanceDesk) -> None:
    made = remittances.made(remittances.planned())
    remittances.settles(made)

    first = remittances.sends_back(made, "MD06")
    again = remittances.sends_back(made, "MD06", source="camt.054", bank_reference="other")
    other = remittances.sends_back(made, "AC04")

    assert first.pk == again.pk
    assert other.kind == AnswerKind.NOT_OURS
    assert remittances.account("512000") == -12_000
    assert list(selectors.answers_set_aside()) == [other]


def test_a_return_that_we_hear_of_before_the_settlement_is_both(remittances: RemittanceDesk) -> None:
    debit = remittances.planned()
    made = remittances.made(debit)
    remittances.wait_until(made.collect_on)

    remittances.sends_back(made, "AM04")
    remittances.settles(made)

    assert remittances.state() == (0, 12_000, 0)
    assert (remittances.account("511300"), remittances.account("512000")) == (12_000, -12_000)
    assert state_of(debit) == DebitState.RETURNED


def test_a_refused_debit_that_is_credited_with_its_block_and_taken_back_apart_leaves_nothing(
    remittances: RemittanceDesk,
) -> None:
    made = remittances.made(remittances.planned())
    remittances.refuses(made, "AM04")
    remittances.settles(made)

    back = remittances.sends_back(made, "AM04")
    again = remittances.sends_back(made, "AM04", source="camt.054")

    assert (back.kind, again.pk) == (AnswerKind.RETURNED, back.pk)
    assert remittances.state() == (0, 12_000, 0)
    assert (remittances.account("511300"), remittances.account("512000")) == (12_000, -12_000)
    assert selectors.times_short_of_money(Mandate.objects.get()) == 1


def test_a_refusal_that_moved_no_money_takes_none_back(remittances: RemittanceDesk) -> None:
    debit = remittances.planned()
    made = remittances.made(debit)
    remittances.settles(made)

    alone = remittances.refuses(made, "AM04")
    remittances.answers_file(made.remittance, refused=True, reason="AM10")

    assert (alone.kind, alone.detail) == (AnswerKind.NOT_OURS, "refused after it settled")
    assert remittances.state() == (0, 0, 0)
    assert remittances.account("512000") == 0
    assert state_of(debit) == DebitState.COLLECTED


def test_money_that_settles_after_a_refusal_is_credited_all_the_same(remittances: RemittanceDesk) -> None:
    debit = remittances.planned()
    made = remittances.made(debit)
    remittances.refuses(made, "AM04")

    remittances.settles(made)

    assert remittances.state() == (0, 0, 0)
    assert state_of(debit) == DebitState.COLLECTED


def test_an_unknown_end_to_end_id_posts_nothing_and_is_shown(remittances: RemittanceDesk) -> None:
    made = remittances.made(remittances.planned())

    for _ in range(2):
        remitting.record_settlement(remittances.word(made, end_to_end="D-0000-0000-0000-1"), at=remittances.at)
        remitting.record_return(remittances.word(made, end_to_end="NOPE", reason="AM04"), at=remittances.at)

    assert BankAnswer.objects.filter(kind=AnswerKind.NOT_OURS, debit=None).count() == 2
    assert remittances.state() == (0, 12_000, 12_000)


def test_more_than_was_collected_does_not_come_back(remittances: RemittanceDesk) -> None:
    made = remittances.made(remittances.planned())
    remittances.settles(made)

    answer = remittances.sends_back(made, "MD06", amount=Money(12_001))

    assert answer.kind == AnswerKind.NOT_OURS
    assert remittances.state() == (0, 0, 0)


def test_a_return_of_a_closed_month_is_booked_on_the_first_open_day(
    remittances: RemittanceDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = remittances.made(remittances.planned())
    remittances.settles(made)
    remittances.at += timedelta(weeks=6)
    open_on = remittances.today - timedelta(days=1)
    monkeypatch.setattr("payments.services.remitting.returning.books.first_open_day", lambda _day: open_on)

    answer = remittances.sends_back(made, "MD06", booked_on=made.collect_on)

    assert answer.tx is not None
    assert (answer.tx.effective_on, answer.tx.piece_date) == (open_on, made.collect_on)


def test_a_file_that_is_refused_whole_releases_every_hold(remittances: RemittanceDesk) -> None:
    made = remittances.made(remittances.planned())

    remittance = remittances.answers_file(made.remittance, refused=True, reason="AM10")

    assert remittance is not None
    assert remittance.state == RemittanceState.REJECTED
    assert remittances.state() == (0, 12_000, 0)
    assert [event.name for event in remittance.events.order_by("pk")] == ["written", "refused"]


def test_an_answer_about_a_file_is_applied_once_and_one_about_no_file_of_ours_is_shown(
    remittances: RemittanceDesk,
) -> None:
    made = remittances.made(remittances.planned())

    for _ in range(2):
        taken = remittances.answers_file(made.remittance)
    other = Remittance(message_id="R20000101-1")

    assert taken is not None
    assert taken.state == RemittanceState.ACCEPTED
    assert remittances.answers_file(other, refused=True, reason="FF01") is None
    assert selectors.answers_set_aside().count() == 1


def test_a_file_is_made_once_however_often_it_is_asked_for(remittances: RemittanceDesk) -> None:
    made = remittances.made(remittances.planned())

    assert remittances.make() == []
    assert BankDebit.objects.get() == made


def test_the_next_file_of_a_day_has_the_next_name(remittances: RemittanceDesk) -> None:
    made = remittances.made(remittances.planned())

    assert made.remittance.message_id == f"R{remittances.today:%Y%m%d}-1"
    assert selectors.next_message_id(remittances.today) == f"R{remittances.today:%Y%m%d}-2"


def test_killed_between_the_claim_and_the_file_the_next_run_writes_it(
    remittances: RemittanceDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    debit = remittances.planned()
    remittances.wait_until(debit.start_on)
    for place in ("remit.claimed", "remit.written", "remit.before_commit"):
        with monkeypatch.context() as crash:
            crash.setattr("payments.services.remitting.making.failpoint", _dies_at(place))
            with pytest.raises(KeyboardInterrupt):
                remittances.make()
        assert BankDebit.objects.count() == 0

    (made,) = remittances.make()

    assert (made.count, made.total_cents) == (1, 12_000)
    assert Payment.objects.count() == 1
    assert remittances.state() == (0, 12_000, 12_000)


def _dies_at(place: str) -> object:
    def here(name: str) -> None:
        if name == place:
            raise KeyboardInterrupt(name)

    return here


def test_a_transfer_that_arrives_before_the_file_lowers_or_cancels_it(remittances: RemittanceDesk) -> None:
    debit = remittances.planned(12_000)
    remittances.wait_until(debit.start_on)
    _transfer(remittances, 5_000)

    (made,) = remittances.make()

    assert made.total_cents == 7_000

    other = remittances
    other.owe(3_000)
    _transfer(remittances, 3_000)
    assert remittances.make() == []


def _transfer(desk: RemittanceDesk, cents: int) -> None:
    ledger.receive_money(
        desk.customer.pk,
        Money(cents),
        source=ledger.Source(ledger.Origin.TRANSFER, f"T{cents}", ""),
        clearing_account="512000",
        journal=ledger.Journal.BANK,
        label="Virement",
        piece_ref="R-1",
        piece_date=desk.today,
        key=f"transfer:{cents}",
        at=desk.at,
    )


def test_a_mandate_that_ended_before_the_file_is_in_no_file(remittances: RemittanceDesk) -> None:
    debit = remittances.planned()
    remittances.wait_until(debit.start_on)
    payment = collecting.claim(debit.pk, on=remittances.today, at=remittances.at)
    mandate = Mandate.objects.get()
    Mandate.objects.filter(pk=mandate.pk).update(state=MandateState.REVOKED, ended_at=remittances.at)

    assert remittances.make() == []

    assert payment is not None
    payment.refresh_from_db()
    assert (payment.status, payment.failure_code) == (PaymentStatus.REFUSED, "MANDATE")
    assert remittances.state() == (0, 12_000, 0)


def test_what_the_bank_never_answers_is_an_alarm_after_some_days(remittances: RemittanceDesk) -> None:
    made = remittances.made(remittances.planned())

    assert not selectors.silent_bank_debits(on=made.collect_on + timedelta(days=5)).exists()
    assert selectors.silent_bank_debits(on=made.collect_on + timedelta(days=6)).get() == made
