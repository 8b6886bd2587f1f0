"""Write down the words of a mandate, to be signed here or on paper. From now on they do not change."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from django.db import transaction

from accounts.models import CustomerKind
from accounts.selectors import creditor_identifier, current_seller
from core.clock import local_date
from ledger import services as ledger
from payments import selectors
from payments.iban import Account
from payments.mandate_transitions import ABANDONED, move, note
from payments.models import Mandate, Provider, Scheme, SignedHow
from payments.services.mandates.addresses import creditor_address, debtor_address

if TYPE_CHECKING:
    from datetime import datetime

    from accounts.models import Customer, Seller

_COUNTER: Final = 3
_HOLDER: Final = 70


class CannotPrepare(Exception):
    """No mandate for this customer, now. `why`: PUBLIC, NO_ICS, NO_ADDRESS or NOT_A_COMPANY."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


class AlreadyInForce(Exception):
    """The customer has a mandate in force for this very account: `mandate`."""

    def __init__(self, mandate: Mandate) -> None:
        super().__init__(mandate.reference)
        self.mandate = mandate


@dataclass(frozen=True, slots=True)
class MandateWish:
    """Which account, of whom. `replaces` is the mandate that ends when this one is signed; `on_paper` is printed."""

    account: Account
    holder: str
    language: str
    scheme: Scheme = Scheme.CORE
    replaces: Mandate | None = None
    on_paper: bool = False


def prepare_mandate(customer: Customer, wish: MandateWish, *, at: datetime) -> Mandate:
    """The draft of a mandate, with its reference. The same wish again is the same draft; another one gives it up.

    Raises CannotPrepare, AlreadyInForce.
    """
    with transaction.atomic():
        ledger.lock_customers([customer.pk])
        _refuse(customer, wish, at=at)
        seller = current_seller(on=local_date(at))
        words = _words(customer, wish, seller, at=at)
        drafts = list(selectors.drafts_of(customer))
        for draft in drafts:
            if _is_what_was_wished(draft, wish, words):
                return draft
        for draft in drafts:
            if _is_in_the_way(draft, wish):
                move(draft, ABANDONED, at=at, reason="another one was prepared")
        return _write(customer, wish, words, at=at)


def _refuse(customer: Customer, wish: MandateWish, *, at: datetime) -> None:
    if customer.is_public:
        raise CannotPrepare("PUBLIC")
    if wish.scheme == Scheme.B2B and customer.kind != CustomerKind.COMPANY:
        raise CannotPrepare("NOT_A_COMPANY")
    if not creditor_identifier(on=local_date(at)):
        raise CannotPrepare("NO_ICS")
    if not (customer.address_line1 and customer.city):
        raise CannotPrepare("NO_ADDRESS")
    standing = selectors.mandate_in_force(customer, wish.account.index)
    if standing is not None and standing != wish.replaces:
        raise AlreadyInForce(standing)


def _words(customer: Customer, wish: MandateWish, seller: Seller, *, at: datetime) -> dict[str, str]:
    account = wish.account
    return {
        "scheme": wish.scheme.value,
        "ics": creditor_identifier(on=local_date(at)),
        "creditor_name": seller.name,
        "creditor_address": creditor_address(seller, language=wish.language),
        "debtor_name": wish.holder[:_HOLDER],
        "debtor_address": debtor_address(customer, language=wish.language),
        "debtor_country": customer.country,
        "iban_index": account.index,
        "iban_last4": account.last4,
        "iban_country": account.country,
        "bic": account.bic,
        "bank_name": account.bank_name[:140],
        "language": wish.language,
    }


def _is_what_was_wished(draft: Mandate, wish: MandateWish, words: dict[str, str]) -> bool:
    on_paper = draft.signed_how == SignedHow.PAPER
    same_words = all(getattr(draft, name) == value for name, value in words.items())
    return same_words and draft.replaces == wish.replaces and on_paper == wish.on_paper


def _is_in_the_way(draft: Mandate, wish: MandateWish) -> bool:
    """One waits online at a time, and one that replaces another; printed ones wait for the mail."""
    both_online = draft.signed_how == "" and not wish.on_paper
    return both_online or (draft.replaces is not None and draft.replaces == wish.replaces)


def _write(customer: Customer, wish: MandateWish, words: dict[str, str], *, at: datetime) -> Mandate:
    mandate = Mandate.objects.create(
        customer=customer,
        through=Provider.BANK,
        reference=_next_reference(customer),
        iban=wish.account.iban,
        signed_how=SignedHow.PAPER if wish.on_paper else "",
        replaces=wish.replaces,
        created_at=at,
        updated_at=at,
        **words,
    )
    note(mandate, "prepared", at=at)
    return mandate


def _next_reference(customer: Customer) -> str:
    """`C104273-001`: unique, since mandates are never deleted and the caller holds the customer's lock."""
    count = Mandate.objects.filter(customer=customer, through=Provider.BANK).count() + 1
    return f"{customer.number}-{count:0{_COUNTER}d}"
