"""A process dies before any statement of signing, replacing, revoking, entering or printing a mandate.

What it wrote is all or nothing; the same step again, or the sweep, finishes, and every self-check of mandates holds.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from pytest_django.fixtures import Settings

from core.clock import local_date
from invoices import archive
from outbox.models import Job, Message
from outbox.services import run_due
from payments import checks
from payments.models import Mandate, MandateState, MethodState, SavedMethod
from payments.services import mandates as verbs
from payments.services.mandates import documents
from payments.services.mandates.waking import PRINT
from payments.tests.mandate_desk import AGRICOLE, MandateDesk, method_of
from payments.tests.refund_desk import staff

_MARKS = ("SAVEPOINT", "RELEASE", "ROLLBACK")
_PAPER = b"%PDF-1.7 a mandate"


class Died(BaseException):
    """What kill -9 looks like from inside."""


class Killer:
    """The process dies right before its statement of that number."""

    def __init__(self, number: int) -> None:
        self.left = number

    def __call__(self, execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:
        if not sql.startswith(_MARKS):
            self.left -= 1
            if self.left == 0:
                raise Died
        return execute(sql, params, many, context)


def rehearse(step: Callable[[], object], after_death: Callable[[], None]) -> int:
    """Begin the step again and again, dying one statement later each time, until it ends. Returns how often it died."""
    deaths = 0
    while True:
        try:
            with connection.execute_wrapper(Killer(deaths + 1)):
                step()
        except Died:
            deaths += 1
            after_death()
        else:
            return deaths


@pytest.fixture(autouse=True)
def _paper(settings: Settings, tmp_path: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Documents are kept in a folder of this test; pressing one is proved elsewhere."""
    settings.ARCHIVE_DIR = tmp_path / "archive"
    monkeypatch.setattr(documents, "_pressed", lambda *_args, **_more: _PAPER)


def sweep(desk: MandateDesk) -> None:
    """What beat and the workers do."""
    verbs.print_missing(at=desk.at)
    run_due(at=desk.at, kinds=(PRINT,))


def everything_holds() -> None:
    assert all(check.ok for check in (*checks.mandates(), *checks.saved_methods()))


def test_dead_anywhere_in_signing_it_is_signed_once(mandates: MandateDesk) -> None:
    draft = mandates.prepare()

    def nothing_happened() -> None:
        assert Mandate.objects.get().state == MandateState.DRAFT
        assert not SavedMethod.objects.exists()
        assert not Message.objects.filter(kind__startswith="mandate.").exists()
        everything_holds()

    assert rehearse(lambda: mandates.agree(draft), nothing_happened) > 10
    mandates.agree(draft)
    sweep(mandates)

    signed = Mandate.objects.get()
    assert (signed.state, method_of(signed).state) == (MandateState.ACTIVE, MethodState.ACTIVE)
    assert archive.read(signed.pdf_sha256) == _PAPER
    assert Message.objects.filter(kind__startswith="mandate.").count() == 1
    everything_holds()


def test_dead_anywhere_in_replacing_one_of_both_is_in_force(mandates: MandateDesk) -> None:
    before = mandates.sign()
    draft = mandates.prepare(AGRICOLE, replaces=Mandate.objects.get(pk=before.pk))

    def the_old_one_still_is() -> None:
        before.refresh_from_db()
        assert (before.state, method_of(before).state) == (MandateState.ACTIVE, MethodState.ACTIVE)
        assert SavedMethod.objects.count() == 1
        everything_holds()

    assert rehearse(lambda: mandates.agree(draft), the_old_one_still_is) > 10
    mandates.agree(draft)
    sweep(mandates)

    assert list(Mandate.objects.order_by("pk").values_list("state", flat=True)) == [
        MandateState.REPLACED,
        MandateState.ACTIVE,
    ]
    assert SavedMethod.objects.filter(state=MethodState.ACTIVE, is_default=True).count() == 1
    everything_holds()


def test_dead_anywhere_in_revoking_it_is_in_force_or_gone(mandates: MandateDesk) -> None:
    signed = mandates.sign()

    def still_in_force() -> None:
        signed.refresh_from_db()
        assert (signed.state, method_of(signed).state) == (MandateState.ACTIVE, MethodState.ACTIVE)
        assert not Message.objects.filter(kind="mandate.ended").exists()
        everything_holds()

    assert rehearse(lambda: mandates.revoke(signed), still_in_force) > 5
    mandates.revoke(signed)

    signed.refresh_from_db()
    assert (signed.state, method_of(signed).state) == (MandateState.REVOKED, MethodState.REMOVED)
    everything_holds()


def test_dead_anywhere_in_entering_paper_it_is_entered_once(mandates: MandateDesk) -> None:
    draft, fanny = mandates.prepare(on_paper=True), staff("fanny")

    def still_a_draft() -> None:
        assert Mandate.objects.get().state == MandateState.DRAFT
        everything_holds()

    assert rehearse(lambda: mandates.enter(draft, local_date(mandates.at), fanny), still_a_draft) > 10
    mandates.enter(draft, local_date(mandates.at), fanny)
    sweep(mandates)

    entered = Mandate.objects.get()
    assert (entered.state, entered.actor, entered.pdf_sha256 != "") == (MandateState.ACTIVE, fanny, True)
    everything_holds()


def test_dead_anywhere_in_printing_the_document_is_kept_once(mandates: MandateDesk) -> None:
    signed = mandates.sign()
    Job.objects.filter(kind=PRINT).delete()  # as if every one of them had been lost

    def not_yet_kept() -> None:
        signed.refresh_from_db()
        assert signed.pdf_sha256 == ""

    assert rehearse(lambda: verbs.print_mandate(signed.pk, at=mandates.at), not_yet_kept) > 3
    sweep(mandates)

    signed.refresh_from_db()
    assert archive.read(signed.pdf_sha256) == _PAPER
    assert signed.events.filter(name="document kept").count() == 1
    everything_holds()


def test_dead_before_the_file_is_stored_the_sweep_prints_it(
    mandates: MandateDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    signed = mandates.sign()
    Job.objects.filter(kind=PRINT).delete()

    def dies(_content: bytes) -> str:
        raise Died

    with monkeypatch.context() as crash:
        crash.setattr(archive, "store", dies)
        with pytest.raises(Died):
            verbs.print_mandate(signed.pk, at=mandates.at)
    sweep(mandates)

    signed.refresh_from_db()
    assert archive.is_whole(signed.pdf_sha256)
    everything_holds()
