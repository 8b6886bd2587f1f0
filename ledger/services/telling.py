"""Tell the apps above, on commit, whose money was used and who owes something new. It only hastens what sweeps find."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from django.db import transaction

from ledger.chart import PREPAID
from ledger.events import money_used

if TYPE_CHECKING:
    from ledger.bundle import Bundle


def tell_of_use(bundle: Bundle, mark: str) -> None:
    """Send `money_used` once the bundle is committed, if it uses any customer's money or asks somebody for some.

    No statement: the bundle says it.
    """
    moved: Counter[int] = Counter()
    for posting in bundle.postings:
        for leg in posting.legs:
            if leg.account == PREPAID and leg.customer_id is not None:
                moved[leg.customer_id] += leg.amount.cents
    used = sorted(customer for customer, cents in moved.items() if cents > 0)
    owing = sorted({item.customer_id for posting in bundle.postings for item in posting.items})
    if used or owing:
        transaction.on_commit(lambda: money_used.send_robust(None, used=used, owing=owing, mark=mark, at=bundle.at))
