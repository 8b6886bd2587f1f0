"""Mails about transfers: held, kept back by an undo, corrected when they had left."""

from __future__ import annotations

from datetime import timedelta

import pytest

from accounts.models import Customer
from bank.services import telling
from bank.tests.announcing import MONDAY
from core.money import Money
from invoices.tests.making import issued, pay
from outbox.models import Message, MessageState

pytestmark = pytest.mark.django_db


def told(customer: Customer, *, paid_twice: bool = False) -> Message:
    number = issued(customer, at=MONDAY).number
    received = pay(customer, 10_000, at=MONDAY)
    [mail] = telling.tell_received(
        customer,
        amount=Money(10_000),
        payer="Claire <b>Martin</b>",
        settled=received.settled,
        balance=received.balance,
        key="bank:1:credit",
        at=MONDAY,
        paid_twice=paid_twice,
    )
    assert f"Il a réglé {number} : 46,80\u00a0€" in mail.text.replace("\u00a0:", " :")
    return mail


def test_a_transfer_received_says_how_much_from_whom_what_it_paid_and_the_balance(customer: Customer) -> None:
    mail = told(customer)

    assert mail.subject == "Virement de 100,00 € reçu"
    assert "solde est maintenant de 53,20\u00a0€" in mail.text
    assert "Claire <b>Martin</b>" in mail.text
    assert "Claire &lt;b&gt;Martin&lt;/b&gt;" in mail.html
    assert "deux fois" not in mail.text
    assert mail.not_before == MONDAY + timedelta(minutes=10)


def test_a_probable_second_payment_says_so_and_what_to_do(customer: Customer) -> None:
    assert "vous avez probablement payé deux fois" in told(customer, paid_twice=True).text


def test_an_undo_within_ten_minutes_says_nothing(customer: Customer) -> None:
    told(customer)

    assert telling.unsay("bank:1:credit", at=MONDAY)
    assert Message.objects.get(kind="transfer.received").state == MessageState.CANCELLED
    assert telling.unsay("bank:1:credit", at=MONDAY)


@pytest.mark.parametrize("state", [MessageState.SENT, MessageState.SENDING])
def test_what_left_cannot_be_unsaid_and_is_corrected(customer: Customer, state: MessageState) -> None:
    told(customer)
    Message.objects.filter(kind="transfer.received").update(state=state, sent_at=MONDAY)

    assert not telling.unsay("bank:1:credit", at=MONDAY)
    for _ in range(2):
        telling.tell_corrected(customer, amount=Money(10_000), key="bank:1:corrected", at=MONDAY)

    mail = Message.objects.get(kind="transfer.corrected")
    assert mail.subject == "Le virement de 100,00 € n’était pas pour votre compte"


def test_what_was_never_said_needs_no_correction_and_another_fact_stays(customer: Customer) -> None:
    told(customer)

    assert telling.unsay("bank:1:cred", at=MONDAY)
    assert Message.objects.get(kind="transfer.received").state == MessageState.WAITING


@pytest.mark.parametrize("language", ["fr", "en"])
def test_a_recall_names_what_is_due_again(customer: Customer, language: str) -> None:
    customer.language = language

    [mail] = telling.tell_recalled(
        customer, amount=Money(4_680), reopened=["FA2026-000001"], key="bank:1:recalled", at=MONDAY
    )

    assert "FA2026-000001" in mail.text
    assert "Nothing is due" not in mail.text
    assert mail.subject.startswith({"fr": "Votre banque a rappelé", "en": "Your bank took back"}[language])
