"""What the list and the page of an invoice show of Chorus Pro."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import Role, User
from accounts.services import add_member
from chorus.models import LifecycleEvent, Source
from chorus.services.clocking import move_due_date
from chorus.states import Missing, SubmissionState
from chorus.tests.customer_desk import stands
from core import clock
from core.clock import local_date
from core.formats import day_text
from invoices.selectors import InvoiceQuery, get_invoice, invoices_of
from invoices.services import render_invoice
from invoices.states import Settlement
from invoices.tests.making import issued

if TYPE_CHECKING:
    from datetime import datetime

    from django.test import Client

    from chorus.models import Submission
    from invoices.models import Invoice
    from tests.support.cast import Cast

pytestmark = [pytest.mark.django_db, pytest.mark.once]
WAITING, INTEGRATED = SubmissionState.WAITING_REFERENCES, SubmissionState.INTEGRATED
QUERIES = 12


@pytest.fixture
def now() -> datetime:
    return clock.now()


@pytest.fixture
def clerk(client: Client, cast: Cast) -> Client:
    """The town hall's own account, signed in."""
    client.force_login(User.objects.get(email="mairie@example.org"))
    return client


def page(client: Client, invoice: Invoice) -> str:
    response = client.get(reverse("invoices:detail", args=[invoice.public_id]))
    assert response.status_code == 200
    return response.content.decode().replace("\xa0", " ")


def happened(submission: Submission, source: Source, code: str, at: datetime, comment: str = "") -> None:
    LifecycleEvent.objects.create(
        invoice=submission.invoice, source=source, code=code, at=at, comment=comment, recorded_at=at
    )


def test_what_waits_says_what_is_missing_and_is_never_late(clerk: Client, cast: Cast, now: datetime) -> None:
    invoice = issued(cast.town_hall, at=now - timedelta(days=70))
    stands(cast.town_hall, WAITING, of=invoice, missing=[Missing.ENGAGEMENT])

    shown = page(clerk, invoice)
    found = invoices_of(cast.town_hall, on=local_date(now))

    assert "Il manque : numéro d’engagement." in shown
    assert "tag--late" not in shown
    assert "En attente Chorus" in shown
    assert get_invoice(cast.town_hall, invoice.public_id, on=local_date(now)).state == Settlement.WAITING
    assert (found.counts.waiting, found.counts.late, found.counts.due) == (1, 0, 0)
    assert [row.invoice.pk for row in found.page(1, size=5)] == [invoice.pk]


def test_once_its_buyer_has_it_it_is_due_like_any_other(cast: Cast, now: datetime) -> None:
    invoice = issued(cast.town_hall, at=now - timedelta(days=2))
    stands(cast.town_hall, INTEGRATED, of=invoice, available_at=now, chorus_status="MISE_A_DISPOSITION")

    found = invoices_of(cast.town_hall, InvoiceQuery(state=Settlement.DUE), on=local_date(now))

    assert [row.tag.text for row in found.page(1, size=5) if row.tag] == ["Mise à disposition du destinataire"]
    assert found.counts.waiting == 0


def test_the_clock_of_the_law_runs_from_availability_and_stops(clerk: Client, cast: Cast, now: datetime) -> None:
    invoice = issued(cast.town_hall, at=now - timedelta(days=12))
    submission = stands(cast.town_hall, INTEGRATED, of=invoice, available_at=now - timedelta(days=10))
    due = day_text(local_date(now) + timedelta(days=20))
    assert f"Payable jusqu’au {due}" in page(clerk, invoice)

    submission.suspended_at = now - timedelta(days=3)
    submission.save()
    assert f"il est arrêté depuis le {day_text(submission.suspended_at)}" in page(clerk, invoice)


def test_what_was_available_late_is_late_only_by_its_own_clock(cast: Cast, now: datetime) -> None:
    invoice = issued(cast.town_hall, at=now - timedelta(days=70))
    submission = stands(cast.town_hall, INTEGRATED, of=invoice, available_at=now - timedelta(days=5))
    move_due_date(submission, at=now)

    [row] = invoices_of(cast.town_hall, on=local_date(now)).page(1, size=5)

    assert row.state == Settlement.DUE
    assert row.due_on == local_date(now) + timedelta(days=25)
    shown = get_invoice(cast.town_hall, invoice.public_id, on=local_date(now))
    assert (shown.state, shown.due_on) == (Settlement.DUE, row.due_on)


