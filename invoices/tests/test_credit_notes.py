"""The verb that issues credit notes: what is frozen, what is refused, and that twice is once."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from accounts.models import Seller
from accounts.services import update_profile
from core.money import Money
from invoices import checks, selectors, services
from invoices.models import DocumentSeries, Invoice
from invoices.services import BadCredit, CreditKeyReused, DateBeforeLast, Request, TakenBack
from invoices.tests.making import HOSTING, MAILBOXES, issued, pay
from ledger import selectors as ledger
from ledger import services as books
from outbox.models import Job
from tests.support.cast import NOON

if TYPE_CHECKING:
    from accounts.models import Customer

pytestmark = pytest.mark.django_db


def credit(
    invoice: Invoice, *taken: TakenBack, key: str = "k1", reason: str = "Résiliation", at: datetime = NOON
) -> Invoice:
    return services.issue_credit_note(invoice, taken or None, Request(reason, key, actor="user:3"), at=at)


def test_a_credit_note_is_dated_numbered_and_frozen(customer: Customer) -> None:
    invoice = issued(customer, HOSTING, MAILBOXES)

    note = credit(invoice, TakenBack(2, quantity=Decimal(2)))

    note = Invoice.objects.get(pk=note.pk)
    assert (note.kind, note.status, note.number) == ("CREDIT_NOTE", "ISSUED", "AV2026-000001")
    assert str(note.issue_date) == "2026-11-30"
    assert (note.net_cents, note.vat_cents, note.total_cents) == (640, 128, 768)
    assert (note.original_id, note.reason, note.actor) == (invoice.pk, "Résiliation", "user:3")
    [line] = note.lines.all()
    assert (line.original, line.label, line.quantity) == (invoice.lines.get(position=2), MAILBOXES.label, Decimal(2))
    [group] = note.vat.all()
    assert (group.base_cents, group.vat_cents, group.revenue_account, group.vat_account) == (
        640,
        128,
        "706100",
        "445711",
    )
    assert len(note.content_hash) == 64


def test_its_series_is_its_own(customer: Customer) -> None:
    first = issued(customer)
    credit(first)
    second = issued(customer)
    note = credit(second, key="k2")

    assert (second.number, note.number) == ("FA2026-000002", "AV2026-000002")
    assert dict(DocumentSeries.objects.values_list("prefix", "last")) == {"FA": 2, "AV": 2}


def test_its_year_is_that_of_its_own_date(customer: Customer) -> None:
    invoice = issued(customer)

    note = credit(invoice, at=datetime(2026, 12, 31, 23, 30, tzinfo=UTC))

    assert note.number == "AV2027-000001"


def test_dates_of_the_series_go_up(customer: Customer) -> None:
    invoice = issued(customer)
    credit(invoice, TakenBack(1, amount=Money(100)), at=NOON + timedelta(days=2))

    with pytest.raises(DateBeforeLast):
        credit(invoice, key="k2", at=NOON + timedelta(days=1))


def test_it_is_not_dated_before_its_invoice(customer: Customer) -> None:
    with pytest.raises(BadCredit, match="avant sa facture"):
        credit(issued(customer), at=NOON - timedelta(days=1))


def test_prices_and_parties_are_those_of_the_invoice(customer: Customer) -> None:
    invoice = issued(customer)
    update_profile(customer, name="Autre nom", at=NOON)
    Seller.objects.update(name="Hébergeur SAS")

    note = credit(invoice)

    assert note.buyer == invoice.buyer
    assert (note.seller["name"], invoice.seller["name"]) == ("Hébergeur SAS", "Hébergeur SARL")


def test_the_hash_covers_the_invoice_and_the_lines_it_takes_back(customer: Customer) -> None:
    first, second = issued(customer, HOSTING, HOSTING), issued(customer, HOSTING, HOSTING)
    from invoices.content import content_hash, invoice_content

    note = credit(first, TakenBack(1))
    lines, vat = list(note.lines.all()), list(note.vat.all())
    assert content_hash(invoice_content(note, lines, vat)) == note.content_hash

    note.original = second
    assert content_hash(invoice_content(note, lines, vat)) != note.content_hash
    note.original = first
    lines[0].original = first.lines.get(position=2)
    assert content_hash(invoice_content(note, lines, vat)) != note.content_hash


def test_twice_is_once(customer: Customer) -> None:
    pay(customer, 4680)
    invoice = issued(customer)

    first, second = credit(invoice, TakenBack(1, amount=Money(1000))), credit(invoice, TakenBack(1, amount=Money(1000)))

    assert first.pk == second.pk
    assert ledger.get_balance(customer.pk).prepaid.cents == 1200


def test_a_key_names_one_credit_note(customer: Customer) -> None:
    invoice = issued(customer)
    credit(invoice, TakenBack(1, amount=Money(1000)))

    with pytest.raises(CreditKeyReused):
        credit(invoice, TakenBack(1, amount=Money(2000)))


def test_what_is_left_goes_down_to_nothing(customer: Customer) -> None:
    invoice = issued(customer, HOSTING, MAILBOXES)

    credit(invoice, TakenBack(1, amount=Money(1234)))
    assert selectors.left_of(invoice).total == Money(invoice.total_cents) - Money(1234 + 247)
    credit(invoice, key="k2")
    assert selectors.left_of(invoice).total == Money(0)
    assert selectors.credited_totals([invoice]) == {invoice.pk: Money(invoice.total_cents)}

    with pytest.raises(BadCredit, match="rien à reprendre"):
        credit(invoice, key="k3")


@pytest.mark.parametrize("reason", ["", "   ", "\n"])
def test_it_says_why(customer: Customer, reason: str) -> None:
    with pytest.raises(BadCredit, match="motif"):
        credit(issued(customer), reason=reason)
    assert Invoice.objects.count() == 1


def test_hostile_words_are_one_line(customer: Customer) -> None:
    note = credit(issued(customer), reason="Erreur\x00 de\nfrappe 👩‍🚀 " + "x" * 400)

    assert "\n" not in note.reason
    assert "\x00" not in note.reason
    assert len(note.reason) <= 300


def test_only_an_issued_invoice_is_taken_back(customer: Customer) -> None:
    note = credit(issued(customer))

    for document in (services.draft(customer, [HOSTING], at=NOON), note):
        with pytest.raises(BadCredit, match="facture émise"):
            credit(document, key="k2")


def test_two_rates_to_the_same_account_wait_apart(customer: Customer) -> None:
    """VAT on encaissements: the share of each rate is lowered, not the first one that has the account."""
    books.book_documents(
        [
            books.NewDocument(
                customer.pk,
                "X1",
                Money(23_000),
                NOON.date(),
                (books.CreditLeg("706100", Money(20_000)), books.CreditLeg("445870", Money(3_000))),
                "X1",
                NOON.date(),
                "X1",
                releases=(
                    books.Release("445870", "445711", Money(2_000)),
                    books.Release("445870", "445711", Money(1_000)),
                ),
            )
        ],
        at=NOON,
    )
    books.book_credit_note(
        "X1",
        Money(11_000),
        legs=[books.DebitLeg("706100", Money(10_000)), books.DebitLeg("445870", Money(1_000))],
        piece=books.Piece(books.Journal.SALES, "Y1", "Y1", NOON.date(), "Y1"),
        at=NOON,
        releases=[books.Release("445870", "445711", Money(1_000), share=2)],
    )

    pay(customer, 12_000)

    assert ledger.account_balance("445870") == Money(0)
    assert ledger.account_balance("445711") == Money(-2_000)


def test_the_paper_and_the_mail_are_asked_for(customer: Customer) -> None:
    note = credit(issued(customer))

    assert (
        Job.objects.filter(key__in=[f"invoices.render:{note.number}", f"invoices.announce:{note.number}"]).count() == 2
    )


def test_every_invariant_holds(customer: Customer) -> None:
    pay(customer, 3000)
    invoice = issued(customer, HOSTING, MAILBOXES)
    credit(invoice, TakenBack(1, amount=Money(1000)), TakenBack(2, quantity=Decimal(1)))
    credit(invoice, key="k2")

    assert [check for check in checks.documents() if not check.ok] == []
