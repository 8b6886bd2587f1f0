"""The page of a top-up rule, as its readers see it."""

from __future__ import annotations

import pytest
from django.test import Client

from accounts import services as accounts
from accounts.models import CustomerKind, Role, User
from payments.models import TopUpRule
from payments.tests.debit_desk import DebitDesk
from payments.tests.test_pages import words
from tests.support.proof import just_proved

pytestmark = pytest.mark.once
PAGE = "/moyens-de-paiement/alimentation-automatique/"
LIST = "/moyens-de-paiement/"
TYPED = {"below": "50", "amount": "100,00", "monthly": "300", "agreed": "on"}


@pytest.fixture
def claire(debits: DebitDesk, client: Client) -> Client:
    assert debits is not None
    return just_proved(client, User.objects.get(email="claire@example.org"))


def test_a_rule_is_set_up_shown_changed_and_turned_off(claire: Client, debits: DebitDesk) -> None:
    debits.save()
    assert "La mettre en place" in words(claire.get(LIST).content)

    said = words(claire.post(PAGE, TYPED, follow=True).content)

    assert "L’alimentation automatique est activée" in said
    assert "dont 0,00 € ce mois-ci" in said
    rule = TopUpRule.objects.get()
    assert (rule.below_cents, rule.amount_cents, rule.monthly_cents) == (5_000, 10_000, 30_000)
    assert rule.actor is not None
    assert 'value="300,00"' in claire.get(PAGE).content.decode()
    claire.post(PAGE, {"action": "off"})
    rule.refresh_from_db()
    assert not rule.is_on


def test_what_is_wrong_is_said_at_its_field_and_nothing_typed_is_lost(claire: Client, debits: DebitDesk) -> None:
    debits.save()

    said = claire.post(PAGE, TYPED | {"monthly": "99,99"}).content.decode()
    assert "Le maximum du mois doit permettre au moins un crédit" in words(said.encode())
    assert 'value="99,99"' in said
    assert "Saisissez un montant jusqu’à" in words(claire.post(PAGE, TYPED | {"below": "0"}).content)
    assert "cochez la case" in words(claire.post(PAGE, TYPED | {"agreed": ""}).content)
    assert "Écrivez le montant" in words(claire.post(PAGE, TYPED | {"amount": "abc"}).content)
    assert not TopUpRule.objects.exists()


def test_without_a_card_or_for_a_public_body_there_is_no_form(claire: Client, debits: DebitDesk) -> None:
    assert "Un compte bancaire ne convient pas" in words(claire.get(PAGE).content)
    assert "Il n’y a ni carte" in words(claire.post(PAGE, TYPED).content)
    customer = debits.drawer.customer
    type(customer).objects.filter(pk=customer.pk).update(kind=CustomerKind.PUBLIC, siret="13002526500013")
    assert "rien n’est crédité de lui-même" in words(claire.get(PAGE).content)


def test_the_accountant_reads_and_may_not_change(debits: DebitDesk) -> None:
    debits.save()
    user = User.objects.create_user("cabinet@example.org", "a-long-password-for-tests")
    accounts.add_member(debits.drawer.customer, user, Role.READ_ONLY)
    accountant = just_proved(Client(), user)

    assert "Alimentation automatique" in words(accountant.get(LIST).content)
    assert accountant.post(PAGE, TYPED).status_code == 403
    assert not TopUpRule.objects.exists()
