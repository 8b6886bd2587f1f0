"""Staff order transfers back, make their file, hand it over, decide about overpayments; who may."""

from __future__ import annotations

import re
from datetime import datetime
from pathlib import Path

import pytest
from django.contrib.auth.models import Group
from django.test import Client
from django.urls import reverse
from pytest_django.fixtures import Settings

from accounts.models import Seller, User
from bank.models import KeptRelease, OrderState, TransferFile, TransferOrder
from bank.tests.transfer_desk import TransferDesk, balances
from billing_portal.staff.groups import FINANCE, SUPPORT
from billing_portal.staff.transfer_queues import transfer_queues
from core import clock
from tests.support.cast import Cast
from tests.support.session import open_session

pytestmark = [pytest.mark.django_db, pytest.mark.once]


@pytest.fixture
def desk(cast: Cast, settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> TransferDesk:
    settings.STAFF_SECOND_FACTOR = False
    settings.ARCHIVE_DIR = tmp_path / "archive"
    desk = TransferDesk(clock.now().replace(hour=9))
    monkeypatch.setattr(clock, "now", lambda: desk.at)
    return desk


def member(name: str, group: str) -> Client:
    user = User.objects.create_user(f"{name}@example.org", "a-long-password-for-tests", is_staff=True)
    user.groups.add(Group.objects.get(name=group))
    client = Client()
    client.force_login(user)
    return client


@pytest.fixture
def fanny(desk: TransferDesk) -> Client:
    return member("fanny", FINANCE)


def page(client: Client, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200, (address, answer.status_code)
    return answer.content.decode().replace("\u00a0", " ").replace("\u202f", " ")


def filled(client: Client, address: str, **typed: str) -> dict[str, str]:
    """What a browser sends back of the form: its hidden values, and what was typed in."""
    inputs = re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', page(client, address))
    return {**dict(inputs), **typed}


def waiting(at: datetime) -> dict[str, int]:
    return {queue.name: queue.count for queue in transfer_queues(at=at) if queue.count}


def test_unknown_money_is_ordered_back_filed_downloaded_and_handed_over(desk: TransferDesk, fanny: Client) -> None:
    line = desk.comes(12_000, "SANS REFERENCE")
    address = reverse("staff:return_line", args=[line.pk])

    sent = filled(fanny, address, reason="inconnu")
    first, again = (fanny.post(address, sent) for _ in range(2))

    order = TransferOrder.objects.get()
    assert (first["Location"], again["Location"]) == (reverse("staff:transfer_order", args=[order.public_id]),) * 2
    assert "inconnu" in page(fanny, first["Location"])
    assert waiting(desk.at) == {"Virements à envoyer": 1}
    assert "120,00 €" in page(fanny, reverse("staff:make_transfers"))
    made = fanny.post(reverse("staff:make_transfers"))
    file = TransferFile.objects.get()
    assert order.end_to_end in page(fanny, made["Location"])
    taken = fanny.post(reverse("staff:take_transfer_file", args=[file.public_id]))
    assert order.end_to_end.encode() in taken.content
    assert taken["Cache-Control"] == "no-store"
    fanny.post(reverse("staff:hand_over_transfers", args=[file.public_id]))
    file.refresh_from_db()
    assert file.handed_at is not None
    assert waiting(desk.at) == {}


def test_a_line_that_somebody_decided_meanwhile_is_refused_in_words(desk: TransferDesk, fanny: Client) -> None:
    line = desk.comes(12_000, "SANS REFERENCE")
    address = reverse("staff:return_line", args=[line.pk])
    sent = filled(fanny, address, reason="inconnu")
    desk.order_return(line)

    answer = fanny.post(address, sent)

    assert answer.status_code == 422
    assert TransferOrder.objects.count() == 1


@pytest.mark.parametrize("amount", ["0", "100,01", "abc"])
def test_a_refund_of_a_wrong_amount_is_corrected_and_a_right_one_held(
    desk: TransferDesk, fanny: Client, cast: Cast, amount: str
) -> None:
    desk.comes(10_000, f"client {cast.company.reference.shown}")
    address = reverse("staff:refund_by_transfer", args=[desk.lot(cast.company)])

    wrong = fanny.post(address, filled(fanny, address, reason="demande", amount=amount))
    fanny.post(address, filled(fanny, address, reason="demande", amount="40,00"))

    assert wrong.status_code == 422
    assert balances(cast.company) == (10_000, 0, 6_000)


def test_the_page_of_refunds_leads_to_money_that_came_by_transfer(
    desk: TransferDesk, fanny: Client, cast: Cast
) -> None:
    desk.comes(10_000, f"client {cast.company.reference.shown}")

    offered = page(fanny, reverse("staff:write_refund", args=[cast.company.number]))

    assert reverse("staff:refund_by_transfer", args=[desk.lot(cast.company)]) in offered


def test_an_order_is_given_up_or_noted_as_refused(desk: TransferDesk, fanny: Client, cast: Cast) -> None:
    desk.comes(10_000, f"client {cast.company.reference.shown}")
    first, second = desk.order_refund(cast.company, 1_000), desk.order_refund(cast.company, 2_000)

    fanny.post(reverse("staff:give_up_order", args=[first.public_id]))
    desk.file()
    fanny.post(reverse("staff:give_up_order", args=[second.public_id]))
    fanny.post(reverse("staff:refuse_order", args=[second.public_id]), {"reason": "AC04 par téléphone"})

    states = list(TransferOrder.objects.order_by("pk").values_list("state", flat=True))
    assert states == [OrderState.CANCELLED, OrderState.REFUSED]
    assert "AC04 par téléphone" in page(fanny, reverse("staff:transfer_order", args=[second.public_id]))
    assert waiting(desk.at) == {
        "Fichiers de virements à remettre à la banque": 1,
        "Virements qui ne sont pas arrivés, des 7 derniers jours": 1,
    }


def test_an_overpayment_is_left_by_agreement_or_given_back(desk: TransferDesk, fanny: Client, cast: Cast) -> None:
    desk.comes(12_000, f"client {cast.town_hall.reference.shown}")
    listed = page(fanny, reverse("staff:kept_for_decision"))
    assert "120,00 €" in listed
    leave = next(link for link in re.findall(r'href="([^"]+)"', listed) if "/garder/" in link)
    give = next(link for link in re.findall(r'href="([^"]+)"', listed) if "/argent/" in link)
    assert "120,00" in page(fanny, give)

    fanny.post(leave, {"agreement": "Lettre du 24/11/2026", "reason": "accord"})

    assert KeptRelease.objects.get().amount_cents == 12_000
    assert fanny.get(leave).status_code == 404
    assert balances(cast.town_hall) == (12_000, 0, 12_000)


def test_support_looks_finance_does_and_strangers_see_nothing(desk: TransferDesk, cast: Cast) -> None:
    order = desk.order_return(desk.comes(12_000, "SANS REFERENCE"))
    file = desk.file()
    looks = [reverse("staff:transfer_order", args=[order.public_id]), reverse("staff:kept_for_decision")]
    looks.append(reverse("staff:transfer_file", args=[file.public_id]))
    does = [
        reverse("staff:give_up_order", args=[order.public_id]),
        reverse("staff:take_transfer_file", args=[file.public_id]),
        reverse("staff:hand_over_transfers", args=[file.public_id]),
        reverse("staff:make_transfers"),
        reverse("staff:return_line", args=[order.line_id]),
    ]
    support = member("sam", SUPPORT)
    for address in looks:
        page(support, address)
    assert {support.post(address).status_code for address in does} == {403}
    for who in (cast.outsider, cast.accountant):
        stranger = open_session(who)
        assert {stranger.get(address).status_code for address in [*looks, *does]} == {404}


def test_lists_of_the_admin_lead_to_the_pages(desk: TransferDesk, fanny: Client) -> None:
    order = desk.order_return(desk.comes(12_000, "SANS REFERENCE"))
    file = desk.file()

    assert order.end_to_end in page(fanny, reverse("admin:bank_transferorder_changelist"))
    assert fanny.get(f"{reverse('admin:bank_transferorder_changelist')}file/")["Location"] == reverse(
        "staff:make_transfers"
    )
    assert file.message_id in page(fanny, reverse("admin:bank_transferfile_changelist"))
    assert fanny.get(reverse("admin:bank_transferorder_change", args=[order.pk]))["Location"] == reverse(
        "staff:transfer_order", args=[order.public_id]
    )
    assert fanny.get(reverse("admin:bank_transferfile_change", args=[file.pk]))["Location"] == reverse(
        "staff:transfer_file", args=[file.public_id]
    )


def test_our_own_identity_being_wrong_writes_no_file_and_says_so(desk: TransferDesk, fanny: Client) -> None:
    desk.order_return(desk.comes(12_000, "SANS REFERENCE"))
    Seller.objects.update(bic="")

    fanny.post(reverse("staff:make_transfers"))

    assert TransferFile.objects.count() == 0
