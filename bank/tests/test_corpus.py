"""Mangled labels through the import of a statement: what is readable is posted, and nothing is posted wrongly."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from accounts.models import Customer
from bank import services
from bank.models import LineWork
from core.references import CustomerNumber
from invoices.services import NewLine, draft, issue_many
from tests.support.formats import statement_file
from tests.support.payers import Payer, labels
from tests.support.statements import Movement

if TYPE_CHECKING:
    from collections.abc import Sequence

COUNT, OWING = 600, 300


@pytest.fixture
def people(db: None, noon: datetime) -> list[Payer]:
    """Customers, of whom some owe an invoice or two."""
    made = Customer.objects.bulk_create(
        [
            Customer(number=f"C{serial:06d}", kind="PERSON", name=f"Client {serial}", created_at=noon)
            for serial in range(100_001, 100_001 + COUNT)
        ]
    )
    owing = [*made[:OWING], *made[: OWING // 3]]
    drafts = [
        draft(person, [NewLine("Hébergement", Decimal(1), Decimal(10 + place % 40))], at=noon)
        for place, person in enumerate(owing)
    ]
    owed: dict[int, list[tuple[str, int]]] = {}
    for start in range(0, len(drafts), 200):
        for invoice in issue_many(drafts[start : start + 200], at=noon):
            owed.setdefault(invoice.customer_id, []).append((str(invoice.number), invoice.total_cents))
    return [_payer(person, owed.get(person.pk, [])) for person in made]


def _payer(person: Customer, owed: Sequence[tuple[str, int]]) -> Payer:
    check = CustomerNumber(person.number).check_digits
    return Payer(person.number, check, invoices=tuple(owed))


def test_what_is_readable_is_posted_to_whom_it_is_meant_for(people: list[Payer], noon: datetime) -> None:
    written = list(labels(people, COUNT, seed=6, once=True))
    moves = [Movement(each.cents, noon.date().isoformat(), text=each.text, name=each.name) for each in written]

    services.import_file(statement_file("camt.053.xml", moves), "releve.xml", at=noon)
    credited = _credited()
    readable = [(label, who) for label, who in zip(written, credited, strict=True) if label.is_readable]
    missed = [label for label, who in readable if who != label.customer]
    wrong = [(label, who) for label, who in zip(written, credited, strict=True) if who not in {"", label.customer}]

    assert len(readable) > COUNT / 2
    assert wrong == []
    assert len(missed) <= len(readable) * 0.03, [label.text for label in missed]


def _credited() -> list[str]:
    """Whom each line was credited to without a person, in the order of the statement."""
    rows = LineWork.objects.order_by("line__place").values_list("state", "tx__customer__number")
    return [str(customer) if state == "POSTED" and customer else "" for state, customer in rows]
