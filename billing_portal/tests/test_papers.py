"""The gap radar and the audit trail: what is missing is named, and each invoice can be followed to the money."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from django.contrib.auth.models import Group
from django.db import connection
from django.test import Client

from accounts.models import User
from billing_portal.audit_trail import audit_trail
from billing_portal.staff.groups import FINANCE
from invoices import selectors, services
from invoices.guards import expected_triggers
from invoices.models import Invoice
from invoices.services import rehashing, render_invoice
from invoices.tests.making import MAILBOXES, issued, pay
from ledger import services as ledger
from outbox.services import run_due
from payments.tests.conftest import at, bank, desk, gateway, shared_bank  # noqa: F401 - the payment desk, with its bank
from tests.support.cast import NOON

if TYPE_CHECKING:
    from accounts.models import Customer
    from payments.tests.desk import Desk

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _one_factor(settings: Any, tmp_path: Path) -> None:
    settings.STAFF_SECOND_FACTOR = False
    settings.ARCHIVE_DIR = tmp_path / "stored"


@pytest.fixture
def finance(db: None) -> Client:
    user = User.objects.create_user("finance@example.org", "a-long-password-for-tests", is_staff=True)
    user.groups.add(Group.objects.get(name=FINANCE))
    client = Client()
    client.force_login(user)
    return client


def unguarded(statement: str) -> None:
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SET LOCAL session_replication_role = replica")
        else:
            for name in expected_triggers("sqlite"):
                cursor.execute(f"DROP TRIGGER {name}")
        cursor.execute(statement)


# --- The gap radar ----------------------------------------------------------------------------------------------------
def test_series_made_by_the_verbs_are_whole(customer: Customer, finance: Client) -> None:
    issued(customer)
    issued(customer, at=NOON + timedelta(days=40))

    states = selectors.series_states()

    assert [(state.name, state.given, state.ok) for state in states] == [("FA2027", 1, True), ("FA2026", 1, True)]
    assert "Complète, dates dans l’ordre" in finance.get("/admin/series/").content.decode()


def test_a_number_that_is_missing_is_named(customer: Customer, finance: Client) -> None:
    for _ in range(3):
        issued(customer)
    unguarded("UPDATE invoices_invoice SET number = 'FA2026-000009' WHERE number = 'FA2026-000002'")

    [state] = selectors.series_states()

    assert (state.missing_count, state.missing) == (1, ("FA2026-000002",))
    page = finance.get("/admin/series/").content.decode()
    assert "1 numéro manque" in page
    assert "FA2026-000002" in page


def test_a_date_before_that_of_the_number_before_is_named(customer: Customer) -> None:
    issued(customer)
    issued(customer)
    unguarded("UPDATE invoices_invoice SET issue_date = '2026-11-01', due_date = '2026-12-30' WHERE number LIKE '%2'")

    [state] = selectors.series_states()

    assert state.out_of_order == ("FA2026-000002",)
    assert not state.ok


def test_a_damaged_file_is_found_and_named(customer: Customer, tmp_path: Path) -> None:
    invoice = issued(customer)
    render_invoice(invoice.pk, at=NOON)
    stored = [path for path in (tmp_path / "stored").glob("*/*") if path.is_file()]
    assert rehashing.check_archive().wrong == ()
    stored[0].chmod(0o600)
    stored[0].write_bytes(b"another")

    found = rehashing.check_archive()

    assert found.wrong == (stored[0].name,)
    assert found.files == len({path.name for path in stored})


def test_the_check_is_a_job_and_its_answer_is_on_the_page(customer: Customer, finance: Client) -> None:
    render_invoice(issued(customer).pk, at=NOON)
    finance.post("/admin/series/verifier/")

    page = finance.get("/admin/series/").content.decode()

    assert "En attente" in page or "Tous les fichiers sont intacts" in page


# --- The audit trail --------------------------------------------------------------------------------------------------
def test_an_invoice_is_followed_from_its_lines_to_the_card_that_paid(desk: Desk) -> None:  # noqa: F811
    invoice = issued(desk.customer, MAILBOXES, at=desk.at)
    payment = desk.ask(desk.pay(desk.start(4_608)))
    ledger.seal(at=desk.at)

    trail = audit_trail(str(invoice.number).lower())

    [part] = trail["settled_by"]
    assert (trail["open_cents"], part["amount_cents"]) == (0, 4_608)
    assert trail["entry"]["legs"][0] == {"account": "411000", "cents": 4_608}
    assert trail["entry"]["link"] is not None
    assert part["money"]["reference"] == payment.intent_id
    assert part["payment"]["reference"] == payment.reference
    assert [step["name"] for step in part["payment"]["history"]][-1] == "paid"
    assert trail["receipts"][0]["payment_ref"] == payment.reference
    assert trail["document"]["content_is_as_frozen"] is True


def test_a_credit_note_leads_to_its_invoice_and_back(customer: Customer, finance: Client) -> None:
    invoice = issued(customer)
    pay(customer, 4_680)
    note = services.issue_credit_note(invoice, None, services.Request("geste", key="one"), at=NOON)

    trail, of_note = audit_trail(str(invoice.number)), audit_trail(str(note.number))

    assert [each["number"] for each in trail["credit_notes"]] == [note.number]
    assert of_note["document"]["corrects"] == invoice.number
    assert of_note["entry"]["legs"] == [
        {"account": "706100", "cents": 3_900},
        {"account": "445711", "cents": 780},
        {"account": "411000", "cents": -4_680},
    ]
    assert sum(part["amount_cents"] for part in trail["settled_by"]) == 4_680
    assert finance.get(f"/admin/piste/{note.number}/").status_code == 200


def test_a_content_that_was_changed_is_said(customer: Customer, finance: Client) -> None:
    invoice = issued(customer)
    unguarded("UPDATE invoices_invoiceline SET label = 'autre'")

    page = finance.get(f"/admin/piste/{invoice.number}/").content.decode()

    assert "Le contenu n’est pas celui qui a été figé" in page


def test_the_file_says_what_the_page_says(customer: Customer, finance: Client) -> None:
    invoice = issued(customer)
    run_due(at=NOON, kinds=("invoices.announce",))

    answer = finance.get(f"/admin/piste/{invoice.number}/fichier/")

    assert json.loads(answer.content) == audit_trail(str(invoice.number))
    assert answer["Content-Disposition"] == f'attachment; filename="{invoice.number}.json"'
    assert json.loads(answer.content)["mails"][0]["kind"].startswith("invoice.issued")


@pytest.mark.parametrize("place", ["", "fichier/"])
def test_a_draft_an_unknown_number_and_strangers_find_nothing(customer: Customer, finance: Client, place: str) -> None:
    invoice = issued(customer)
    stranger = Client()
    stranger.force_login(User.objects.get(email="claire@example.org"))

    assert finance.get(f"/admin/piste/FA2026-999999/{place}").status_code == 404
    assert stranger.get(f"/admin/piste/{invoice.number}/{place}").status_code == 404
    assert Invoice.objects.count() == 1
