"""Payment pages: what we ask for, and how they stand."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime

    from core.money import Money
    from payments.models import Failure


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
    """A payment page to open. All of it comes from one row, so that the same key always says the same thing.

    `saves`: the method is saved on the way, as the customer agreed. `saved` is the saved method to pay with.
    """

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
    saves: bool = False
    saved: str = ""


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


@dataclass(frozen=True, slots=True)
class Decline:
    """The last refusal of a bank on a page. `attempt` is the provider's id of what was tried, when it has one."""

    failure: Failure
    code: str
    attempt: str = ""


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
