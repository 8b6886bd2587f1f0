"""Two people: who may decide, who may only look, and what the pages say."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth.models import Group
from django.test import Client
from django.urls import reverse

from accounts import services
from accounts.models import Approval, ApprovalState, User
from billing_portal.staff.groups import FINANCE, SUPPORT
from core import clock
from tests.support.cast import Cast

pytestmark = [pytest.mark.django_db, pytest.mark.once]
LIST = reverse("admin:accounts_approval_changelist")
WANTED = services.Wanted("write-off", "FA2026-000001", "Passer 3,10 € en pertes", "FA2026-000001|310")


@pytest.fixture(autouse=True)
def _one_factor(settings: Any) -> None:
    settings.STAFF_SECOND_FACTOR = False


def member(name: str, group: str) -> User:
    user = User.objects.create_user(f"{name}@example.org", "a-long-password-for-tests", is_staff=True)
    user.groups.add(Group.objects.get(name=group))
    return user


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


@pytest.fixture
def fanny() -> User:
    return member("fanny", FINANCE)


@pytest.fixture
def approval(fanny: User) -> Approval:
    return services.ask_approval(WANTED, reason="Trop petit pour relancer.", by=fanny, at=clock.now())


def page_of(approval: Approval) -> str:
    return reverse("staff:approval", args=[approval.public_id])


def decide(client: Client, approval: Approval, decision: str, note: str = "") -> Any:
    address = reverse("staff:decide", args=[approval.public_id])
    return client.post(address, {"decision": decision, "note": note}, follow=True)


def state(approval: Approval) -> str:
    approval.refresh_from_db()
    return approval.state


def test_another_member_of_finance_reads_the_reason_and_approves(approval: Approval) -> None:
    gil = signed_in(member("gil", FINANCE))

    assert "Approbations à donner" in gil.get("/admin/").content.decode()
    assert approval.summary in gil.get(LIST, {"state__exact": "ASKED"}).content.decode()
    page = gil.get(page_of(approval)).content.decode()
    assert "Trop petit pour relancer." in page
    assert "Approuver" in page
    told = decide(gil, approval, "approve").content.decode()

    assert "Approuvé." in told
    assert state(approval) == ApprovalState.APPROVED


def test_who_asked_is_told_that_somebody_else_decides(approval: Approval, fanny: User) -> None:
    client = signed_in(fanny)

    page = client.get(page_of(approval)).content.decode()
    assert "quelqu’un d’autre doit décider" in page
    assert "Approuver" not in page
    told = decide(client, approval, "approve").content.decode()

    assert "Rien n’a été décidé" in told
    assert state(approval) == ApprovalState.ASKED


def test_refusing_needs_a_word(approval: Approval) -> None:
    gil = signed_in(member("gil", FINANCE))

    assert decide(gil, approval, "refuse").status_code == 422
    assert state(approval) == ApprovalState.ASKED
    decide(gil, approval, "refuse", "Relancez d’abord.")

    assert state(approval) == ApprovalState.REFUSED
    assert "Relancez d’abord." in gil.get(page_of(approval)).content.decode()
    assert "quelqu’un a décidé avant vous" in decide(gil, approval, "approve").content.decode()


def test_support_looks_and_does_not_decide(approval: Approval) -> None:
    support = signed_in(member("samir", SUPPORT))

    page = support.get(page_of(approval))
    assert page.status_code == 200
    assert "Approuver" not in page.content.decode()
    assert decide(support, approval, "approve").status_code == 403
    assert state(approval) == ApprovalState.ASKED


def test_customers_find_no_such_page(approval: Approval, cast: Cast) -> None:
    for user in (cast.claire, cast.accountant, cast.outsider):
        client = signed_in(user)
        assert client.get(page_of(approval)).status_code == 404
        assert decide(client, approval, "approve").status_code == 404
    assert Client().get(page_of(approval)).status_code == 302


def test_the_list_leads_to_the_page_and_nothing_is_edited_there(approval: Approval, fanny: User) -> None:
    client = signed_in(fanny)

    answer = client.get(reverse("admin:accounts_approval_change", args=[approval.pk]))
    assert answer["Location"] == page_of(approval)
    assert client.post(reverse("admin:accounts_approval_delete", args=[approval.pk])).status_code == 403
