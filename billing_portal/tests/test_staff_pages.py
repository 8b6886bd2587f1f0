"""What staff can do in the admin, and what nobody can."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from django.contrib.auth.models import Group
from django.test import Client

from accounts.models import Customer, User
from billing_portal.staff.groups import FINANCE, SUPPORT
from billing_portal.staff.search import find_customers
from core import clock
from invoices.models import Invoice
from invoices.states import InvoiceStatus
from ledger import selectors as ledger
from outbox.models import Job, JobState

if TYPE_CHECKING:
    from tests.support.cast import Cast

pytestmark = pytest.mark.django_db
ONE_LINE = {
    "form-TOTAL_FORMS": "3",
    "form-INITIAL_FORMS": "0",
    "form-0-label": "Migration d’un site",
    "form-0-quantity": "1,5",
    "form-0-unit_price": "60",
    "form-0-rate": "20",
    "form-1-quantity": "1",
    "form-1-rate": "20",
    "form-2-quantity": "1",
    "form-2-rate": "20",
}


@pytest.fixture(autouse=True)
def _one_factor(settings: Any) -> None:
    settings.STAFF_SECOND_FACTOR = False


def staff(group: str) -> Client:
    user = User.objects.create_user(f"{group}@example.org", "a-long-password-for-tests", is_staff=True)
    user.groups.add(Group.objects.get(name=group))
    client = Client()
    client.force_login(user)
    return client


@pytest.fixture
def finance() -> Client:
    return staff(FINANCE)


@pytest.fixture
def support() -> Client:
    return staff(SUPPORT)


def test_staff_who_act_for_nobody_begin_in_the_admin(support: Client) -> None:
    assert support.get("/").headers["Location"] == "/admin/"
    assert support.get("/factures/").status_code == 404


def test_somebody_without_any_customer_finds_no_first_page(db: None) -> None:
    nobody = Client()
    nobody.force_login(User.objects.create_user("nobody@example.org", "a-long-password-for-tests"))

    assert nobody.get("/").status_code == 404


def words(response: Any) -> str:
    return str(response.content.decode())


@pytest.mark.parametrize(
    "typed",
    [
        "{number}",
        "{shown}",
        "{rf}",
        "{lower}",
        "atelier durand",
        "compta@durand.example.org",
        "732 829 320 00074",
        "732829320",
        "Nantes Durand",
    ],
)
def test_a_customer_is_found_as_people_ask(cast: Cast, typed: str) -> None:
    reference = cast.company.reference
    asked = typed.format(
        number=reference.stored, shown=reference.shown, rf=reference.rf_shown, lower=reference.compact.lower()
    )

    assert list(find_customers(Customer.objects.all(), asked)) == [cast.company]


def test_the_accountant_leads_to_the_customers_she_reads(cast: Cast) -> None:
    assert list(find_customers(Customer.objects.all(), "cabinet@example.org")) == [cast.individual]


def test_the_list_leads_to_the_page_of_a_customer(cast: Cast, support: Client) -> None:
    page = words(support.get("/admin/accounts/customer/", {"q": cast.company.reference.rf_shown}))

    assert f"/admin/clients/{cast.company.number}/" in page
    assert cast.individual.name not in page


def test_the_page_of_a_customer_shows_where_it_stands(cast: Cast, finance: Client) -> None:
    issue(finance, cast.individual)

    page = words(finance.get(f"/admin/clients/{cast.individual.number}/"))

    assert cast.individual.reference.shown in page
    assert "−108,00\u00a0€" in page
    assert str(Invoice.objects.get().number) in page


def test_the_page_of_a_customer_asks_few_questions(
    cast: Cast, support: Client, django_assert_max_num_queries: Any
) -> None:
    support.get(f"/admin/clients/{cast.company.number}/")
    with django_assert_max_num_queries(32):
        support.get(f"/admin/clients/{cast.company.number}/")


def test_staff_open_an_account(support: Client) -> None:
    typed = {"kind": "COMPANY", "name": "Garage Faure", "email": "faure@example.org", "country": "FR", "language": "fr"}

    answer = support.post("/admin/clients/nouveau/", {**typed, "siret": "732 829 320 00074"})

    opened = Customer.objects.get()
    assert answer["Location"] == f"/admin/clients/{opened.number}/"
    assert opened.siret == "73282932000074"


def test_a_wrong_siret_is_said_beside_its_field_and_opens_nothing(support: Client) -> None:
    typed = {"kind": "COMPANY", "name": "Garage Faure", "email": "faure@example.org", "country": "FR", "language": "fr"}

    answer = support.post("/admin/clients/nouveau/", {**typed, "siret": "73282932000075"})

    assert answer.status_code == 422
    assert "id_siret-error" in words(answer)
    assert not Customer.objects.exists()


def test_details_change_for_the_next_documents(cast: Cast, support: Client) -> None:
    typed = {"name": "Atelier Durand et fils", "country": "FR", "language": "fr", "siret": cast.company.siret}

    support.post(f"/admin/clients/{cast.company.number}/modifier/", {**typed, "billing_emails": "a@example.org"})

    cast.company.refresh_from_db()
    assert cast.company.name == "Atelier Durand et fils"
    assert [row.email for row in cast.company.billing_emails.all()] == ["a@example.org"]


def draft(client: Client, customer: Customer) -> Invoice:
    answer = client.post(f"/admin/clients/{customer.number}/facture/", ONE_LINE)
    assert answer.status_code == 302, words(answer)
    return Invoice.objects.get(status=InvoiceStatus.DRAFT)


def issue(client: Client, customer: Customer) -> Invoice:
    written = draft(client, customer)
    client.post(f"/admin/brouillons/{written.public_id}/emettre/")
    written.refresh_from_db()
    return written


def test_the_draft_shows_the_totals_before_anything_is_issued(cast: Cast, finance: Client) -> None:
    written = draft(finance, cast.individual)

    page = words(finance.get(f"/admin/brouillons/{written.public_id}/"))

    assert "90,00\u00a0€" in page
    assert "108,00\u00a0€" in page
    assert "1,5" in page
    assert ledger.get_balance(cast.individual.pk).balance.cents == 0


def test_issuing_debits_the_account_once_however_often_it_is_clicked(cast: Cast, finance: Client) -> None:
    issued = issue(finance, cast.individual)

    finance.post(f"/admin/brouillons/{issued.public_id}/emettre/")

    assert issued.number is not None
    assert Invoice.objects.count() == 1
    assert ledger.get_balance(cast.individual.pk).balance.cents == -10_800


def test_more_lines_come_without_a_script_and_keep_what_was_typed(cast: Cast, finance: Client) -> None:
    page = words(finance.post(f"/admin/clients/{cast.individual.number}/facture/", {**ONE_LINE, "more": "1"}))

    assert 'name="form-5-label"' in page
    assert "Migration d’un site" in page
    assert not Invoice.objects.exists()


def test_an_invoice_needs_a_line(cast: Cast, finance: Client) -> None:
    blank = {**ONE_LINE, "form-0-label": "", "form-0-quantity": "1", "form-0-unit_price": ""}

    answer = finance.post(f"/admin/clients/{cast.individual.number}/facture/", blank)

    assert answer.status_code == 422
    assert "Écrivez au moins une ligne" in words(answer)


def test_a_draft_is_written_again_in_place(cast: Cast, finance: Client) -> None:
    former = draft(finance, cast.individual)
    address = f"/admin/clients/{cast.individual.number}/facture/?brouillon={former.public_id}"
    assert "Migration d’un site" in words(finance.get(address))

    finance.post(address, {**ONE_LINE, "form-0-unit_price": "80"})

    assert Invoice.objects.get().total_cents == 14_400


def test_a_draft_can_be_forgotten_and_an_issued_invoice_cannot(cast: Cast, finance: Client) -> None:
    forgotten = draft(finance, cast.individual)
    finance.post(f"/admin/brouillons/{forgotten.public_id}/oublier/")
    kept = issue(finance, cast.individual)
    finance.post(f"/admin/brouillons/{kept.public_id}/oublier/")

    assert list(Invoice.objects.all()) == [kept]


def test_a_draft_of_another_customer_is_not_taken_over(cast: Cast, finance: Client) -> None:
    other = draft(finance, cast.company)

    page = words(finance.get(f"/admin/clients/{cast.individual.number}/facture/?brouillon={other.public_id}"))

    assert "Migration d’un site" not in page


def test_support_looks_but_does_not_issue(cast: Cast, support: Client, finance: Client) -> None:
    written = draft(finance, cast.individual)

    assert support.get(f"/admin/clients/{cast.individual.number}/").status_code == 200
    assert support.get(f"/admin/clients/{cast.individual.number}/facture/").status_code == 403
    assert support.post(f"/admin/brouillons/{written.public_id}/emettre/").status_code == 403
    assert not Invoice.objects.filter(status=InvoiceStatus.ISSUED).exists()


@pytest.mark.parametrize(
    "address",
    [
        "/admin/",
        "/admin/sante/",
        "/admin/accounts/customer/",
        "/admin/clients/C100001/",
        "/admin/clients/nouveau/",
        "/admin/clients/C100001/facture/",
        "/admin/outbox/job/",
        "/admin/logout/?next=//elsewhere.example",
    ],
)
def test_a_customer_finds_no_admin(cast: Cast, address: str) -> None:
    client = Client()
    client.force_login(cast.claire)

    assert client.get(address).status_code in {404, 405}


def test_a_stranger_to_the_admin_signs_in_by_the_portal(client: Client) -> None:
    assert client.get("/admin/")["Location"] == "/account/login/?next=/admin/"
    assert client.get("/admin/login/?next=/admin/sante/")["Location"] == "/account/login/?next=/admin/sante/"


def test_staff_without_the_second_factor_are_asked_to_set_it_up(cast: Cast, support: Client, settings: Any) -> None:
    settings.STAFF_SECOND_FACTOR = True

    assert support.get("/admin/").status_code == 403
    assert support.get(f"/admin/clients/{cast.individual.number}/").status_code == 403


@pytest.mark.parametrize("model", ["invoices/invoice", "invoices/receipt", "payments/payment", "outbox/message"])
def test_nothing_immutable_is_added_changed_or_deleted_even_by_a_superuser(
    cast: Cast, finance: Client, model: str
) -> None:
    issued = issue(finance, cast.individual)
    User.objects.create_superuser("root@example.org", "a-long-password-for-tests")
    root = Client()
    root.force_login(User.objects.get(email="root@example.org"))

    assert root.get(f"/admin/{model}/add/").status_code == 403
    assert root.post(f"/admin/{model}/{issued.pk}/delete/", {"post": "yes"}).status_code in {302, 403, 404}
    page = words(root.get(f"/admin/{model}/"))
    assert "delete_selected" not in page
    before = Invoice.objects.values().get()
    root.post(f"/admin/invoices/invoice/{issued.pk}/change/", {"subject": "other", "total_cents": "1"})
    assert Invoice.objects.values().get() == before


def test_the_to_do_page_puts_the_urgent_first(support: Client) -> None:
    noon = clock.now() - timedelta(days=2)
    Job.objects.create(
        kind="x", key="x", state=JobState.FAILED, run_after=noon, rung_at=noon, created_at=noon, finished_at=noon
    )
    page = words(support.get("/admin/"))

    first = page.index("Travaux abandonnés")
    assert first < page.index("Paiements dont l’issue est inconnue")
    assert "Urgent" in page


def test_the_health_page_says_what_was_never_seen(support: Client) -> None:
    page = words(support.get("/admin/sante/"))

    assert "outbox-sweep" in page
    assert "Pas encore" in page


def test_the_wider_policy_is_for_the_admin_alone(cast: Cast, support: Client) -> None:
    assert "unsafe-eval" in support.get("/admin/")["Content-Security-Policy"]
    assert "unsafe" not in support.get("/factures/")["Content-Security-Policy"]
    assert "unsafe" not in Client().get("/account/login/")["Content-Security-Policy"]
