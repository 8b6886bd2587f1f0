from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from django.urls import reverse

from accounts.services import update_profile
from core.money import Money
from invoices import services
from invoices.services.announcing import announce
from invoices.states import FreedMoney
from invoices.tests.making import HOSTING, issued, pay
from outbox import services as outbox
from outbox.models import Job, Message
from tests.support.cast import NOON

if TYPE_CHECKING:
    from accounts.models import Customer
    from invoices.models import Invoice
    from tests.support.cast import Cast

pytestmark = pytest.mark.django_db


def announced(customer: Customer) -> tuple[Invoice, Message]:
    invoice = issued(customer)
    outbox.run(Job.objects.get(kind="invoices.announce").pk, at=NOON)
    return invoice, Message.objects.get()


def plain(text: str) -> str:
    return " ".join(text.split())


def test_an_invoice_to_pay_says_how_much_and_until_when(cast: Cast) -> None:
    invoice, mail = announced(cast.company)

    assert plain(mail.subject) == "Facture FA2026-000001 – 46,80 € à régler avant le 30 décembre 2026"
    assert "Votre facture FA2026-000001 de 46,80 € est prête." in plain(mail.text)
    assert reverse("invoices:detail", args=[invoice.public_id]) in mail.text
    assert "FR76 9999 9000 0100 0123 4567 809" in plain(mail.text)
    assert cast.company.reference.rf_shown in plain(mail.text)
    assert "FA2026-000001" in mail.html
    assert mail.recipients == ["compta@durand.example.org"]


def test_an_invoice_partly_paid_says_what_is_left(cast: Cast) -> None:
    pay(cast.company, 1000)

    _, mail = announced(cast.company)

    assert "36,80 € à régler" in plain(mail.subject)
    assert "Votre solde prépayé en a réglé 10,00 € : il reste 36,80 € à payer." in plain(mail.text)


def test_an_invoice_covered_asks_for_nothing(cast: Cast) -> None:
    pay(cast.company, 10_000)

    _, mail = announced(cast.company)

    assert mail.subject.strip() == "Facture FA2026-000001 – déjà réglée par votre solde"
    assert "Il n’y a rien à faire." in mail.text
    assert "IBAN" not in mail.text


def test_a_public_body_is_told_to_transfer(cast: Cast) -> None:
    _, mail = announced(cast.town_hall)

    assert "Elle se règle par virement" in mail.text
    assert "carte" not in mail.text


def test_english_customers_read_english(cast: Cast) -> None:
    update_profile(cast.company, name="Northlight", language="en", at=NOON)

    _, mail = announced(cast.company)

    assert plain(mail.subject) == "Invoice FA2026-000001 – €46.80 due by 30 December 2026"
    assert "Pay it when you like until then" in mail.text


def test_the_same_fact_is_told_once(cast: Cast) -> None:
    invoice, _ = announced(cast.company)

    announce([invoice.pk], at=NOON)

    assert Message.objects.count() == 1


def test_each_customer_of_a_batch_is_told(cast: Cast) -> None:
    drafts = [services.draft(customer, [HOSTING], at=NOON) for customer in (cast.company, cast.individual)]
    services.issue_many(drafts, at=NOON)

    outbox.run(Job.objects.get(kind="invoices.announce").pk, at=NOON)

    assert sorted(Message.objects.values_list("recipients", flat=True)) == [
        ["claire@example.org"],
        ["compta@durand.example.org"],
    ]


def credited(
    customer: Customer, freed: FreedMoney = FreedMoney.BALANCE, *, paid: int = 0, cents: int = 1000
) -> Message:
    if paid:
        pay(customer, paid)
    invoice = issued(customer)
    taken = [services.TakenBack(1, amount=Money(1000))]
    services.issue_credit_note(invoice, taken, services.Request("Résiliation.", "k", freed), at=NOON)
    outbox.run(Job.objects.get(key="invoices.announce:AV2026-000001").pk, at=NOON)
    return Message.objects.get(kind="credit_note.issued")


def test_a_credit_note_says_on_which_invoice_and_why(cast: Cast) -> None:
    mail = credited(cast.company)

    assert plain(mail.subject) == "Avoir AV2026-000001 – 12,00 € sur votre facture FA2026-000001"
    assert "reprend 12,00 € sur votre facture FA2026-000001 du 30 novembre 2026. Motif : Résiliation." in plain(
        mail.text
    )
    assert "Il reste d’autant moins à régler sur cette facture." in plain(mail.text)
    assert "/factures/" in mail.text
    assert "AV2026-000001" in mail.html


@pytest.mark.parametrize(
    ("freed", "paid", "words"),
    [
        (FreedMoney.BALANCE, 4680, "12,00 € que vous aviez réglés sont revenus sur votre compte"),
        (FreedMoney.REFUND, 4680, "12,00 € que vous aviez réglés vous sont gardés jusqu’à leur remboursement."),
        (FreedMoney.BALANCE, 3780, "3,00 € que vous aviez réglés sont revenus sur votre compte"),
    ],
)
def test_a_credit_note_says_what_became_of_the_money(cast: Cast, freed: FreedMoney, paid: int, words: str) -> None:
    text = plain(credited(cast.company, freed, paid=paid).text)

    assert words in text
    assert ("de moins à régler" in text) == (paid == 3780)
