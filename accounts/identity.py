"""Numbers that identify a business: read them as people type them, refuse those whose check digits do not hold."""

from __future__ import annotations

import re
import unicodedata

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from stdnum import bic, iban
from stdnum.eu import at_02
from stdnum.eu import vat as eu_vat
from stdnum.exceptions import ValidationError
from stdnum.fr import siren, siret

from core.countries import country_code, is_country

_FOREIGN_VAT = re.compile(r"[A-Z]{2}[A-Z0-9+*]{2,14}")
_BREAKS = frozenset({"Cc", "Zl", "Zp", "Cs"})
_TURNS = frozenset("\u200e\u200f\u061c\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
_EUROPEAN = frozenset(eu_vat.MEMBER_STATES) | {"el", "xi"}


class BadIdentity(ValueError):
    """A number is not what it says it is. `field` names it; the message says what to write instead."""

    def __init__(self, field: str, message: str | Promise) -> None:
        super().__init__(str(message))
        self.field = field
        self.message = message


def read_siren(typed: str) -> str:
    """The nine digits of a SIREN (Luhn). Raises BadIdentity."""
    try:
        return str(siren.validate(typed))
    except ValidationError:
        raise BadIdentity("siren", _("A SIREN has 9 digits; the last one checks the others. Look at yours.")) from None


def read_siret(typed: str) -> str:
    """The fourteen digits of a SIRET: Luhn, and the sum of digits for the offices of La Poste. Raises BadIdentity."""
    try:
        return str(siret.validate(typed))
    except ValidationError:
        raise BadIdentity("siret", _("A SIRET has 14 digits; the last one checks the others. Look at yours.")) from None


def read_vat_number(typed: str) -> str:
    """A VAT number with its country in front, checked for the Union, by its form elsewhere. Raises BadIdentity."""
    number = re.sub(r"[\s.\-]", "", typed).upper()
    if number[:2].lower() in _EUROPEAN:
        return _european(number)
    if not _FOREIGN_VAT.fullmatch(number):
        raise BadIdentity("vat_number", _("A VAT number starts with the two letters of its country, as FR12345678901."))
    return number


def _european(number: str) -> str:
    try:
        return str(eu_vat.validate(number))
    except ValidationError:
        raise BadIdentity(
            "vat_number", _("The check digits of this VAT number do not hold. Copy it from one of your invoices.")
        ) from None


def read_country(typed: str) -> str:
    """A country as two letters (ISO 3166-1 alpha-2); EL is Greece, UK the United Kingdom. Raises BadIdentity."""
    country = country_code(typed)
    if not is_country(country):
        raise BadIdentity("country", _("Write the country as two letters, as FR."))
    return country


def read_iban(typed: str) -> str:
    """An IBAN without spaces, its check digits verified. Raises BadIdentity."""
    try:
        return str(iban.validate(typed))
    except ValidationError:
        raise BadIdentity("iban", _("The check digits of this IBAN do not hold. Copy it from your bank.")) from None


def read_bic(typed: str) -> str:
    """A BIC of 8 or 11 characters. Raises BadIdentity."""
    try:
        return str(bic.validate(typed))
    except ValidationError:
        raise BadIdentity("bic", _("A BIC has 8 or 11 characters. Copy it from your bank details.")) from None


def read_ics(typed: str) -> str:
    """A SEPA creditor identifier (AT-02), its check digits verified. Raises BadIdentity."""
    try:
        return str(at_02.validate(typed))
    except ValidationError:
        raise BadIdentity("ics", _("The check digits of this creditor identifier do not hold.")) from None


def plain_line(typed: str) -> str:
    """One line of text as it is safe to print anywhere: no line break, no control, no sign that turns text around."""
    visible = "".join(" " if unicodedata.category(char) in _BREAKS else char for char in typed if char not in _TURNS)
    return " ".join(visible.split())
