"""A candidate as the value of its radio button, and back: `customer:cents:document,document`, parts apart by `;`.

It is a choice of a member of staff, who may credit anybody: the verb checks customers, documents and amounts.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from bank.services import BadDecision, ShareOf
from core.money import Money

if TYPE_CHECKING:
    from collections.abc import Sequence

_PART = re.compile(r"(\d{1,18}):(\d{1,15}):([A-Za-z0-9,\-/.]{0,2000})")


def written(shares: Sequence[ShareOf]) -> str:
    """The value of a radio button."""
    return ";".join(f"{each.customer_id}:{each.amount.cents}:{','.join(each.documents)}" for each in shares)


def read(value: str) -> list[ShareOf]:
    """The shares that somebody chose. Raises BadDecision when it is none of our values."""
    found = [_PART.fullmatch(part) for part in value.split(";")] if value.isascii() else []
    if not found or not all(found):
        raise BadDecision(_("Choose a customer first."))
    return [_share(*match.groups()) for match in found if match]


def without_documents(shares: Sequence[ShareOf]) -> list[ShareOf]:
    """The same money for the balance only."""
    return [replace(each, documents=()) for each in shares]


def _share(customer: str, cents: str, documents: str) -> ShareOf:
    return ShareOf(int(customer), Money(int(cents)), tuple(each for each in documents.split(",") if each))
