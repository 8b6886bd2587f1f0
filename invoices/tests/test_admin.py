from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from django.urls import reverse

from accounts.models import User
from invoices import archive, services
from invoices.models import Invoice, Rendition
from invoices.tests.making import HOSTING, issued, receipt
from tests.support.cast import NOON

if TYPE_CHECKING:
    from django.test import Client
    from pytest_django import Settings

    from accounts.models import Customer

pytestmark = pytest.mark.django_db


@pytest.fixture
def staff(client: Client, settings: Settings) -> Client:
    settings.STAFF_SECOND_FACTOR = False
    client.force_login(User.objects.create_superuser("finance@example.org", "a-long-password-for-tests"))
    return client


def test_documents_are_found_by_number_and_customer(staff: Client, customer: Customer) -> None:
    invoice, paper = issued(customer), receipt(customer)

    for model, number in (("invoice", invoice.number), ("receipt", paper.number)):
        for words in (str(number), customer.number, "Martin"):
            response = staff.get(reverse(f"admin:invoices_{model}_changelist"), {"q": words})
            assert str(number) in response.content.decode()


@pytest.mark.parametrize("model", ["invoice", "receipt", "documentseries"])
def test_nothing_can_be_added_changed_or_deleted(staff: Client, customer: Customer, model: str) -> None:
    made = {"invoice": issued(customer), "receipt": receipt(customer)}
    pk = made[model].pk if model in made else 1

    assert staff.get(reverse(f"admin:invoices_{model}_add")).status_code == 403
    assert staff.get(reverse(f"admin:invoices_{model}_delete", args=[pk])).status_code == 403
    assert staff.post(reverse(f"admin:invoices_{model}_change", args=[pk]), {"subject": "x"}).status_code == 403


def test_an_invoice_shows_its_lines_and_what_is_left(staff: Client, customer: Customer) -> None:
    invoice = issued(customer)

    text = staff.get(reverse("admin:invoices_invoice_change", args=[invoice.pk])).content.decode()

    assert "Hébergement Pro, 50 Go" in text
    assert "46,80\xa0€" in text


def test_a_receipt_shows_the_balance_after(staff: Client, customer: Customer) -> None:
    paper = receipt(customer, 5000)

    assert "50,00\xa0€" in staff.get(reverse("admin:invoices_receipt_change", args=[paper.pk])).content.decode()


def test_staff_download_the_stored_bytes(staff: Client, customer: Customer) -> None:
    invoice = issued(customer)
    address = reverse("admin:invoices_invoice_pdf", args=[invoice.pk])

    pending = staff.get(address, follow=True)
    Rendition.objects.create(invoice=invoice, kind="PDF", sha256=archive.store(b"%PDF"), size=4, created_at=NOON)
    ready = staff.get(address)
    Rendition.objects.create(invoice=invoice, kind="PDF", sha256="0" * 64, size=4, created_at=NOON)
    damaged = staff.get(address, follow=True)

    assert "Le fichier n’est pas là" in pending.content.decode()
    assert (ready.content, ready.headers["Content-Disposition"]) == (
        b"%PDF",
        'attachment; filename="FA2026-000001.pdf"',
    )
    assert "abîmé ou absent" in damaged.content.decode()


def test_a_draft_has_no_pdf_in_the_admin(staff: Client, customer: Customer) -> None:
    draft = services.draft(customer, [HOSTING], at=NOON)

    assert staff.get(reverse("admin:invoices_invoice_pdf", args=[draft.pk])).status_code == 404
    assert staff.get(reverse("admin:invoices_invoice_change", args=[draft.pk])).status_code == 200


def test_staff_without_the_right_download_nothing(staff: Client, customer: Customer) -> None:
    invoice = issued(customer)
    User.objects.update(is_superuser=False)

    response = staff.get(reverse("admin:invoices_invoice_pdf", args=[invoice.pk]))

    assert response.status_code == 403
    assert Invoice.objects.get().number == "FA2026-000001"
