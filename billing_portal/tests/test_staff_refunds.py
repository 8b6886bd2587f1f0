"""Staff give money back: choose, confirm, follow; who may; what the customer then reads."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import unescape
from typing import Any
from urllib.parse import quote

import pytest
from django.contrib.auth.models import Group
from django.test import Client
from django.urls import reverse
from pytest_django.fixtures import Settings

from accounts.models import User
from billing_portal.staff.groups import FINANCE, SUPPORT
from core import clock
from core.money import Money
from ledger import selectors as ledger
from ledger import services as books
from outbox import services as outbox
from payments import services
from payments.gateways.stripe import StripeGateway, stripe_gateway
from payments.models import Payment, Refund, RefundStatus
from payments.tests.desk import Desk
from tests.support.bank import Bank, open_bank
from tests.support.cast import Cast

pytestmark = [pytest.mark.django_db, pytest.mark.once]
LIST = reverse("admin:payments_refund_changelist")
_HIDDEN = re.compile(r'<input type="hidden" name="(\w+)" value="([^"]*)">')


@pytest.fixture(scope="module")
def shared_bank(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bank]:
    with open_bank(tmp_path_factory.mktemp("bank")) as bank:
        yield bank


@pytest.fixture
def bank(shared_bank: Bank) -> Bank:
    shared_bank.control("reset", everything=True)
    shared_bank.deliver(lost=-1)
    return shared_bank


@pytest.fixture
def gateway(bank: Bank, settings: Settings) -> Iterator[StripeGateway]:
    settings.STAFF_SECOND_FACTOR = False
    settings.STRIPE_API_BASE = bank.url
    settings.STRIPE_SECRET_KEY = bank.settings["STRIPE_SECRET_KEY"]
    stripe_gateway.cache_clear()
    yield stripe_gateway()
    stripe_gateway.cache_clear()


@pytest.fixture
def desk(cast: Cast, gateway: StripeGateway, bank: Bank) -> Desk:
    return Desk(cast.individual, gateway, bank, clock.now())


@pytest.fixture
def payment(desk: Desk) -> Payment:
    return desk.ask(desk.pay(desk.start(30_000)))


def member(name: str, group: str) -> Client:
    user = User.objects.create_user(f"{name}@example.org", "a-long-password-for-tests", is_staff=True)
    user.groups.add(Group.objects.get(name=group))
    return signed_in(user)


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


@pytest.fixture
def finance(desk: Desk) -> Client:
    return member("fanny", FINANCE)


def form_address(desk: Desk, **query: str) -> str:
    address = reverse("staff:write_refund", args=[desk.customer.number])
    return f"{address}?reserve={query['reserve']}" if query else address


def words(answer: Any) -> str:
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", answer.content.decode())).replace("\u00a0", " ").split())


def typed_in(desk: Desk, amount: str = "40,00") -> dict[str, str]:
    [lot] = ledger.lots_of(desk.customer.pk)
    return {"lot": str(lot.id), "amount": amount, "reason": "Elle s’est trompée."}


def summary(client: Client, desk: Desk, amount: str = "40,00") -> dict[str, str]:
    """The hidden fields of the summary that was shown."""
    answer = client.post(form_address(desk), typed_in(desk, amount))
    assert answer.status_code == 200
    fields = dict(_HIDDEN.findall(answer.content.decode()))
    fields.pop("csrfmiddlewaretoken", "")
    return {name: unescape(value) for name, value in fields.items()}


def work() -> None:
    while outbox.run_due(at=clock.now(), kinds=("payments.advance_refund",)):
        pass


def test_the_form_offers_what_may_go_back_and_says_why_no_more(finance: Client, desk: Desk, payment: Payment) -> None:
    told = words(finance.get(form_address(desk)))

    assert payment.reference in told
    assert "au plus 300,00 €, ce qui reste de ce paiement" in told
    assert "jamais vers un compte bancaire écrit dans un courriel" in told


def test_nothing_is_written_before_the_summary_is_confirmed(finance: Client, desk: Desk, payment: Payment) -> None:
    told = words(finance.post(form_address(desk), typed_in(desk)))

    assert "40,00 €" in told
    assert "Visa •• 4242" in told
    assert "260,00 €" in told
    assert Refund.objects.count() == 0


def test_a_confirmed_refund_is_asked_once_sent_and_followed(finance: Client, desk: Desk, payment: Payment) -> None:
    fields = summary(finance, desk)

    page = finance.post(form_address(desk), fields, follow=True)
    finance.post(form_address(desk), fields)  # a second click
    refund = Refund.objects.get()
    assert "Demandé" in words(page)
    assert 'http-equiv="refresh"' in page.content.decode()
    work()

    told = words(finance.get(reverse("staff:refund", args=[refund.public_id])))
    assert "Remboursé" in told
    assert "Elle s’est trompée." in told
    assert desk.bank.totals()["refunded_cents"] == 4_000
    assert refund.reference in words(finance.get(reverse("staff:customer", args=[desk.customer.number])))
    assert refund.reference in words(finance.get(LIST, {"status__exact": "COMPLETED"}))
    assert refund.reference in words(finance.get(reverse("admin:payments_payment_change", args=[payment.pk])))


@pytest.mark.parametrize(
    ("amount", "why"),
    [("300,01", "Au plus 300,00 €"), ("0", "Au plus 300,00 €"), ("-5", "Au plus"), ("dix", "Écrivez le montant")],
)
def test_an_amount_that_cannot_go_back_says_what_can(
    finance: Client, desk: Desk, payment: Payment, amount: str, why: str
) -> None:
    answer = finance.post(form_address(desk), typed_in(desk, amount))

    assert answer.status_code == 422
    assert why in words(answer)
    assert Refund.objects.count() == 0


def test_a_reason_is_asked_for(finance: Client, desk: Desk, payment: Payment) -> None:
    assert finance.post(form_address(desk), typed_in(desk) | {"reason": " "}).status_code == 422


def test_who_did_not_see_a_colleagues_refund_is_told_by_whom(finance: Client, desk: Desk, payment: Payment) -> None:
    fields = summary(finance, desk)
    gil = member("gil", FINANCE)
    gil.post(form_address(desk), summary(gil, desk))

    answer = finance.post(form_address(desk), fields)

    assert answer.status_code == 422
    assert "gil@example.org a remboursé 40,00 €" in words(answer)
    assert Refund.objects.count() == 1
    assert "Remboursements précédents" in words(finance.post(form_address(desk), typed_in(desk)))


def test_a_large_refund_says_that_it_waits_and_leads_to_its_approval(
    finance: Client, desk: Desk, payment: Payment
) -> None:
    assert "Une seconde personne" in words(finance.post(form_address(desk), typed_in(desk, "250,00")))
    page = finance.post(form_address(desk), summary(finance, desk, "250,00"), follow=True)
    refund = Refund.objects.get()
    assert refund.status == RefundStatus.WAITING
    assert refund.approval is not None
    assert reverse("staff:approval", args=[refund.approval.public_id]) in page.content.decode()

    gil = member("gil", FINANCE)
    approval = gil.get(reverse("staff:approval", args=[refund.approval.public_id]))
    assert reverse("staff:refund", args=[refund.public_id]) in approval.content.decode()
    gil.post(reverse("staff:decide", args=[refund.approval.public_id]), {"decision": "approve", "note": ""})
    services.sweep_refunds(at=clock.now().replace(year=2100))
    work()
    work()

    refund.refresh_from_db()
    assert refund.status == RefundStatus.COMPLETED


def test_a_refund_that_has_not_left_may_be_given_up(finance: Client, desk: Desk, payment: Payment) -> None:
    finance.post(form_address(desk), summary(finance, desk))
    address = reverse("staff:give_up_refund", args=[Refund.objects.get().public_id])

    assert "L’argent est sur le compte" in words(finance.post(address, follow=True))
    work()

    assert Refund.objects.get().status == RefundStatus.CANCELLED
    assert desk.bank.totals()["refunded_cents"] == 0


def test_a_refund_that_failed_waits_for_somebody_who_looks_after_it(
    finance: Client, desk: Desk, payment: Payment
) -> None:
    finance.post(form_address(desk), summary(finance, desk))
    desk.bank.control(f"dispute/{payment.intent_id}")
    work()
    refund = Refund.objects.get()
    assert refund.reference in words(finance.get(LIST, {"attention": "failed"}))
    assert "Remboursements qui ont échoué" in words(finance.get("/admin/"))
    page = finance.get(reverse("staff:refund", args=[refund.public_id]))
    assert "charge_disputed" in words(page)

    finance.post(reverse("staff:look_after_refund", args=[refund.public_id]))

    assert refund.reference not in words(finance.get(LIST, {"attention": "failed"}))


def test_the_provider_may_be_asked_at_once(finance: Client, desk: Desk, payment: Payment) -> None:
    finance.post(form_address(desk), summary(finance, desk))
    desk.bank.fail("drop", times=2, path="/v1/refunds", method="POST")
    work()
    refund = Refund.objects.get()
    assert refund.status == RefundStatus.UNKNOWN
    assert refund.reference in words(finance.get(LIST, {"attention": "live"}))

    finance.post(reverse("staff:ask_about_refund", args=[refund.public_id]))

    assert Refund.objects.get().status == RefundStatus.COMPLETED


def test_only_what_a_credit_note_keeps_is_offered_when_it_is_about_that(
    finance: Client, desk: Desk, payment: Payment
) -> None:
    [lot] = ledger.lots_of(desk.customer.pk)
    key = f"credit_note:AV2026-000001:{lot.id}"
    books.hold_outgoing(desk.customer.pk, Money(1_200), key=key, reason="kept", at=desk.at, lot_id=lot.id)

    assert "Argent d’avoirs à rendre" in words(finance.get("/admin/"))
    waiting = finance.get(reverse("staff:kept_money"))
    assert "AV2026-000001" in words(waiting)
    assert unescape(waiting.content.decode()).count(form_address(desk, reserve=quote(key, safe=""))) == 1
    told = words(finance.get(form_address(desk, reserve=key)))
    assert "au plus 12,00 €, ce que l’avoir garde pour être rendu" in told
    nothing = words(finance.get(form_address(desk, reserve="credit_note:other")))
    assert "Rien de ce compte ne peut repartir" in nothing


# --- Who may ----------------------------------------------------------------------------------------------------------
def test_support_looks_and_gives_nothing_back(desk: Desk, payment: Payment, finance: Client) -> None:
    finance.post(form_address(desk), summary(finance, desk))
    refund, support = Refund.objects.get(), member("samir", SUPPORT)

    assert support.get(reverse("staff:refund", args=[refund.public_id])).status_code == 200
    assert support.get(form_address(desk)).status_code == 403
    for name in ("give_up_refund", "ask_about_refund", "look_after_refund"):
        assert support.post(reverse(f"staff:{name}", args=[refund.public_id])).status_code == 403


def test_customers_and_strangers_find_no_such_page(desk: Desk, payment: Payment, finance: Client, cast: Cast) -> None:
    finance.post(form_address(desk), summary(finance, desk))
    page = reverse("staff:refund", args=[Refund.objects.get().public_id])

    for user in (cast.claire, cast.accountant, cast.outsider):
        client = signed_in(user)
        assert [client.get(address).status_code for address in (page, form_address(desk))] == [404, 404]
    assert Client().get(page).status_code == 302
    assert finance.get(reverse("staff:refund", args=["6ba7b810-9dad-11d1-80b4-00c04fd430c8"])).status_code == 404


# --- What the customer reads ------------------------------------------------------------------------------------------
def test_the_customer_and_her_accountant_follow_the_refund(
    desk: Desk, payment: Payment, finance: Client, cast: Cast
) -> None:
    finance.post(form_address(desk), summary(finance, desk))
    of_payment = reverse("payments:progress", args=[payment.public_id])
    moves = reverse("ledger:transactions")
    for user in (cast.claire, cast.accountant):
        client = signed_in(user)
        assert "Demandé. Nous vous écrivons dès qu’il est en route." in words(client.get(of_payment))
        assert "Remboursement de 40,00 € demandé le" in words(client.get(moves))
    assert signed_in(cast.outsider).get(of_payment).status_code == 404
    work()

    claire = signed_in(cast.claire)
    assert "Rendu sur votre carte le" in words(claire.get(of_payment))
    told = words(claire.get(moves))
    assert "demandé le" not in told
    assert f"Remboursement de {payment.reference} vers Visa •• 4242" in told
