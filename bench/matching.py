"""Ten thousand lines of a CAMT statement with mangled labels, against a hundred thousand customers.

Import and matching together. Every label comes with its truth: what could be booked without a person and was, and what
was booked to somebody else.
"""

from __future__ import annotations

import random
import tempfile
import time
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.test import override_settings

from accounts.models import Customer
from accounts.selectors import current_seller
from bank.models import LineWork
from bank.services import import_file
from bench.ledger_world import AT, DAY, answer, customers
from core.references import CustomerNumber
from invoices.services import NewLine, draft, issue_many
from tests.support.formats import statement_file
from tests.support.payers import Payer, account, labels
from tests.support.statements import Movement

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tests.support.payers import Label

_CUSTOMERS, _FIRST, _LINES, _SEED = 100_000, 100_001, 10_000, 20_261_130
_OWING = 6_000
_AT_ONCE = 200
_SECONDS, _RATE = 30, 97


def matching() -> dict[str, Any]:
    """Seconds for 10,000 lines; of those that hold a readable reference 97 in 100 are posted, and none wrongly."""
    ids = customers(_CUSTOMERS, first=_FIRST)
    with tempfile.TemporaryDirectory() as folder, override_settings(ARCHIVE_DIR=folder):
        payers = _payers(random.Random(_SEED).sample(ids, _LINES))
        written = list(labels(payers, _LINES, seed=_SEED, once=True))
        content = _statement(written)
        start = time.perf_counter()
        import_file(content, "releve.xml", at=AT)
        value = time.perf_counter() - start
    posted, wrong = _posted(written)
    readable = sum(label.is_readable for label in written)
    rate = 100 * posted / readable
    return answer(
        value, "s", reference=_SECONDS, goal=f"<= {_SECONDS} s, >= {_RATE} % of readable posted, 0 wrong",
        ok=value <= _SECONDS and rate >= _RATE and not wrong,
        lines=len(written), readable=readable, posted=posted, posted_percent=round(rate, 2), wrong=wrong,
    )  # fmt: skip


def _payers(ids: Sequence[int]) -> list[Payer]:
    """These customers; some owe one invoice or two."""
    people = {person.pk: person for person in Customer.objects.filter(pk__in=ids)}
    owing = [people[pk] for pk in [*ids[:_OWING], *ids[: _OWING // 3]]]
    owed: dict[int, list[tuple[str, int]]] = {}
    for start in range(0, len(owing), _AT_ONCE):
        drafts = [_draft(person, start + place) for place, person in enumerate(owing[start : start + _AT_ONCE])]
        for invoice in issue_many(drafts, at=AT):
            owed.setdefault(invoice.customer_id, []).append((str(invoice.number), invoice.total_cents))
    return [
        Payer(
            person.number,
            CustomerNumber(person.number).check_digits,
            invoices=tuple(owed.get(person.pk, ())),
        )
        for person in people.values()
    ]


def _draft(person: Customer, place: int) -> Any:
    return draft(person, [NewLine("Hébergement", Decimal(1), Decimal(10 + place % 90))], at=AT)


def _statement(written: Sequence[Label]) -> bytes:
    moves = [
        Movement(label.cents, DAY.isoformat(), text=label.text, name=label.name, iban=account(f"{place:06d}"))
        for place, label in enumerate(written)
    ]
    return statement_file("camt.053.xml", moves, iban=current_seller(on=DAY).iban)


def _posted(written: Sequence[Label]) -> tuple[int, int]:
    """How many readable ones were credited to whom they are meant for, and how many of all to somebody else."""
    lines = LineWork.objects.order_by("line__place").values_list("state", "tx__customer__number")
    credited = [customer if state == "POSTED" else None for state, customer in lines]
    right = sum(label.is_readable and label.customer == who for label, who in zip(written, credited, strict=True))
    wrong = sum(who not in {None, label.customer} for label, who in zip(written, credited, strict=True))
    return right, wrong


SCENARIOS = {"matching": matching}
