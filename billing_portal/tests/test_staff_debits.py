"""Staff look at automatic debits and at files for the bank, stop a debit, make and hand over a file; who may."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import Group
from django.test import Client
from django.urls import reverse
from pytest_django.fixtures import Settings

from accounts.models import Seller, User
from billing_portal.staff.debit_queues import debit_queues
from billing_portal.staff.groups import FINANCE, SUPPORT
from core import clock
from payments.models import BankDebit, CollectingEvent, Debit, DebitState, EndedWhy, Remittance, RemittanceState
from payments.services import remitting
from payments.tests.remittance_desk import RemittanceDesk
from tests.support.cast import Cast
from tests.support.session import open_session

pytestmark = [pytest.mark.django_db, pytest.mark.once]


@pytest.fixture
def bank(cast: Cast, settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> RemittanceDesk:
    """The company, whose account our bank debits. The clock of pages is that of the desk."""
    settings.STAFF_SECOND_FACTOR = False
    settings.ARCHIVE_DIR = tmp_path / "archive"
    desk = RemittanceDesk(cast.company, clock.now().replace(hour=9))
    monkeypatch.setattr(clock, "now", lambda: desk.at)
    return desk


def member(name: str, group: str) -> Client:
    user = User.objects.create_user(f"{name}@example.org", "a-long-password-for-tests", is_staff=True)
    user.groups.add(Group.objects.get(name=group))
    client = Client()
    client.force_login(user)
    return client


@pytest.fixture
def fanny(cast: Cast) -> Client:
    assert cast is not None
    return member("fanny", FINANCE)


@pytest.fixture
def support(cast: Cast) -> Client:
    assert cast is not None
    return member("sam", SUPPORT)


def text(client: Client, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200, (address, answer.status_code)
    return answer.content.decode().replace("\u00a0", " ").replace("\u202f", " ")


def page(name: str, of: Debit | Remittance) -> str:
    return reverse(f"staff:{name}", args=[of.public_id])


def waiting(at: datetime) -> dict[str, int]:
    return {queue.name: queue.count for queue in debit_queues(at=at) if queue.count}


def test_the_life_of_a_debit_is_one_line_of_time(bank: RemittanceDesk, support: Client) -> None:
    debit = bank.planned()
    assert "À lancer" in text(support, page("debit", debit))

    in_file = bank.made(debit)
    bank.settles(in_file)
    collected = text(support, page("debit", debit))
    bank.sends_back(in_file, "MD06")
    returned = text(support, page("debit", debit))

    steps = ["Annoncé au client", "Tentative commencée", "La banque : réglé", "Remboursable sans motif jusqu’au"]
    places = [collected.index(step) for step in steps]
    assert places == sorted(places)
    assert ("provisoire" in collected, in_file.end_to_end in collected) == (True, True)
    assert "Repris par la banque" in returned
    assert "MD06 « Vous avez demandé le remboursement" in returned


def test_a_debit_is_found_by_its_reference_as_the_bank_says_it(bank: RemittanceDesk, support: Client) -> None:
    debit = bank.planned()
    lists = reverse("admin:payments_debit_changelist")

    assert debit.reference in text(support, f"{lists}?q={debit.reference}-1")
    assert debit.reference in text(support, f"{lists}?q={bank.customer.number}")
    assert debit.reference not in text(support, f"{lists}?q=D-0000-0000-0000")
    opened = support.get(reverse("admin:payments_debit_change", args=[debit.pk]))
    assert opened["Location"] == page("debit", debit)


def test_staff_stop_a_debit_with_a_reason_that_is_kept(bank: RemittanceDesk, fanny: Client) -> None:
    debit = bank.planned()

    nothing = fanny.post(page("cancel_debit", debit), {"reason": ""})
    fanny.post(page("cancel_debit", debit), {"reason": "Accord avec le client"})

    assert nothing.status_code == 422
    debit.refresh_from_db()
    assert (debit.state, debit.ended_why) == (DebitState.CANCELLED, EndedWhy.STAFF)
    kept = CollectingEvent.objects.get(name="debit cancelled")
    assert (kept.actor, kept.detail) == (
        User.objects.get(email="fanny@example.org"),
        f"{debit.reference}: Accord avec le client",
    )
    assert "Accord avec le client" in text(fanny, page("debit", debit))
    assert fanny.get(page("cancel_debit", debit)).status_code == 404


def test_a_debit_in_a_file_is_not_stopped(bank: RemittanceDesk, fanny: Client) -> None:
    debit = bank.planned()
    bank.made(debit)

    fanny.post(page("cancel_debit", debit), {"reason": "Trop tard"})

    debit.refresh_from_db()
    assert debit.state == DebitState.SENT
    assert not CollectingEvent.objects.filter(name="debit cancelled").exists()


def test_the_file_of_today_is_shown_written_taken_and_given_to_the_bank(bank: RemittanceDesk, fanny: Client) -> None:
    debit = bank.planned()
    make = reverse("staff:make_remittances")
    assert "aucun fichier ne serait écrit" in text(fanny, make)
    bank.wait_until(debit.start_on)

    shown = text(fanny, make)
    assert ("120,00 €" in shown, bank.customer.name in shown, Remittance.objects.count()) == (True, True, 0)
    written = fanny.post(make)
    made = Remittance.objects.get()
    assert written["Location"] == page("remittance", made)
    assert made.created_by == User.objects.get(email="fanny@example.org")
    assert waiting(bank.at) == {"Fichiers à remettre à la banque": 1}

    file = fanny.post(page("remittance_file", made))
    assert file["Cache-Control"] == "no-store"
    assert (b"pain.008" in file.content, made.message_id in file["Content-Disposition"]) == (True, True)
    fanny.post(page("hand_over", made))
    fanny.post(page("hand_over", made))

    made.refresh_from_db()
    assert made.state == RemittanceState.HANDED
    steps = list(made.events.values_list("name", "actor__email").order_by("pk"))
    assert steps == [
        ("written", "fanny@example.org"),
        ("downloaded", "fanny@example.org"),
        ("given to the bank", "fanny@example.org"),
    ]
    assert waiting(bank.at) == {}
    assert fanny.post(make)["Location"] == reverse("admin:payments_remittance_changelist")


def test_nothing_is_written_under_an_identity_that_a_bank_would_refuse(bank: RemittanceDesk, fanny: Client) -> None:
    debit = bank.planned()
    bank.wait_until(debit.start_on)
    Seller.objects.update(bic="WRONG")

    told = fanny.post(reverse("staff:make_remittances"), follow=True).content.decode()

    assert "la banque refuserait notre propre identité" in told
    assert Remittance.objects.count() == 0


def test_what_nobody_answers_or_expects_waits_on_the_to_do_page(
    bank: RemittanceDesk, fanny: Client, settings: Settings
) -> None:
    debit = bank.planned()
    in_file = bank.made(debit)
    bank.sends_back(in_file, "AM04", end_to_end="D-NOT-OURS")
    bank.wait_until(in_file.collect_on.replace(year=in_file.collect_on.year + 1))

    found = waiting(bank.at)
    assert found["Réponses de la banque mises de côté"] == 1
    assert found["Prélèvements dont la banque ne dit rien"] == 1
    assert "Prélèvements dont la banque ne dit rien" in text(fanny, reverse("admin:index"))
    [queue] = [each for each in debit_queues(at=bank.at) if each.name == "Prélèvements dont la banque ne dit rien"]
    assert debit.reference in text(fanny, queue.address)
    settings.SEPA_SILENCE_DAYS = 3_650
    assert debit.reference not in text(fanny, queue.address)
    aside = reverse("admin:payments_bankanswer_changelist") + "?kind__exact=NOT_OURS"
    assert "D-NOT-OURS" in text(fanny, aside)


def test_an_answer_that_was_dealt_with_waits_no_more(bank: RemittanceDesk, fanny: Client, support: Client) -> None:
    made = bank.made(bank.planned())
    word = bank.word(made, end_to_end="D-0000-0000-0000-1", reason="AM04")
    aside = remitting.record_return(word, at=bank.at)
    address = reverse("staff:answer", args=[aside.pk])
    assert waiting(bank.at)["Réponses de la banque mises de côté"] == 1
    listed = reverse("admin:payments_bankanswer_changelist") + "?kind__exact=NOT_OURS&review__isempty=1"
    assert "D-0000-0000-0000-1" in text(fanny, listed)

    refused = fanny.post(address, {"note": " "})
    noted = fanny.post(address, {"note": "Un prélèvement de notre autre société."}, follow=True)
    again = fanny.post(address, {"note": "Autre chose."}, follow=True)

    assert (refused.status_code, noted.status_code) == (422, 200)
    assert "Un prélèvement de notre autre société." in noted.content.decode()
    assert "Autre chose." not in again.content.decode()
    assert not waiting(bank.at).get("Réponses de la banque mises de côté")
    assert "D-0000-0000-0000-1" not in text(fanny, listed)
    assert support.get(address).status_code == 403
    assert fanny.get(reverse("staff:answer", args=[remittance_answer(bank, made)])).status_code == 404


def remittance_answer(bank: RemittanceDesk, made: BankDebit) -> int:
    """An answer that was applied: there is nothing to deal with."""
    return bank.settles(made).pk


def test_lists_cost_ten_questions_at_most(
    bank: RemittanceDesk, fanny: Client, django_assert_max_num_queries: Any
) -> None:
    debit = bank.planned()
    bank.settles(bank.made(debit))
    remittance = Remittance.objects.get()
    addresses = [
        reverse("admin:payments_debit_changelist"),
        reverse("admin:payments_remittance_changelist"),
        page("debit", debit),
        page("remittance", remittance),
        reverse("staff:make_remittances"),
    ]
    fanny.get(reverse("staff:health"))  # what stands in the margin is counted once in a while

    for address in addresses:
        with django_assert_max_num_queries(14 if "admin/payments" in address else 10):
            text(fanny, address)


def test_support_looks_and_strangers_find_nothing(bank: RemittanceDesk, support: Client, cast: Cast) -> None:
    debit = bank.planned()
    bank.made(debit)
    made = Remittance.objects.get()
    looked = [page("debit", debit), page("remittance", made), reverse("admin:payments_remittance_changelist")]
    finance = [page("cancel_debit", debit), reverse("staff:make_remittances")]
    posts = [*finance, page("remittance_file", made), page("hand_over", made)]

    assert [support.get(address).status_code for address in looked] == [200] * 3
    assert {support.get(address).status_code for address in finance} == {403}
    assert {support.post(address, {"reason": "x"}).status_code for address in posts} == {403}
    for customer in (cast.claire, cast.accountant):
        theirs = open_session(customer)
        assert {theirs.get(address).status_code for address in [*looked, *finance]} == {404}
        assert {theirs.post(address, {"reason": "x"}).status_code for address in posts} == {404}
    assert {Client().get(address).status_code for address in [*looked, *finance]} == {302}
    made.refresh_from_db()
    assert (made.state, made.events.count()) == (RemittanceState.WRITTEN, 1)
