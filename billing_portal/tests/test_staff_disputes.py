"""Staff answer disputes: the list, the page, the pack, who may; and what the customer then reads."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta
from html import unescape

import pytest
from django.contrib.auth.models import Group
from django.test import Client
from django.urls import reverse
from pytest_django.fixtures import Settings

from accounts.models import Approval, User
from billing_portal.staff.dispute_queues import dispute_queues
from billing_portal.staff.groups import FINANCE, SUPPORT
from core import clock
from core.clock import local_date
from core.formats import day_text
from ledger.tests.desk import bill
from outbox import services as outbox
from payments import services
from payments.gateways.base import DisputeState
from payments.gateways.stripe import StripeGateway, stripe_gateway
from payments.models import Dispute, DisputeStatus, FraudWarning, Method
from payments.services import disputes
from payments.tests.dispute_desk import DisputeDesk, moved, told_of
from payments.tests.drawer import MASTERCARD, Drawer
from tests.support.bank import Bank, open_bank
from tests.support.cast import Cast

pytestmark = [pytest.mark.django_db, pytest.mark.once]
LIST = reverse("admin:payments_dispute_changelist")
WARNINGS = reverse("admin:payments_fraudwarning_changelist")


@pytest.fixture(scope="module")
def shared_bank(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bank]:
    with open_bank(tmp_path_factory.mktemp("bank")) as bank:
        yield bank


@pytest.fixture
def desk(cast: Cast, shared_bank: Bank, settings: Settings) -> Iterator[DisputeDesk]:
    shared_bank.control("reset", everything=True)
    shared_bank.deliver(lost=-1)
    settings.STAFF_SECOND_FACTOR = False
    settings.STRIPE_API_BASE = shared_bank.url
    settings.STRIPE_SECRET_KEY = shared_bank.settings["STRIPE_SECRET_KEY"]
    stripe_gateway.cache_clear()
    gateway: StripeGateway = stripe_gateway()
    yield DisputeDesk(cast.individual, gateway, shared_bank, clock.now(), Method.CARD)
    stripe_gateway.cache_clear()


@pytest.fixture
def dispute(desk: DisputeDesk) -> Dispute:
    """100 € paid an invoice, and are contested."""
    payment = desk.pay(100)
    bill(desk.books, "FA1", 100)
    desk.contest(payment)
    desk.hear()
    return desk.dispute


def member(name: str, group: str) -> Client:
    user = User.objects.create_user(f"{name}@example.org", "a-long-password-for-tests", is_staff=True)
    user.groups.add(Group.objects.get(name=group))
    client = Client()
    client.force_login(user)
    return client


@pytest.fixture
def finance(desk: DisputeDesk) -> Client:
    return member("fanny", FINANCE)


def plain(content: bytes) -> str:
    """As it is read: entities resolved, every space a space."""
    return unescape(content.decode()).replace("\u00a0", " ").replace("\u202f", " ")


def page(client: Client, dispute: Dispute) -> str:
    return plain(client.get(reverse("staff:dispute", args=[dispute.public_id])).content)


def run_jobs() -> None:
    while outbox.run_due(at=clock.now() + timedelta(seconds=1)):
        pass


def test_staff_read_all_of_a_dispute(finance: Client, dispute: Dispute) -> None:
    told = page(finance, dispute)

    assert "100,00 €" in told
    assert "Le titulaire dit que ce paiement n’est pas de lui" in told
    assert "9 jours pour répondre" in told
    assert "FA1" in told
    assert dispute.object_id in told
    assert "Le dossier (PDF)" not in told  # it is still being printed


def test_staff_write_keep_and_send_the_answer_once(finance: Client, dispute: Dispute) -> None:
    address = reverse("staff:answer_dispute", args=[dispute.public_id])
    finance.post(address, {"text": "Le service a été rendu."})
    dispute.refresh_from_db()
    assert (dispute.evidence_text, dispute.evidence_asked_at) == ("Le service a été rendu.", None)

    finance.post(address, {"text": "Le service a été rendu chaque mois.", "send": "on"})
    assert "est en cours d’envoi" in page(finance, dispute)
    run_jobs()
    finance.post(address, {"text": "encore", "send": "on"})

    dispute.refresh_from_db()
    assert (dispute.status, dispute.evidence_text) == (DisputeStatus.ANSWERED, "Le service a été rendu chaque mois.")
    assert dispute.evidence_by == User.objects.get(email="fanny@example.org")
    told = page(finance, dispute)
    assert "Envoyer le texte et le dossier" not in told
    assert "Le dossier (PDF)" in told


def test_an_answer_that_is_too_long_is_told(finance: Client, dispute: Dispute) -> None:
    answer = finance.post(reverse("staff:answer_dispute", args=[dispute.public_id]), {"text": "x" * 2_001})

    assert answer.status_code == 422


def test_the_pack_is_handed_out_as_it_is_kept(finance: Client, dispute: Dispute) -> None:
    address = reverse("staff:dispute_pack", args=[dispute.public_id, "pdf"])
    assert finance.get(address).status_code == 404
    disputes.make_pack(dispute.pk, at=clock.now())

    pdf = finance.get(address)
    data = finance.get(reverse("staff:dispute_pack", args=[dispute.public_id, "json"]))

    assert (pdf["Content-Type"], pdf.content[:4]) == ("application/pdf", b"%PDF")
    assert f"litige-{dispute.payment.reference}.pdf" in pdf["Content-Disposition"]
    assert json.loads(data.content)["payment"]["reference"] == dispute.payment.reference


def test_finance_gives_in_and_support_may_not(finance: Client, dispute: Dispute) -> None:
    address = reverse("staff:give_in", args=[dispute.public_id])
    why = {"reason": "Elle a raison."}
    assert member("samir", SUPPORT).post(address, why).status_code == 403
    assert "Pourquoi nous cédons" in plain(finance.post(address, {"reason": " "}).content)

    finance.post(address, why)
    run_jobs()
    finance.post(address, why)

    dispute.refresh_from_db()
    assert dispute.status == DisputeStatus.ACCEPTED
    assert "Acceptée par nous" in page(finance, dispute)


def test_above_the_threshold_finance_waits_for_somebody_else(
    finance: Client, dispute: Dispute, settings: Settings
) -> None:
    settings.REFUND_APPROVAL_CENTS = 5_000
    assert "une deuxième personne de l’équipe doit approuver" in page(finance, dispute)

    finance.post(reverse("staff:give_in", args=[dispute.public_id]), {"reason": "Elle a raison."})

    told = page(finance, dispute)
    assert "Céder attend l’accord de quelqu’un d’autre" in told
    assert "Céder plutôt" not in told
    approval = reverse("staff:approval", args=[Approval.objects.get().public_id])
    assert approval in told
    assert reverse("staff:dispute", args=[dispute.public_id]) in finance.get(approval).text


def test_the_page_of_a_customer_lists_disputes_and_saved_methods(
    finance: Client, desk: DisputeDesk, dispute: Dispute
) -> None:
    drawer = Drawer(desk.customer, desk.bank, desk.at)
    first, second = drawer.save(), drawer.save(MASTERCARD)
    services.methods.rename(second.pk, "Carte du bureau", at=desk.at)

    told = plain(finance.get(reverse("staff:customer", args=[desk.customer.number])).content)

    assert reverse("staff:dispute", args=[dispute.public_id]) in told
    assert dispute.due_at is not None
    assert f">{day_text(local_date(dispute.due_at), short=True)}</time></td>".replace("\u00a0", " ") in told
    assert f"{first.title}<small>Enregistré · Par défaut" in told
    assert f"{second.title} · Carte du bureau<small>Enregistré" in told


def test_staff_may_ask_the_provider_at_once(finance: Client, desk: DisputeDesk, dispute: Dispute) -> None:
    desk.decide(dispute.object_id, "won")

    finance.post(reverse("staff:ask_about_dispute", args=[dispute.public_id]))

    dispute.refresh_from_db()
    assert dispute.status == DisputeStatus.WON


ADDRESSES = [("staff:dispute", ()), ("staff:dispute_pack", ("pdf",)), ("staff:dispute_pack", ("json",))]


@pytest.mark.parametrize(("name", "more"), ADDRESSES)
def test_nobody_but_staff_finds_a_dispute(
    desk: DisputeDesk, cast: Cast, dispute: Dispute, name: str, more: tuple[str, ...]
) -> None:
    address = reverse(name, args=[dispute.public_id, *more])
    for person in (cast.claire, cast.accountant, cast.outsider):
        client = Client()
        client.force_login(person)
        assert client.get(address).status_code == 404
    assert Client().get(address).status_code == 302


@pytest.mark.parametrize("name", ["staff:answer_dispute", "staff:give_in", "staff:ask_about_dispute"])
def test_staff_without_the_right_change_nothing(desk: DisputeDesk, dispute: Dispute, name: str) -> None:
    user = User.objects.create_user("neu@example.org", "a-long-password-for-tests", is_staff=True)
    client = Client()
    client.force_login(user)

    assert client.post(reverse(name, args=[dispute.public_id])).status_code == 403
    assert client.get(reverse(name, args=[dispute.public_id])).status_code in (403, 405)


def test_the_list_shows_those_to_answer_first_and_leads_to_their_page(
    finance: Client, desk: DisputeDesk, dispute: Dispute
) -> None:
    other = desk.credited(50)
    desk.apply(other, told_of(other, DisputeState.LOST, movements=(moved(other, 5_000),)))

    told = unescape(finance.get(LIST).content.decode())
    assert told.index(dispute.payment.reference) < told.index(other.reference)
    assert "9 jours restants" in told
    assert other.reference not in finance.get(LIST, {"attention": "answer"}).content.decode()
    assert dispute.payment.reference not in finance.get(LIST, {"attention": "look"}).content.decode()
    assert dispute.payment.reference in finance.get(LIST, {"attention": "open"}).content.decode()
    change = finance.get(reverse("admin:payments_dispute_change", args=[dispute.pk]))
    assert change["Location"] == reverse("staff:dispute", args=[dispute.public_id])


def test_what_waits_becomes_urgent_before_the_due_date(
    finance: Client, desk: DisputeDesk, dispute: Dispute, settings: Settings
) -> None:
    settings.DISPUTE_NOTICE_DAYS = 5
    early = dispute_queues(at=desk.at)[0]
    late = dispute_queues(at=desk.at + timedelta(days=5))[0]

    assert (early.count, early.is_urgent, late.is_urgent) == (1, False, True)
    assert "Contestations qui attendent nos pièces" in unescape(finance.get(reverse("admin:index")).content.decode())


def test_a_fraud_warning_waits_until_somebody_looked(finance: Client, desk: DisputeDesk) -> None:
    payment = desk.pay(100)
    desk.bank.control(f"fraud-warning/{payment.intent_id}")
    desk.hear()
    assert dispute_queues(at=desk.at)[2].count == 1
    assert payment.reference in finance.get(WARNINGS, {"handled_at__isempty": "1"}).content.decode()

    finance.post(WARNINGS, {"action": "looked_at", "_selected_action": [FraudWarning.objects.get().pk]})

    assert FraudWarning.objects.get().handled_by == User.objects.get(email="fanny@example.org")
    assert dispute_queues(at=desk.at)[2].count == 0


class TestTheCustomer:
    """What Claire reads of it."""

    @pytest.fixture
    def claire(self, cast: Cast) -> Client:
        client = Client()
        client.force_login(cast.claire)
        return client

    def reads(self, client: Client, name: str, *args: object) -> str:
        return plain(client.get(reverse(name, args=args)).content)

    def test_reads_on_the_payment_that_it_is_contested_and_what_becomes_of_it(
        self, claire: Client, desk: DisputeDesk, dispute: Dispute
    ) -> None:
        address = ("payments:progress", dispute.payment.public_id)
        assert "Ce paiement est contesté" in self.reads(claire, *address)

        desk.decide(dispute.object_id, "won")
        desk.hear()
        assert "la contestation est terminée et l’argent est sur votre compte" in self.reads(claire, *address)

    def test_reads_that_a_lost_payment_is_cancelled(self, claire: Client, desk: DisputeDesk, dispute: Dispute) -> None:
        desk.decide(dispute.object_id, "lost")
        desk.hear()

        assert "Ce paiement est annulé" in self.reads(claire, "payments:progress", dispute.payment.public_id)

    def test_reads_among_the_transactions_what_is_to_pay_again(self, claire: Client, dispute: Dispute) -> None:
        told = self.reads(claire, "ledger:transactions")

        assert "à payer de nouveau : un paiement est contesté" in told
        assert "Paiement annulé" in told

    def test_is_asked_for_nothing_meanwhile(self, claire: Client, dispute: Dispute) -> None:
        told = self.reads(claire, "dashboard")

        assert "FA1" in told
        assert "contestation en cours. Rien ne vous est demandé d’ici là." in told

    def test_reads_of_frozen_money(self, claire: Client, desk: DisputeDesk) -> None:
        payment = desk.credited(50)
        desk.apply(payment, told_of(payment, DisputeState.WARNING, freezes=True))

        assert "met l’argent de côté" in self.reads(claire, "payments:progress", payment.public_id)
