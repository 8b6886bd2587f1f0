"""Saved methods: pages that save one, what the provider keeps, and a debit without its owner."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Protocol

from payments.gateways.base.endings import Refused
from payments.models.words import Method

if TYPE_CHECKING:
    from datetime import datetime

    from core.money import Money
    from payments.gateways.base.pages import Receipt
    from payments.models import Failure


@dataclass(frozen=True, slots=True)
class SavingOrder:
    """A page that saves a method without a payment. All of it comes from one row, as the order of a payment does.

    `kind` SEPA asks for a bank account; the reference of its mandate begins with `mandate_prefix`.
    """

    reference: str
    person: str
    language: str
    label: str
    success_url: str
    cancel_url: str
    expires_at: datetime
    key: str
    kind: Method = Method.CARD
    mandate_prefix: str = ""


@dataclass(frozen=True, slots=True)
class SignedMandate:
    """A SEPA mandate that was signed on the provider's page. `url` is the provider's copy of it, for its holder."""

    object_id: str
    reference: str
    url: str
    is_active: bool
    holder: str = ""
    country: str = ""


@dataclass(frozen=True, slots=True)
class Instrument:
    """What the provider keeps for us. `fingerprint` is the same for the same card or account.

    `brand` is the one to show; `networks` are those that the holder may choose between; `expires` is (month, year).
    `payer` is masked. `is_accepted`: of a kind that we take; what is not is taken away again.
    """

    object_id: str
    kind: Method
    fingerprint: str
    brand: str = ""
    networks: tuple[str, ...] = ()
    last4: str = ""
    expires: tuple[int, int] | None = None
    payer: str = ""
    is_accepted: bool = True


class SavingState(StrEnum):
    """Where a saving page stands."""

    OPEN = "OPEN"
    APPROVED = "APPROVED"  # the customer agreed; it is saved only when we ask for it
    SAVED = "SAVED"
    CLOSED = "CLOSED"


@dataclass(frozen=True, slots=True)
class SavingPage:
    """A saving page as the provider has it now. `person` is empty when the provider does not say it.

    `mandate` comes with a bank account that was saved.
    """

    session_id: str
    state: SavingState
    url: str
    person: str
    instrument: Instrument | None = None
    code: str = ""
    mandate: SignedMandate | None = None


@dataclass(frozen=True, slots=True)
class Debit:
    """Money to take from a saved method without its owner. `key` names the attempt: another attempt, another key.

    `mandate` is the provider's name of what allows it: of a bank account only.
    """

    reference: str
    person: str
    method: str
    label: str
    statement_label: str
    key: str
    mandate: str = ""


class DeclineKind(StrEnum):
    """What a refusal of a debit allows."""

    AUTHENTICATION = "AUTHENTICATION"  # the bank wants to hear its customer
    LATER = "LATER"  # may be tried again in some days
    NEVER = "NEVER"  # this method is not to be tried again
    GONE = "GONE"  # the provider does not have this method any more
    UNFIT = "UNFIT"  # nobody was asked: this debit cannot be of this method, another one may be


class Declined(Refused):
    """The debit was refused, and nothing was taken. `kind` says what may be done next; `object_id` what was tried."""

    def __init__(self, code: str, failure: Failure, kind: DeclineKind, *, object_id: str = "") -> None:
        super().__init__(code, failure)
        self.kind = kind
        self.object_id = object_id


class ChargeState(StrEnum):
    """Where a debit stands at the provider."""

    PENDING = "PENDING"
    TAKEN = "TAKEN"
    REFUSED = "REFUSED"


@dataclass(frozen=True, slots=True)
class Charge:
    """A debit as the provider has it now: taken with a receipt, refused, or held back, which credits nothing yet.

    `reference` and `person` say whose it is, as the provider was told.
    """

    object_id: str
    receipt: Receipt | None = None
    declined: Declined | None = None
    reference: str = ""
    person: str = ""

    @property
    def state(self) -> ChargeState:
        if self.receipt is not None:
            return ChargeState.TAKEN
        return ChargeState.PENDING if self.declined is None else ChargeState.REFUSED


class Methods(Protocol):
    """What a provider can do with saved methods."""

    finds_charges: bool
    """Whether a debit whose answer was lost can be searched for. Where it cannot, only the same key finds it."""

    def open_saving(self, order: SavingOrder) -> SavingPage:
        """Open a page that saves a method. The same order and key give the same page. Raises Refused or Unsure."""

    def read_saving(self, session_id: str) -> SavingPage:
        """The saving page as it is now. Raises Refused (no such page) or Unsure."""

    def find_saving(self, *, person: str, reference: str, since: datetime) -> SavingPage | None:
        """The saving page of that reference, opened since then; None when there is none. Raises Unsure."""

    def finish_saving(self, session_id: str, *, key: str) -> SavingPage:
        """Save what the customer agreed to, once however often it is asked; another page is only read.

        Raises Refused (no such page) or Unsure.
        """

    def close_saving(self, session_id: str) -> SavingPage:
        """Make sure that the page saves nothing any more, and return it: closed, or saved before. Raises Unsure."""

    def saved_by(self, session_id: str) -> Instrument | None:
        """What a payment page saved on the way; None when nothing is saved, or not yet. Raises Refused or Unsure."""

    def read_instrument(self, object_id: str) -> Instrument | None:
        """What the provider keeps under that id; None when it is gone for good. Raises Unsure."""

    def read_mandate(self, object_id: str) -> SignedMandate | None:
        """A mandate as it is now; None when the provider knows of none. Raises Unsure."""

    def choose_network(self, object_id: str, network: str) -> Instrument:
        """Pay by that network of the card from now on. Raises Refused (not one of its networks) or Unsure."""

    def forget(self, object_id: str) -> None:
        """Make sure that it can never be charged again; one that is gone already is gone. Raises Unsure."""

    def charge(self, amount: Money, debit: Debit) -> Charge:
        """Take the money from a saved method without its owner. The same key is the same debit.

        Raises Declined (with what may be done next) or Unsure: then only the same key may ask again.
        """

    def read_charge(self, object_id: str) -> Charge:
        """A debit as it is now. Raises Refused (no such debit) or Unsure."""

    def find_charge(self, *, person: str, reference: str, since: datetime) -> Charge | None:
        """The debit of that reference, made since then; None when there is none. Raises Unsure.

        Where debits cannot be searched, None says nothing.
        """
