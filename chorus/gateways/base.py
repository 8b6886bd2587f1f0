"""What a channel to public buyers can do, in our words. The first one is Chorus Pro itself; a platform may be another.

Every call ends in an answer or in one of the errors below. None of them carries a secret, or a body.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import date, datetime

    from core.money import Money


class ChorusError(Exception):
    """A call that did not end in an answer. `correlation_id` is what the support of the service asks for."""

    def __init__(self, word: str, *, correlation_id: str = "") -> None:
        super().__init__(word)
        self.word = word
        self.correlation_id = correlation_id


class NotConfigured(ChorusError):
    """The settings name no Chorus Pro. Nothing was asked."""


class Key(StrEnum):
    """Which of the keys was refused. The service does not tell a wrong client id from a wrong secret."""

    PISTE = "PISTE"
    ACCOUNT = "ACCOUNT"


class AuthenticationRefused(ChorusError):
    """A key is wrong, expired or was rotated. Nothing was done; staff must act."""

    def __init__(self, key: Key, word: str, *, correlation_id: str = "") -> None:
        super().__init__(word, correlation_id=correlation_id)
        self.key = key


class NotAllowed(ChorusError):
    """HTTP 403: the API is not subscribed at PISTE, or the account has no right on that structure. Staff must act."""

    def __init__(self, word: str, *, subscribed: bool, correlation_id: str = "") -> None:
        super().__init__(word, correlation_id=correlation_id)
        self.subscribed = subscribed


class Refused(ChorusError):
    """The service understood and said no. Decide by `message_code` (such as GDP_MSG_11.022), never by `code`."""

    def __init__(self, code: int, message_code: str, word: str, *, correlation_id: str = "") -> None:
        super().__init__(word, correlation_id=correlation_id)
        self.code = code
        self.message_code = message_code


class Transient(ChorusError):
    """Nothing was done: no connection, no token, too many requests, or a read that failed. Ask again later."""

    def __init__(self, word: str, *, retry_after: int = 0, correlation_id: str = "") -> None:
        super().__init__(word, correlation_id=correlation_id)
        self.retry_after = retry_after


class OutcomeUnknown(ChorusError):
    """A write that may have been done: silence, an error of the server, an answer that cannot be read."""


@dataclass(frozen=True, slots=True)
class FileToDeposit:
    """One Factur-X: its bytes and its name."""

    name: str
    content: bytes


@dataclass(frozen=True, slots=True)
class DepositReceipt:
    """What a deposit gives back: a number to ask with. It is not acceptance."""

    flow_number: str
    correlation_id: str = ""


class FlowOutcome(StrEnum):
    """What the state of a flow means to us. Words that we do not know are PENDING: never concluded from."""

    PENDING = "PENDING"
    NOT_FOUND = "NOT_FOUND"
    INTEGRATED = "INTEGRATED"
    PARTIAL = "PARTIAL"
    REJECTED = "REJECTED"
    INCIDENT = "INCIDENT"


@dataclass(frozen=True, slots=True)
class FlowError:
    """One thing that was wrong with a flow: of a document (its number), or of the file (technical)."""

    text: str
    number: str = ""
    code: str = ""
    is_technical: bool = False


@dataclass(frozen=True, slots=True)
class FlowReport:
    """What is said of a flow. `state` is the word as told."""

    outcome: FlowOutcome
    state: str = ""
    errors: tuple[FlowError, ...] = ()
    correlation_id: str = ""


@dataclass(frozen=True, slots=True)
class Found:
    """A document as the service has it. `status` is the word as told; `total` its amount with VAT (None: not told)."""

    chorus_id: int
    number: str
    status: str
    at: datetime | None
    comment: str = ""
    total: Money | None = None
    is_credit_note: bool = False
    supplier: str = ""
    buyer: str = ""
    service_code: str = ""
    engagement_number: str = ""
    flow_number: str = ""
    rejection_acknowledged: bool = False


@dataclass(frozen=True, slots=True)
class HistoryStep:
    """One step of a document at the service: the word as told, when, and the buyer's words."""

    code: str
    at: datetime
    comment: str = ""
    actor: str = ""


@dataclass(frozen=True, slots=True)
class PieceToAdd:
    """A file that accompanies a completion: at most 10 MB, its name of 50 characters at most with an extension."""

    name: str
    content: bytes
    mime_type: str
    label: str = ""
    kind: str = ""


