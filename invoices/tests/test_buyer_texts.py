"""What the buyer wants on invoices: taken on the day of issue in Paris, frozen, on paper, on the page, in the XML."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import TYPE_CHECKING

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse
from lxml import etree  # type: ignore[import-untyped]

from accounts.models import InvoiceText, TextKind, User
from accounts.services import add_text, remove_text
from invoices.content import content_hash, invoice_content
from invoices.facturx import channel_of, facturx_xml, preflight, schemas
from invoices.models import Invoice
from invoices.parties import Buyer
from invoices.services import Request, correct_buyer, issue_credit_note
from invoices.tests.making import issued
from invoices.tests.test_paper import words
from tests.support.cast import NOON

if TYPE_CHECKING:
    from django.test import Client

    from accounts.models import Customer
    from tests.support.cast import Cast

pytestmark = pytest.mark.django_db
NOTE = "Projet <b>Lune</b> & Cie 🚀 عربي"
_NAMES = {"ram": "urn:un:unece:uncefact:data:standard:ReusableAggregateBusinessInformationEntity:100"}


def ask(customer: Customer, order_number: str = "BC-2026/7", free_text: str = NOTE) -> None:
    for kind, text in ((TextKind.ORDER_NUMBER, order_number), (TextKind.FREE_TEXT, free_text)):
        add_text(customer, kind, text, valid_from=date(2026, 11, 1), valid_until=date(2026, 11, 30), at=NOON)


def xml_of(invoice: Invoice) -> bytes:
    fresh = Invoice.objects.get(pk=invoice.pk)
    return facturx_xml(fresh, list(fresh.lines.order_by("position")), list(fresh.vat.order_by("-rate", "category")))


def said(xml: bytes, path: str) -> list[str]:
    return [str(node.text) for node in etree.fromstring(xml).findall(path, _NAMES)]


def hash_of(invoice: Invoice) -> str:
    fresh = Invoice.objects.get(pk=invoice.pk)
    return content_hash(
        invoice_content(fresh, fresh.lines.order_by("position"), fresh.vat.order_by("-rate", "category"))
    )


def test_the_day_of_issue_in_paris_decides(cast: Cast) -> None:
    ask(cast.company)

    moments = (
        datetime(2026, 10, 31, 22, 59, tzinfo=UTC),
        datetime(2026, 10, 31, 23, 0, tzinfo=UTC),
        datetime(2026, 11, 30, 22, 59, tzinfo=UTC),
        datetime(2026, 11, 30, 23, 0, tzinfo=UTC),
    )

    assert [issued(cast.company, at=at).order_number for at in moments] == ["", "BC-2026/7", "BC-2026/7", ""]


def test_an_invoice_keeps_its_texts_when_the_customer_takes_them_away(cast: Cast) -> None:
    without = issued(cast.company)
    ask(cast.company)
    invoice = issued(cast.company)
    for row in InvoiceText.objects.all():
        remove_text(row)

    content = invoice_content(invoice, [], [])

    assert (content["order_number"], content["free_text"]) == ("BC-2026/7", NOTE)
    assert "order_number" not in invoice_content(without, [], [])
    assert [hash_of(one) for one in (without, invoice)] == [without.content_hash, invoice.content_hash]
    for column in ("order_number", "free_text"):
        with pytest.raises(IntegrityError, match="invoices_invoice_frozen"), transaction.atomic():
            Invoice.objects.filter(pk=invoice.pk).update(**{column: "other"})


def test_the_reader_finds_them_on_the_paper_and_on_the_page(cast: Cast, client: Client) -> None:
    ask(cast.company)
    invoice = issued(cast.company)
    client.force_login(User.objects.get(memberships__customer=cast.company))

    page = client.get(reverse("invoices:detail", args=[invoice.public_id])).text

    assert f"Bon de commande BC-2026/7 {NOTE} Désignation" in words(invoice)
    assert "Projet &lt;b&gt;Lune&lt;/b&gt; &amp; Cie" in page
    assert '<dt>Bon de commande</dt><dd class="ref">BC-2026/7</dd>' in page


def test_the_xml_says_them_and_every_check_accepts_it(cast: Cast) -> None:
    ask(cast.company)
    invoice = issued(cast.company)

    xml = xml_of(invoice)

    channel = channel_of(Buyer.thawed(invoice.buyer))
    assert said(xml, ".//ram:BuyerOrderReferencedDocument/ram:IssuerAssignedID") == ["BC-2026/7"]
    assert NOTE in said(xml, ".//ram:IncludedNote/ram:Content")
    assert [*preflight(xml, channel), *schemas.check(xml, channel)] == []


def test_the_engagement_of_a_public_body_goes_first_and_its_order_number_is_a_note(cast: Cast) -> None:
    ask(cast.town_hall, "B" * 50, "x" * 300)
    invoice = issued(cast.town_hall, engagement_number="EJ-1")

    xml = xml_of(invoice)

    channel = channel_of(Buyer.thawed(invoice.buyer))
    assert said(xml, ".//ram:BuyerOrderReferencedDocument/ram:IssuerAssignedID") == ["EJ-1"]
    assert f"Bon de commande : {'B' * 50}" in said(xml, ".//ram:IncludedNote/ram:Content")
    assert [*preflight(xml, channel), *schemas.check(xml, channel)] == []


def test_a_credit_note_names_the_order_and_a_corrected_invoice_says_the_same(cast: Cast) -> None:
    ask(cast.company)
    first, second = issued(cast.company), issued(cast.company)
    cast.company.name = "Atelier Durand et Filles SARL"
    cast.company.save()

    note = issue_credit_note(first, None, Request("Geste", "k-1"), at=NOON)
    new = correct_buyer(second, at=NOON, by_staff=True).invoice

    assert (note.order_number, note.free_text) == ("BC-2026/7", "")
    assert (new.order_number, new.free_text) == ("BC-2026/7", NOTE)
