from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, hotp_value, yield_hotp_counters_from_time
from django.core.cache import cache
from django.urls import reverse

from accounts import services
from accounts.models import Role
from accounts.ways import browser_name
from core import clock
from outbox import services as outbox
from outbox.models import Message, MessageState

if TYPE_CHECKING:
    from collections.abc import Iterator

    from django.core.mail import EmailMultiAlternatives
    from django.test import Client
    from pytest_django.fixtures import Settings

    from tests.support.cast import Cast

pytestmark = pytest.mark.django_db
PASSWORD = "a-long-password-for-tests"
LOGIN = "/account/login/"


@pytest.fixture(autouse=True)
def fresh_limits() -> Iterator[None]:
    cache.clear()
    yield
    cache.clear()


@pytest.fixture
def claire(cast: Cast) -> Cast:
    services.give_password(cast.claire, PASSWORD)
    return cast


def sign_in(client: Client, email: str = "claire@example.org", password: str = PASSWORD) -> str:
    answer = client.post(LOGIN, {"login": email, "password": password}, follow=True)
    return str(answer.text)


def confirm(client: Client) -> None:
    client.post("/account/reauthenticate/", {"password": PASSWORD})


def code_of(secret: str) -> str:
    counter = next(iter(yield_hotp_counters_from_time()))
    return str(format_hotp_value(hotp_value(secret, counter)))


def test_a_person_signs_in_with_address_and_password(claire: Cast, client: Client) -> None:
    client.post(LOGIN, {"login": "Claire@Example.org", "password": PASSWORD})

    assert client.get(reverse("accounts:profile")).status_code == 200


def test_every_refusal_says_the_same_words(claire: Cast, client: Client) -> None:
    services.give_password(claire.outsider, PASSWORD)
    claire.outsider.is_active = False
    claire.outsider.save()

    pages = [
        sign_in(client, email, password)
        for email, password in [
            ("claire@example.org", "wrong-password-here"),
            ("nobody@example.org", PASSWORD),
            ("ivan@example.org", "wrong-password-here"),
        ]
    ]

    words = [re.findall(r'<div class="errors".*?</div>', page, re.DOTALL)[0] for page in pages]
    assert set(words) == {words[0]}
    assert "Adresse ou mot de passe incorrect" in words[0]


def test_too_many_wrong_passwords_stop_for_a_while(claire: Cast, client: Client) -> None:
    for _ in range(12):
        page = sign_in(client, password="wrong-password-here")

    assert "Trop d’essais" in page
    assert "Trop d’essais" in sign_in(client)


def test_the_session_changes_its_name_at_sign_in(claire: Cast, client: Client) -> None:
    client.get(LOGIN)
    client.session["seen"] = True
    client.session.save()
    before = client.session.session_key

    sign_in(client)

    assert client.session.session_key != before


@pytest.mark.parametrize(
    "target", ["//evil.example", "https://evil.example/", "javascript:alert(1)", "/\\evil.example"]
)
def test_signing_in_never_leads_elsewhere(claire: Cast, client: Client, target: str) -> None:
    answer = client.post(
        f"{LOGIN}?next={target}", {"login": "claire@example.org", "password": PASSWORD, "next": target}
    )

    assert answer["Location"] == "/"


def test_a_forgotten_password_answers_alike_and_writes_only_to_those_who_exist(claire: Cast, client: Client) -> None:
    pages = [
        client.post("/account/password/reset/", {"email": email}, follow=True)
        for email in ("claire@example.org", "nobody@example.org")
    ]

    assert pages[0].redirect_chain == pages[1].redirect_chain
    assert [message.recipients for message in Message.objects.filter(kind="account.password_reset")] == [
        ["claire@example.org"]
    ]


def test_the_link_lets_choose_a_password_once_and_leaves_no_trace_in_the_books(
    claire: Cast, client: Client, mailoutbox: list[EmailMultiAlternatives]
) -> None:
    client.post("/account/password/reset/", {"email": "claire@example.org"})
    outbox.run_due(at=clock.now())

    (mail,) = mailoutbox
    found = re.search(r"http://localhost:8000(/account/password/reset/key/\S+)", str(mail.body))
    assert found is not None
    message = Message.objects.get(kind="account.password_reset")
    assert (message.state, message.text, message.html) == (MessageState.SENT, "", "")

    page = client.get(found[1], follow=True)
    new = {"password1": "an-entirely-new-password", "password2": "an-entirely-new-password"}
    client.post(page.redirect_chain[-1][0], new)
    sign_in(client, password="an-entirely-new-password")
    assert client.get(reverse("accounts:profile")).status_code == 200
    assert Message.objects.filter(kind="account.notice").count() == 1
    client.logout()
    assert "déjà servi" in client.get(found[1], follow=True).text


def test_an_owner_without_password_comes_in_with_a_code(
    cast: Cast, client: Client, mailoutbox: list[EmailMultiAlternatives]
) -> None:
    client.post("/account/login/code/", {"email": "claire@example.org"})
    outbox.run_due(at=clock.now())
    code = str(mailoutbox[0].subject).split()[0]

    client.post("/account/login/code/confirm/", {"code": code})

    assert client.get(reverse("accounts:profile")).status_code == 200
    assert EmailAddress.objects.get(email="claire@example.org").verified


def test_a_code_asked_for_an_unknown_address_answers_alike(cast: Cast, client: Client) -> None:
    answer = client.post("/account/login/code/", {"email": "nobody@example.org"})

    assert answer["Location"].startswith("/account/login/code/confirm/")
    assert not Message.objects.exists()


