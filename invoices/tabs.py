"""The tabs above the list of invoices: each state with its count, keeping the other filters."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from invoices.states import Settlement

if TYPE_CHECKING:
    from invoices.forms import InvoiceFilters
    from invoices.selectors import Counts


@dataclass(frozen=True, slots=True)
class Tab:
    """One tab."""

    label: str
    href: str
    count: int
    current: bool


def states(counts: Counts, filters: InvoiceFilters) -> list[Tab]:
    """All, to be paid, late, paid; those not with their buyer yet and credit notes when there are any."""
    chosen = filters.kept.get("state", "")
    others = {name: value for name, value in filters.kept.items() if name != "state"}
    offered = [
        ("", pgettext("invoices", "All")),
        (Settlement.DUE.value, _("To be paid")),
        (Settlement.LATE.value, _("Late")),
        (Settlement.PAID.value, pgettext("invoices", "Paid")),
    ]
    if counts.waiting or chosen == Settlement.WAITING:
        offered.append((Settlement.WAITING.value, _("Waits for Chorus Pro")))
    if counts.credit_notes or chosen == Settlement.CREDIT_NOTE:
        offered.append((Settlement.CREDIT_NOTE.value, pgettext("invoices", "Credit notes")))
    return [
        Tab(label, f"?{urlencode({**others, 'state': state} if state else others)}", counts.of(state), chosen == state)
        for state, label in offered
    ]