def test_the_timeline_tells_who_said_what_when_and_with_which_words(clerk: Client, cast: Cast, now: datetime) -> None:
    submission = stands(
        cast.town_hall, INTEGRATED, chorus_status="SUSPENDUE", chorus_comment="Bon <b>manquant</b>", available_at=now
    )
    happened(submission, Source.PORTAL, "READY", now, "internal")
    happened(submission, Source.PORTAL, "DEPOSITED", now, "internal")
    happened(submission, Source.CHORUS, "SUSPENDUE", now + timedelta(days=2), "Bon <b>manquant</b>")

    shown = page(clerk, submission.invoice)

    assert "· Chorus Pro · SUSPENDUE" in shown
    assert "Bon &lt;b&gt;manquant&lt;/b&gt;" in shown
    assert 'class="problem"' in shown
    assert "internal" not in shown
    assert shown.index("Déposée") < shown.index("Suspendue", shown.index('class="timeline"'))


def test_a_refusal_on_entry_says_what_to_fix(clerk: Client, cast: Cast) -> None:
    submission = stands(
        cast.town_hall, SubmissionState.REJECTED, problem="[SIM] Le code service X n'est pas actif|ZZ-9 PaymentMeans"
    )

    shown = page(clerk, submission.invoice)

    assert "Choisissez un service actif" in shown
    assert "ZZ-9" not in shown


def test_a_word_that_chorus_pro_invents_tomorrow_is_shown_as_told(clerk: Client, cast: Cast) -> None:
    submission = stands(cast.town_hall, INTEGRATED, chorus_status="TOUT_NOUVEAU")

    assert "Tout nouveau" in page(clerk, submission.invoice)
    assert "Tout nouveau" in clerk.get(reverse("invoices:list")).content.decode()


def test_the_list_can_be_narrowed_to_what_waits(clerk: Client, cast: Cast, now: datetime) -> None:
    waits = stands(cast.town_hall, WAITING, missing=[Missing.ENGAGEMENT]).invoice
    there = stands(cast.town_hall, INTEGRATED, available_at=now).invoice

    shown = clerk.get(reverse("invoices:list"), {"state": "WAITING"}).content.decode()

    assert str(waits.number) in shown
    assert str(there.number) not in shown
    assert "Référence manquante" in shown


def test_other_customers_see_and_pay_nothing_of_it(client: Client, cast: Cast) -> None:
    invoice = issued(cast.individual)
    client.force_login(cast.claire)

    assert "Chorus Pro" not in page(client, invoice)
    assert "Chorus Pro" not in client.get(reverse("invoices:list")).content.decode()


def test_the_page_and_the_list_ask_few_questions(clerk: Client, cast: Cast, now: datetime) -> None:
    submissions = [stands(cast.town_hall, WAITING, missing=[Missing.ENGAGEMENT]) for _ in range(3)]
    for submission in submissions:
        happened(submission, Source.PORTAL, "WAITING_REFERENCES", now)
    render_invoice(submissions[0].invoice_id, at=now)
    for address in (reverse("invoices:list"), reverse("invoices:detail", args=[submissions[0].invoice.public_id])):
        with CaptureQueriesContext(
            connection,
        ) as asked:
            assert clerk.get(address).status_code == 200
        assert len(asked) <= QUERIES, "\n".join(query["sql"] for query in asked)


def test_who_may_only_look_sees_the_box_and_a_stranger_nothing(client: Client, cast: Cast) -> None:
    submission = stands(cast.town_hall, WAITING, missing=[Missing.ENGAGEMENT])
    add_member(cast.town_hall, cast.accountant, Role.READ_ONLY)
    client.force_login(cast.outsider)
    assert client.get(reverse("invoices:detail", args=[submission.invoice.public_id])).status_code == 404
    client.force_login(cast.accountant)
    client.post(reverse("accounts:switch"), {"customer": cast.town_hall.number})

    assert "Il manque : numéro d’engagement." in page(client, submission.invoice)


def test_the_dashboard_lists_what_waits_for_the_customer_and_nothing_else(clerk: Client, cast: Cast) -> None:
    waits = stands(cast.town_hall, WAITING, missing=[Missing.ENGAGEMENT])
    suspended = stands(cast.town_hall, INTEGRATED, chorus_status="SUSPENDUE")
    theirs = stands(cast.town_hall, SubmissionState.REJECTED, problem="code service inactif")
    ours = stands(cast.town_hall, SubmissionState.REJECTED, problem="PaymentMeans.TypeCode")
    stands(cast.town_hall, INTEGRATED, chorus_status="MANDATEE")

    shown = clerk.get(reverse("dashboard")).content.decode()
    box = shown[shown.index("3 documents vous attendent") :].split("</ul>")[0]

    assert all(str(each.invoice.number) in box for each in (waits, suspended, theirs))
    assert str(ours.invoice.number) not in box
