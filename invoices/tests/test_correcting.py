"""Wrong billing details: a credit note for all, a new invoice, and books that end as they began."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from accounts.models import Customer, Seller
from accounts.services import update_profile
from core.clock import local_date
from invoices import checks, selectors, services
from invoices.models import Invoice
from invoices.services import CannotCorrect, Request, TakenBack
from invoices.states import CorrectionRefused
from invoices.tests.making import HOSTING, MAILBOXES, issued
from invoices.tests.test_sequences_of_credit_notes import HUNDRED, TEN, Office, encaissements, short
from ledger import selectors as balances
from ledger import services as ledger
from outbox.models import Job
from tests.support.cast import NOON

if TYPE_CHECKING:
    from datetime import datetime

    from tests.support.cast import Cast

pytestmark = pytest.mark.django_db
RIGHT = "Claire Martin-Œuvrard"


@pytest.fixture
def office(customer: Customer) -> Office:
    return Office(customer)


def rename(customer: Customer, name: str = RIGHT) -> None:
    update_profile(customer, name=name, at=NOON)


def correct(invoice: Invoice, at: datetime = NOON, *, by_staff: bool = False) -> selectors.Correction:
    return services.correct_buyer(invoice, at=at, actor="user:7", by_staff=by_staff)


def refused(invoice: Invoice, at: datetime = NOON, *, by_staff: bool = False) -> CorrectionRefused:
    before = Invoice.objects.count()
    with pytest.raises(CannotCorrect) as refusal:
        correct(invoice, at, by_staff=by_staff)
    assert Invoice.objects.count() == before
    return refusal.value.reason


def test_wrong_company_name_of_a_paid_invoice(office: Office) -> None:
    office.desk.receive("L1", 120)
    invoice = office.bill(HUNDRED)
    older = issued(office.customer, HOSTING)
    office.desk.look()
    lines, balance = office.desk.lines, office.desk.state
    rename(office.customer)

    made = correct(invoice)

    assert office.posted == [
        "OD D 411000 120 / C 419100 120",
        "VE D 706100 100, D 445711 20 / C 411000 120",
        "VE D 411000 120 / C 706100 100, C 445711 20",
        "OD D 419100 120 / C 411000 120",
    ]
    assert office.allocated == ["-120 L1→FA1", "AV1→FA1 120", "L1→FA3 120"]
    assert office.desk.state == balance
    assert office.open == {short(str(older.number)): "46.80"}
    assert office.desk.lines == [*lines, "CREDIT_NOTE 120", "INVOICE -120"]
    assert balances.get_balance(office.customer.pk).outgoing.cents == 0
    assert (made.credit_note.buyer["name"], made.invoice.buyer["name"]) == ("Claire Martin", RIGHT)
    assert made.invoice.paid_at_issue_cents == 12000


def test_an_unpaid_invoice_is_due_when_it_was(office: Office) -> None:
    invoice = office.bill(HUNDRED)
    rename(office.customer)

    made = correct(invoice, NOON + timedelta(days=5))

    assert made.invoice.due_date == invoice.due_date
    assert office.desk.state == "0 / 120 / -120"
    assert office.open == {"FA2": "120"}


def test_an_overdue_invoice_is_not_given_more_days(office: Office) -> None:
    invoice = office.bill(HUNDRED)
    rename(office.customer)
    late = NOON + timedelta(days=90)

    made = correct(invoice, late, by_staff=True)

    assert made.invoice.due_date == local_date(late)


def test_on_encaissements_vat_waits_as_it_did(office: Office) -> None:
    encaissements()
    office.desk.receive("L1", 60)
    invoice = office.bill(HUNDRED)
    waiting = balances.account_balance("445870")
    rename(office.customer)

    correct(invoice)

    assert balances.account_balance("445870") == waiting
    assert balances.account_balance("445711").cents == -1000


def test_everything_is_copied_but_the_buyer(customer: Customer) -> None:
    invoice = issued(customer, HOSTING, MAILBOXES, subject="Novembre", engagement_number="E-1")
    Seller.objects.update(vat_on_debits=False)
    rename(customer)

    new = correct(invoice).invoice

    kept = ("subject", "engagement_number", "net_cents", "vat_cents", "total_cents", "vat_on_debits")
    assert [getattr(new, name) for name in kept] == [getattr(invoice, name) for name in kept]
    columns = ("position", "label", "quantity", "unit_price", "rate", "category", "net_cents")
    assert list(new.lines.values_list(*columns)) == list(invoice.lines.values_list(*columns))
    assert new.actor == "user:7"
    assert {check.name for check in checks.documents() if not check.ok} == set()


def test_twice_is_once(customer: Customer) -> None:
    invoice = issued(customer)
    rename(customer)
    first = correct(invoice)
    rename(customer, "Encore Autre")

    again = correct(invoice)

    assert (again.credit_note.pk, again.invoice.pk) == (first.credit_note.pk, first.invoice.pk)
    assert Invoice.objects.count() == 3


def test_a_corrected_invoice_may_be_corrected_again(customer: Customer) -> None:
    invoice = issued(customer)
    rename(customer)
    first = correct(invoice)
    rename(customer, "Encore Autre")

    second = correct(first.invoice)

    assert second.invoice.buyer["name"] == "Encore Autre"
    assert balances.get_balance(customer.pk).balance.cents == -invoice.total_cents


def test_both_documents_get_their_paper_and_their_mail(customer: Customer) -> None:
    invoice = issued(customer)
    rename(customer)
    made = correct(invoice)

    keys = set(Job.objects.values_list("key", flat=True))

    for document in (made.credit_note, made.invoice):
        assert {f"invoices.render:{document.number}", f"invoices.announce:{document.number}"} <= keys


# --- What stands in the way -----------------------------------------------------------------------------------------
def test_nothing_to_correct(customer: Customer) -> None:
    assert refused(issued(customer)) == CorrectionRefused.UNCHANGED


def test_the_seller_says_for_how_long_and_staff_need_not_hurry(customer: Customer) -> None:
    Seller.objects.update(correction_days=10)
    invoice = issued(customer)
    rename(customer)

    assert refused(invoice, NOON + timedelta(days=11)) == CorrectionRefused.LATE
    assert correct(invoice, NOON + timedelta(days=11), by_staff=True).invoice.number == "FA2026-000002"


def test_zero_days_is_never(customer: Customer) -> None:
    Seller.objects.update(correction_days=0)
    invoice = issued(customer)
    rename(customer)

    assert refused(invoice) == CorrectionRefused.LATE


def test_the_last_day_counts(customer: Customer) -> None:
    Seller.objects.update(correction_days=10)
    invoice = issued(customer)
    rename(customer)

    assert correct(invoice, NOON + timedelta(days=10)).invoice.is_issued


def test_public_bodies_ask_us(cast: Cast) -> None:
    invoice = issued(cast.town_hall)
    rename(cast.town_hall, "Mairie de Saint-Étienne")

    assert refused(invoice) == CorrectionRefused.PUBLIC
    assert correct(invoice, by_staff=True).invoice.buyer["name"] == "Mairie de Saint-Étienne"


def test_another_vat_is_another_invoice(customer: Customer) -> None:
    invoice = issued(customer)
    update_profile(customer, name=RIGHT, country="US", postcode="10001", city="New York", at=NOON)

    assert refused(invoice, by_staff=True) == CorrectionRefused.OTHER_VAT


def test_an_invoice_in_part_taken_back_is_not_replaced(customer: Customer) -> None:
    invoice = issued(customer)
    services.issue_credit_note(invoice, [TakenBack(1, amount=TEN)], Request("Remise", "k"), at=NOON)
    rename(customer)

    assert refused(invoice, by_staff=True) == CorrectionRefused.CREDITED


def test_a_disputed_invoice_waits(customer: Customer) -> None:
    invoice = issued(customer)
    ledger.dispute_item(str(invoice.number), disputed=True, key="dispute", at=NOON)
    rename(customer)

    assert refused(invoice, by_staff=True) == CorrectionRefused.DISPUTED


def test_drafts_and_credit_notes_are_not_corrected(customer: Customer) -> None:
    invoice = issued(customer)
    draft = services.draft(customer, [HOSTING], at=NOON)
    note = services.issue_credit_note(invoice, None, Request("Erreur", "k"), at=NOON)
    rename(customer)

    assert [refused(document, by_staff=True) for document in (draft, note)] == [CorrectionRefused.NOT_AN_INVOICE] * 2
