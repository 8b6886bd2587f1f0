"""The page of paying by transfer, as customers, a town hall, an accountant and a stranger see it."""

from __future__ import annotations

from datetime import timedelta
from uuid import uuid4

import pytest
from django.core.cache import cache
from django.test import Client
from pytest_django.fixtures import DjangoAssertNumQueries

from accounts.models import User
from bank import services
from bank.models import AnnouncedState, AnnouncedTransfer
from bank.tests.announcing import Announcer
from core import clock
from invoices import qr
from invoices.models import Invoice
from invoices.tests.making import issued
from payments.models import Debit, DebitState
from payments.services import collecting
from payments.target import next_target_day
from payments.tests.mandate_desk import MandateDesk, method_of
from payments.tests.test_pages import words
from tests.support.cast import Cast, make_cast

pytestmark = [pytest.mark.django_db, pytest.mark.once]

PAGE, SLIP, ANNOUNCE = "/virement/", "/virement/ordre-de-virement.pdf", "/virement/annoncer/"
MOST_QUERIES = 10


@pytest.fixture(autouse=True)
def _counts_start_anew() -> None:
    cache.clear()


@pytest.fixture
def cast(db: None) -> Cast:
    return make_cast(clock.now())


@pytest.fixture
def desk(cast: Cast) -> Announcer:
    return Announcer(cast.individual, clock.now())


@pytest.fixture
def claire(desk: Announcer) -> Client:
    return signed_in(User.objects.get(email="claire@example.org"))


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def answers(desk: Announcer, **more: str) -> dict[str, str]:
    return {"once": str(uuid4()), "amount": "46,80", "sent_on": desk.today.isoformat()} | more


def test_the_page_says_where_to_send_what_is_due_and_with_which_reference(
    desk: Announcer, claire: Client, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    desk.owe()

    with django_assert_max_num_queries(MOST_QUERIES):
        page = claire.get(PAGE)

    said = words(page.content)
    assert "Payer 46,80 € par virement" in said
    assert "FR76 9999 9000 0100 0123 4567 809" in said
    assert desk.customer.reference.shown in said
    assert desk.customer.reference.rf_shown in said
    assert "Comptez un à deux jours ouvrés" in said
    assert "Les chèques ne sont pas acceptés" in said
    assert "mandat administratif" not in said
    assert "<svg" in page.content.decode()


def test_one_invoice_a_free_amount_or_none(desk: Announcer, claire: Client) -> None:
    number, _other = desk.owe(), desk.owe()

    assert "Payer 93,60 € par virement" in words(claire.get(PAGE).content)
    named = words(claire.get(PAGE, {"invoice": number}).content)
    assert "Payer 46,80 € par virement" in named
    assert number in named
    assert "Payer 12,50 € par virement" in words(claire.get(PAGE, {"amount": "12,5"}).content)
    wrong = claire.get(PAGE, {"amount": "douze"})
    assert "Payer 93,60 € par virement" in words(wrong.content)
    assert 'aria-invalid="true"' in wrong.content.decode()


def test_without_a_debt_the_code_leaves_the_amount_to_the_payer(claire: Client) -> None:
    assert "Régler par virement" in words(claire.get(PAGE).content)
    payload = qr.transfer_payload(holder="H", iban="FR76", bic="B", amount=None, reference="RF40C104273")
    assert payload.split("\n")[7] == ""


def test_another_customers_invoice_is_not_told_from_one_that_is_paid(desk: Announcer, cast: Cast) -> None:
    number = desk.owe()

    stranger = signed_in(cast.outsider).get(PAGE, {"invoice": number})

    assert number not in words(stranger.content)
    assert "Régler par virement" in words(stranger.content)


def test_a_town_hall_reads_what_to_write_in_its_payment_order(cast: Cast) -> None:
    number = issued(cast.town_hall, at=clock.now()).number or ""
    mayor = signed_in(User.objects.get(email="mairie@example.org"))

    said = words(mayor.get(PAGE, {"invoice": number}).content)

    assert "mandat administratif" in said
    assert number in said[said.index("mandat administratif") :]


def test_the_only_invoice_is_named_by_itself_and_not_beside_another_amount(desk: Announcer, claire: Client) -> None:
    number = desk.owe()

    assert f"Facture {number} " in words(claire.get(PAGE).content)
    assert "cette facture est alors réglée en premier" not in words(claire.get(PAGE, {"amount": "20"}).content)


@pytest.mark.parametrize("query", [{}, {"amount": "12,50"}])
def test_the_order_is_a_pdf_to_print(desk: Announcer, claire: Client, query: dict[str, str]) -> None:
    answer = claire.get(SLIP, query)

    assert answer["Content-Type"] == "application/pdf"
    assert f"ordre-de-virement-{desk.customer.reference.compact}.pdf" in answer["Content-Disposition"]
    assert answer.content.startswith(b"%PDF-")


def test_orders_are_made_six_a_minute(claire: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bank.views.slip_pdf", lambda *_args, **_more: b"%PDF-")

    statuses = [claire.get(SLIP).status_code for _ in range(14)]

    assert statuses[:6] == [200] * 6
    assert 429 in statuses  # the minute may turn once in between


def test_a_transfer_is_announced_followed_and_taken_back(desk: Announcer, claire: Client) -> None:
    number = desk.owe()
    said = answers(desk, documents=number)

    page = [words(claire.post(ANNOUNCE, said, follow=True).content) for _ in range(2)][-1]

    announced = AnnouncedTransfer.objects.get()
    assert (announced.documents, announced.announced_by) == ([number], User.objects.get(email="claire@example.org"))
    assert "C’est noté" in page
    assert "Vous l’avez annoncé" in page
    assert "attendu au plus tard le" in page
    assert "Virements en route" in words(claire.get("/").content)
    invoice = Invoice.objects.get(number=number)
    assert "Aucune relance ne part avant le" in words(claire.get(f"/factures/{invoice.public_id}/").content)

    gone = words(claire.post(f"/virement/{announced.public_id}/retirer/", follow=True).content)

    assert "Votre annonce est retirée" in gone
    assert "Virements en route" not in words(claire.get("/").content)


def test_what_came_and_what_did_not_is_told(desk: Announcer, claire: Client) -> None:
    desk.announce(5_000)
    desk.announce(7_000)
    desk.meet(desk.line(5_000))
    AnnouncedTransfer.objects.filter(state=AnnouncedState.ANNOUNCED).update(waits_until=desk.today)
    services.expire_announced(at=desk.at + timedelta(days=1))

    said = words(claire.get(PAGE).content)

    assert "Reçu et crédité" in said
    assert "Il n’est pas arrivé" in said
    lost = AnnouncedTransfer.objects.get(state=AnnouncedState.EXPIRED)
    late = words(claire.post(f"/virement/{lost.public_id}/retirer/", follow=True).content)
    assert "Rien n’a changé" in late


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({"amount": "0"}, "supérieur à zéro"),
        ({"amount": ""}, "L’annonce n’a pas été notée"),
        ({"amount": "1.000,00"}, "L’annonce n’a pas été notée"),
        ({"sent_on": "2020-01-01"}, "Choisissez un jour du"),
        ({"sent_on": "hier"}, "Écrivez un jour"),
        ({"once": "x"}, "L’annonce n’a pas été notée"),
    ],
)
def test_what_is_wrong_is_said_where_it_is_corrected(
    desk: Announcer, claire: Client, more: dict[str, str], said: str
) -> None:
    answer = claire.post(ANNOUNCE, answers(desk, **more))

    assert answer.status_code == 422
    assert said in words(answer.content)
    assert not AnnouncedTransfer.objects.exists()


