"""Aged receivables as tables: who owes what since when, on a day, and that it is the balance of 411000 on that day."""

from __future__ import annotations

from collections import Counter
from itertools import groupby
from typing import TYPE_CHECKING, Final

from django.utils.translation import gettext as _

from core.money import ZERO, Money
from core.references import CustomerNumber
from core.sheets import Sheet
from ledger.chart import RECEIVABLE
from ledger.kinds import ItemKind
from ledger.selectors.accounts import account_balance
from ledger.selectors.ageing import OpenThen, open_items_at

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import date

    from core.sheets import Row

LAST_DAYS: Final = (0, 30, 60, 90)
"""The last day late of each bucket; the last bucket has none."""


def ageing_sheets(day: date) -> list[Sheet]:
    """By customer, then item by item, then the proof; in the language of this moment."""
    kinds = {str(kind.value): str(kind.label) for kind in ItemKind}
    words = _words()  # rows are read when the reader’s language is no longer the current one
    who = [_("Customer number"), _("Customer")]
    what = [_("Document"), _("Kind"), _("Issued on"), _("Due date"), _("Days late"), _("Disputed")]
    buckets = [_("Not yet due"), *(_bucket_name(place) for place in range(1, len(LAST_DAYS) + 1)), _("Total")]
    return [
        Sheet(_("By customer"), [*who, *buckets], _by_customer(day, words["total"])),
        Sheet(_("By document"), [*who, *what, *buckets], _by_item(day, kinds, words["yes"])),
        Sheet(_("Check"), [_("What"), _("Amount")], _proof(day, words)),
    ]


def _words() -> dict[str, str]:
    return {
        "yes": _("yes"),
        "total": _("Total"),
        "items": _("Open items"),
        "account": _("Balance of %(account)s") % {"account": RECEIVABLE},
        "difference": _("Difference"),
    }


def _bucket_name(place: int) -> str:
    first = LAST_DAYS[place - 1] + 1
    if place == len(LAST_DAYS):
        return _("More than %(days)s days late") % {"days": first - 1}
    return _("%(first)s to %(last)s days late") % {"first": first, "last": LAST_DAYS[place]}


def _by_customer(day: date, total: str) -> Iterator[Row]:
    whole: Counter[int] = Counter()
    for (number, name), items in groupby(
        open_items_at(day), key=lambda item: (item.customer_number, item.customer_name)
    ):
        sums: Counter[int] = Counter()
        for item in items:
            sums[_bucket(item, day)] += item.open.cents
        whole.update(sums)
        yield [CustomerNumber(number).compact, name, *_amounts(sums)]
    yield [total, None, *_amounts(whole)]


def _by_item(day: date, kinds: Mapping[str, str], yes: str) -> Iterator[Row]:
    for item in open_items_at(day):
        yield [
            CustomerNumber(item.customer_number).compact,
            item.customer_name,
            item.document_ref,
            kinds[item.kind],
            item.issued_on,
            item.due_date,
            max((day - item.due_date).days, 0),
            yes if item.disputed else None,
            *_amounts({_bucket(item, day): item.open.cents}),
        ]


def _bucket(item: OpenThen, day: date) -> int:
    late = (day - item.due_date).days
    return next((place for place, last in enumerate(LAST_DAYS) if late <= last), len(LAST_DAYS))


def _amounts(sums: Mapping[int, int]) -> list[Money]:
    """An amount for each bucket, and their total."""
    return [Money(sums.get(place, 0)) for place in range(len(LAST_DAYS) + 1)] + [Money(sum(sums.values()))]


def _proof(day: date, words: Mapping[str, str]) -> Iterator[Row]:
    """The items against the account of the customers. They differ only if somebody posted past the verbs."""
    items = sum((item.open for item in open_items_at(day)), ZERO)
    account = account_balance(RECEIVABLE, until=day)
    yield [words["items"], items]
    yield [words["account"], account]
    yield [words["difference"], items - account]
