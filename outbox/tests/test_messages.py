from __future__ import annotations

import smtplib
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from django.core.mail.backends.locmem import EmailBackend

from core import clock
from outbox import checks, services
from outbox.models import Job, JobState, Message, MessageState

if TYPE_CHECKING:
    from datetime import datetime

    from django.core.mail import EmailMultiAlternatives
    from django.test import Client
    from pytest_django.fixtures import Settings

    from tests.support.cast import Cast

pytestmark = pytest.mark.django_db


def post(key: str = "fact", *, at: datetime | None = None, **fields: Any) -> Message:
    known: dict[str, Any] = {
        "kind": "tests.mail",
        "recipients": ["claire@example.org"],
        "language": "fr",
        "subject": "Facture FA2026-000001",
        "text": "Bonjour",
        "html": "<p>Bonjour</p>",
        "owner": "customer:1",
    }
    return services.post_message(key=key, at=at or clock.now(), **(known | fields))


class Refusing(EmailBackend):
    """A mail server whose next answers a test decides."""

    answers: list[Exception] = []

    def send_messages(self, messages: Any) -> int:
        if self.answers:
            raise self.answers.pop(0)
        return super().send_messages(messages)


@pytest.fixture
def server(settings: Settings) -> list[Exception]:
    settings.EMAIL_BACKEND = "outbox.tests.test_messages.Refusing"
    Refusing.answers = []
    return Refusing.answers


def test_a_mail_leaves_once_with_text_and_html(mailoutbox: list[EmailMultiAlternatives]) -> None:
    post()
    post()

    services.run_due(at=clock.now())
    services.run_due(at=clock.now())

    (mail,) = mailoutbox
    assert mail.to == ["claire@example.org"]
    assert mail.body == "Bonjour"
    assert mail.alternatives[0][1] == "text/html"
    assert mail.extra_headers["Auto-Submitted"] == "auto-generated"
    assert Message.objects.get().state == MessageState.SENT


@pytest.mark.parametrize("ending", ["\r\n", "\n", "\r", "\x0b", "\x00", "\u2028", "\x85"])
def test_a_hostile_subject_adds_no_header(mailoutbox: list[EmailMultiAlternatives], ending: str) -> None:
    post(subject=f"Facture de Evil{ending}Bcc: everybody@example.org{ending}{ending}<script>")

    services.run_due(at=clock.now())

    message = mailoutbox[0].message()
    assert mailoutbox[0].subject == "Facture de Evil Bcc: everybody@example.org <script>"
    assert message["Bcc"] is None
    assert mailoutbox[0].recipients() == ["claire@example.org"]


@pytest.mark.parametrize("address", ["a@example.org\nBcc: b@example.org", "nobody", "", "a@example.org, b@example.org"])
def test_a_hostile_recipient_is_refused(address: str) -> None:
    with pytest.raises(services.NotAnAddress):
        post(recipients=[address])

    assert not Job.objects.exists()


def test_a_mail_waits_for_its_hour_and_may_be_cancelled_until_then(mailoutbox: list[EmailMultiAlternatives]) -> None:
    later = clock.now() + timedelta(days=3)
    post("kept", not_before=later)
    post("cancelled", not_before=later)
    services.run_due(at=clock.now())
    assert mailoutbox == []

    assert services.cancel_message("cancelled", at=clock.now())
    services.run_due(at=later)

    assert len(mailoutbox) == 1
    assert not services.cancel_message("kept", at=later)
    assert not services.cancel_message("never was", at=later)
    assert Message.objects.get(key="cancelled").state == MessageState.CANCELLED


def test_a_server_that_is_down_gets_the_mail_later(
    server: list[Exception], mailoutbox: list[EmailMultiAlternatives]
) -> None:
    server += [ConnectionRefusedError(), smtplib.SMTPServerDisconnected("gone")]
    post()

    services.run_due(at=clock.now())
    assert Message.objects.get().state == MessageState.WAITING
    for _ in range(2):
        services.run_due(at=Job.objects.get().run_after)

    assert len(mailoutbox) == 1
    assert (Job.objects.get().failures, Message.objects.get().error) == (2, "")


