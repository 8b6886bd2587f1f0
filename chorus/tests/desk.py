"""Short verbs for tests of submissions: a town hall, its documents with a file, and a clock that moves."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from accounts.models import Customer
from chorus.models import Deposit, LifecycleEvent, Submission
from chorus.services import depositing, following, opening, syncing, updating
from chorus.states import SubmissionState
from chorus.tests.fake import FakeChorus, FakeDirectory
from core.clock import local_date
from core.money import Money
from invoices import archive
from invoices.models import Invoice, Rendition, Validation
from invoices.services import Request, issue_credit_note, set_references
from invoices.states import Channel, Outcome, RenditionKind
from invoices.tests.making import issued
from ledger import services as ledger
from tests.support.cast import NOON, make_town_hall


@dataclass
class Desk:
    """One town hall and its Chorus Pro."""

    at: datetime = NOON
    chorus: FakeChorus = field(default_factory=FakeChorus)
    directory: FakeDirectory = field(default_factory=FakeDirectory)
    town_hall: Customer = field(default_factory=make_town_hall)

    def issue(self, *, file: bool = True, **more: Any) -> Invoice:
        """An invoice to the town hall, printed."""
        invoice = issued(self.town_hall, at=self.at, **({"engagement_number": "EJ-2026-1"} | more))
        if file:
            print_file(invoice, at=self.at)
        return invoice

    def credit(self, invoice: Invoice, **more: Any) -> Invoice:
        note = issue_credit_note(invoice, more.get("taken"), Request("Erreur", f"k{invoice.pk}"), at=self.at)
        print_file(note, at=self.at)
        return note

    def transfer(self, invoice: Invoice) -> None:
        """The buyer pays an invoice by a transfer that names it."""
        ledger.receive_money(
            self.town_hall.pk,
            Money(invoice.total_cents),
            source=ledger.Source(ledger.Origin.TRANSFER, f"virement {invoice.number}", ""),
            clearing_account="512000",
            journal=ledger.Journal.BANK,
            label="Virement",
            piece_ref=str(invoice.number),
            piece_date=local_date(self.at),
            key=f"transfer:{invoice.number}",
            names=[str(invoice.number)],
            at=self.at,
        )

    def complete(self, invoice: Invoice, engagement_number: str) -> Invoice:
        """Somebody completes an issued document."""
        return set_references(
            invoice,
            service_code=invoice.service_code,
            engagement_number=engagement_number,
            market_number=invoice.market_number,
            at=self.at,
            actor="mairie@example.org",
        )

    def open(self, invoice: Invoice | None = None) -> Submission:
        opening.open_submissions(at=self.at)
        return self.submission(invoice or Invoice.objects.latest("pk"))

    def opened(self, **more: Any) -> Submission:
        return self.open(self.issue(**more))

    def submission(self, invoice: Invoice) -> Submission:
        return Submission.objects.select_related("invoice__customer").get(invoice=invoice)

    def send(self, submission: Submission) -> Deposit | None:
        return depositing.send(submission.pk, self.chorus, at=self.at)

    def deposited(self, **more: Any) -> Submission:
        submission = self.opened(**more)
        assert self.send(submission) is not None
        return self.now(submission, SubmissionState.DEPOSITED)

    def integrated(self, **more: Any) -> Submission:
        submission = self.deposited(**more)
        self.chorus.integrate(submission.invoice, at=self.at, flow=self.flow(submission))
        self.pass_time(seconds=30)
        self.look(submission)
        return self.now(submission, SubmissionState.INTEGRATED)

    def flow(self, submission: Submission) -> str:
        return str(submission.deposits.latest("attempt").flow_number)

    def look(self, submission: Submission) -> SubmissionState:
        return following.look(submission.pk, self.chorus, at=self.at)

    def update(self) -> int:
        return updating.update_all(self.chorus, at=self.at)

    def sync(self) -> syncing.Synced:
        return syncing.sync(self.chorus, self.directory, at=self.at)

    def turn(self) -> tuple[int, bool]:
        return syncing.send_turn(self.chorus, self.directory, at=self.at)

    def pass_time(self, **length: float) -> None:
        self.at += timedelta(**length)

    def now(self, submission: Submission, state: SubmissionState | None = None) -> Submission:
        """The submission as it is now; in that state."""
        submission = self.submission(submission.invoice)
        if state is not None:
            assert submission.state == state
        return submission


def print_file(invoice: Invoice, *, at: datetime) -> Rendition:
    """A Factur-X as the press would leave it, without its work: its content is not looked at here."""
    content = f"%PDF {invoice.number} {invoice.engagement_number} {invoice.service_code}".encode()
    sha256 = archive.store(content)
    validation, _ = Validation.objects.get_or_create(
        invoice=invoice,
        xml_sha256=sha256,
        validators="test",
        defaults={"channel": Channel.CHORUS, "outcome": Outcome.VALID, "findings_count": 0, "created_at": at},
    )
    routing = {name: getattr(invoice, name) for name in ("service_code", "engagement_number", "market_number")}
    return Rendition.objects.create(
        invoice=invoice,
        kind=RenditionKind.FACTURX,
        sha256=sha256,
        size=len(content),
        routing=routing,
        created_at=at,
        validation=validation,
    )


def timeline(submission: Submission) -> list[str]:
    return [event.code for event in LifecycleEvent.objects.filter(invoice=submission.invoice).order_by("pk")]
