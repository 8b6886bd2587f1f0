"""Lines that are no customer's transfer: payouts, moves between our accounts, fees, recalls (postings §1, §7, §12)."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from pytest_django import DjangoAssertNumQueries

from accounts.models import Customer
from bank import checks, services
from bank.models import BankAccount, BankLine, LinePayout
from bank.services.deciding import AlreadyDecided, BadDecision, Handling, ShareOf
from bank.tests.transfer_desk import TransferDesk, account, balances, lines_of_512, state_of
from bank.words import LineState
from core import clock
from core.money import Money
from invoices.models import Receipt, ReceiptCancellation
from ledger import selectors as books
from outbox.models import Message, MessageState
from payments.gateways.base import BankPayout
from payments.models import Payout, PayoutStatus
from payments.services.paying_out import apply_payout
from tests.support.cast import Cast
from tests.support.statements import Movement

pytestmark = pytest.mark.django_db
SECOND = "FR7630006000011234567890189"


@pytest.fixture
def desk(db: None) -> TransferDesk:
    return TransferDesk(clock.now().replace(hour=9))


def paid_out(desk: TransferDesk, cents: int, *, name: str = "po_1", provider: str = "STRIPE", days: int = 2) -> Payout:
    told = BankPayout(
        object_id=name,
        status=PayoutStatus.IN_TRANSIT,
        amount_cents=cents,
        currency="EUR",
        created_at=desk.at - timedelta(days=days),
        arrives_at=desk.at,
        failure_code="",
    )
    return apply_payout(provider, told, at=desk.at)


def chosen(line: BankLine, kind: str) -> str:
    return next(choice.value for choice in services.choices_for(line) if choice.kind == kind)


def handling(desk: TransferDesk, line: BankLine, reason: str = "") -> Handling:
    line.refresh_from_db()
    return Handling(desk.staff, type(line).objects.get(pk=line.pk).work.version, reason=reason)


def explained() -> bool:
    return all(check.ok for check in checks.payouts_are_met_once())


def test_a_payout_meets_its_line_and_580000_is_empty(desk: TransferDesk) -> None:
    payout = paid_out(desk, 9_835)
    assert (account("580000"), explained()) == (9_835, True)

    line = desk.comes(9_835, "STRIPE PAYOUT", name="STRIPE", iban="")

    assert state_of(line) == LineState.POSTED
    assert LinePayout.objects.get().payout == payout
    assert (account("580000"), account("512000")) == (0, 9_835)
    assert explained()


def test_a_payout_is_told_twice_and_met_once(desk: TransferDesk) -> None:
    paid_out(desk, 9_835)
    desk.comes(9_835, "STRIPE PAYOUT", name="STRIPE", iban="")

    second = desk.comes(9_835, "STRIPE PAYOUT", name="STRIPE", iban="")

    assert (state_of(second), LinePayout.objects.count()) == (LineState.UNMATCHED, 1)
    assert services.choices_for(second) == []


def test_money_that_a_provider_takes_meets_its_negative_payout(desk: TransferDesk) -> None:
    paid_out(desk, -2_000)

    line = desk.comes(-2_000, "STRIPE DEBIT", name="STRIPE", iban="")

    assert state_of(line) == LineState.POSTED
    assert (account("580000"), account("512000")) == (0, -2_000)


def test_equal_payouts_are_for_a_person_unless_the_line_names_one(desk: TransferDesk) -> None:
    paid_out(desk, 5_000, name="po_1")
    second = paid_out(desk, 5_000, name="po_2")
    unclear = desk.comes(5_000, "STRIPE", name="STRIPE", iban="")
    named = desk.comes(5_000, "STRIPE po_2", name="STRIPE", iban="")

    assert (state_of(unclear), state_of(named)) == (LineState.UNMATCHED, LineState.POSTED)
    assert second.bank_line.line_id == named.pk
    services.choose(unclear.pk, chosen(unclear, "PAYOUT"), handling(desk, unclear), at=desk.at)

    assert (account("580000"), account("471000"), account("512000")) == (0, 0, 10_000)
    assert explained()


@pytest.mark.parametrize(("text", "days"), [("PAYPAL", 2), ("VIR RECU", 2), ("STRIPE", 30)])
def test_another_provider_no_name_or_another_time_is_for_a_person(desk: TransferDesk, text: str, days: int) -> None:
    paid_out(desk, 5_000, days=days)

    line = desk.comes(5_000, text, name="", iban="")

    assert state_of(line) == LineState.UNMATCHED
    assert account("580000") == 5_000


def test_a_payout_that_was_matched_wrongly_is_undone_and_may_be_met_again(desk: TransferDesk) -> None:
    paid_out(desk, 9_835)
    line = desk.comes(9_835, "STRIPE PAYOUT", name="STRIPE", iban="")

    services.undo(line.decisions.get().pk, reason="another one", by=desk.staff, at=desk.at)

    assert (account("580000"), account("471000"), LinePayout.objects.count()) == (9_835, -9_835, 0)
    services.choose(line.pk, chosen(line, "PAYOUT"), handling(desk, line), at=desk.at)
    assert (account("580000"), account("471000"), explained()) == (0, 0, True)


def test_a_transfer_between_two_accounts_of_ours_meets_itself_on_580000(desk: TransferDesk) -> None:
    BankAccount.objects.create(label="Livret", iban=SECOND, ledger_account="512100")
    own = BankAccount.objects.exclude(iban=SECOND)
    left = desk.comes(-30_000, "VIR INTERNE", name="Nous", iban=SECOND)

    came = desk.imports([Movement(30_000, desk.today, text="VIR INTERNE", iban=own.get().iban)], iban=SECOND)[0]

    assert (state_of(left), state_of(came)) == (LineState.POSTED, LineState.POSTED)
    assert left.decisions.get().shares.get().account == came.decisions.get().shares.get().account == "580000"
    assert [account(code) for code in ("512000", "512100", "580000", "471000")] == [-30_000, 30_000, 0, 0]


def test_a_fee_is_offered_and_booked_in_one_click(desk: TransferDesk) -> None:
    line = desk.comes(-1_250, "FRAIS DE TENUE DE COMPTE", kind="fee", name="", iban="")
    assert state_of(line) == LineState.OUT

    services.choose(line.pk, chosen(line, "FEE"), handling(desk, line, "tenue de compte"), at=desk.at)

    assert (account("627100"), account("471000"), account("512000")) == (1_250, 0, -1_250)


def credited(desk: TransferDesk, customer: Customer, cents: int = 12_000, **more: object) -> BankLine:
    desk.owe(customer, "FA-1", cents)
    line = desk.comes(cents, f"client {customer.reference.shown}", **more)
    services.tell([line.decisions.get().pk], at=desk.at)
    Message.objects.update(state=MessageState.SENT, sent_at=desk.at)
    return line


def taken_back(desk: TransferDesk, cents: int = -12_000, **more: Any) -> BankLine:
    facts: dict[str, object] = {"text": "RAPPEL DE VIREMENT", "return_code": "FRAD", "kind": "taken back", **more}
    return desk.comes(cents, str(facts.pop("text")), **facts)


def test_a_recalled_transfer_is_undone_its_invoice_reopened_and_its_receipt_cancelled(
    desk: TransferDesk, customer: Customer
) -> None:
    line = credited(desk, customer, end_to_end="E2E-77")
    assert (balances(customer), Receipt.objects.count()) == ((0, 0, 0), 1)

    recall = taken_back(desk, end_to_end="E2E-77")

    assert state_of(recall) == LineState.POSTED
    assert balances(customer) == (0, 12_000, 0)
    assert (account("512000"), account("471000")) == (0, 0)
    assert ReceiptCancellation.objects.get().cause == "RECALLED"
    assert Message.objects.filter(kind="transfer.recalled").count() == 1
    assert recall.recall.original_id == line.pk


def test_money_that_is_taken_back_before_its_receipt_gets_none(desk: TransferDesk, customer: Customer) -> None:
    line = desk.comes(12_000, f"client {customer.reference.shown}", end_to_end="E2E-77")
    taken_back(desk, end_to_end="E2E-77")

    services.tell([line.decisions.get().pk], at=desk.at)

    assert (balances(customer), Receipt.objects.count()) == ((0, 0, 0), 0)


def test_it_is_taken_back_once_whoever_tells_it(desk: TransferDesk, customer: Customer) -> None:
    credited(desk, customer, end_to_end="E2E-77")
    taken_back(desk, end_to_end="E2E-77")

    again = taken_back(desk, end_to_end="E2E-77")

    assert (state_of(again), balances(customer)) == (LineState.OUT, (0, 12_000, 0))


@pytest.mark.parametrize("more", [{"end_to_end": "NOTPROVIDED"}, {"end_to_end": ""}, {"end_to_end": "OTHER"}])
def test_without_a_certain_reference_a_person_chooses(
    desk: TransferDesk, customer: Customer, more: dict[str, Any]
) -> None:
    credited(desk, customer, end_to_end="E2E-77")
    recall = taken_back(desk, **more)
    assert (state_of(recall), balances(customer)) == (LineState.OUT, (0, 0, 0))

    services.choose(recall.pk, chosen(recall, "RECALL"), handling(desk, recall), at=desk.at)

    assert (state_of(recall), balances(customer)) == (LineState.POSTED, (0, 12_000, 0))
    assert (account("512000"), account("471000")) == (0, 0)


def test_what_was_refunded_before_is_to_pay(desk: TransferDesk, customer: Customer) -> None:
    desk.comes(10_000, f"client {customer.reference.shown}", end_to_end="E2E-77")
    order = desk.order_refund(customer, 10_000)
    desk.file()
    desk.leaves(order)

    taken_back(desk, -10_000, end_to_end="E2E-77")

    assert balances(customer) == (0, 10_000, 0)
    assert account("512000") == lines_of_512() == -10_000


def test_a_transfer_of_two_customers_is_taken_back_from_both(desk: TransferDesk, cast: Cast) -> None:
    line = desk.comes(10_000, "POUR NOUS DEUX", end_to_end="E2E-77")
    shares = [ShareOf(cast.individual.pk, Money(4_000)), ShareOf(cast.company.pk, Money(6_000))]
    services.credit_line(line.pk, shares, handling(desk, line), at=desk.at)

    taken_back(desk, -10_000, end_to_end="E2E-77")

    assert [balances(each) for each in (cast.individual, cast.company)] == [(0, 0, 0), (0, 0, 0)]
    assert (account("512000"), account("471000"), account("419100")) == (0, 0, 0)


def test_a_choice_that_is_not_offered_or_comes_too_late_is_refused(desk: TransferDesk) -> None:
    line = desk.comes(-1_250, "FRAIS", kind="fee", name="", iban="")
    seen = handling(desk, line, "frais")
    services.choose(line.pk, "FEE:627100", seen, at=desk.at)

    with pytest.raises(AlreadyDecided):
        services.choose(line.pk, "FEE:627100", seen, at=desk.at)
    other = desk.comes(-99, "ACHAT", name="", iban="")
    with pytest.raises(BadDecision):
        services.choose(other.pk, "PAYOUT:1", handling(desk, other), at=desk.at)


def test_whatever_became_of_them_512_is_the_sum_of_the_lines(desk: TransferDesk, customer: Customer) -> None:
    credited(desk, customer, end_to_end="E2E-77")
    taken_back(desk, end_to_end="E2E-77")
    desk.comes(-777, "ACHAT", name="", iban="")

    assert books.account_balance("512000").cents == lines_of_512()


def test_lines_of_strangers_are_looked_at_in_two_questions(
    desk: TransferDesk, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for number in range(5):
        desk.comes(1_000 + number, f"merci {number}", name=f"Payeur {number}", iban=SECOND)

    with django_assert_num_queries(2):
        assert services.apply_leaving(at=desk.at) == 0
