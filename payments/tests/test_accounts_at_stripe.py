"""Bank accounts that Stripe keeps: saved, named, replaced, removed, ended by the bank; and their pages."""

from __future__ import annotations

from dataclasses import replace

import pytest
from django.test import Client
from pytest_django.fixtures import Settings

from accounts.models import User
from outbox.models import Message
from payments import checks, services
from payments.models import Mandate, MandateState, Method, MethodState, Provider, Reason, SavedMethod, SignedHow
from payments.services import mandates as verbs
from payments.tests.drawer import Drawer
from payments.tests.test_account_gateways import TEST_IBANS
from payments.tests.test_pages import words
from tests.support.proof import just_proved

ADD = "/moyens-de-paiement/compte-bancaire/"


@pytest.fixture
def accounts(drawer: Drawer, settings: Settings) -> Drawer:
    settings.SEPA_THROUGH = "stripe"
    return replace(drawer, kind=Method.SEPA)


def sign(accounts: Drawer, method: SavedMethod, iban: str = TEST_IBANS[0]) -> SavedMethod:
    accounts.bank.control(f"sign/{method.session_id}", iban=iban, name="Claire Martin")
    return accounts.ask(method)


def save(accounts: Drawer, iban: str = TEST_IBANS[0]) -> SavedMethod:
    return sign(accounts, accounts.begin(), iban)


def everything_holds() -> bool:
    return all(check.ok for check in (*checks.mandates(), *checks.saved_methods()))


def test_a_signed_account_becomes_a_method_with_the_mandate_of_stripe(accounts: Drawer) -> None:
    saved = save(accounts)
    mandate = Mandate.objects.get()

    assert (saved.state, saved.title, saved.is_default) == (MethodState.ACTIVE, "LA BANQUE POSTALE •• 2606", True)
    assert (saved.consent.name, saved.provider) == ("sepa-stripe.1", Provider.STRIPE)
    assert (mandate.state, mandate.through, mandate.method, mandate.signed_how) == (
        MandateState.ACTIVE,
        Provider.STRIPE,
        saved,
        SignedHow.PROVIDER,
    )
    assert mandate.reference.startswith(f"{accounts.customer.number}-")
    assert (mandate.iban, mandate.shown_iban) == (None, "FR•• •••• 2606")
    assert mandate.document_url.startswith(accounts.bank.url)
    assert everything_holds()


def test_an_account_without_a_mandate_is_not_saved(accounts: Drawer) -> None:
    begun = accounts.begin()
    accounts.bank.control(f"sign/{begun.session_id}")
    page = accounts.gateway.read_saving(begun.session_id)

    told = accounts.told(begun, replace(page, mandate=None))

    assert (told.state, Mandate.objects.count()) == (MethodState.PENDING, 0)


def test_the_same_account_again_replaces_its_mandate(accounts: Drawer) -> None:
    first = save(accounts)
    services.methods.rename(first.pk, "Compte courant", at=accounts.at)

    second = save(accounts)

    first.refresh_from_db()
    before, after = Mandate.objects.order_by("pk")
    assert (first.state, first.reason, second.label) == (MethodState.REMOVING, Reason.REPLACED, "Compte courant")
    assert (before.state, after.state, after.replaces) == (MandateState.REPLACED, MandateState.ACTIVE, before)
    assert everything_holds()


def test_removing_it_takes_the_mandate_back_and_forgets_it_at_stripe(accounts: Drawer) -> None:
    saved = save(accounts)

    removed = accounts.remove(saved)

    assert (removed.state, Mandate.objects.get().state) == (MethodState.REMOVED, MandateState.REVOKED)
    assert accounts.gateway.read_instrument(saved.object_id) is None


def test_staff_who_take_it_back_have_stripe_forget_it(accounts: Drawer) -> None:
    saved = save(accounts)

    verbs.revoke(Mandate.objects.get().pk, reason="a letter", at=accounts.at)

    saved.refresh_from_db()
    assert saved.state == MethodState.REMOVING
    assert accounts.ask(saved).state == MethodState.REMOVED


def test_a_mandate_that_the_bank_ended_is_not_debited(accounts: Drawer) -> None:
    saved, mandate = save(accounts), Mandate.objects.get()
    assert verbs.follow_mandate(mandate.pk, gateway=accounts.gateway, at=accounts.at).state == MandateState.ACTIVE
    accounts.bank.control(f"mandates/{mandate.object_id}/inactivate")

    services.catch_up(gateway=accounts.gateway, provider=Provider.STRIPE, at=accounts.at)
    for event in _events("mandate.updated"):
        services.apply_event(event, gateway=accounts.gateway, at=accounts.at)

    saved.refresh_from_db()
    mandate.refresh_from_db()
    assert (mandate.state, saved.state, saved.reason) == (MandateState.REFUSED, MethodState.UNUSABLE, Reason.BANK)
    assert Message.objects.filter(kind="mandate.refused").count() == 1
    assert everything_holds()


def test_one_that_is_taken_away_at_stripe_takes_its_mandate_with_it(accounts: Drawer) -> None:
    saved = save(accounts)
    accounts.bank.control(f"methods/{saved.object_id}/detach")

    services.methods.refresh(saved.pk, gateway=accounts.gateway, at=accounts.at)

    saved.refresh_from_db()
    assert (saved.state, Mandate.objects.get().state) == (MethodState.REMOVED, MandateState.REVOKED)


def test_the_pages_lead_to_stripe_and_to_its_copy_of_the_mandate(accounts: Drawer, client: Client) -> None:
    claire = just_proved(client, User.objects.get(email="claire@example.org"))
    said = words(claire.get(ADD).content)
    assert "selon le mandat de prélèvement SEPA que je signe sur la page de Stripe" in said
    assert 'name="iban"' not in claire.get(ADD).content.decode()
    assert "Sans votre accord rien n’est enregistré" in words(claire.post(ADD, {}).content)

    answer = claire.post(ADD, {"agreed": "on"})

    begun = SavedMethod.objects.get()
    assert (answer.status_code, answer["Location"]) == (303, begun.page_url)
    sign(accounts, begun)
    mandate = Mandate.objects.get()
    assert mandate.reference in words(claire.get(f"/moyens-de-paiement/{begun.public_id}/").content)
    copy = claire.get(f"/moyens-de-paiement/mandats/{mandate.public_id}/mandat.pdf")
    assert (copy.status_code, copy["Location"]) == (302, mandate.document_url)
    replaced = claire.get(f"/moyens-de-paiement/mandats/{mandate.public_id}/remplacer/")
    assert replaced.status_code == 303


def _events(kind: str) -> list[int]:
    from payments.models import WebhookEvent

    return list(WebhookEvent.objects.filter(type=kind).values_list("pk", flat=True))
