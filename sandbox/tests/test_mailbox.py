from __future__ import annotations

import smtplib
from email.message import EmailMessage

import pytest

from sandbox.server import Sandbox
from sandbox.tests.conftest import Json, Visitor

LINK = "http://127.0.0.1:8000/account/confirm/abc/?next=%2F"


def send(sandbox: Sandbox, subject: str = "Votre reçu n° RC2026-000001", to: str = "anne@exemple.fr") -> None:
    mail = EmailMessage()
    mail["Subject"] = subject
    mail["From"] = "Facturation <facturation@exemple.fr>"
    mail["To"] = to
    mail.set_content(f"Bonjour Élise,\n\nOuvrez {LINK}.\n")
    mail.add_alternative(f"<html><head></head><body><a href='{LINK}'>Ouvrir</a></body></html>", subtype="html")
    settings = sandbox.settings()
    with smtplib.SMTP(settings["EMAIL_HOST"], int(settings["EMAIL_PORT"])) as server:
        server.send_message(mail)


def mails(visitor: Visitor, query: str = "") -> list[Json]:
    found: list[Json] = visitor.get(f"/mailbox.json{query}").json()["mails"]
    return found


def test_a_mail_is_kept_with_all_its_parts(sandbox: Sandbox, visitor: Visitor) -> None:
    send(sandbox)

    (mail,) = mails(visitor)

    assert (mail["subject"], mail["to"], mail["from"]) == (
        "Votre reçu n° RC2026-000001",
        ["anne@exemple.fr"],
        "facturation@exemple.fr",
    )
    assert "Bonjour Élise" in mail["text"]
    assert "Ouvrir" in mail["html"]
    assert mail["links"] == [LINK]


def test_mails_are_listed_newest_first_and_by_recipient(sandbox: Sandbox, visitor: Visitor) -> None:
    for number, to in enumerate(("anne@exemple.fr", "bob@exemple.fr", "anne@exemple.fr")):
        send(sandbox, f"n° {number}", to)

    assert [mail["subject"] for mail in mails(visitor)] == ["n° 2", "n° 1", "n° 0"]
    assert [mail["subject"] for mail in mails(visitor, "?to=anne@exemple.fr&limit=1")] == ["n° 2"]
    page = visitor.get("/mailbox/").body
    assert page.index("n° 2") < page.index("n° 1") < page.index("n° 0")


def test_a_page_shows_the_mail_with_a_link_to_follow(sandbox: Sandbox, visitor: Visitor) -> None:
    send(sandbox, "<b>hostile</b>")
    identifier = mails(visitor)[0]["id"]

    page = visitor.get(f"/mailbox/{identifier}")

    assert f'<a href="{LINK}">' in page.body
    assert "&lt;b&gt;hostile&lt;/b&gt;" in page.body
    assert f'src="/mailbox/{identifier}/html" sandbox="' in page.body


def test_the_formatted_part_runs_no_script_and_fetches_nothing(sandbox: Sandbox, visitor: Visitor) -> None:
    send(sandbox)

    part = visitor.get(f"/mailbox/{mails(visitor)[0]['id']}/html")

    assert '<base target="_blank">' in part.body
    policy = part.headers["content-security-policy"]
    assert policy.startswith("sandbox ")
    assert "default-src 'none'" in policy
    assert "allow-scripts" not in policy


def test_a_long_mailbox_has_pages(sandbox: Sandbox, visitor: Visitor) -> None:
    with smtplib.SMTP("127.0.0.1", int(sandbox.settings()["EMAIL_PORT"])) as server:
        for number in range(101):
            server.sendmail("a@exemple.fr", ["b@exemple.fr"], f"Subject: mail-{number:03}\n\nx")

    first = visitor.get("/mailbox/").body
    assert "mail-100" in first
    assert "mail-000" not in first
    before = first.split("?before=")[1].split('"')[0]
    assert "mail-000" in visitor.get(f"/mailbox/?before={before}").body


@pytest.mark.parametrize("path", ["/mailbox/?before=x", "/mailbox.json?limit=x"])
def test_a_mistyped_address_of_the_mailbox_still_answers(visitor: Visitor, path: str) -> None:
    assert visitor.get(path).status == 200


def test_a_mail_without_subject_or_text_is_shown(sandbox: Sandbox, visitor: Visitor) -> None:
    with smtplib.SMTP("127.0.0.1", int(sandbox.settings()["EMAIL_PORT"])) as server:
        server.sendmail("a@exemple.fr", ["b@exemple.fr"], "From: a@exemple.fr\nContent-Type: text/html\n\n<p>x</p>")

    identifier = mails(visitor)[0]["id"]

    assert visitor.get(f"/mailbox/{identifier}").status == 200
    assert "<p>x</p>" in visitor.get(f"/mailbox/{identifier}/html").body
