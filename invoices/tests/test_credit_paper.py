"""The words on the paper of credit notes and of corrected invoices."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest
from django.utils import translation

from accounts.services import update_profile
from core.money import Money
from invoices import services
from invoices.credit_paper import CreditNotePaper, credit_note_paper
from invoices.models import Invoice
from invoices.paper import invoice_paper
from invoices.pdf import invoice_pdf
from invoices.services import Request, TakenBack
from invoices.states import FreedMoney
from invoices.tests.making import HOSTING, MAILBOXES, issued, pay
from tests.support.cast import NOON

if TYPE_CHECKING:
    from accounts.models import Customer
    from tests.support.cast import Cast

pytestmark = [pytest.mark.django_db, pytest.mark.once]


def parts(document: Invoice) -> tuple[Any, ...]:
    return document, list(document.lines.order_by("position")), list(document.vat.order_by("-rate", "category"))


def credited(customer: Customer, *taken: TakenBack, paid: int = 0, **more: Any) -> CreditNotePaper:
    if paid:
        pay(customer, paid)
    invoice = issued(customer, HOSTING, MAILBOXES)
    note = services.issue_credit_note(invoice, taken or None, Request("Résiliation", "k", **more), at=NOON)
    with translation.override(note.buyer["language"]):
        return credit_note_paper(*parts(note))


def plain(text: str) -> str:
    return text.replace("\xa0", " ").replace("\u202f", " ")


def test_it_names_its_invoice_and_has_positive_amounts(cast: Cast) -> None:
    paper = credited(cast.company, TakenBack(1, amount=Money(1000)), TakenBack(2, quantity=Decimal(2)))

    assert paper.head.title == "Avoir AV2026-000001"
    assert paper.original == "FA2026-000001 du 30 novembre 2026"
    assert "FA2026-000001\ndu 30 novembre 2026" in [cell.value for row in paper.references for cell in row]
    assert [(plain(line.quantity), line.amount) for line in paper.lines] == [("1", "10,00"), ("2", "6,40")]
    assert [plain(text) for text in (paper.net, paper.vat_total, paper.total)] == ["16,40 €", "3,28 €", "19,68 €"]
    assert plain(paper.deducted_vat) == "3,28 €"


def test_consumers_read_it_with_vat_and_deduct_none(cast: Cast) -> None:
    paper = credited(cast.individual, TakenBack(1))

    assert [line.amount for line in paper.lines] == ["46,80"]
    assert paper.deducted_vat == ""


@pytest.mark.parametrize(
    ("paid", "freed", "words"),
    [
        (0, FreedMoney.BALANCE, ("En moins", "déduit de ce qui reste", "")),
        (20_000, FreedMoney.BALANCE, ("À votre crédit", "ajouté au solde", "")),
        (20_000, FreedMoney.REFUND, ("À votre crédit", "gardé pour vous jusqu’à", "")),
        (9_000, FreedMoney.BALANCE, ("À votre crédit", "dont 87,12 € ajoutés à votre solde.", "2,88 € sont déduits")),
        (9_000, FreedMoney.REFUND, ("À votre crédit", "dont 87,12 € gardés pour vous.", "87,12 € avaient été réglés")),
    ],
)
def test_it_says_what_became_of_the_money(
    cast: Cast, paid: int, freed: FreedMoney, words: tuple[str, str, str]
) -> None:
    taken = [] if paid != 9_000 else [TakenBack(1), TakenBack(2, quantity=Decimal("11.25"))]

    paper = credited(cast.company, *taken, paid=paid, freed_money=freed)

    for said, expected in zip((paper.credited, paper.where, paper.money), words, strict=True):
        assert expected in plain(said)


def test_a_corrected_invoice_says_what_it_replaces(cast: Cast) -> None:
    pay(cast.company, 20_000)
    invoice = issued(cast.company)
    update_profile(cast.company, name="Atelier Durand SAS", at=NOON)
    made = services.correct_buyer(invoice, at=NOON)

    with translation.override("fr"):
        note, new = credit_note_paper(*parts(made.credit_note)), invoice_paper(*parts(made.invoice))

    assert new.replaces == "FA2026-000001 du 30 novembre 2026"
    assert note.where == "utilisé pour régler la facture corrigée."
    assert (note.head.buyer.name, new.head.buyer.name) == ("Atelier Durand SARL", "Atelier Durand SAS")


def test_it_prints_the_same_bytes_twice_without_a_query(cast: Cast, django_assert_num_queries: Any) -> None:
    invoice = issued(cast.company, HOSTING)
    note = services.issue_credit_note(invoice, None, Request("<b>Résiliation</b> & co", "k"), at=NOON)
    read = parts(Invoice.objects.select_related("original", "replaces").get(pk=note.pk))

    with django_assert_num_queries(0):
        first, second = invoice_pdf(*read), invoice_pdf(*read)

    assert first == second
