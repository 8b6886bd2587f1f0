from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from django.urls import reverse

from accounts import services
from accounts.models import BillingEmail, Customer, Membership, Role
from outbox.models import Message

if TYPE_CHECKING:
    from django.test import Client

    from tests.support.cast import Cast

pytestmark = [pytest.mark.django_db, pytest.mark.once]
PROFILE = {
    "name": "Claire Martin-Roux",
    "address_line1": "5 rue des Lilas",
    "postcode": "69003",
    "city": "Lyon",
    "country": "fr",
    "billing_emails": "claire@example.org, compta@example.org",
    "language": "en",
}


def test_a_stranger_does_not_reach_the_people_of_another_customer(cast: Cast, client: Client) -> None:
    client.force_login(cast.outsider)
    member = Membership.objects.get(user=cast.accountant)

    answer = client.post(reverse("accounts:change_member", args=[member.pk]), {"remove": "1"})

    assert answer.status_code == 404
    assert Membership.objects.filter(pk=member.pk).exists()


def test_somebody_without_any_customer_finds_no_page(cast: Cast, client: Client) -> None:
    services.remove_member(Membership.objects.get(user=cast.accountant))
    client.force_login(cast.accountant)

    assert client.get(reverse("accounts:profile")).status_code == 404
    assert client.get(reverse("accounts:security")).status_code == 200


@pytest.mark.parametrize("name", ["accounts:profile", "accounts:members", "accounts:security"])
def test_without_a_session_the_sign_in_page_comes_first_and_brings_back(db: None, client: Client, name: str) -> None:
    answer = client.get(reverse(name))

    assert answer.status_code == 302
    assert answer["Location"] == f"{reverse('account_login')}?next={reverse(name)}"


def test_the_accountant_reads_the_details_and_cannot_change_them(cast: Cast, client: Client) -> None:
    client.force_login(cast.accountant)

    page = client.get(reverse("accounts:profile"))
    answer = client.post(reverse("accounts:profile"), PROFILE)

    assert page.status_code == 200
    assert "disabled" in page.text
    assert answer.status_code == 403
    assert Customer.objects.get(pk=cast.individual.pk).name == "Claire Martin"
    assert client.get(reverse("accounts:members")).status_code == 403


def test_an_owner_changes_the_details_and_only_those_of_the_form(cast: Cast, client: Client) -> None:
    client.force_login(cast.claire)
    before = Customer.objects.get(pk=cast.individual.pk)
    hostile = {"number": "C999999", "kind": "PUBLIC", "id": "1", "created_at": "2001-01-01", "siret": "73282932000074"}

    answer = client.post(reverse("accounts:profile"), {**PROFILE, **hostile})

    after = Customer.objects.get(pk=cast.individual.pk)
    assert answer.status_code == 302
    assert (after.name, after.country, after.language) == ("Claire Martin-Roux", "FR", "en")
    assert (after.number, after.kind, after.siret, after.created_at) == (
        before.number,
        before.kind,
        "",
        before.created_at,
    )
    assert set(BillingEmail.objects.filter(customer=after).values_list("email", flat=True)) == {
        "claire@example.org",
        "compta@example.org",
    }


def test_what_was_typed_stays_when_something_is_wrong(cast: Cast, client: Client) -> None:
    client.force_login(cast.claire)

    page = client.post(
        reverse("accounts:profile"), {**PROFILE, "billing_emails": "not an address", "country": "12"}
    ).text

    assert 'role="alert"' in page
    assert "5 rue des Lilas" in page
    assert "not an address" in page
    assert "<title>Erreur" in page
    assert Customer.objects.get(pk=cast.individual.pk).name == "Claire Martin"


def test_numbers_that_do_not_agree_are_shown_beside_their_field(cast: Cast, client: Client) -> None:
    services.add_member(cast.company, cast.claire, Role.OWNER)
    client.force_login(cast.claire)
    client.post(reverse("accounts:switch"), {"customer": cast.company.number})

    page = client.post(reverse("accounts:profile"), {**PROFILE, "siret": "73282932000074", "siren": "404833048"}).text

    assert 'href="#id_siren"' in page


