"""What every provider can do, in our words. Every call ends in an answer, `Refused` or `Unsure`."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Protocol

from payments.models import Failure

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import datetime

    from core.money import Money


class Refused(Exception):
    """The provider said no, and nothing happened there. `code` is its own word, for staff."""

    def __init__(self, code: str, failure: Failure = Failure.PROVIDER) -> None:
        super().__init__(code)
        self.code = code
        self.failure = failure


class Unsure(Exception):
    """We do not know what happened: no answer, or one that cannot be read. Ask again later; never conclude."""


class NotAuthentic(Exception):
    """A message that does not come from the provider, is too old, or is not for this environment."""


@dataclass(frozen=True, slots=True)
class Person:
    """Who pays, as the provider is told. `key` makes the call repeatable."""

    number: str
    name: str
    email: str
    language: str
    key: str


@dataclass(frozen=True, slots=True)
class Order:
    """A payment page to open. All of it comes from one row, so that the same key always says the same thing."""

    reference: str
    person: str
    amount: Money
    label: str
    statement_label: str
    language: str
    success_url: str
    cancel_url: str
    expires_at: datetime
    key: str


class PageState(StrEnum):
    """Where a payment page stands."""

    OPEN = "OPEN"
    APPROVED = "APPROVED"  # the customer agreed; the money moves only when we take it
    PENDING = "PENDING"
    PAID = "PAID"
    CLOSED = "CLOSED"


@dataclass(frozen=True, slots=True)
class Receipt:
    """Money that the provider took for us. `fee` is None while the provider has not said it yet."""

    object_id: str
    charge_id: str
    received: Money
    currency: str
    paid_at: datetime
    fee: Money | None
    card_brand: str = ""
    card_last4: str = ""


class RefundState(StrEnum):
    """Where money on its way back stands."""

    PENDING = "PENDING"
    COMPLETED = "COMPLETED"
    FAILED = "FAILED"
    CANCELLED = "CANCELLED"


@dataclass(frozen=True, slots=True)
class Refund:
    """Money that a provider gives back for us. It is back with the customer when the state is COMPLETED."""

    object_id: str
    state: RefundState
    amount: Money
    currency: str
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Decline:
    """The last refusal of a bank on a page."""

    failure: Failure
    code: str


@dataclass(frozen=True, slots=True)
class Page:
    """A payment page as the provider has it now."""

    session_id: str
    state: PageState
    url: str
    reference: str
    person: str
    receipt: Receipt | None = None
    decline: Decline | None = None


@dataclass(frozen=True, slots=True)
class News:
    """An event of the provider, verified. `session_id`, `intent_id` and `reference` only say where to look."""

    event_id: str
    type: str
    object_id: str
    livemode: bool
    api_version: str
    payload: dict[str, Any] = field(repr=False)
    session_id: str = ""
    intent_id: str = ""
    reference: str = ""


class Gateway(Protocol):
    """What a provider can do. Each implementation passes the same contract tests."""

    closes_pages: bool
    """Whether a page that nobody paid closes by itself when its time is over."""

    def register(self, person: Person) -> str:
        """Make the customer known there; returns the provider's id. Raises Refused or Unsure."""

    def open_page(self, order: Order) -> Page:
        """Open a payment page. The same order and key give the same page. Raises Refused or Unsure."""

    def read_page(self, session_id: str) -> Page:
        """The page as it is now, with the money received if any. Raises Refused (no such page) or Unsure."""

    def find_page(self, *, person: str, reference: str, since: datetime) -> Page | None:
        """The page of that reference, opened since then; None when there is none. Raises Unsure."""

    def close_page(self, session_id: str) -> Page:
        """Make sure that the page can no longer be paid, and return it: closed, or paid before. Raises Unsure."""

    def take_page(self, session_id: str) -> Page:
        """Take the money of an approved page, once however often it is asked; another page is only read.

        Raises Refused (no such page) or Unsure.
        """

    def read_news(self, body: bytes, signature: str, *, at: datetime) -> News:
        """Check a webhook: its signature, its age, its environment. Raises NotAuthentic.

        Raises Unsure when the provider is needed for that and does not answer.
        """

    def recall_news(self, payload: dict[str, Any]) -> News:
        """The event of a stored payload, which was checked when it came."""

    def news_since(self, moment: datetime, *, types: Sequence[str]) -> Iterator[News]:
        """The events of these types since then, oldest last. Raises Unsure."""
