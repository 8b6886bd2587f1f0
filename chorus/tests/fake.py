"""A Chorus Pro of the tests: what it is told to answer, and everything that it was given. No network."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from chorus.gateways.base import (
    Addressed,
    ChorusError,
    DepositReceipt,
    EngagementFound,
    FileToDeposit,
    FlowError,
    FlowOutcome,
    FlowReport,
    Found,
    HistoryStep,
    PieceToAdd,
    ServiceFound,
    ServiceSeen,
    StructureFound,
    StructureSeen,
    Supplier,
    Transient,
)
from core.money import Money
from invoices.models import Invoice

NOT_FOUND = FlowReport(FlowOutcome.NOT_FOUND)
PENDING = FlowReport(FlowOutcome.PENDING, "IN_EN_COURS_TRAITEMENT_CPP")
INTEGRATED = FlowReport(FlowOutcome.INTEGRATED, "IN_INTEGRE")
INCIDENT = FlowReport(FlowOutcome.INCIDENT, "IN_INCIDENTE")


def rejected(*texts: str, number: str = "", partial: bool = False) -> FlowReport:
    outcome, state = (FlowOutcome.PARTIAL, "IN_INTEGRE_PARTIEL") if partial else (FlowOutcome.REJECTED, "IN_REJETE")
    return FlowReport(outcome, state, tuple(FlowError(text, number=number) for text in texts))


@dataclass
class FakeChorus:
    """Takes every deposit, unless `troubles` has an error for the next call; `takes_before` it does so all the same."""

    name: str = "fake"
    deposits: list[FileToDeposit] = field(default_factory=list)
    troubles: list[ChorusError] = field(default_factory=list)
    keeps_before_trouble: bool = False
    read_trouble: ChorusError | None = None
    reports: dict[str, FlowReport] = field(default_factory=dict)
    documents: list[Found] = field(default_factory=list)
    histories: dict[int, list[HistoryStep]] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    on_deposit: Callable[[], None] = lambda: None
    attached: list[PieceToAdd] = field(default_factory=list)
    answers: list[tuple[object, ...]] = field(default_factory=list)
    on_answer: Callable[[], None] = lambda: None
    now: datetime | None = None

    # --- The protocol -------------------------------------------------------------------------------------------------
    def deposit(self, file: FileToDeposit) -> DepositReceipt:
        self.on_deposit()
        if self.troubles:
            trouble = self.troubles.pop(0)
            if self.keeps_before_trouble:
                self._keep(file)
            raise trouble
        return self._keep(file)

    def report(self, flow_number: str) -> FlowReport:
        self._read(f"report {flow_number}")
        return self.reports.get(flow_number, PENDING)

    def find(self, number: str) -> list[Found]:
        self._read(f"find {number}")
        return [each for each in self.documents if each.number == number]

    def changed_since(self, since: datetime, until: datetime) -> Iterator[Found]:
        self._read(f"changed {since.isoformat()}")
        yield from [each for each in self.documents if each.at is not None and since <= each.at <= until]

    def history(self, chorus_id: int) -> list[HistoryStep]:
        self._read(f"history {chorus_id}")
        return self.histories.get(chorus_id, [])

    def attach(self, piece: PieceToAdd) -> int:
        self._read(f"attach {piece.name}")
        self.attached.append(piece)
        return 90_000 + len(self.attached)

    def complete(self, chorus_id: int, *, comment: str, pieces: Sequence[tuple[int, PieceToAdd]] = ()) -> None:
        self._answered(chorus_id, ("complete", comment, [key for key, _piece in pieces]), "COMPLETEE")

    def recycle(self, chorus_id: int, to: Addressed, *, comment: str) -> None:
        self._answered(chorus_id, ("recycle", to, comment), "EN_COURS_ACHEMINEMENT")

    def acknowledge(self, chorus_ids: Sequence[int]) -> None:
        for chorus_id in chorus_ids:
            self._answered(chorus_id, ("acknowledge",), "")

    # --- What becomes of documents there ------------------------------------------------------------------------------
    def integrate(self, invoice: Invoice, *, at: datetime, flow: str = "", total: int | None = None) -> Found:
        """The document is there, available to its buyer."""
        found = Found(
            chorus_id=7_000_000 + int(invoice.pk),
            number=str(invoice.number),
            status="MISE_A_DISPOSITION",
            at=at,
            total=Money(invoice.total_cents if total is None else total),
            is_credit_note=invoice.is_credit_note,
            supplier=invoice.seller["siret"],
            flow_number=flow,
        )
        self.documents.append(found)
        self.histories[found.chorus_id] = [HistoryStep("DEPOSEE", at), HistoryStep("MISE_A_DISPOSITION", at)]
        if flow:
            self.reports[flow] = INTEGRATED
        return found

    def say(self, found: Found, status: str, *, at: datetime, comment: str = "") -> Found:
        """The buyer, or Chorus Pro, says something new of it."""
        place = next(i for i, each in enumerate(self.documents) if each.chorus_id == found.chorus_id)
        self.documents[place] = replace(found, status=status, at=at, comment=comment)
        self.histories[found.chorus_id].append(HistoryStep(status, at, comment))
        return self.documents[place]

    def _keep(self, file: FileToDeposit) -> DepositReceipt:
        self.deposits.append(file)
        digits = int(hashlib.sha256(file.content).hexdigest()[:12], 16) + len(self.deposits)
        return DepositReceipt(f"CPP{digits:022d}", correlation_id=f"c-{len(self.deposits)}")

    def _answered(self, chorus_id: int, answer: tuple[object, ...], status: str) -> None:
        """Takes an answer, unless `troubles` has an error for it; `keeps_before_trouble`: it does so all the same."""
        self.on_answer()
        trouble = self.troubles.pop(0) if self.troubles else None
        if trouble is None or self.keeps_before_trouble:
            self.answers.append(answer)
            place = next(i for i, each in enumerate(self.documents) if each.chorus_id == chorus_id)
            found, at = self.documents[place], self.now or self.documents[place].at
            if status and at is not None:
                self.say(found, status, at=at)
            else:
                self.documents[place] = replace(found, rejection_acknowledged=True)
        if trouble is not None:
            raise trouble

    def _read(self, what: str) -> None:
        self.asked.append(what)
        if self.read_trouble is not None:
            raise self.read_trouble


@dataclass
class FakeDirectory:
    """Knows every SIRET as an active public body with the service FACT-01, which requires nothing unless told so."""

    is_down: bool = False
    is_active: bool = True
    engagement_required: bool = False
    service_required: bool = False
    services_open: bool = True

    def find_structure(self, siret: str) -> StructureFound | None:
        if self.is_down:
            raise Transient("down")
        return StructureFound(1, siret, "Mairie", is_active=self.is_active)

    def structure(self, chorus_id: int) -> StructureSeen:
        return StructureSeen(
            chorus_id,
            "",
            "Mairie",
            is_public=True,
            service_required=self.service_required,
            engagement_required=self.engagement_required,
            either_required=False,
            payment_not_reported=False,
        )

    def services(self, chorus_id: int) -> list[ServiceFound]:
        return [ServiceFound(chorus_id, "FACT-01", "Facturation", is_active=self.services_open)]

    def service(self, chorus_id: int, service_id: int) -> ServiceSeen:
        return ServiceSeen(service_id, "FACT-01", "Facturation", engagement_required=False)

    def engagements(self, number: str, *, supplier_id: int) -> list[EngagementFound]:
        return []

    def suppliers(self) -> list[Supplier]:
        return []
