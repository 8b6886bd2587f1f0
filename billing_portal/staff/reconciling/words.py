"""The reasons of the rules in words for people: long beside a candidate, short in the list."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from bank.matching.rules import Chip
from core.formats import money_text

if TYPE_CHECKING:
    from collections.abc import Mapping

    from django.utils.functional import _StrPromise

    from bank.models import Decision

_LONG: Final[Mapping[str, _StrPromise]] = {
    Chip.CUSTOMER_CHECKED: _("customer number %(value)s in the text"),
    Chip.CUSTOMER_READ: _("customer number read as %(value)s, without check digits"),
    Chip.INVOICE_NAMED: _("%(value)s in the text"),
    Chip.INVOICE_READ: _("invoice read as %(value)s"),
    Chip.QUOTE_NAMED: _("quote %(value)s in the text"),
    Chip.AMOUNT_NAMED: _("exactly the amount of what is named"),
    Chip.AMOUNT_EXACT: _("exactly the amount of %(value)s"),
    Chip.AMOUNT_SUM: _("exactly the sum of %(value)s"),
    Chip.AMOUNT_DUE: _("exactly all that is due"),
    Chip.ANNOUNCED: _("transfer announced by the customer"),
    Chip.PAYER_KNOWN: _("this account paid for this customer before (%(value)s times)"),
    Chip.PAYER_SEEN: _("this account paid once for this customer"),
    Chip.NAME_SAME: _("same name"),
    Chip.PUBLIC: _("public accountant"),
    Chip.ALREADY_PAID: _("%(value)s is paid already"),
    Chip.PAYER_SHARED: _("this account pays for %(value)s customers"),
    Chip.CONFLICT: _("several customers are named"),
}
_SHORT: Final[Mapping[str, _StrPromise]] = {
    Chip.CUSTOMER_CHECKED: _("customer number"),
    Chip.CUSTOMER_READ: _("number without check digits"),
    Chip.INVOICE_NAMED: _("invoice named"),
    Chip.INVOICE_READ: _("invoice guessed"),
    Chip.QUOTE_NAMED: _("quote named"),
    Chip.AMOUNT_NAMED: _("exact amount"),
    Chip.AMOUNT_EXACT: _("exact amount"),
    Chip.AMOUNT_SUM: _("sum of invoices"),
    Chip.AMOUNT_DUE: _("all that is due"),
    Chip.ANNOUNCED: _("announced"),
    Chip.PAYER_KNOWN: _("known account"),
    Chip.PAYER_SEEN: _("account seen once"),
    Chip.NAME_SAME: _("same name"),
    Chip.PUBLIC: _("public accountant"),
}


def chip_words(chip: str, value: str) -> str:
    """Why, in words. A code that is not known is shown as it is."""
    words = _LONG.get(chip)
    if words is None:
        return f"{chip} {value}".strip()
    if chip == Chip.AMOUNT_EXACT and value.isdigit():
        text = ngettext(
            "exactly the amount of %(value)s open invoice", "exactly the amount of %(value)s open invoices", int(value)
        )
        return text % {"value": value}
    return str(words) % {"value": value}


def short_words(chip: str) -> str:
    """Why, in two words."""
    return str(_SHORT.get(chip, ""))


def decision_words(decision: Decision) -> str:
    """What was decided: the action, with who got how much."""
    shares = [
        f"{money_text(share.amount)} {share.customer.name if share.customer else share.account}"
        for share in decision.shares.all()
    ]
    return " · ".join([str(decision.get_action_display()), *shares])
