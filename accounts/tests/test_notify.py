from __future__ import annotations

import re
from datetime import timedelta
from html.parser import HTMLParser
from typing import TYPE_CHECKING, Any

import pytest

from accounts import services
from accounts.models import Customer, Membership, Role
from accounts.notify import notify, notify_user, withdraw
from core import clock
from outbox import services as outbox
from outbox.models import Message, MessageState

if TYPE_CHECKING:
    from datetime import datetime

    from django.core.mail import EmailMultiAlternatives
    from django.test import Client

    from tests.support.cast import Cast

pytestmark = pytest.mark.django_db
LETTERS = ["account.login_code", "account.email_code", "account.password_reset", "account.notice", "account.invitation"]


class Tags(HTMLParser):
    """The tags of a mail."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.found: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, _attrs: Any) -> None:
        self.found.append(tag)


def context_of(cast: Cast, at: datetime) -> dict[str, Any]:
    return {
        "code": "ABCD-EFGH",
        "link": "http://localhost:8000/account/password/reset/key/x-y/",
        "what": "A passkey was added",
        "at": at,
        "ip": "192.0.2.1",
        "browser": "Firefox",
        "to": cast.company,
        "by": "Claire",
        "role": Role.READ_ONLY.label,
        "new": True,
    }


@pytest.mark.parametrize("language", ["fr", "en"])
@pytest.mark.parametrize("kind", LETTERS)
def test_each_letter_exists_in_both_languages_as_text_and_html(
    cast: Cast, noon: datetime, kind: str, language: str
) -> None:
    cast.claire.language = language

    message = notify_user(cast.claire, kind, context_of(cast, noon), key=kind, at=noon)

    assert message.language == language
    assert message.subject
    assert "<" not in message.text
    assert f'<html lang="{language}">' in message.html
    assert Tags(message.html).found.count("h1") == 1
    assert ("Vous recevez" if language == "fr" else "You receive") in message.text
    assert "Hébergeur SARL" in message.text


def test_a_letter_to_a_customer_goes_to_each_billing_address_once(cast: Cast, noon: datetime) -> None:
    services.update_profile(
        cast.individual, name="Claire Martin", at=noon, billing_emails=["claire@example.org", "compta@example.org"]
    )
    known = context_of(cast, noon)

    first = notify(cast.individual, "account.notice", known, key="fact", at=noon)
    again = notify(cast.individual, "account.notice", known, key="fact", at=noon)

    assert [message.recipients for message in first] == [["claire@example.org"], ["compta@example.org"]]
    assert [message.pk for message in again] == [message.pk for message in first]
    assert {message.owner for message in first} == {f"customer:{cast.individual.pk}"}
    assert f"Client {cast.individual.reference.shown}" in first[0].text
    assert "/parametres/" in first[0].text


def test_a_hostile_name_stays_a_name(cast: Cast, noon: datetime, mailoutbox: list[EmailMultiAlternatives]) -> None:
    hostile = "<script>alert(1)</script>\r\nBcc: all@example.org"
    Customer.objects.filter(pk=cast.company.pk).update(name=hostile)
    known = {**context_of(cast, noon), "to": Customer.objects.get(pk=cast.company.pk)}

    notify_user(cast.claire, "account.invitation", known, key="k", at=clock.now())
    outbox.run_due(at=clock.now())

    (mail,) = mailoutbox
    assert "\n" not in str(mail.subject)
    assert mail.message()["Bcc"] is None
    assert "script" not in Tags(str(mail.alternatives[0][0])).found
    assert "<script>alert(1)</script>" in str(mail.body)  # text is text


def test_a_letter_may_be_withdrawn_until_it_leaves(cast: Cast, noon: datetime) -> None:
    later = clock.now() + timedelta(days=1)
    notify(cast.individual, "account.notice", context_of(cast, noon), key="fact", at=noon, not_before=later)

    assert withdraw("fact", ["claire@example.org"], at=noon) == 1
    assert Message.objects.get().state == MessageState.CANCELLED


def test_the_guest_follows_the_link_of_the_invitation(cast: Cast, client: Client) -> None:
    services.invite(cast.individual, "new@example.org", Role.BILLING, by=cast.claire, at=clock.now())
    found = re.search(r"http://localhost:8000(/account/password/reset/key/\S+)", Message.objects.get().text)
    assert found is not None

    page = client.get(found[1], follow=True)
    password = "a-password-of-my-own"
    client.post(page.redirect_chain[-1][0], {"password1": password, "password2": password})
    client.post("/account/login/", {"login": "new@example.org", "password": password})

    assert client.get("/parametres/").status_code == 200
    assert client.get("/acces/").status_code == 403
    assert Membership.objects.get(user__email="new@example.org").role == Role.BILLING
