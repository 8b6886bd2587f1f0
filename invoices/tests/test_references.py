"""Where invoices of public bodies go: engagement numbers taken at issue, references changed after it, days to pay."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from django.apps import apps
from django.db import DatabaseError, connection, transaction
from django.test.utils import CaptureQueriesContext

from accounts import services as accounts
from accounts.models import CustomerKind, PublicKind
from core.clock import local_date
from core.money import Money
from invoices import services
from invoices.content import content_hash, invoice_content
from invoices.facturx import facturx_xml
from invoices.models import Invoice, ReferenceChange
from invoices.parties import Buyer
from invoices.selectors import billed_on, left_on
from invoices.services import BadReferences
from invoices.tests.making import HOSTING, issued
from outbox.models import Job
from tests.support.cast import NOON, make_company, make_town_hall

if TYPE_CHECKING:
    from accounts.models import Customer, Engagement

pytestmark = pytest.mark.django_db
ONE = 4680  # what one invoice of these tests asks, cents
SET = {"service_code": "ST-VOIRIE", "engagement_number": "EJ/2026/7", "market_number": "M-1"}


@pytest.fixture
def mayor(db: None) -> Customer:
    return make_town_hall()


def engaged(customer: Customer, number: str, *, ceiling: int | None = None, **more: Any) -> Engagement:
    return accounts.add_engagement(
        customer,
        number,
        ceiling=None if ceiling is None else Money(ceiling),
        by=None,
        at=NOON,
        **{"valid_from": date(2026, 1, 1), **more},
    )


def number_at_issue(customer: Customer, **more: Any) -> str:
    return issued(customer, **more).engagement_number


def change(invoice: Invoice, **more: str) -> Invoice:
    return services.set_references(invoice, **{**SET, **more}, at=NOON, actor="user:1")


def test_an_invoice_takes_the_number_of_its_service_before_one_of_any(mayor: Customer) -> None:
    engaged(mayor, "EJ-TOUS")
    engaged(mayor, "EJ-VOIRIE", service_code="ST-VOIRIE", market_number="M-4")

    own, other = issued(mayor), issued(mayor, service_code="ST-VOIRIE")

    assert (own.service_code, own.engagement_number) == ("FACT-01", "EJ-TOUS")
    assert (other.engagement_number, other.market_number) == ("EJ-VOIRIE", "M-4")


def test_what_is_written_on_the_draft_stays(mayor: Customer) -> None:
    engaged(mayor, "EJ-TOUS")

    assert number_at_issue(mayor, engagement_number="EJ-9") == "EJ-9"


def test_days_before_and_after_have_no_number_but_the_default_of_the_customer(mayor: Customer) -> None:
    engaged(mayor, "EJ-1", valid_until=local_date(NOON) - timedelta(days=1))
    assert number_at_issue(mayor) == ""

    accounts.update_profile(mayor, name=mayor.name, at=NOON, engagement_number="EJ-TOUJOURS")
    assert number_at_issue(mayor) == "EJ-TOUJOURS"

    accounts.end_engagement(engaged(mayor, "EJ-2", valid_from=local_date(NOON)), at=NOON)
    assert number_at_issue(mayor) == "EJ-TOUJOURS"


def test_when_too_little_is_left_the_number_stays_empty_within_one_commit_too(mayor: Customer) -> None:
    accounts.update_profile(mayor, name=mayor.name, at=NOON, engagement_number="EJ-TOUJOURS")
    row = engaged(mayor, "EJ-1", ceiling=2 * ONE + 1)

    drafts = [services.draft(mayor, [HOSTING], at=NOON) for _ in range(3)]
    numbers = [invoice.engagement_number for invoice in services.issue_many(drafts, at=NOON)]

    assert numbers == ["EJ-1", "EJ-1", ""]
    assert left_on([row]) == {row.pk: Money(1)}
    assert number_at_issue(mayor) == ""


def test_a_credit_note_gives_back_to_the_engagement(mayor: Customer) -> None:
    row = engaged(mayor, "EJ-1", ceiling=ONE)
    invoice = issued(mayor)
    assert left_on([row])[row.pk] == Money(0)

    services.issue_credit_note(invoice, None, services.Request("Erreur", "note-1"), at=NOON)

    assert billed_on([mayor.pk], ["EJ-1"]) == {(mayor.pk, "EJ-1"): Money(0)}
    assert left_on([row])[row.pk] == Money(ONE)


def test_the_number_of_another_customer_counts_apart(mayor: Customer) -> None:
    other = accounts.create_customer(
        kind=CustomerKind.PUBLIC, name="Lycée", email="lycee@example.org", at=NOON, siret="11000201100044"
    )
    row = engaged(mayor, "EJ-1", ceiling=ONE)
    issued(other, engagement_number="EJ-1")

    assert left_on([row])[row.pk] == Money(ONE)


def test_numbers_are_taken_in_as_many_queries_for_ten_as_for_two(
    mayor: Customer,
) -> None:
    engaged(mayor, "EJ-1", ceiling=100 * ONE)

    def queries(count: int) -> int:
        drafts = [services.draft(mayor, [HOSTING], at=NOON) for _ in range(count)]
        with CaptureQueriesContext(connection) as seen:
            services.issue_many(drafts, at=NOON)
        return sum("engagement" in each["sql"] and each["sql"].startswith("SELECT") for each in seen)

    assert queries(2) == queries(10)


def test_a_company_keeps_its_own_order_number(db: None) -> None:
    company = make_company()
    company = accounts.update_profile(company, name=company.name, at=NOON, engagement_number="CDE-7")

    assert services.draft(company, [HOSTING], at=NOON).engagement_number == "CDE-7"


def test_references_change_with_their_history_and_the_files_are_made_again(mayor: Customer) -> None:
    invoice = issued(mayor)
    renders = Job.objects.filter(kind="invoices.render")
    assert renders.count() == 1

    changed = change(invoice)
    change(invoice)

    assert {name: getattr(changed, name) for name in SET} == SET
    assert changed.content_hash == invoice.content_hash
    assert renders.count() == 2
    history = ReferenceChange.objects.get()
    before = {"service_code": "FACT-01", "engagement_number": "", "market_number": ""}
    assert (history.before, history.after, history.actor) == (before, SET, "user:1")
    event = apps.get_model("ledger", "SealedEvent").objects.get(kind="invoice.references_changed")
    assert event.payload == {"number": invoice.number, "before": before, "after": SET, "actor": "user:1"}

    change(invoice, engagement_number="EJ-8")
    change(invoice)
    assert renders.count() == 4


def test_the_new_files_carry_the_new_references(mayor: Customer) -> None:
    invoice = issued(mayor)
    services.render_invoice(invoice.pk, at=NOON)

    change(invoice)
    made = services.render_invoice(invoice.pk, at=NOON)

    assert made.pdf.routing == SET
    assert invoice.renditions.filter(kind="PDF").count() == 2


@pytest.mark.parametrize(
    ("field", "typed"),
    [
        ("engagement_number", "E" * 51),
        ("market_number", "M" * 51),
        ("service_code", "S" * 101),
        ("engagement_number", "EJ<script>"),
        ("service_code", 'A"B'),
    ],
)
def test_references_too_long_or_made_of_code_are_refused(mayor: Customer, field: str, typed: str) -> None:
    invoice = issued(mayor)

    with pytest.raises(BadReferences) as refused:
        change(invoice, **{field: typed})

    assert refused.value.field == field
    assert not ReferenceChange.objects.exists()


def test_only_issued_documents_of_public_bodies_change(mayor: Customer) -> None:
    with pytest.raises(BadReferences):
        change(services.draft(mayor, [HOSTING], at=NOON))
    with pytest.raises(BadReferences):
        change(issued(make_company()))


def test_the_history_of_references_is_not_rewritten(mayor: Customer) -> None:
    change(issued(mayor))

    with pytest.raises(DatabaseError, match="invoices_referencechange_append_only"), transaction.atomic():
        ReferenceChange.objects.update(actor="nobody")
    with pytest.raises(DatabaseError, match="invoices_referencechange_append_only"), transaction.atomic():
        ReferenceChange.objects.all().delete()


@pytest.mark.parametrize(
    ("kind", "days", "article"),
    [
        (PublicKind.STATE_LOCAL, 30, "R. 2192-10"),
        (PublicKind.HEALTH, 50, "R. 2192-11"),
        (PublicKind.UNDERTAKING, 60, "R. 2192-11"),
    ],
)
def test_a_public_body_pays_so_many_days_after_receipt(
    mayor: Customer, kind: PublicKind, days: int, article: str
) -> None:
    accounts.update_profile(mayor, name=mayor.name, at=NOON, public_kind=kind)

    invoice = issued(mayor)

    assert invoice.due_date == local_date(NOON) + timedelta(days=days)
    buyer = Buyer.thawed(invoice.buyer)
    assert (buyer.days_from_receipt, buyer.days_article) == (days, article)
    xml = facturx_xml(invoice, list(invoice.lines.all()), list(invoice.vat.all())).decode()
    assert f"<ram:Description>sous {days} jours à compter de la réception</ram:Description>" in xml


def test_a_buyer_frozen_before_reads_as_thirty_days_and_keeps_its_hash(mayor: Customer) -> None:
    invoice = issued(mayor)
    older = {name: value for name, value in invoice.buyer.items() if name != "public_kind"}
    before = Invoice(**{field.attname: getattr(invoice, field.attname) for field in Invoice._meta.concrete_fields})
    before.buyer = older

    assert Buyer.thawed(older).days_from_receipt == 30
    content = invoice_content(before, [], [])
    assert content["buyer"] == older
    assert content_hash(content) != content_hash(invoice_content(invoice, [], []))


def test_only_public_bodies_have_a_kind_frozen(mayor: Customer) -> None:
    assert issued(mayor).buyer["public_kind"] == "STATE_LOCAL"
    assert "public_kind" not in issued(make_company()).buyer


def test_a_plan_is_of_the_draft_alone(mayor: Customer) -> None:
    draft = services.draft(mayor, [HOSTING], at=NOON, planned_on=date(2026, 12, 24))
    assert draft.planned_on == date(2026, 12, 24)

    assert services.issue(draft, at=NOON).planned_on is None
    assert Invoice.objects.get(pk=draft.pk).planned_on is None