@dataclass(frozen=True, slots=True)
class Addressed:
    """Where a document that went astray is sent again: structure and references."""

    siret: str
    service_code: str = ""
    engagement_number: str = ""
    market_number: str = ""


@dataclass(frozen=True, slots=True)
class StructureFound:
    """A structure of the directory, by its SIRET."""

    chorus_id: int
    siret: str
    name: str
    is_active: bool


@dataclass(frozen=True, slots=True)
class StructureSeen:
    """What a structure wants of its suppliers. `either_required`: service code or engagement, at least one."""

    chorus_id: int
    siret: str
    name: str
    is_public: bool | None
    service_required: bool
    engagement_required: bool
    either_required: bool
    payment_not_reported: bool
    address: tuple[str, ...] = ()
    password_expires_on: date | None = None


@dataclass(frozen=True, slots=True)
class ServiceFound:
    """A service of a structure, as its list names it."""

    chorus_id: int
    code: str
    name: str
    is_active: bool
    starts_on: date | None = None
    ends_on: date | None = None


@dataclass(frozen=True, slots=True)
class ServiceSeen:
    """What one service wants: whether an engagement number is required for it alone."""

    chorus_id: int
    code: str
    name: str
    engagement_required: bool
    starts_on: date | None = None
    ends_on: date | None = None


@dataclass(frozen=True, slots=True)
class Supplier:
    """A structure that our account may deposit for."""

    chorus_id: int
    siret: str
    name: str


@dataclass(frozen=True, slots=True)
class EngagementFound:
    """An engagement of a State service that Chorus Pro knows. `left` is what may still be billed on it, when told."""

    number: str
    state: str = ""
    left: Money | None = None
    fields: dict[str, str] = field(default_factory=dict)


class Transport(Protocol):
    """A channel that takes documents to public buyers and tells what becomes of them."""

    @property
    def name(self) -> str:
        """The channel's word, kept beside what it told."""

    def deposit(self, file: FileToDeposit) -> DepositReceipt:
        """Give one Factur-X. Never repeated by the gateway.

        Raises Refused, Transient (it did not leave), OutcomeUnknown; and, as every call may, AuthenticationRefused,
        NotAllowed, NotConfigured.
        """

    def report(self, flow_number: str) -> FlowReport:
        """What became of a flow. Raises Transient, Refused."""

    def find(self, number: str) -> list[Found]:
        """The documents of that number that we deposited, newest first. Raises Transient, Refused."""

    def changed_since(self, since: datetime, until: datetime) -> Iterator[Found]:
        """Every document whose status changed in between, all pages. Raises Transient, Refused."""

    def history(self, chorus_id: int) -> list[HistoryStep]:
        """All steps of a document, oldest first. Raises Transient, Refused."""

    def attach(self, piece: PieceToAdd) -> int:
        """Give a file that a later completion names; returns its identifier there. Harmless when repeated."""

    def complete(self, chorus_id: int, *, comment: str, pieces: Sequence[tuple[int, PieceToAdd]] = ()) -> None:
        """Answer a suspension. Raises Refused (such as: it is not suspended), Transient, OutcomeUnknown."""

    def recycle(self, chorus_id: int, to: Addressed, *, comment: str) -> None:
        """Send a document that went astray again, to that address. Raises as `complete`."""

    def acknowledge(self, chorus_ids: Sequence[int]) -> None:
        """Say that we read a rejection. Raises as `complete`."""


class Directory(Protocol):
    """Who receives invoices, and what they require."""

    def find_structure(self, siret: str) -> StructureFound | None:
        """The structure of that SIRET, closed ones too; None where there is none. Raises Transient, Refused."""

    def structure(self, chorus_id: int) -> StructureSeen:
        """What a structure requires. Raises Transient, Refused."""

    def services(self, chorus_id: int) -> list[ServiceFound]:
        """All its services, active or not, without FACTURES_PUBLIQUES. Raises Transient, Refused."""

    def service(self, chorus_id: int, service_id: int) -> ServiceSeen:
        """What one service requires. Raises Transient, Refused."""

    def engagements(self, number: str, *, supplier_id: int) -> list[EngagementFound]:
        """Engagements of that number that the State knows for us; local authorities' are not there."""

    def suppliers(self) -> list[Supplier]:
        """The structures that our account may deposit for: also the proof that all keys are right."""
