from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from core.clock import local_date
from core.money import Money
from invoices.models import Receipt as Paper
from ledger import selectors as ledger
from ledger import services as books
from outbox.models import Message
from payments import services
from payments.gateways.base import PageState
from payments.models import PaymentStatus, ProviderCustomer
from payments.selectors import history_of, payments_that_differ
from payments.tests.desk import Desk, a_receipt


def balance(desk: Desk) -> Money:
    return ledger.get_balance(desk.customer.pk).balance


def owe(desk: Desk, cents: int, ref: str = "FA-1") -> None:
    """An invoice, as far as the ledger knows it."""
    document = books.NewDocument(
        customer_id=desk.customer.pk,
        document_ref=ref,
        total=Money(cents),
        due_date=local_date(desk.at),
        legs=(books.CreditLeg("706100", Money(cents)),),
        label=ref,
        issue_date=local_date(desk.at),
        key=f"invoice:{ref}",
    )
    books.book_documents([document], at=desk.at)


def test_a_paid_page_credits_the_account_with_a_receipt_and_one_mail(desk: Desk) -> None:
    payment = desk.ask(desk.pay(desk.start()))

    assert payment.status == PaymentStatus.SUCCEEDED
    assert balance(desk) == Money(4_680)
    assert Paper.objects.get().payment_ref == payment.reference
    message = Message.objects.get()
    assert " ".join(message.subject.split()) == "46,80 € ajoutés à votre compte – nouveau solde 46,80 €"
    assert payment.reference in message.text
    assert "<" not in message.text
    assert payment.instrument == "Visa •• 4242"


def test_the_books_agree_with_the_provider_to_the_cent(desk: Desk) -> None:
    payment = desk.ask(desk.pay(desk.start()))

    totals = desk.bank.totals()
    assert payment.fee_cents == totals["fees_cents"] > 0
    assert ledger.account_balance("517100") == Money(totals["net_cents"])
    assert ledger.account_balance("627800") == Money(totals["fees_cents"])


def test_what_is_due_is_paid_at_once_and_named_in_the_mail(desk: Desk) -> None:
    owe(desk, 3_000)
    desk.ask(desk.pay(desk.start()))

    assert ledger.open_items(desk.customer.pk) == []
    assert balance(desk) == Money(1_680)
    assert "FA-1" in Message.objects.get().text


def test_hearing_it_ten_times_credits_once(desk: Desk) -> None:
    payment = desk.pay(desk.start())
    for minute in range(10):
        desk.ask(payment, later=timedelta(minutes=minute))

    assert balance(desk) == Money(4_680)
    assert (Paper.objects.count(), Message.objects.count()) == (1, 1)


def test_what_was_really_received_is_credited_and_shown_to_staff(desk: Desk) -> None:
    payment = desk.told(desk.start(4_680), PageState.PAID, receipt=a_receipt(4_000))

    assert balance(desk) == Money(4_000)
    assert payment.differs
    assert list(payments_that_differ()) == [payment]
    assert "amount differs" in [step.name for step in history_of(payment)]
    assert "46,80\u00a0€" in Message.objects.get().text


def test_another_currency_credits_nothing_and_waits_for_staff(desk: Desk) -> None:
    payment = desk.told(desk.start(), PageState.PAID, receipt=a_receipt(currency="USD"))

    assert payment.status == PaymentStatus.UNKNOWN
    assert balance(desk) == Money(0)
    assert "USD" in [step.detail for step in history_of(payment)][-1]


def test_a_page_that_names_another_payment_credits_nothing(desk: Desk) -> None:
    payment = desk.start()
    page = replace(desk.page(payment), reference="somebody else’s", state=PageState.PAID, receipt=a_receipt())

    applied = services.apply(payment.pk, page, at=desk.at)

    assert (applied.status, balance(desk)) == (PaymentStatus.UNKNOWN, Money(0))


