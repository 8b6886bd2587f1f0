"""The papers of a dispute: its receipt is cancelled as the money goes, and written anew as it comes back."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from django.urls import reverse

from core.money import Money
from invoices.models import Receipt, ReceiptCancellation
from invoices.tests.reversing import unguarded
from ledger.tests.desk import bill
from payments.checks import disputes_have_their_papers
from payments.gateways.base import DisputeState
from payments.tests.dispute_desk import moved, told_of

if TYPE_CHECKING:
    from django.test import Client

    from payments.tests.dispute_desk import DisputeDesk

pytestmark = pytest.mark.django_db


def papers() -> list[str]:
    """Every receipt and cancellation with its euros, in the order of what happened."""
    receipts = [(r.issued_at, r.pk, f"{r.number[:2]} {r.amount_cents // 100}") for r in Receipt.objects.all()]
    gone = [
        (c.issued_at, c.pk, f"{c.number[:2]} {c.amount_cents // 100} of {c.receipt.number[-1]}")
        for c in ReceiptCancellation.objects.select_related("receipt")
    ]
    return [words for *_, words in sorted(receipts + gone)]


def agree() -> bool:
    return all(check.ok for check in disputes_have_their_papers())


def test_taken_won_and_taken_again(card: DisputeDesk) -> None:
    payment = card.credited(100)
    bill(card.books, "FA1", 60)
    taken, back = moved(payment, 10_000, name="t1"), moved(payment, -10_000, name="t2")
    again = moved(payment, 10_000, name="t3")

    for state, movements in (
        (DisputeState.OPENED, (taken,)),
        (DisputeState.WON, (taken, back)),
        (DisputeState.LOST, (taken, back, again)),
    ):
        card.later(days=1)
        card.apply(payment, told_of(payment, state, movements=movements))
        assert agree()

    assert papers() == ["RC 100", "AR 100 of 1", "RC 100", "AR 100 of 2"]
    first, second = ReceiptCancellation.objects.order_by("pk")
    assert first.reopened == [{"document": "FA1", "amount_cents": 6_000}]
    assert (second.receipt.restores, second.reference) == (first, "du_told")
    assert second.receipt.settled == [{"document": "FA1", "amount_cents": 6_000}]


def test_less_comes_back_than_was_taken(card: DisputeDesk) -> None:
    payment = card.credited(100)
    bill(card.books, "FA1", 80)
    taken, back = moved(payment, 10_000, name="t1"), moved(payment, -7_000, name="t2")
    card.later(days=1)

    card.apply(payment, told_of(payment, movements=(taken,)))
    card.later(days=1)
    card.apply(payment, told_of(payment, DisputeState.WON, movements=(taken, back)))

    assert papers() == ["RC 100", "AR 100 of 1", "RC 70"]
    returned = Receipt.objects.get(restores__isnull=False)
    assert returned.settled == [{"document": "FA1", "amount_cents": 7_000}]
    assert returned.balance_after_cents == -1_000
    assert agree()


def test_news_twice_is_one_paper_and_one_mail(card: DisputeDesk) -> None:
    payment = card.credited(100)
    told = told_of(payment, movements=(moved(payment, 4_000),))
    card.later(days=1)

    card.apply(payment, told)
    card.apply(payment, told)

    assert papers() == ["RC 100", "AR 40 of 1"]
    assert Money(ReceiptCancellation.objects.get().balance_after_cents) == Money(6_000)


def test_selfcheck_misses_a_cancellation(card: DisputeDesk) -> None:
    payment = card.credited(100)
    card.apply(payment, told_of(payment, movements=(moved(payment, 4_000),)))
    unguarded("DELETE FROM invoices_receiptcancellation")

    assert not agree()


def test_the_page_of_the_payment_leads_to_its_papers(client: Client, card: DisputeDesk) -> None:
    payment = card.credited(100)
    taken, back = moved(payment, 10_000, name="t1"), moved(payment, -10_000, name="t2")
    card.apply(payment, told_of(payment, movements=(taken,)))
    cancelled = reverse("invoices:cancellation_pdf", args=[ReceiptCancellation.objects.get().public_id])
    client.force_login(card.customer.memberships.get().user)
    page = reverse("payments:progress", args=[payment.public_id])

    assert client.get(page).content.decode().count(cancelled) == 2  # a button, and beside the receipt

    card.later(days=1)
    card.apply(payment, told_of(payment, DisputeState.WON, movements=(taken, back)))
    shown = client.get(page).content.decode()
    assert reverse("invoices:receipt_pdf", args=[Receipt.objects.get(restores__isnull=False).public_id]) in shown
