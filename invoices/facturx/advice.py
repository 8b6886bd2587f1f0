"""What a broken rule means, in words, and what to do about it: for the staff's pages and mails."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

from invoices.facturx.rules import FILE_SIZE

if TYPE_CHECKING:
    from django.utils.functional import Promise

    from invoices.facturx.findings import Finding

_OURS = _("This is a fault of the portal: tell its developers the rule and the number of the document.")
_BUYER = _("Correct the customer’s details, then credit this invoice and issue it again.")
_SELLER = _("Correct the seller’s identity, then credit this invoice and issue it again.")
_SHORTEN = _("Shorten the text, then credit this invoice and issue it again.")
_REFERENCES = _("Correct the buyer’s references on the invoice: its files are then made again.")
_LONG_REFERENCE = _("a reference of the buyer is longer than Chorus Pro takes: %(detail)s")
WORDS: dict[str, tuple[Promise | str, Promise | str]] = {
    "FX-BT-1": (_("the number has a form that is not accepted everywhere: %(detail)s"), _OURS),
    "FX-BT-3": (_("the kind of the document is not known: %(detail)s"), _OURS),
    "FX-BT-23": (_("the billing frame does not match what was paid: %(detail)s"), _OURS),
    "FX-BT-25": (_("a credit note names one invoice and its date, an invoice none: %(detail)s"), _OURS),
    "FX-BT-72": (_("the day of supply is missing: %(detail)s"), _OURS),
    "FX-BT-81": (_("the means of payment is missing or not accepted: %(detail)s"), _OURS),
    "FX-BT-84": (_("the seller’s IBAN is missing or not written as 15 to 27 characters: %(detail)s"), _SELLER),
    "FX-SIGN": (_("an amount is negative: %(detail)s"), _OURS),
    "FX-SELLER-ADDRESS": (_("the seller’s address is not complete; it lacks: %(detail)s"), _SELLER),
    "FX-BUYER-ADDRESS": (_("the customer’s address is not complete; it lacks: %(detail)s"), _BUYER),
    "FR-NOTES": (_("a mention that the law wants is missing or written twice: %(detail)s"), _OURS),
    "CPP-SELLER-SIRET": (_("Chorus Pro wants the seller’s SIRET, 14 digits: %(detail)s"), _SELLER),
    "CPP-BUYER-SIRET": (_("Chorus Pro wants the customer’s SIRET, 14 digits: %(detail)s"), _BUYER),
    "PA-SELLER-SIREN": (_("platforms want the seller’s SIREN, and a SIRET that begins with it: %(detail)s"), _SELLER),
    "PA-BUYER-SIREN": (_("platforms want the customer’s SIREN, and a SIRET that begins with it: %(detail)s"), _BUYER),
    "PA-SELLER-ADDRESS": (_("the seller has no electronic address: %(detail)s"), _SELLER),
    "PA-BUYER-ADDRESS": (_("the customer has no electronic address: %(detail)s"), _BUYER),
    "CPP-REFERENCES": (_LONG_REFERENCE, _REFERENCES),
    "CPP-SERVICE": (_LONG_REFERENCE, _REFERENCES),
    "CPP-SELLER-NAME": (_("the seller’s name is longer than Chorus Pro takes: %(detail)s"), _SELLER),
    "CPP-BUYER-NAME": (_("the customer’s name is longer than Chorus Pro takes: %(detail)s"), _BUYER),
    "CPP-ITEM-NAME": (_("the name of a line is longer than Chorus Pro takes: %(detail)s"), _OURS),
    "CPP-STREET": (_("an address is longer than Chorus Pro takes: %(detail)s"), _BUYER),
    "CPP-TEXTS": (_("a text is longer than Chorus Pro takes: %(detail)s"), _SHORTEN),
    FILE_SIZE: (
        _("the file is larger than Chorus Pro takes: %(detail)s"),
        _("Chorus Pro takes 10 MB: bill fewer lines on each invoice."),
    ),
}
_PARTS = {"LineOne": _("street"), "PostcodeCode": _("postcode"), "CityName": _("city"), "CountryID": _("country")}


def problem(finding: Finding) -> str:
    """What is wrong, in the reader's language; in the validator's own words where the rule is theirs."""
    if finding.rule not in WORDS:
        return finding.detail
    detail = re.sub(r"\w+", lambda word: str(_PARTS.get(word[0], word[0])), finding.detail)
    return str(WORDS[finding.rule][0]) % {"detail": detail}


def advice(finding: Finding) -> str:
    """What to do. The validators' own rules only fail when we wrote something they do not know."""
    return str(WORDS[finding.rule][1] if finding.rule in WORDS else _OURS)