def test_a_recipient_refused_for_good_is_not_written_to_again(
    server: list[Exception], mailoutbox: list[EmailMultiAlternatives]
) -> None:
    server += [smtplib.SMTPRecipientsRefused({"claire@example.org": (550, b"unknown")})]
    message = post()

    services.run_due(at=clock.now())

    assert (Job.objects.get().state, mailoutbox) == (JobState.FAILED, [])
    message.refresh_from_db()
    assert message.state == MessageState.FAILED
    assert "550" in message.error


def test_a_recipient_refused_for_now_is_tried_again(server: list[Exception]) -> None:
    server += [smtplib.SMTPRecipientsRefused({"claire@example.org": (451, b"greylisted")})]
    post()

    services.run_due(at=clock.now())

    assert Job.objects.get().state == JobState.WAITING


def test_staff_retry_a_mail_that_failed(server: list[Exception], mailoutbox: list[EmailMultiAlternatives]) -> None:
    server += [smtplib.SMTPRecipientsRefused({"claire@example.org": (550, b"unknown")})]
    post()
    services.run_due(at=clock.now())

    services.retry(Job.objects.get().pk, at=clock.now())
    services.run_due(at=clock.now())

    assert len(mailoutbox) == 1
    assert Message.objects.get().state == MessageState.SENT


def test_a_mail_that_leaves_twice_after_a_crash_keeps_its_name(mailoutbox: list[EmailMultiAlternatives]) -> None:
    message = post()
    services.send_message(message.pk, at=clock.now())
    Message.objects.update(state=MessageState.SENDING, sent_at=None)  # it died after the server's answer

    services.send_message(message.pk, at=clock.now())

    assert len({mail.extra_headers["Message-ID"] for mail in mailoutbox}) == 1


def test_a_mail_given_up_says_so(server: list[Exception]) -> None:
    server += [ConnectionRefusedError()] * 20
    post()

    while Job.objects.get().state == JobState.WAITING:
        services.run_due(at=Job.objects.get().run_after)

    assert Message.objects.get().state == MessageState.FAILED


def test_a_code_is_erased_once_sent_and_hidden_from_staff_before(admin_client: Client) -> None:
    post("code", text="123456", html="<p>123456</p>", subject="123456: your code", confidential=True)

    message = Message.objects.get()
    for address in (f"/admin/outbox/message/{message.pk}/change/", "/admin/outbox/message/"):
        assert "123456" not in admin_client.get(address).text
    services.run_due(at=clock.now())

    message.refresh_from_db()
    assert "123456" not in f"{message.subject}{message.text}{message.html}"


def test_staff_look_and_retry_but_edit_nothing(admin_client: Client, server: list[Exception]) -> None:
    server += [smtplib.SMTPRecipientsRefused({"claire@example.org": (550, b"<b>unknown</b>")})]
    post()
    services.run_due(at=clock.now())
    job = Job.objects.get()
    address = f"/admin/outbox/job/{job.pk}/change/"

    page = admin_client.get(address).text
    assert "Traceback" in page
    assert admin_client.post(address, {"state": "DONE"}).status_code == 403
    assert admin_client.get("/admin/outbox/job/add/").status_code == 403
    admin_client.post("/admin/outbox/job/", {"action": "retry", "_selected_action": [job.pk]})

    assert Job.objects.get().state == JobState.WAITING


def test_selfcheck_sees_work_and_mail_that_nobody_does(cast: Cast) -> None:
    assert all(check.ok for check in [*checks.work_is_done_in_time(), *checks.every_mail_has_its_job()])
    post(at=clock.now() - timedelta(hours=2))

    assert [check.ok for check in checks.work_is_done_in_time()] == [False, False]
    Job.objects.all().delete()
    assert [check.ok for check in checks.every_mail_has_its_job()] == [False]
