from __future__ import annotations

import pytest

from invoices import selectors as invoices
from payments.models import PaymentStatus
from tests.journeys.visitor import Visitor
from tests.support.bank import ASKING_CARD, POOR_CARD
from tests.support.stack import Stack

pytestmark = pytest.mark.journey
CREDITED = "46,80 € ajoutés à votre compte"
CHECKING = "Vérification en cours. Ne payez pas une seconde fois."


def test_a_customer_pays_and_reads_that_it_is_credited(claire: Visitor) -> None:
    back = claire.pay(claire.top_up("46,80"))

    assert claire.heading(back) == CREDITED
    claire.ends_with(4_680)
    assert claire.heading(back) == CREDITED  # the address may be kept


def test_the_receipt_can_be_downloaded(stack: Stack, claire: Visitor) -> None:
    claire.open(claire.pay(claire.top_up("46,80")))
    receipt = invoices.receipt_for(claire.payment.reference)
    assert receipt is not None
    stack.wait(lambda: invoices.receipt_file(receipt) is not None, "the receipt is drawn")

    answer = claire.browser.get(f"{stack.site}/recus/{receipt.public_id}/pdf/", timeout=20)

    assert answer.content.startswith(b"%PDF-")


def test_what_is_due_is_paid(claire: Visitor) -> None:
    claire.owes(4_680)
    claire.open(claire.pay(claire.top_up("46,80")))

    claire.ends_with(4_680, owed=4_680)


def test_a_closed_tab_loses_nothing(claire: Visitor) -> None:
    claire.pay(claire.top_up("46,80"))

    claire.ends_with(4_680)


def test_a_bank_that_asks_for_a_confirmation_is_answered(claire: Visitor) -> None:
    claire.open(claire.pay(claire.top_up("46,80"), ASKING_CARD))

    claire.ends_with(4_680)


def test_after_a_refusal_the_customer_reads_why_and_pays_with_another_card(claire: Visitor) -> None:
    page = claire.top_up("46,80")
    claire.pay(page, POOR_CARD)

    told = claire.open(f"/paiements/{claire.payment.public_id}/annule/")
    assert "Vous n’avez pas été débité." in told
    assert "Solde insuffisant" in told
    assert page in told  # the same page serves again

    assert claire.heading(claire.pay(page)) == CREDITED
    claire.ends_with(4_680)


def test_a_customer_who_gives_up_is_not_charged(stack: Stack, claire: Visitor) -> None:
    claire.top_up("46,80")
    back = f"/paiements/{claire.payment.public_id}/annule/"

    assert claire.heading(back) == "Vous n’avez pas été débité. Paiement annulé"
    claire.post(back)

    claire.ends_uncharged()
    assert claire.payment.status == PaymentStatus.ABANDONED


def test_a_page_left_alone_closes_by_itself(stack: Stack, claire: Visitor) -> None:
    claire.top_up("46,80")
    stack.bank.advance(3 * 3600)

    claire.ends_uncharged()


def test_two_tabs_pay_what_is_due_once(claire: Visitor) -> None:
    claire.owes(4_680)
    first, second = claire.top_up("46,80"), claire.top_up("46,80")
    back = claire.pay(first)

    assert second == first
    assert claire.heading(claire.top_up("46,80")) == CREDITED
    assert claire.heading(back) == CREDITED
    claire.ends_with(4_680, owed=4_680)


def test_a_second_tab_with_another_amount_closes_the_first(stack: Stack, claire: Visitor) -> None:
    claire.owes(4_680)
    first, second = claire.top_up("46,80"), claire.top_up("60")

    assert stack.bank.pay(first.rsplit("/", 1)[1])["outcome"] == "CLOSED"
    claire.pay(second)
    claire.ends_with(6_000, owed=4_680)


def test_two_top_ups_of_choice_are_two(claire: Visitor) -> None:
    for _ in range(2):
        claire.open(claire.pay(claire.top_up("50")))

    claire.ends_with(5_000, 5_000)


def test_another_customers_payment_does_not_exist(claire: Visitor, ivan: Visitor) -> None:
    claire.top_up("46,80")

    for address in ("", "annule/"):
        answer = ivan.browser.get(f"{ivan.stack.site}/paiements/{claire.payment.public_id}/{address}", timeout=20)
        assert answer.status_code == 404