def test_a_page_of_another_customer_credits_nothing(desk: Desk) -> None:
    payment = desk.start()
    page = replace(desk.page(payment), person="cus_other", state=PageState.PAID, receipt=a_receipt())

    applied = services.apply(payment.pk, page, at=desk.at)

    assert (applied.status, balance(desk)) == (PaymentStatus.UNKNOWN, Money(0))


def test_another_page_than_ours_credits_nothing(desk: Desk) -> None:
    payment = desk.close(desk.start())
    page = replace(desk.page(payment), session_id="cs_other", state=PageState.PAID, receipt=a_receipt())

    applied = services.apply(payment.pk, page, at=desk.at)

    assert (applied.status, balance(desk)) == (PaymentStatus.ABANDONED, Money(0))
    assert [step.name for step in history_of(applied)][-1] == "answer set aside"


def test_a_fee_that_comes_later_is_booked_later(desk: Desk) -> None:
    payment = desk.told(desk.start(), PageState.PAID, receipt=a_receipt(fee=None))
    assert payment.fee_cents is None
    assert payment.ask_at is not None
    assert ledger.account_balance("517100") == Money(4_680)

    again = desk.told(payment, PageState.PAID, receipt=a_receipt(fee=None))
    assert again.asked_count > payment.asked_count
    known = desk.told(payment, PageState.PAID, receipt=a_receipt(fee=Money(95)))
    desk.told(payment, PageState.PAID, receipt=a_receipt(fee=Money(95)))

    assert (known.fee_cents, known.ask_at) == (95, None)
    assert ledger.account_balance("517100") == Money(4_585)


def test_no_fee_is_a_fee_of_zero(desk: Desk) -> None:
    payment = desk.told(desk.start(), PageState.PAID, receipt=a_receipt(fee=Money(0)))

    assert payment.fee_cents == 0
    assert ledger.account_balance("627800") == Money(0)


def test_money_with_the_bank_is_not_asked_for_a_second_time(desk: Desk) -> None:
    owe(desk, 4_680)
    payment = desk.told(desk.start(), PageState.PENDING)
    assert ledger.get_balance(desk.customer.pk).incoming == Money(4_680)
    assert services.suggested_due(desk.customer) == Money(0)

    desk.told(payment, PageState.PENDING)
    desk.ask(desk.pay(payment))

    assert ledger.get_balance(desk.customer.pk).incoming == Money(0)
    assert ledger.open_items(desk.customer.pk) == []


def test_a_bank_that_refuses_frees_what_was_held(desk: Desk) -> None:
    owe(desk, 4_680)
    payment = desk.told(desk.start(), PageState.PENDING)
    desk.told(payment, PageState.CLOSED)

    assert ledger.get_balance(desk.customer.pk).incoming == Money(0)
    assert services.suggested_due(desk.customer) == Money(4_680)


@pytest.mark.parametrize("state", [PageState.OPEN, PageState.PENDING, PageState.CLOSED])
def test_late_news_never_undoes_a_credit(desk: Desk, state: PageState) -> None:
    payment = desk.ask(desk.pay(desk.start()))

    assert desk.told(payment, state).status == PaymentStatus.SUCCEEDED
    assert balance(desk) == Money(4_680)


@pytest.mark.parametrize("state", [PageState.OPEN, PageState.PENDING, PageState.CLOSED])
def test_late_news_never_reopens_what_ended(desk: Desk, state: PageState) -> None:
    payment = desk.close(desk.start())

    assert desk.told(payment, state).status == PaymentStatus.ABANDONED


def test_a_paid_page_without_a_receipt_is_an_error_and_changes_nothing(desk: Desk) -> None:
    payment = desk.start()

    with pytest.raises(ValueError, match="without a receipt"):
        desk.told(payment, PageState.PAID)
    payment.refresh_from_db()
    assert payment.status == PaymentStatus.OPEN


def test_the_customer_is_registered_once_at_the_provider(desk: Desk) -> None:
    desk.start()
    desk.close(desk.start(5_000))
    desk.start(6_000)

    assert ProviderCustomer.objects.get().customer == desk.customer
