"""Stories of rivals: each fails when the lock it is about is taken away."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from ledger import services
from ledger.services.writing import lock
from ledger.tests.desk import Desk, euros
from tests.support.rivals import Rival

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from accounts.models import Customer

OCTOBER = date(2026, 10, 1)
BOTH = ("sqlite", "postgresql")


@dataclass(frozen=True, slots=True)
class Story:
    """A lock, and what happens because it is there."""

    lock: str
    tell: Callable[[Customer, Customer], None]
    engines: Sequence[str]


def two_holds_of_the_same_money(customer: Customer, _other: Customer) -> None:
    """The second waits, then hears that there is not enough."""
    desk = Desk(customer)
    desk.receive("L1", 100)

    def hold(key: str) -> str:
        try:
            services.hold_outgoing(customer.pk, euros(60), key=key, reason="order", at=desk.at)
        except services.NotEnough:
            return "not enough"
        return "held"

    with Rival() as first, Rival() as second:
        assert first.do(lambda: hold("first")) == "held"
        waiting = second.start(lambda: hold("second"))
        assert second.waits(waiting)
        first.commit()
        assert waiting.result(15) == "not enough"


def one_customer_then_the_next_against_both_at_once(customer: Customer, other: Customer) -> None:
    """Rows that lie in the other order on disk are still locked lowest first: no deadlock."""
    low, high = sorted([customer.pk, other.pk])
    lock([high])
    lock([low])
    with Rival() as first, Rival() as second:
        first.do(lambda: lock([low]))
        waiting = second.start(lambda: lock([low, high]))
        assert second.waits(waiting)
        first.do(lambda: lock([high]))
        first.commit()
        waiting.result(15)


def two_new_customers_asked_for_in_opposite_order(customer: Customer, other: Customer) -> None:
    """Rows that miss are made lowest first as well."""
    low, high = sorted([customer.pk, other.pk])
    with Rival() as first, Rival() as second:
        first.do(lambda: lock([low]))
        waiting = second.start(lambda: lock([high, low]))
        assert second.waits(waiting)
        first.do(lambda: lock([high]))
        first.commit()
        waiting.result(15)


def a_closing_waits_for_the_posting_under_way(customer: Customer, _other: Customer) -> None:
    """No posting slips past a closing."""
    desk = Desk(customer)
    with Rival() as clerk, Rival() as accountant:
        clerk.do(lambda: desk.receive("L1", 100, effective_on=OCTOBER))
        closing = accountant.start(lambda: services.close_month(OCTOBER, at=desk.at))
        assert accountant.waits(closing)
        clerk.commit()
        closing.result(15)


def a_posting_waits_for_the_closing_under_way(customer: Customer, _other: Customer) -> None:
    """And hears that the month is closed."""
    desk = Desk(customer)
    with Rival() as clerk, Rival() as accountant:
        accountant.do(lambda: services.close_month(OCTOBER, at=desk.at))
        posting = clerk.start(lambda: desk.receive("L1", 100, effective_on=OCTOBER))
        assert clerk.waits(posting)
        accountant.commit()
        assert "ledger_tx_month_open" in str(posting.exception(15))


STORIES = [
    Story("lock of the customer", two_holds_of_the_same_money, BOTH),
    Story("lowest customer first", one_customer_then_the_next_against_both_at_once, ["postgresql"]),
    Story("missing customers made lowest first", two_new_customers_asked_for_in_opposite_order, ["postgresql"]),
    Story("shared lock of the month", a_closing_waits_for_the_posting_under_way, ["postgresql"]),
    Story("ledger_closedmonth_waits", a_posting_waits_for_the_closing_under_way, ["postgresql"]),
]
