"""What staff do with an invoice that is wrong: take it back in part or whole, or correct the buyer."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest

from accounts.services import update_profile
from billing_portal.staff.groups import FINANCE, SUPPORT
from billing_portal.tests.test_staff_pages import staff, words
from core import clock
from core.money import Money
from invoices import services
from invoices.models import Invoice
from invoices.services import Request, TakenBack
from invoices.tests.making import HOSTING, MAILBOXES, issued, pay
from ledger import selectors as ledger

if TYPE_CHECKING:
    from django.test import Client

    from tests.support.cast import Cast

pytestmark = [pytest.mark.django_db, pytest.mark.once]
COUNT = {"form-TOTAL_FORMS": "2", "form-INITIAL_FORMS": "2", "form-0-position": "1", "form-1-position": "2"}
SAID = {"reason": "Résiliation", "freed_money": "BALANCE", "key": "staff:1", **COUNT}


@pytest.fixture(autouse=True)
def _one_factor(settings: Any) -> None:
    settings.STAFF_SECOND_FACTOR = False


@pytest.fixture
def finance(cast: Cast) -> Client:
    return staff(FINANCE)


@pytest.fixture
def invoice(cast: Cast) -> Invoice:
    return issued(cast.individual, HOSTING, MAILBOXES, at=clock.now())


def plain(response: Any) -> str:
    return words(response).replace("\xa0", " ").replace("\u202f", " ")


def address(invoice: Invoice, page: str = "avoir") -> str:
    return f"/admin/factures/{invoice.number}/{page}/"


def notes() -> list[Invoice]:
    return list(Invoice.objects.filter(kind="CREDIT_NOTE").order_by("pk"))


def test_lines_are_looked_at_then_issued(finance: Client, invoice: Invoice) -> None:
    assert HOSTING.label in plain(finance.get(address(invoice)))

    asked = SAID | {"form-0-amount": "10,00", "form-1-quantity": "5"}
    looked = plain(finance.post(address(invoice), asked | {"look": "1"}))
    assert "Émettre l’avoir de 31,20 €" in looked
    assert notes() == []

    done = finance.post(address(invoice), asked | {"issue": "1", "looked": "3120"}, follow=True)
    [note] = notes()
    assert (note.total_cents, note.reason) == (3120, "Résiliation")
    assert note.actor.startswith("user:")
    assert f"L’avoir {note.number} est émis" in plain(done)


def test_a_second_click_issues_nothing_more(finance: Client, invoice: Invoice) -> None:
    asked = SAID | {"form-0-whole": "on", "issue": "1", "looked": "4680"}

    ends = [finance.post(address(invoice), asked).headers["Location"] for _ in range(2)]

    assert ends[0] == ends[1]
    assert len(notes()) == 1


def test_what_was_not_looked_at_is_shown_first(finance: Client, invoice: Invoice) -> None:
    asked = SAID | {"form-0-whole": "on", "issue": "1", "looked": "1200"}

    assert "Émettre l’avoir de 46,80 €" in plain(finance.post(address(invoice), asked))
    assert notes() == []


def test_everything_is_one_button(finance: Client, invoice: Invoice) -> None:
    pay(invoice.customer, 5000)

    text = plain(finance.post(address(invoice), SAID | {"all": "1"}))

    assert "Émettre l’avoir de 92,88 €" in text
    assert "avaient été réglés : cet argent revient" in text
    assert len(re.findall(r'name="form-\d-whole"[^>]* checked', text)) == 2


def test_money_is_kept_for_its_refund(finance: Client, invoice: Invoice) -> None:
    pay(invoice.customer, 9288)

    finance.post(
        address(invoice), SAID | {"freed_money": "REFUND", "form-0-whole": "on", "issue": "1", "looked": "4680"}
    )

    balance = ledger.get_balance(invoice.customer_id)
    assert (balance.prepaid.cents, balance.available.cents) == (4680, 0)


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"reason": ""}, "Ce champ est obligatoire"),
        ({"form-0-whole": "", "form-1-whole": ""}, "rien à reprendre"),
        ({"form-0-amount": "99"}, "plus qu’il ne reste"),
        ({"form-0-amount": "1", "form-0-quantity": "1"}, "l’un des trois"),
        ({"form-0-amount": "abc"}, "nombre"),
        ({"form-0-position": "9", "form-0-whole": "on"}, "Il ne reste rien de la ligne 9"),
        ({"form-TOTAL_FORMS": "x"}, "ManagementForm"),
        ({"freed_money": "CORRECTED", "form-0-whole": "on"}, "choix valide"),
        ({"reason": " . ", "form-0-whole": "on", "issue": "1", "looked": "4680"}, "motif"),
    ],
)
def test_what_cannot_be_issued_is_said(finance: Client, invoice: Invoice, typed: dict[str, str], said: str) -> None:
    response = finance.post(address(invoice), SAID | typed)

    assert response.status_code == 422
    assert said in plain(response)
    assert notes() == []


def test_a_line_taken_back_is_not_offered_again(finance: Client, invoice: Invoice) -> None:
    services.issue_credit_note(invoice, [TakenBack(1)], Request("x", "k"), at=clock.now())

    text = plain(finance.get(address(invoice)))

    assert (HOSTING.label in text, MAILBOXES.label in text) == (False, True)
    services.issue_credit_note(invoice, None, Request("x", "k2"), at=clock.now())
    assert "reprise en entier" in plain(finance.get(address(invoice)))


def test_the_admin_leads_there(finance: Client, invoice: Invoice) -> None:
    text = plain(finance.get(f"/admin/invoices/invoice/{invoice.pk}/change/"))

    assert address(invoice) in text
    assert address(invoice, "corriger") in text
    note = services.issue_credit_note(invoice, [TakenBack(1, amount=Money(100))], Request("Geste", "k"), at=clock.now())
    of_note = plain(finance.get(f"/admin/invoices/invoice/{note.pk}/change/"))
    assert "Geste" in of_note
    assert address(note) not in of_note


def test_staff_correct_the_buyer_at_any_time(finance: Client, invoice: Invoice) -> None:
    assert "rien à corriger" in plain(finance.get(address(invoice, "corriger")))
    update_profile(invoice.customer, name="Claire Œuvrard", at=clock.now())

    assert "Claire Œuvrard" in plain(finance.get(address(invoice, "corriger")))
    ends = [finance.post(address(invoice, "corriger")).headers["Location"] for _ in range(2)]

    new = Invoice.objects.get(replaces=invoice)
    assert ends == [f"/admin/invoices/invoice/{new.pk}/change/"] * 2
    assert len(notes()) == 1


@pytest.mark.parametrize("page", ["avoir", "corriger"])
def test_only_finance_may(cast: Cast, client: Client, invoice: Invoice, page: str) -> None:
    update_profile(invoice.customer, name="Claire Œuvrard", at=clock.now())
    support = staff(SUPPORT)
    client.force_login(cast.claire)

    assert support.post(address(invoice, page), SAID).status_code == 403
    assert client.post(address(invoice, page), SAID).status_code == 404
    client.logout()
    assert client.get(address(invoice, page)).status_code == 302
    assert Invoice.objects.count() == 1


def test_unknown_numbers_and_credit_notes_have_no_such_page(finance: Client, invoice: Invoice) -> None:
    note = services.issue_credit_note(invoice, None, Request("x", "k"), at=clock.now())

    for page in ("avoir", "corriger"):
        assert finance.get(f"/admin/factures/FA1999-000001/{page}/").status_code == 404
        assert finance.get(address(note, page)).status_code == 404
