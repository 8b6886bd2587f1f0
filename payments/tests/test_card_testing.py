"""Somebody tries stolen cards, one after the other: by one account, by many, in payments and in savings."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client
from pytest_django.fixtures import Settings

from accounts.models import User
from core.money import Money
from outbox.models import Message
from payments import selectors, services
from payments.models import AttemptKind, CardAttempt, Method, MethodState, Payment, PaymentStatus, SavedMethod
from payments.services import CardsPaused, TooManyTopUps, Wish
from payments.services.attempts import forget_old_attempts
from payments.tests.desk import Desk
from payments.tests.drawer import Drawer
from payments.tests.test_pages import FORM, words
from payments.wiring import gateway_for
from tests.support.bank import POOR_CARD, STOLEN_CARD
from tests.support.cast import make_company

HOUR = timedelta(hours=1)


@pytest.fixture
def three(settings: Settings) -> None:
    """Three refused cards begin a pause."""
    settings.CARD_DECLINES_PER_HOUR = 3
    settings.STAFF_ALERTS = ["equipe@example.org"]


@pytest.fixture
def claire(desk: Desk, client: Client) -> Client:
    client.force_login(User.objects.get(email="claire@example.org"))
    return client


def hear_declines(desk: Desk, kind: str = "payment_intent.payment_failed") -> None:
    for news in desk.gateway.news_since(desk.at - HOUR, types=[kind]):
        event = services.receive(news, at=desk.at)
        services.apply_event(event.pk, gateway=desk.gateway, at=desk.at)


def try_cards(desk: Desk, payment: Payment, count: int) -> None:
    """So many cards on one page, each refused, each told by an event."""
    for turn in range(count):
        desk.pay(payment, POOR_CARD if turn % 2 else STOLEN_CARD)
    hear_declines(desk)


@pytest.mark.usefixtures("three")
class TestDeclines:
    def test_each_refused_card_counts_once_whoever_tells_it(self, desk: Desk) -> None:
        payment = desk.start()
        try_cards(desk, payment, 2)
        for _ in range(3):
            desk.ask(payment)
            hear_declines(desk)

        assert CardAttempt.objects.filter(kind=AttemptKind.DECLINED).count() == 2
        assert services.paused_until(desk.customer, at=desk.at) is None

    def test_too_many_close_the_page_and_pause_the_cards(self, desk: Desk) -> None:
        payment = desk.start()
        try_cards(desk, payment, 3)

        payment.refresh_from_db()
        assert payment.status == PaymentStatus.REFUSED
        assert desk.bank.pay(payment.session_id)["outcome"] == "CLOSED"
        with pytest.raises(CardsPaused) as pause:
            desk.start()
        assert pause.value.retry_after == HOUR

    def test_the_pause_ends_by_itself(self, desk: Desk) -> None:
        try_cards(desk, desk.start(), 3)

        later = services.request_top_up(desk.customer, Wish(Money(5_000)), gateway=desk.gateway, at=desk.at + HOUR)

        assert later.status == PaymentStatus.OPEN

    def test_staff_are_told_once_and_see_it_in_their_list(self, desk: Desk) -> None:
        try_cards(desk, desk.start(), 3)
        hear_declines(desk)

        (mail,) = Message.objects.filter(kind="staff.cards_paused")
        assert mail.recipients == ["equipe@example.org"]
        assert "Claire Martin" in mail.text
        assert selectors.paused_customers(at=desk.at) == (1, desk.at)
        assert selectors.paused_customers(at=desk.at + HOUR) == (0, None)

    def test_staff_lift_the_pause(self, desk: Desk) -> None:
        try_cards(desk, desk.start(), 3)

        assert services.forgive([desk.customer.pk], at=desk.at) == 3

        assert desk.start().status == PaymentStatus.OPEN
        assert selectors.paused_customers(at=desk.at) == (0, None)

    def test_other_customers_and_paypal_go_on(self, drawer: Drawer, desk: Desk) -> None:
        try_cards(desk, desk.start(), 3)

        paypal = services.request_top_up(
            desk.customer, Wish(Money(5_000), method=Method.PAYPAL), gateway=gateway_for("PAYPAL"), at=desk.at
        )
        other = services.request_top_up(make_company(desk.at), Wish(Money(5_000)), gateway=desk.gateway, at=desk.at)

        assert (paypal.status, other.status) == (PaymentStatus.OPEN, PaymentStatus.OPEN)
        assert drawer.customer == desk.customer

    def test_cards_tried_while_saving_count_too(self, drawer: Drawer, desk: Desk) -> None:
        begun = drawer.begin()
        for _ in range(3):
            drawer.consent(begun, STOLEN_CARD)
        hear_declines(desk, "setup_intent.setup_failed")

        begun.refresh_from_db()
        assert begun.state == MethodState.ABANDONED
        with pytest.raises(CardsPaused):
            drawer.begin()

    def test_the_page_says_it_clearly_and_nothing_typed_is_lost(self, desk: Desk, claire: Client) -> None:
        try_cards(desk, desk.start(), 3)

        page = claire.post(FORM, {"amount": "61,50", "method": "CARD", "save": "1"})

        assert (page.status_code, 3_500 < int(page["Retry-After"]) <= 3_600) == (429, True)
        assert "Plusieurs cartes ont été refusées en une heure" in words(page.content)
        assert "Rien n’a été débité" in words(page.content)
        assert 'value="61,50"' in page.content.decode()
        assert 'name="save" value="1" aria-describedby="save-consent" checked' in page.content.decode()


class TestStarts:
    def test_payments_and_savings_count_together(self, drawer: Drawer, settings: Settings) -> None:
        settings.TOP_UPS_PER_HOUR = 2
        drawer.pay()
        drawer.begin()

        with pytest.raises(TooManyTopUps):
            drawer.pay()

    def test_accounts_behind_one_address_count_together(self, drawer: Drawer, settings: Settings) -> None:
        settings.TOP_UPS_PER_HOUR_FROM_ADDRESS = 1
        drawer.pay()

        with pytest.raises(TooManyTopUps):
            drawer.of(make_company(drawer.at)).pay()

    @pytest.mark.parametrize(("proxies", "answers"), [(0, [303, 429]), (1, [303, 303])])
    def test_a_forged_address_does_not_help(
        self, claire: Client, settings: Settings, proxies: int, answers: list[int]
    ) -> None:
        """Only a proxy that we trust may say where the browser is."""
        settings.TOP_UPS_PER_HOUR_FROM_ADDRESS, settings.TRUSTED_PROXIES = 1, proxies

        said = [
            claire.post(FORM, {"amount": "50", "method": "CARD"}, headers={"x-forwarded-for": address}).status_code
            for address in ("192.0.2.1", "192.0.2.2")
        ]

        assert said == answers

    def test_old_addresses_are_erased(self, drawer: Drawer) -> None:
        drawer.pay()

        assert forget_old_attempts(at=drawer.at + timedelta(days=6)) == 0
        assert services.sweep_methods(at=drawer.at + timedelta(days=8)) == 0
        assert not CardAttempt.objects.exists()

    def test_the_same_start_counts_once(self, drawer: Drawer) -> None:
        drawer.begin()
        drawer.begin()

        assert CardAttempt.objects.filter(kind=AttemptKind.STARTED).count() == SavedMethod.objects.count() == 1
