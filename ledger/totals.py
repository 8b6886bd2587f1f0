"""What a stretch of the chain amounts to: by account, by journal, by kind of event."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final, Self

from django.db import connection

from ledger.chart import PREPAID
from ledger.kinds import Journal
from ledger.models import Link

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

_MONEY_IN: Final = (Journal.CARD, Journal.PAYPAL, Journal.DIRECT_DEBIT, Journal.BANK)
_SALES: Final = "70"
_VAT: Final = ("4457", "4458")
_BY_JOURNAL_AND_ACCOUNT: Final = """
    SELECT t.journal, e.account_id, sum(CASE WHEN e.amount_cents > 0 THEN e.amount_cents ELSE 0 END),
           sum(CASE WHEN e.amount_cents < 0 THEN -e.amount_cents ELSE 0 END)
      FROM ledger_link l JOIN ledger_tx t ON t.id = l.tx_id JOIN ledger_entry e ON e.tx_id = t.id
     WHERE l.position BETWEEN %s AND %s GROUP BY t.journal, e.account_id"""


def _sums() -> defaultdict[str, int]:
    return defaultdict(int)


@dataclass(slots=True)
class Totals:
    """Cents debited and credited by journal and account (`CB 419100`), and counts and sums of events by kind."""

    debits: defaultdict[str, int] = field(default_factory=_sums)
    credits: defaultdict[str, int] = field(default_factory=_sums)
    events: defaultdict[str, int] = field(default_factory=_sums)
    sums: defaultdict[str, int] = field(default_factory=_sums)

    @classmethod
    def added(cls, parts: Iterable[Mapping[str, Any]]) -> Self:
        """The totals of several closings together."""
        whole = cls()
        for part in parts:
            for name in cls.__slots__:
                for key, value in part[name].items():
                    getattr(whole, name)[key] += value
        return whole

    def as_json(self) -> dict[str, dict[str, int]]:
        return {name: dict(sorted(getattr(self, name).items())) for name in self.__slots__}

    @property
    def sales(self) -> int:
        """Sales before VAT, less credit notes."""
        return sum(self._credited(account) for account in self._accounts() if account.startswith(_SALES))

    @property
    def vat(self) -> int:
        """VAT invoiced, due or waiting for the money, less that of credit notes."""
        return sum(self._credited(account) for account in self._accounts() if account.startswith(_VAT))

    @property
    def received(self) -> int:
        """Money that came onto prepaid accounts, less what went back, by any means."""
        return sum(self.credits[key] - self.debits[key] for key in (f"{each} {PREPAID}" for each in _MONEY_IN))

    def _accounts(self) -> set[str]:
        return {key.partition(" ")[2] for key in (*self.debits, *self.credits)}

    def _credited(self, account: str) -> int:
        keys = [f"{journal} {account}" for journal in Journal.values]
        return sum(self.credits.get(key, 0) - self.debits.get(key, 0) for key in keys)


def totals_between(first: int, last: int) -> Totals:
    """The totals of the links from one position to another, both included. Two queries."""
    totals = Totals()
    with connection.cursor() as cursor:
        cursor.execute(_BY_JOURNAL_AND_ACCOUNT, [first, last])
        for journal, account, debited, credited in cursor.fetchall():
            for sums, cents in ((totals.debits, int(debited)), (totals.credits, int(credited))):
                if cents:
                    sums[f"{journal} {account}"] = cents
    events = Link.objects.filter(position__range=(first, last), event__isnull=False).order_by("position")
    for kind, payload in events.values_list("event__kind", "event__payload").iterator(chunk_size=2_000):
        totals.events[kind] += 1
        for name, cents in payload.get("totals", {}).items():
            totals.sums[f"{kind} {name}"] += cents
    return totals
