"""Staff look at the top-up rules, pause one with a reason that its customer reads, and resume it; who may."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import Group
from django.test import Client
from django.urls import reverse
from pytest_django.fixtures import Settings

from accounts.models import User
from billing_portal.staff.groups import FINANCE, SUPPORT
from core import clock
from core.money import Money
from payments.consents import TOP_UP
from payments.models import CollectingEvent, TopUpRule
from payments.services.methods.consenting import keep_consent
from tests.support.cast import Cast

pytestmark = [pytest.mark.django_db, pytest.mark.once]
LIST = "admin:payments_topuprule_changelist"


def member(name: str, group: str) -> Client:
    user = User.objects.create_user(f"{name}@example.org", "a-long-password-for-tests", is_staff=True)
    user.groups.add(Group.objects.get(name=group))
    client = Client()
    client.force_login(user)
    return client


@pytest.fixture
def rule(cast: Cast, settings: Settings) -> TopUpRule:
    settings.STAFF_SECOND_FACTOR = False
    at = clock.now()
    cents = {"below_cents": 5_000, "amount_cents": 10_000, "monthly_cents": 30_000}
    consent = keep_consent("fr", name=TOP_UP, at=at)
    return TopUpRule.objects.create(
        customer=cast.company, **cents, consent=consent, consent_at=at, created_at=at, updated_at=at
    )


def text(client: Client, address: str) -> str:
    answer = client.get(address, follow=True)
    assert answer.status_code == 200, (address, answer.status_code)
    return answer.content.decode().replace("\u00a0", " ").replace("\u202f", " ")


def test_finance_pauses_a_rule_with_a_reason_and_resumes_it(rule: TopUpRule) -> None:
    fanny, number = member("fanny", FINANCE), rule.customer.number
    assert "En vigueur" in text(fanny, reverse(LIST))
    pause, resume = reverse("staff:pause_top_ups", args=[number]), reverse("staff:resume_top_ups", args=[number])

    assert fanny.post(pause, {"reason": ""}).status_code == 422
    assert fanny.get(resume).status_code == 404
    fanny.post(pause, {"reason": "Vérification en cours"})

    assert "Suspendue par l’équipe : Vérification en cours" in text(
        fanny, f"{reverse(LIST)}?standing=paused&q={number}"
    )
    page = text(fanny, reverse("admin:payments_topuprule_change", args=[rule.pk]))
    assert ("Vérification en cours" in page, "300,00 €" in page, resume in page) == (True, True, True)
    fanny.post(resume, {"reason": "Vérifié"})
    rule.refresh_from_db()
    assert (rule.paused_at, rule.paused_because) == (None, "")
    assert CollectingEvent.objects.filter(actor__email="fanny@example.org").count() == 2


def test_a_rule_that_is_off_says_why(rule: TopUpRule) -> None:
    sam = member("sam", SUPPORT)
    TopUpRule.objects.update(is_on=False, declines=3)
    off = {"customer": rule.customer, "name": "top-up rule turned off", "at": clock.now()}
    CollectingEvent.objects.create(**off, detail="refused 3 times in a row")
    assert "Arrêtée : 3 refus de suite" in text(sam, f"{reverse(LIST)}?standing=refused")

    CollectingEvent.objects.create(**off)
    assert "Arrêtée : à la demande du client" in text(sam, reverse(LIST))


def test_support_looks_and_strangers_find_nothing(rule: TopUpRule, cast: Cast) -> None:
    sam, number = member("sam", SUPPORT), rule.customer.number
    pause = reverse("staff:pause_top_ups", args=[number])
    assert pause not in text(sam, reverse("staff:collecting", args=[number]))
    assert sam.post(pause, {"reason": "Essai"}).status_code == 403

    stranger = Client()
    stranger.force_login(cast.claire)
    assert stranger.get(pause).status_code in {302, 404}
    assert stranger.get(reverse(LIST)).status_code in {302, 404}
    assert Money(rule.below_cents) == Money(5_000)
    rule.refresh_from_db()
    assert rule.paused_at is None
