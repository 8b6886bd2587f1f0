"""The same through the real client, over HTTP, with real files: what the simulator has at the end is what counts."""

from __future__ import annotations

import json
from io import StringIO
from typing import Any

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import connection

from chorus import wiring
from chorus.models import Deposit, LifecycleEvent, Submission
from chorus.selectors.submissions import trouble
from chorus.services import deciding, depositing, opening
from chorus.states import DepositState, SubmissionState
from core import clock
from invoices.models import Invoice
from invoices.services import render_invoice
from invoices.tests.making import issued
from ledger import selectors as books
from tests.support.bank import Bank
from tests.support.cast import make_town_hall
from tests.support.rivals import race


def issue(count: int = 1) -> list[Invoice]:
    at = clock.now()
    hall = make_town_hall(at)
    return [issued(hall, at=at, engagement_number=f"EJ-{place}") for place in range(count)]


def sync() -> dict[str, int]:
    out = StringIO()
    call_command("chorus_sync", "--json", stdout=out)
    told: dict[str, int] = json.loads(out.getvalue().splitlines()[-1])
    return told


def there(bank: Bank) -> list[dict[str, Any]]:
    return list(bank.control_read("chorus/invoices")["invoices"])


def states() -> list[str]:
    return list(Submission.objects.order_by("pk").values_list("state", flat=True))


@pytest.mark.django_db
def test_from_issue_to_payment_ordered(chorus_sandbox: Bank) -> None:
    [invoice] = issue()

    assert sync() == {"submitted": 1, "integrated": 0, "rejected": 0, "waiting": 0, "unknown": 0}
    assert sync() == {"submitted": 0, "integrated": 1, "rejected": 0, "waiting": 0, "unknown": 0}

    [known] = there(chorus_sandbox)
    assert (known["number"], known["engagement"]) == (invoice.number, "EJ-0")
    owed = books.get_balance(invoice.customer_id)
    chorus_sandbox.control("chorus/status", number=invoice.number, status="SUSPENDUE", comment="Bon manquant")
    sync()
    assert Submission.objects.get().chorus_comment == "Bon manquant"
    chorus_sandbox.control("chorus/status", number=invoice.number, status="STATUT_DE_DEMAIN")
    sync()
    assert Submission.objects.get().chorus_status == "STATUT_DE_DEMAIN"
    chorus_sandbox.control("chorus/status", number=invoice.number, status="MISE_EN_PAIEMENT")
    sync()
    assert states() == ["FINISHED"]
    assert books.get_balance(invoice.customer_id) == owed
    told = LifecycleEvent.objects.filter(invoice=invoice, source="CHORUS").values_list("code", flat=True)
    assert {"SUSPENDUE", "STATUT_DE_DEMAIN", "MISE_EN_PAIEMENT"} <= set(told)


@pytest.mark.django_db
def test_accepted_and_the_answer_lost_is_found_and_not_sent_again(chorus_sandbox: Bank) -> None:
    issue()
    chorus_sandbox.fail("drop", path="deposer/flux")

    assert sync()["unknown"] == 1

    assert sync() == {"submitted": 0, "integrated": 1, "rejected": 0, "waiting": 0, "unknown": 0}
    assert len(chorus_sandbox.control_read("chorus/deposits")["deposits"]) == 1


@pytest.mark.django_db
def test_a_token_that_expires_in_a_batch_is_renewed_and_the_batch_goes_on(chorus_sandbox: Bank) -> None:
    issue(3)
    sent_before: list[int] = []
    transport = wiring.transport()
    opening.open_submissions(at=clock.now())
    for place, submission in enumerate(depositing.ready_to_leave()):
        render_invoice(submission.invoice_id, at=clock.now())
        if place == 1:
            chorus_sandbox.fail("status", status=401, path="deposer/flux")
        assert depositing.send(submission.pk, transport, at=clock.now()) is not None
        sent_before.append(place)

    assert states() == ["DEPOSITED"] * 3
    assert sync()["integrated"] == 3
    assert len(there(chorus_sandbox)) == 3


@pytest.mark.django_db
def test_a_duplicate_there_is_a_success_after_the_amount_was_compared(chorus_sandbox: Bank) -> None:
    issue()
    sync()
    Deposit.objects.update(state=DepositState.LOST)
    Submission.objects.update(state=SubmissionState.READY)

    assert sync()["submitted"] == 1
    assert sync()["integrated"] == 1

    assert len(there(chorus_sandbox)) == 1
    assert sorted(Deposit.objects.values_list("state", flat=True)) == ["INTEGRATED", "REJECTED"]


@pytest.mark.django_db
@pytest.mark.parametrize(("fate", "after"), [("incident", "READY"), ("partial", "REJECTED"), ("rejected", "REJECTED")])
def test_an_ending_without_integration_is_sent_again_with_the_same_number(
    chorus_sandbox: Bank, fate: str, after: str
) -> None:
    [invoice] = issue()
    chorus_sandbox.control("chorus/fates/next", kind=fate, text="[SIM] service inconnu")
    sync()
    opening.open_submissions(at=clock.now())
    told = sync()
    if after == "REJECTED":
        assert told["rejected"] == 1
        assert states() == ["REJECTED"]
        deciding.resend(Submission.objects.get().pk, actor="Ana", at=clock.now())
        assert sync()["submitted"] == 1
    else:
        assert told["submitted"] == 1

    assert sync()["integrated"] == 1
    assert [each["number"] for each in there(chorus_sandbox)] == [invoice.number]


@pytest.mark.django_db
def test_without_settings_the_command_says_so_and_changes_nothing(chorus_sandbox: Bank, settings: Any) -> None:
    issue()
    settings.PISTE_TOKEN_URL = ""

    with pytest.raises(CommandError, match="PISTE_TOKEN_URL"):
        sync()

    assert not Submission.objects.exists()


@pytest.mark.django_db
def test_a_rotated_password_sends_nothing_and_staff_are_told_why(chorus_sandbox: Bank, settings: Any) -> None:
    issue(2)
    settings.CHORUS_PASSWORD = "rotated"

    assert sync() == {"submitted": 0, "integrated": 0, "rejected": 0, "waiting": 2, "unknown": 0}

    assert there(chorus_sandbox) == []
    stopped = trouble()
    assert stopped is not None
    assert stopped.stopped_why.startswith("AuthenticationRefused") or "directory" in stopped.stopped_why


@pytest.mark.django_db(transaction=True)
def test_two_workers_on_one_document_deposit_it_once(chorus_sandbox: Bank) -> None:
    if connection.vendor != "postgresql":
        pytest.skip("SQLite has one writer at a time")
    issue()
    [submission] = opening.open_submissions(at=clock.now())
    render_invoice(submission.invoice_id, at=clock.now())
    calls = [lambda: depositing.send(submission.pk, wiring.transport(), at=clock.now())] * 4

    endings = race(*calls)

    assert [ending.error for ending in endings] == [None] * 4
    assert sum(ending.value is not None for ending in endings) == 1
    assert len(chorus_sandbox.control_read("chorus/deposits")["deposits"]) == 1