def test_switching_reaches_ones_own_customers_only(cast: Cast, client: Client) -> None:
    services.add_member(cast.company, cast.claire, Role.BILLING)
    client.force_login(cast.claire)

    refused = client.post(reverse("accounts:switch"), {"customer": cast.stranger.number})
    accepted = client.post(reverse("accounts:switch"), {"customer": cast.company.number, "next": "/parametres/"})

    assert refused.status_code == 404
    assert accepted["Location"] == "/parametres/"
    assert "Atelier Durand SARL" in client.get(reverse("accounts:profile")).text


def test_a_right_taken_away_is_gone_at_the_next_click(cast: Cast, client: Client) -> None:
    services.add_member(cast.company, cast.claire, Role.BILLING)
    client.force_login(cast.claire)
    client.post(reverse("accounts:switch"), {"customer": cast.company.number})

    services.remove_member(Membership.objects.get(user=cast.claire, customer=cast.company))

    page = client.get(reverse("accounts:profile")).text
    assert "Atelier Durand" not in page
    assert "Claire Martin" in page


def test_an_owner_gives_access_and_the_guest_is_told_how_to_come_in(cast: Cast, client: Client) -> None:
    client.force_login(cast.claire)

    client.post(reverse("accounts:members"), {"email": "New@Example.org", "role": "READ_ONLY"})

    member = Membership.objects.get(user__email="new@example.org")
    message = Message.objects.get(kind="account.invitation")
    assert (member.customer_id, member.role) == (cast.individual.pk, Role.READ_ONLY)
    assert message.recipients == ["new@example.org"]
    assert "/account/password/reset/key/" in message.text
    assert message.confidential


def test_the_last_owner_stays(cast: Cast, client: Client) -> None:
    client.force_login(cast.claire)
    own = Membership.objects.get(user=cast.claire)

    client.post(reverse("accounts:change_member", args=[own.pk]), {"remove": "1"})
    client.post(reverse("accounts:change_member", args=[own.pk]), {"role": "READ_ONLY"})
    client.post(reverse("accounts:members"), {"email": "claire@example.org", "role": "READ_ONLY"})

    assert Membership.objects.get(pk=own.pk).role == Role.OWNER


def test_a_membership_that_needs_a_second_factor_asks_for_it(cast: Cast, client: Client) -> None:
    Membership.objects.filter(user=cast.claire).update(needs_second_factor=True)
    client.force_login(cast.claire)

    page = client.get(reverse("accounts:profile"))

    assert page.status_code == 403
    assert reverse("mfa_index") in page.text


@pytest.mark.parametrize(
    "target", ["//evil.example", "https://evil.example/", "javascript:alert(1)", "\\\\evil.example", "https:evil", ""]
)
@pytest.mark.parametrize("name", ["accounts:language", "accounts:switch"])
def test_next_never_leaves_the_portal(cast: Cast, client: Client, target: str, name: str) -> None:
    client.force_login(cast.claire)

    answer = client.post(reverse(name), {"next": target, "language": "en", "customer": cast.individual.number})

    assert answer["Location"] == "/"


def test_the_language_is_remembered_by_the_browser_and_by_the_person(cast: Cast, client: Client) -> None:
    client.force_login(cast.claire)
    assert "Données de facturation" in client.get(reverse("accounts:profile")).text

    client.post(reverse("accounts:language"), {"language": "en", "next": "/parametres/"})

    assert "Billing details" in client.get(reverse("accounts:profile")).text
    client.cookies.clear()
    client.force_login(type(cast.claire).objects.get(pk=cast.claire.pk))
    assert "Billing details" in client.get(reverse("accounts:profile")).text


def test_an_unknown_language_is_refused(db: None, client: Client) -> None:
    assert client.post(reverse("accounts:language"), {"language": "xx"}).status_code == 400


def test_nothing_changes_by_following_a_link(cast: Cast, client: Client) -> None:
    client.force_login(cast.claire)

    assert client.get(reverse("accounts:switch")).status_code == 405
    assert client.get(reverse("accounts:language")).status_code == 405


@pytest.mark.parametrize("name", ["accounts:profile", "accounts:members", "accounts:security"])
def test_pages_cost_few_queries(cast: Cast, client: Client, name: str, django_assert_max_num_queries: object) -> None:
    client.force_login(cast.claire)

    with django_assert_max_num_queries(10):  # type: ignore[operator]
        assert client.get(reverse(name)).status_code == 200
