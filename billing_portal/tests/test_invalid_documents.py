"""Who of the staff is told about an invalid document, and who may do what about it."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

import pytest
from django.contrib.auth.models import Group
from django.urls import reverse

from accounts.models import Customer, User
from billing_portal.staff import todo
from billing_portal.staff.groups import FINANCE, SUPPORT
from invoices.models import Validation
from invoices.services import render_invoice
from invoices.tests.making import issued
from outbox.models import Message
from tests.support.cast import NOON

if TYPE_CHECKING:
    from pathlib import Path

    from django.test import Client
    from pytest_django import Settings

    from invoices.models import Invoice
    from tests.support.cast import Cast

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _apart(settings: Settings, tmp_path: Path) -> None:
    settings.STAFF_SECOND_FACTOR = False
    settings.ARCHIVE_DIR = tmp_path


def member_of_staff(group: str) -> User:
    user = User.objects.create_user(f"{group}@example.org", "a-long-password-for-tests", is_staff=True)
    user.groups.add(Group.objects.get(name=group))
    return user


@pytest.fixture
def finance() -> User:
    return member_of_staff(FINANCE)


@pytest.fixture
def wrong(cast: Cast) -> Invoice:
    """An invoice whose buyer has a name that Chorus Pro does not take."""
    Customer.objects.filter(pk=cast.town_hall.pk).update(name="Communauté de communes " + "de la vallée " * 8)
    return issued(cast.town_hall)


def test_staff_who_may_deal_with_it_are_told_at_once(
    wrong: Invoice, finance: User, caplog: pytest.LogCaptureFixture
) -> None:
    member_of_staff(SUPPORT)

    with caplog.at_level(logging.ERROR):
        render_invoice(wrong.pk, at=NOON)
        render_invoice(wrong.pk, at=NOON)

    mail = Message.objects.get(kind="staff.facturx_invalid")
    assert mail.recipients == [finance.email]
    assert str(wrong.number) in mail.subject
    assert "CPP-BUYER-NAME" in mail.text
    assert reverse("admin:invoices_validation_change", args=[Validation.objects.get().pk]) in mail.text
    assert [record.message for record in caplog.records if str(wrong.number) in record.message]
    [queue] = [queue for queue in todo.queues(at=NOON) if "Factur-X" in queue.name]
    assert (queue.count, queue.oldest_at) == (1, NOON)


def test_support_looks_and_writes_nothing_and_others_do_not_look(wrong: Invoice, client: Client, cast: Cast) -> None:
    validation = render_invoice(wrong.pk, at=NOON).validation
    names = ("admin:invoices_validation_change", "admin:invoices_validation_xml")
    client.force_login(member_of_staff(SUPPORT))

    assert [client.get(reverse(name, args=[validation.pk])).status_code for name in names] == [200, 200]
    refused = client.post(reverse(names[0], args=[validation.pk]), {"handled_note": "x"})
    assert refused.status_code == 403
    client.force_login(User.objects.create_user("new@example.org", "a-long-password-for-tests", is_staff=True))
    assert [client.get(reverse(name, args=[validation.pk])).status_code for name in names] == [403, 403]
    client.force_login(cast.claire)
    assert all(client.get(reverse(name, args=[validation.pk])).status_code in {302, 404} for name in names)
