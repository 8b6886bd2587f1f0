"""A document of more lines than a page of the site shows: issued, checked, printed, taken back, handed out whole.

`make corpus` prints one of 10,000 lines, the most there may be, and says what it took.
"""

from __future__ import annotations

import io
from decimal import Decimal
from typing import TYPE_CHECKING

import pikepdf
import pytest
from django.urls import reverse

from accounts.models import Customer, User
from core import clock
from core.money import Money
from invoices import archive, services
from invoices.models import InvoiceLine
from invoices.presenting import LINES_SHOWN
from invoices.services import BadLine, NewLine, Request, render_invoice, render_paid
from invoices.services.drafting import LINES_AT_MOST
from invoices.services.paid_copies import NotPaid
from invoices.states import Outcome
from invoices.tests.making import HOSTING, pay
from ledger import selectors as ledger
from tests.support.cast import NOON

if TYPE_CHECKING:
    from datetime import datetime

    from django.test import Client

    from invoices.models import Invoice
    from tests.support.cast import Cast

pytestmark = pytest.mark.django_db
MANY = 1_050


def machines(count: int) -> list[NewLine]:
    """So many lines at 20 %; every seventh is a discount of a cent on the one before."""
    usual = [NewLine(f"Machine {number}", Decimal(1), Decimal("1.00")) for number in range(1, count + 1)]
    return [NewLine("Remise", Decimal(-1), Decimal("0.01")) if n % 7 == 0 else line for n, line in enumerate(usual, 1)]


def long_one(customer: Customer, *, count: int = MANY, at: datetime = NOON) -> Invoice:
    return services.issue(services.draft(customer, machines(count), at=at), at=at)


def test_there_are_ten_thousand_lines_at_most(customer: Customer) -> None:
    assert LINES_AT_MOST == 10_000
    with pytest.raises(BadLine, match="10000"):
        services.draft(customer, [HOSTING] * (LINES_AT_MOST + 1), at=NOON)


def test_many_lines_are_booked_checked_and_printed_as_few_are(cast: Cast) -> None:
    invoice = long_one(cast.company)

    made = render_invoice(invoice.pk, at=NOON)

    assert ledger.get_balance(cast.company.pk).balance == Money(-invoice.total_cents)
    assert invoice.net_cents == sum(InvoiceLine.objects.values_list("net_cents", flat=True))
    assert (made.validation.outcome, made.validation.findings) == (Outcome.VALID, [])
    assert made.facturx is not None
    assert archive.read(made.xml.sha256).count(b"<ram:IncludedSupplyChainTradeLineItem>") == MANY
    with pikepdf.open(io.BytesIO(archive.read(made.facturx.sha256))) as pdf:
        assert len(pdf.pages) > 20


def test_many_lines_are_taken_back_at_once(customer: Customer) -> None:
    invoice = long_one(customer)

    note = services.issue_credit_note(invoice, None, Request("Erreur", "all"), at=NOON)

    assert (note.lines.count(), note.total_cents) == (MANY, invoice.total_cents)
    assert ledger.get_balance(customer.pk).balance == Money(0)


def test_the_page_shows_the_first_lines_and_says_where_the_others_are(client: Client, cast: Cast) -> None:
    invoice = long_one(cast.individual, count=LINES_SHOWN + 50, at=clock.now())
    client.force_login(cast.claire)

    page = client.get(reverse("invoices:detail", args=[invoice.public_id])).content.decode()

    assert page.count('<tr role="row"><th scope="row" role="rowheader" class="at-start r1">') == LINES_SHOWN
    assert f"Les {LINES_SHOWN} premières lignes sur {LINES_SHOWN + 50}" in page


def test_staff_take_back_all_of_an_invoice_of_more_lines_than_their_form(client: Client, cast: Cast) -> None:
    invoice = long_one(cast.individual, count=LINES_SHOWN + 50, at=clock.now())
    client.force_login(User.objects.create_superuser("staff@example.org", "a-long-password-for-tests"))
    address = reverse("staff:credit_note", args=[invoice.number])
    form = client.get(address).context
    typed = {f"form-{name}": value for name, value in form["lines"].management_form.initial.items()}
    typed |= {f"form-{n}-position": line["position"].value() for n, line in enumerate(form["lines"])}
    typed |= {"reason": "Erreur", "freed_money": "BALANCE", "key": form["form"]["key"].value()}

    looked = client.post(address, typed | {"all": "1"}).context
    assert looked["taken"].total.cents == invoice.total_cents
    seen = {name: looked["form"][name].value() for name in ("looked", "everything")}
    client.post(address, typed | seen | {"issue": "1"})

    assert invoice.credit_notes.get().total_cents == invoice.total_cents


def test_a_paid_copy_is_not_printed_while_somebody_waits_for_a_thousand_lines(customer: Customer) -> None:
    invoice = long_one(customer)
    pay(customer, invoice.total_cents)

    with pytest.raises(NotPaid, match="1000 li"):
        render_paid(invoice, at=NOON)


def test_a_draft_of_another_country_is_priced_again_line_by_line(customer: Customer) -> None:
    draft = services.draft(customer, machines(1_050), at=NOON)
    customer.country, customer.postcode = "RE", "97400"
    customer.save()

    invoice = services.issue(draft, at=NOON)

    assert set(invoice.lines.values_list("rate", flat=True)) == {Decimal("8.50")}