def test_too_many_are_refused_in_words(desk: Announcer, claire: Client) -> None:
    for _ in range(services.AT_ONCE):
        desk.announce()

    assert "Assez de virements sont annoncés" in words(claire.post(ANNOUNCE, answers(desk)).content)


def test_the_accountant_reads_and_prints_but_announces_nothing(desk: Announcer, cast: Cast) -> None:
    announced = desk.announce()
    accountant = signed_in(cast.accountant)

    page = words(accountant.get(PAGE).content)

    assert "Vous l’avez annoncé" in page
    assert "Annoncer ce virement" not in page
    assert "Je ne l’ai pas envoyé" not in page
    assert accountant.get(SLIP).status_code == 200
    assert accountant.post(ANNOUNCE, answers(desk)).status_code == 403
    assert accountant.post(f"/virement/{announced.public_id}/retirer/").status_code == 403


def test_the_stranger_finds_nothing_of_it(desk: Announcer, cast: Cast) -> None:
    announced = desk.announce()
    stranger = signed_in(cast.outsider)

    assert stranger.post(f"/virement/{announced.public_id}/retirer/").status_code == 404
    assert "Vous l’avez annoncé" not in words(stranger.get(PAGE).content)
    assert Client().get(PAGE).status_code == 302
    announced.refresh_from_db()
    assert announced.is_open


def test_a_planned_debit_is_said_and_may_be_stopped(desk: Announcer, claire: Client) -> None:
    due_on = Invoice.objects.get(number=desk.owe()).due_date
    assert due_on is not None
    method = method_of(MandateDesk(desk.customer, desk.at).sign())
    day = next_target_day(desk.today + timedelta(days=30))
    debit = Debit.objects.create(
        customer=desk.customer,
        kind="DUE",
        method=method,
        announced_cents=4_680,
        due_on=due_on,
        collect_on=day,
        start_on=day - timedelta(days=3),
        announced_at=desk.at,
        created_at=desk.at,
        updated_at=desk.at,
    )

    assert "Ne payez pas deux fois" in words(claire.get(PAGE).content)
    claire.post(f"/prelevements/{debit.public_id}/modifier/", {"action": "other"})

    debit.refresh_from_db()
    assert debit.state == DebitState.CANCELLED
    assert not collecting.may_change(debit, on=desk.today)
    assert "Ne payez pas deux fois" not in words(claire.get(PAGE).content)


def test_the_page_is_complete_in_english(desk: Announcer, claire: Client) -> None:
    desk.announce()
    User.objects.update(language="en")

    page = words(claire.get(PAGE).content)

    assert "Pay by bank transfer" in page
    assert "Cheques are not accepted" in page
    assert "expected by" in page