def test_an_unproved_address_has_to_be_proved_by_a_code(
    cast: Cast, client: Client, mailoutbox: list[EmailMultiAlternatives]
) -> None:
    cast.claire.set_password(PASSWORD)
    cast.claire.save()
    sign_in(client)
    outbox.run_due(at=clock.now())

    assert client.get(reverse("accounts:profile")).status_code == 302
    client.post("/account/confirm-email/", {"code": str(mailoutbox[0].subject).split()[0]})
    assert client.get(reverse("accounts:profile")).status_code == 200


def test_nobody_signs_up_by_themselves(db: None, client: Client) -> None:
    page = client.post("/account/signup/", {"email": "x@example.org", "password1": PASSWORD, "password2": PASSWORD})

    assert not EmailAddress.objects.exists()
    assert "première commande" in page.text


def test_with_an_application_code_the_password_is_not_enough(claire: Cast, client: Client) -> None:
    secret = "JBSWY3DPEHPK3PXP"
    stored = TOTP.activate(claire.claire, secret).instance
    assert secret not in str(stored.data)
    RecoveryCodes.activate(claire.claire)

    page = sign_in(client)
    assert "Seconde étape" in page
    assert client.get(reverse("accounts:profile")).status_code == 302

    assert "n’est pas le bon" in client.post("/account/2fa/authenticate/", {"code": "000000"}).text
    client.post("/account/2fa/authenticate/", {"code": code_of(secret)})
    assert client.get(reverse("accounts:profile")).status_code == 200


@pytest.mark.django_db(transaction=True)
def test_setting_up_a_code_counts_as_the_second_step_of_this_session(claire: Cast, client: Client) -> None:
    membership = claire.individual.memberships.get(user=claire.claire)
    services.change_member(membership, role=Role(membership.role), needs_second_factor=True)
    sign_in(client)
    assert client.get(reverse("accounts:profile")).status_code == 403

    assert "/account/reauthenticate/" in client.get("/account/2fa/totp/activate/")["Location"]
    confirm(client)
    page = client.get("/account/2fa/totp/activate/")
    secret = client.session["mfa.totp.secret"]
    client.post("/account/2fa/totp/activate/", {"code": code_of(secret)})

    assert "qr" in page.text
    assert client.get(reverse("accounts:profile")).status_code == 200


def test_staff_without_a_second_factor_reach_no_page_of_the_admin(
    cast: Cast, client: Client, settings: Settings
) -> None:
    settings.STAFF_SECOND_FACTOR = True
    cast.claire.is_staff = cast.claire.is_superuser = True
    cast.claire.save()
    client.force_login(cast.claire)

    for address in ("/admin/", "/admin/accounts/user/", "/admin/outbox/job/"):
        assert client.get(address).status_code == 403

    settings.STAFF_SECOND_FACTOR = False
    assert client.get("/admin/outbox/job/").status_code == 200


def test_the_admin_signs_in_through_the_same_door(db: None, client: Client) -> None:
    answer = client.get("/admin/", follow=True)

    assert answer.redirect_chain[-1][0].startswith(LOGIN)


@pytest.mark.parametrize("language", ["fr", "en"])
@pytest.mark.parametrize(
    "path",
    [LOGIN, "/account/password/reset/", "/account/login/code/", "/account/password/reset/done/", "/account/signup/"],
)
def test_the_doors_speak_both_languages(db: None, client: Client, path: str, language: str) -> None:
    client.cookies["django_language"] = language

    page = client.get(path).text

    assert f'<html lang="{language}"' in page
    assert page.count("<h1") == 1


MANAGED = [
    "/account/email/",
    "/account/password/change/",
    "/account/sessions/",
    "/account/2fa/",
    "/account/2fa/totp/activate/",
    "/account/2fa/webauthn/add/",
    "/account/2fa/webauthn/",
]


@pytest.mark.parametrize("path", MANAGED)
def test_the_pages_of_the_login_package_wear_our_frame(claire: Cast, client: Client, path: str) -> None:
    sign_in(client)
    confirm(client)

    page = client.get(path)

    assert page.status_code == 200
    assert page.text.count("<h1") == 1
    assert 'class="tabs"' in page.text
    assert "style=" not in page.text


@pytest.mark.parametrize(
    ("said", "name"),
    [
        ("Mozilla/5.0 (X11; Linux x86_64; rv:130.0) Gecko/20100101 Firefox/130.0", "Firefox, Linux"),
        (
            "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605 Version/17.5 Safari/604.1",
            "Safari, iPhone",
        ),
        ("Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 Chrome/128.0 Safari/537.36 Edg/128.0", "Edge, Windows"),
        ("curl/8.5", "curl/8.5"),
        ("", ""),
    ],
)
def test_a_session_is_named_as_people_know_it(said: str, name: str) -> None:
    assert browser_name(said) == name


def test_the_security_page_shows_the_ways_in_and_this_session(claire: Cast, client: Client) -> None:
    RecoveryCodes.activate(claire.claire)
    sign_in(client)

    page = client.get("/securite/", HTTP_USER_AGENT="Mozilla/5.0 (X11; Linux) Firefox/130.0").text

    assert "Cette session" in page
    assert "10 restants" in page


def test_closing_the_other_sessions_leaves_only_this_one(claire: Cast, client: Client) -> None:
    other = type(client)()
    sign_in(other)
    sign_in(client)

    client.post("/account/sessions/")

    assert client.get("/securite/").status_code == 200
    assert other.get("/securite/").status_code == 302
