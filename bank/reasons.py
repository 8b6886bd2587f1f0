"""The reasons of matching and the limits of what is sure, in words for people."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from django.utils.translation import gettext_lazy as _

from bank.matching.rules import Chip

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise

REASONS: Final[dict[str, _StrPromise]] = {
    Chip.CUSTOMER_CHECKED: _("Customer number whose check digits hold"),
    Chip.CUSTOMER_READ: _("Customer number without its check digits"),
    Chip.INVOICE_NAMED: _("Document named in full"),
    Chip.INVOICE_READ: _("Document named in part"),
    Chip.QUOTE_NAMED: _("Quote or pro forma invoice named"),
    Chip.AMOUNT_NAMED: _("Amount of what is named"),
    Chip.AMOUNT_EXACT: _("Amount of one open document"),
    Chip.AMOUNT_SUM: _("Amount of several open documents"),
    Chip.AMOUNT_DUE: _("Amount of all that is open"),
    Chip.ANNOUNCED: _("Transfer announced"),
    Chip.PAYER_KNOWN: _("Account that paid for this customer before"),
    Chip.PAYER_SEEN: _("Account seen once for this customer"),
    Chip.NAME_SAME: _("Same name"),
    Chip.PUBLIC: _("Public accountant"),
    Chip.ALREADY_PAID: _("Document paid already"),
    Chip.PAYER_SHARED: _("Account that pays for several customers"),
    Chip.CONFLICT: _("Several customers are named"),
}
LIMITS_IN_WORDS: Final[dict[str, _StrPromise]] = {
    "sure_score": _("Points from which a line is sure"),
    "sure_margin": _("Points before the second candidate"),
    "payer_confirmations": _("Times after which an account is known"),
    "auto_customer": _("Credit by itself: customer number that holds (1 or 0)"),
    "auto_invoices": _("Credit by itself: documents and their amount (1 or 0)"),
    "auto_quote": _("Credit by itself: quote and its amount (1 or 0)"),
}
