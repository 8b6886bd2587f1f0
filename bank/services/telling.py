"""What a customer is written about bank transfers: each fact once, and nothing that an undo would make wrong."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Final, Protocol

from django.conf import settings
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext

from accounts.notify import notify, withdraw_fact
from core.formats import day_text, money_text

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from accounts.models import Customer
    from bank.models import AnnouncedTransfer
    from core.money import Money
    from outbox.models import Message

HELD: Final = timedelta(minutes=10)
"""A credit that was a mistake is mostly seen at once: until then nobody was told of it."""


class Settled(Protocol):
    """A part of the money, and the document that it paid; `ledger.Received.settled` holds these."""

    @property
    def document_ref(self) -> str: ...

    @property
    def amount(self) -> Money: ...


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the details of a mail."""

    term: str
    value: str


def tell_received(
    customer: Customer,
    *,
    amount: Money,
    payer: str,
    settled: Sequence[Settled],
    balance: Money,
    key: str,
    at: datetime,
    paid_twice: bool = False,
    receipt: str = "",
) -> list[Message]:
    """A transfer came: how much, from whom, what it paid, the balance.

    It leaves ten minutes later, so that `unsay` can keep it back. `paid_twice`: what it names was paid before, so that
    it is probably a second payment.
    """
    with translation.override(customer.language):
        rows = [
            *([Row(gettext("Sender"), payer)] if payer else []),
            *([Row(gettext("Receipt"), receipt)] if receipt else []),
            *(
                Row(gettext("It paid %(document)s") % {"document": each.document_ref}, money_text(each.amount))
                for each in settled
            ),
            Row(gettext("New balance"), money_text(balance)),
        ]
    context = {"amount": amount, "rows": rows, "balance": balance, "paid_twice": paid_twice, "page": _transactions()}
    return notify(customer, "transfer.received", context, key=key, at=at, not_before=at + HELD)


def tell_corrected(customer: Customer, *, amount: Money, key: str, at: datetime) -> list[Message]:
    """A transfer was credited to that account by mistake, and the credit is taken back; for those who were told."""
    context = {"amount": amount, "page": _transactions()}
    return notify(customer, "transfer.corrected", context, key=key, at=at)


def tell_recalled(
    customer: Customer, *, amount: Money, reopened: Sequence[str], key: str, at: datetime
) -> list[Message]:
    """The sender's bank took a transfer back: what it had paid (`reopened`) is to be paid again."""
    context = {"amount": amount, "documents": ", ".join(reopened), "page": _transfer()}
    return notify(customer, "transfer.recalled", context, key=key, at=at)


def tell_missing(announced: AnnouncedTransfer, *, at: datetime) -> list[Message]:
    """A transfer that was announced did not come: what may have happened, and what to do."""
    with translation.override(announced.customer.language):
        rows = [
            Row(gettext("Sent on, as you announced"), day_text(announced.sent_on)),
            *([Row(gettext("For"), ", ".join(announced.documents))] if announced.documents else []),
        ]
    context = {"amount": announced.amount, "announced": announced, "rows": rows, "page": _transfer()}
    key = f"announced:{announced.public_id}:missing"
    return notify(announced.customer, "transfer.missing", context, key=key, at=at)


def unsay(key: str, *, at: datetime) -> bool:
    """Keep the mail of that fact from leaving. True when nobody was told of it: then there is nothing to correct."""
    return withdraw_fact(key, at=at)


def _transfer() -> str:
    return settings.SITE_URL + reverse("bank:transfer")


def _transactions() -> str:
    return settings.SITE_URL + reverse("ledger:transactions")
