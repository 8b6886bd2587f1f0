"""Credit notes and corrected invoices as Factur-X: type 381, positive, naming their invoice; no rule broken."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest

from accounts.services import update_profile
from core.money import Money
from invoices import archive, services
from invoices.models import Invoice, Rendition
from invoices.services import Request, TakenBack, render_invoice
from invoices.states import Outcome
from invoices.tests.making import HOSTING, MAILBOXES, issued, pay
from tests.support.cast import NOON

if TYPE_CHECKING:
    from tests.support.cast import Cast

pytestmark = pytest.mark.django_db
DISCOUNT = replace(HOSTING, label="Remise", quantity=Decimal(-1), unit_price=Decimal("4.33"))


def xml_of(document: Invoice) -> str:
    rendered = render_invoice(document.pk, at=NOON)
    assert rendered.validation.outcome == Outcome.VALID, rendered.validation.findings
    xml: Rendition = rendered.xml
    return archive.read(xml.sha256).decode()


def credit(invoice: Invoice, *taken: TakenBack, **more: Any) -> Invoice:
    return services.issue_credit_note(invoice, taken or None, Request("Résiliation", "k", **more), at=NOON)


def test_a_credit_note_is_of_type_381_and_names_its_invoice(cast: Cast) -> None:
    pay(cast.company, 2000)
    invoice = issued(cast.company, HOSTING, MAILBOXES, DISCOUNT)
    taken = (TakenBack(1, amount=Money(1001)), TakenBack(2, quantity=Decimal("2.5")), TakenBack(3, amount=Money(100)))

    xml = xml_of(credit(invoice, *taken))

    assert "<ram:TypeCode>381</ram:TypeCode>" in xml
    reference = xml[xml.index("<ram:InvoiceReferencedDocument>") :]
    assert f"<ram:IssuerAssignedID>{invoice.number}</ram:IssuerAssignedID>" in reference
    assert "20261130" in reference
    assert "<ram:GrandTotalAmount>20.41</ram:GrandTotalAmount>" in xml


def test_a_correction_breaks_no_rule(cast: Cast) -> None:
    pay(cast.company, 2000)
    invoice = issued(cast.company, HOSTING)
    update_profile(cast.company, name="Atelier Durand SAS", at=NOON)
    made = services.correct_buyer(invoice, at=NOON)

    assert "Atelier Durand SARL" in xml_of(made.credit_note)
    new = xml_of(made.invoice)
    assert "<ram:TypeCode>380</ram:TypeCode>" in new
    assert "Atelier Durand SAS" in new
