"""What every provider can do, in our words. Every call ends in an answer, `Refused` or `Unsure`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

from payments.gateways.base.methods import Methods
from payments.gateways.base.refunds import Refunds
from payments.gateways.base.till import Till

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import datetime

    from payments.gateways.base.disputes import Dispute, Evidence, FraudWarning
    from payments.gateways.base.news import News
    from payments.gateways.base.pages import Order, Page, Person


class Gateway(Methods, Refunds, Till, Protocol):
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

    def read_dispute(self, object_id: str) -> Dispute:
        """A dispute as it is now, with the money that moved. Raises Refused (no such dispute) or Unsure."""

    def disputes_about(self, news: News) -> Sequence[Dispute]:
        """The disputes that an event is about, as they are now.

        Raises Refused, or Unsure also when the event says that money moved and no dispute tells it yet.
        """

    def disputes_since(self, moment: datetime) -> Iterator[Dispute]:
        """Every dispute that was opened since then. Raises Unsure."""

    def send_evidence(self, object_id: str, evidence: Evidence) -> Dispute:
        """Answer a dispute, once however often it is asked with one key; returns it as it is then.

        Raises Refused (too late, not asked for) or Unsure.
        """

    def accept_dispute(self, object_id: str, *, note: str, key: str) -> Dispute:
        """Give in: the payer keeps the money. Returns the dispute as it is then. Raises Refused or Unsure."""

    def fraud_warning_about(self, news: News) -> FraudWarning | None:
        """The early fraud warning that an event is about; None when it is about none. Raises Refused or Unsure."""

    def read_news(self, body: bytes, signature: str, *, at: datetime) -> News:
        """Check a webhook: its signature, its age, its environment. Raises NotAuthentic.

        Raises Unsure when the provider is needed for that and does not answer.
        """

    def recall_news(self, payload: dict[str, Any]) -> News:
        """The event of a stored payload, which was checked when it came."""

    def news_since(self, moment: datetime, *, types: Sequence[str]) -> Iterator[News]:
        """The events of these types since then, oldest last. Raises Unsure."""
