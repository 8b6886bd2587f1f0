"""Staff write a mandate on paper, enter its signature, note the bank's registration, end it; who may."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.contrib.auth.models import Group
from django.test import Client
from django.urls import reverse
from pytest_django.fixtures import Settings

from accounts.models import User
from billing_portal.staff.groups import FINANCE, SUPPORT
from core import clock
from payments.models import Mandate, MandateState, MethodState, SignedHow
from payments.tests.mandate_desk import BNP, MandateDesk, method_of
from tests.support.cast import Cast

pytestmark = [pytest.mark.django_db, pytest.mark.once]
TYPED = {"iban": BNP, "holder": "Claire Martin", "bic": "", "language": "fr"}


@pytest.fixture
def desk(cast: Cast, settings: Settings) -> MandateDesk:
    settings.STAFF_SECOND_FACTOR = False
    return MandateDesk(cast.individual, clock.now())


def member(name: str, group: str) -> Client:
    user = User.objects.create_user(f"{name}@example.org", "a-long-password-for-tests", is_staff=True)
    user.groups.add(Group.objects.get(name=group))
    client = Client()
    client.force_login(user)
    return client


@pytest.fixture
def fanny(desk: MandateDesk) -> Client:
    assert desk is not None
    return member("fanny", FINANCE)


def page(name: str, mandate: Mandate) -> str:
    return reverse(f"staff:{name}", args=[mandate.public_id])


def test_a_form_is_printed_then_its_signature_is_entered(desk: MandateDesk, fanny: Client) -> None:
    answer = fanny.post(reverse("staff:write_mandate", args=[desk.customer.number]), TYPED)
    printed = Mandate.objects.get()
    assert answer["Location"] == page("mandate", printed)
    assert fanny.get(page("mandate_file", printed)).content.startswith(b"%PDF")
    today = clock.local_date(clock.now())

    late = fanny.post(page("enter_signature", printed), {"day": today + timedelta(days=1), "place": "Lyon"})
    early = fanny.post(page("enter_signature", printed), {"day": today - timedelta(days=9), "place": "Lyon"})
    fanny.post(page("enter_signature", printed), {"day": today, "place": "Lyon"})

    assert (late.status_code, early.status_code) == (422, 422)
    assert "ce formulaire n’existait pas encore" in early.content.decode()
    printed.refresh_from_db()
    assert (printed.state, printed.signed_how, printed.signed_at_place) == (
        MandateState.ACTIVE,
        SignedHow.PAPER,
        "Lyon",
    )
    assert printed.actor == User.objects.get(email="fanny@example.org")


@pytest.mark.parametrize(
    ("iban", "said"),
    [("FR7630004000031234567890144", "La clé de contrôle de cet IBAN"), (BNP, "est en vigueur pour ce compte")],
)
def test_what_stands_in_the_way_is_said(desk: MandateDesk, fanny: Client, iban: str, said: str) -> None:
    desk.sign()

    answer = fanny.post(reverse("staff:write_mandate", args=[desk.customer.number]), TYPED | {"iban": iban})

    assert answer.status_code == 422
    assert said in answer.content.decode()


def test_the_registration_of_a_b2b_mandate_makes_it_usable(cast: Cast, desk: MandateDesk, fanny: Client) -> None:
    signed = desk.of(cast.company).sign_b2b()
    assert "Attend l’enregistrement par la banque" in fanny.get(page("mandate", signed)).content.decode()

    fanny.post(page("note_registration", signed), {"day": clock.local_date(clock.now())})

    assert method_of(signed).state == MethodState.ACTIVE
    assert fanny.get(page("note_registration", signed)).status_code == 404


@pytest.mark.parametrize(("to", "state"), [("REVOKED", MethodState.REMOVED), ("REFUSED", MethodState.UNUSABLE)])
def test_staff_end_a_mandate_with_a_reason(desk: MandateDesk, fanny: Client, to: str, state: MethodState) -> None:
    signed = desk.sign()
    assert fanny.post(page("end_mandate", signed), {"to": to}).status_code == 422

    fanny.post(page("end_mandate", signed), {"to": to, "reason": "letter of 3 May"})

    signed.refresh_from_db()
    assert (signed.state, signed.reason, method_of(signed).state) == (to, "letter of 3 May", state)
    assert "letter of 3 May" in fanny.get(page("mandate", signed)).content.decode()
    assert fanny.get(page("end_mandate", signed)).status_code == 404


def test_no_page_of_staff_shows_the_whole_number(desk: MandateDesk, fanny: Client) -> None:
    signed = desk.sign()
    listed = fanny.get(reverse("admin:payments_mandate_changelist"), {"q": signed.reference})
    shown = fanny.get(page("mandate", signed))
    customer = fanny.get(reverse("staff:customer", args=[desk.customer.number]))
    row = fanny.get(reverse("admin:payments_mandate_change", args=[signed.pk]))

    assert row["Location"] == page("mandate", signed)
    for answer in (listed, shown, customer):
        assert signed.reference in answer.content.decode()
        assert BNP[4:20] not in answer.content.decode().replace(" ", "")


def test_support_looks_and_changes_nothing(desk: MandateDesk) -> None:
    signed, sam = desk.sign(), member("sam", SUPPORT)

    assert sam.get(page("mandate", signed)).status_code == 200
    assert sam.get(page("mandate_file", signed)).status_code == 200
    for name in ("enter_signature", "note_registration", "end_mandate"):
        assert sam.post(page(name, signed), {"to": "REVOKED", "reason": "x"}).status_code == 403
    assert sam.get(reverse("staff:write_mandate", args=[desk.customer.number])).status_code == 403
    signed.refresh_from_db()
    assert signed.state == MandateState.ACTIVE


def test_a_customer_finds_no_page_of_staff(cast: Cast, desk: MandateDesk, client: Client) -> None:
    signed = desk.sign()
    client.force_login(cast.claire)

    for name in ("mandate", "mandate_file", "enter_signature", "end_mandate"):
        assert client.get(page(name, signed)).status_code == 404
