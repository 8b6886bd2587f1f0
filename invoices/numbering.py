"""Numbers of documents: each follows the one before, in its series, within the transaction that issues.

CGI ann. II art. 242 nonies A, I-7°: a unique number, based on a chronological and continuous sequence.
"""

from __future__ import annotations

from datetime import date

from django.utils.translation import gettext

from invoices.locks import HeldSeries, lock_series
from invoices.states import Series

# The law wants numbers and dates to go up together on invoices and credit notes. A receipt keeps the date of its money.
CHRONOLOGICAL = frozenset({Series.INVOICE, Series.CREDIT_NOTE})


class DateBeforeLast(ValueError):
    """The series already holds a document of a later date; numbers and dates go up together."""

    def __init__(self, asked: date, last: date) -> None:
        self.asked, self.last = asked, last
        super().__init__(
            gettext("The last document of this series is dated %(last)s; %(asked)s is before it. Nothing was issued.")
            % {"last": last.isoformat(), "asked": asked.isoformat()}
        )


def take_numbers(prefix: Series, count: int, *, on: date, held: HeldSeries | None = None) -> list[str]:
    """The next `count` numbers of the series, for documents dated `on`. Only inside the transaction that issues them.

    The series stays locked until that transaction ends: if it fails, the numbers were never given. `held` is what
    `lock_series` gave to a caller that locked it before. Raises DateBeforeLast.
    """
    series, years = held or lock_series(prefix, on.year)
    last = max((known.last_date for known in years if known.last_date), default=on)
    if on < last and prefix in CHRONOLOGICAL:
        raise DateBeforeLast(on, last)
    first = series.last + 1
    series.last += count
    series.last_date = max(on, series.last_date or on)
    series.save(update_fields=["last", "last_date"])
    return [f"{prefix.value}{on.year}-{serial:06d}" for serial in range(first, series.last + 1)]
