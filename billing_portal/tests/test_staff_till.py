"""Finance counts the money that providers hold; nobody else sees it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import Group
from django.test import Client
from django.urls import reverse
from pytest_django.fixtures import Settings

from accounts import services as accounts
from accounts.models import Approval, Role, User
from billing_portal.staff.groups import FINANCE, SUPPORT
from billing_portal.staff.todo import queues
from core import clock
from core.money import Money
from ledger import selectors as ledger
from payments import services
from payments.gateways.base import PageState
from payments.gateways.stripe import stripe_gateway
from payments.models import BalanceReading, Payment, ProviderMovement
from payments.tests.desk import Desk, a_receipt
from payments.tests.till_desk import Till
from tests.support.bank import Bank, open_bank
from tests.support.cast import make_individual

pytestmark = pytest.mark.once

PROOF = reverse("staff:proof")


@pytest.fixture(scope="module")
def shared_bank(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bank]:
    with open_bank(tmp_path_factory.mktemp("bank")) as bank:
        yield bank


@pytest.fixture
def till(db: None, shared_bank: Bank, settings: Settings) -> Iterator[Till]:
    """A customer paid, something unknown moved, and it is synchronised."""
    settings.STAFF_SECOND_FACTOR = False
    settings.PROVIDER_FIRST_LOOK_DAYS = 20
    settings.STRIPE_API_BASE = shared_bank.url
    settings.STRIPE_SECRET_KEY = shared_bank.settings["STRIPE_SECRET_KEY"]
    settings.PAYPAL_CLIENT_ID = ""
    settings.PROVIDER_TIMEOUT_SECONDS = 1
    shared_bank.control("reset", everything=True)
    shared_bank.deliver(lost=-1)
    stripe_gateway.cache_clear()
    till = Till(Desk(make_individual(clock.now()), stripe_gateway(), shared_bank, clock.now()))
    till.earn()
    till.move(-700, "carbon_contribution")
    till.sync()
    yield till
    stripe_gateway.cache_clear()


def member(name: str, group: str) -> Client:
    user = User.objects.create_user(f"{name}@example.org", "a-long-password-for-tests", is_staff=True)
    user.groups.add(Group.objects.get(name=group))
    client = Client()
    client.force_login(user)
    return client


@pytest.fixture
def fanny() -> Client:
    return member("fanny", FINANCE)


def page(client: Client, address: str, **query: str) -> str:
    answer = client.get(address, query)
    assert answer.status_code == 200, answer.status_code
    return answer.content.decode()


def waiting(name: str, *, later: timedelta = timedelta()) -> int:
    return next(queue.count for queue in queues(at=clock.now() + later) if name in str(queue.name))


def movement_page() -> str:
    return reverse("staff:movement", args=[ProviderMovement.objects.get(kind="carbon_contribution").pk])


# --- Who may ----------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("address", [lambda: PROOF, lambda: reverse("staff:proof_csv"), movement_page])
def test_the_stranger_the_accountant_and_support_do_not_see_it(till: Till, address: Callable[[], str]) -> None:
    accountant = User.objects.create_user("cabinet@example.org", "a-long-password-for-tests")
    accounts.add_member(till.desk.customer, accountant, Role.READ_ONLY)
    reader, nobody, support = Client(), Client(), member("samir", SUPPORT)
    reader.force_login(accountant)

    assert reader.get(address()).status_code == 404
    assert nobody.get(address()).status_code == 302
    assert support.get(address()).status_code == 403


def test_reading_a_provider_takes_a_post_and_a_provider(till: Till, fanny: Client) -> None:
    assert fanny.get(reverse("staff:read_now", args=["STRIPE"])).status_code == 405
    assert fanny.post(reverse("staff:read_now", args=["NOBODY"])).status_code == 404
    assert member("samir", SUPPORT).post(reverse("staff:read_now", args=["STRIPE"])).status_code == 403


# --- The proof --------------------------------------------------------------------------------------------------------
def test_the_proof_names_what_explains_the_difference(till: Till, fanny: Client) -> None:
    shown = page(fanny, PROOF)

    assert "Certains jours ne concordent pas" in shown
    assert "carbon_contribution" in shown
    assert "Le prestataire l’a, nous non" in shown
    assert shown.count("<h1") == 1


def test_the_proof_agrees_in_english_once_two_people_treated_it(till: Till, fanny: Client) -> None:
    fanny.post(movement_page(), {"account": "658000", "reason": "agreed"})
    approval = Approval.objects.get()
    decided = member("bruno", FINANCE).post(
        reverse("staff:decide", args=[approval.public_id]), {"decision": "approve", "note": ""}
    )
    assert decided.status_code == 302
    services.carry_out(at=clock.now())

    User.objects.filter(email="fanny@example.org").update(language="en")
    shown = page(fanny, PROOF)

    assert ledger.account_balance("658000") == Money(700)
    assert "All three agree" in shown
    assert "Nothing is lost: each movement" not in shown


def test_finance_asks_the_provider_at_once(till: Till, fanny: Client) -> None:
    answer = fanny.post(reverse("staff:read_now", args=["STRIPE"]), follow=True)

    reading = BalanceReading.objects.get()
    assert not reading.agrees
    assert "Stripe a été lu" in answer.content.decode()
    assert "En attente" in answer.content.decode()


def test_a_provider_that_is_silent_is_said_so(till: Till, fanny: Client) -> None:
    till.desk.silence()

    answer = fanny.post(reverse("staff:read_now", args=["STRIPE"]), follow=True)

    assert "Stripe ne répond pas" in answer.content.decode()
    assert not BalanceReading.objects.exists()


@pytest.mark.parametrize(
    "query",
    [
        {"provider": "NOBODY"},
        {"since": "yesterday", "until": "2026-13-45"},
        {"since": "2030-01-01", "until": "2020-01-01"},
        {"since": "0001-01-01", "until": "9999-12-31"},
        {"provider": "PAYPAL"},
    ],
)
def test_whatever_is_asked_a_proof_is_shown(till: Till, fanny: Client, query: dict[str, str]) -> None:
    assert "À la fin de chaque jour" in page(fanny, PROOF, **query)


def test_the_days_and_what_explains_them_are_exported(till: Till, fanny: Client) -> None:
    days = streamed(fanny, "days")
    items = streamed(fanny, "items")

    assert days[0] == "\ufeffJour;Nos livres;Prestataire;Nos objets;Écart"
    assert days[1].split(";")[1:] == ["45,85", "38,85", "45,85", "7,00"]
    assert len(days) == 1 + 31
    assert "carbon_contribution" in items[1]
    assert items[1].split(";")[-3:] == ["0,00", "-7,00", "7,00"]


def streamed(client: Client, what: str) -> list[str]:
    answer: Any = client.get(reverse("staff:proof_csv"), {"what": what})
    return b"".join(answer.streaming_content).decode().splitlines()


def test_an_export_never_runs_as_a_formula(till: Till, fanny: Client) -> None:
    till.move(-1, "=HYPERLINK(1)")
    till.sync()

    assert any(";'=HYPERLINK(1);" in line for line in streamed(fanny, "items"))


# --- What nobody explains ---------------------------------------------------------------------------------------------
def test_what_nobody_explains_is_on_the_to_do_page_until_somebody_proposes(till: Till, fanny: Client) -> None:
    assert waiting("Mouvements que rien n’explique") == 1
    assert "carbon_contribution" in page(
        fanny, reverse("admin:payments_providermovement_changelist"), attention="waiting"
    )

    answer = fanny.post(movement_page(), {"account": "nothing", "reason": "a gift to the trees"}, follow=True)

    assert "quelqu’un d’autre doit accepter" in answer.content.decode()
    assert waiting("Mouvements que rien n’explique") == 0
    assert ledger.account_balance("517100") == Money(4_585)


@pytest.mark.parametrize("typed", [{}, {"account": "419100", "reason": "x"}, {"account": "658000", "reason": ""}])
def test_what_cannot_be_proposed_is_said(till: Till, fanny: Client, typed: dict[str, str]) -> None:
    answer = fanny.post(movement_page(), typed)

    assert answer.status_code == 422
    assert not Approval.objects.exists()


def test_two_proposals_for_one_movement_are_refused(till: Till, fanny: Client) -> None:
    address = movement_page()
    fanny.post(address, {"account": "658000", "reason": "first"})

    answer = member("bruno", FINANCE).post(address, {"account": "471000", "reason": "second"})

    assert answer.status_code == 422
    assert "déjà proposé" in answer.content.decode()


def test_a_movement_leads_to_its_treatment_and_is_never_edited(till: Till, fanny: Client) -> None:
    movement = ProviderMovement.objects.get(kind="carbon_contribution")
    address = reverse("admin:payments_providermovement_change", args=[movement.pk])

    assert f"/{movement.pk}/treat" in page(fanny, address)
    assert fanny.post(address, {"net_cents": "1"}).status_code == 403
    assert fanny.get(f"/admin/payments/providermovement/{movement.pk}/treat/").url == movement_page()  # type: ignore[attr-defined]


def test_payouts_are_listed_with_their_history(till: Till, fanny: Client) -> None:
    sent = till.send()
    till.sync()

    shown = page(fanny, reverse("admin:payments_payout_changelist"))
    assert sent in shown
    assert "Envoyé à la banque" in shown
    assert "announced" in page(fanny, reverse("admin:payments_payout_change", args=[till.payout().pk]))


# --- What waits -------------------------------------------------------------------------------------------------------
def test_a_gap_that_lasts_is_on_the_to_do_page(till: Till) -> None:
    till.read()
    name = "détiennent autre chose"

    assert waiting(name) == 0
    assert waiting(name, later=timedelta(hours=3)) == 1


def test_lists_that_could_not_be_read_are_on_the_to_do_page(till: Till) -> None:
    assert waiting("n’ont pas pu être lues") == 0
    assert waiting("n’ont pas pu être lues", later=timedelta(hours=5)) == 1


def test_a_provider_that_tells_nothing_is_on_the_to_do_page(till: Till) -> None:
    assert waiting("ne disent rien") == 0
    assert waiting("ne disent rien", later=timedelta(minutes=20)) == 1


def test_a_payment_that_nobody_decides_is_on_the_to_do_page(till: Till, fanny: Client) -> None:
    stuck = till.desk.start(7_000, on_top=True)
    assert waiting("que personne ne décide", later=timedelta(days=2)) == 0
    assert waiting("que personne ne décide", later=timedelta(days=4)) == 1

    Payment.objects.filter(pk=stuck.pk).update(created_at=clock.now() - timedelta(days=4))
    assert stuck.reference in page(fanny, reverse("admin:payments_payment_changelist"), attention="stuck")


def differing(till: Till) -> Payment:
    return till.desk.told(till.desk.start(7_000, on_top=True), PageState.PAID, receipt=a_receipt(6_000))


def test_an_amount_that_differs_waits_until_somebody_has_seen_it(till: Till) -> None:
    payment = differing(till)
    support = member("samir", SUPPORT)
    address = reverse("staff:amount", args=[payment.pk])
    assert waiting("un autre montant") == 1
    assert "Je l’ai vu" in page(support, address)
    assert "70,00" in page(support, address)

    support.post(address, {"note": "the customer changed the amount"})
    member("fanny", FINANCE).post(address, {"note": "me too"})

    assert waiting("un autre montant") == 0
    payment.refresh_from_db()
    review = payment.amount_review
    assert (review.seen_by.email, review.note) == ("samir@example.org", "the customer changed the amount")


def test_there_is_nothing_to_see_of_an_amount_that_does_not_differ(till: Till, fanny: Client) -> None:
    payment = Payment.objects.get()

    assert fanny.get(reverse("staff:amount", args=[payment.pk])).status_code == 404
    assert fanny.get(reverse("staff:amount", args=[0])).status_code == 404


def test_the_payment_leads_to_what_is_to_be_seen(till: Till, fanny: Client) -> None:
    payment = differing(till)

    assert f"/{payment.pk}/amount" in page(fanny, reverse("admin:payments_payment_change", args=[payment.pk]))
    other = Payment.objects.exclude(pk=payment.pk).get()
    assert f"/{other.pk}/amount" not in page(fanny, reverse("admin:payments_payment_change", args=[other.pk]))
