"""Account numbers as people type them: read, checked as far as paper allows, and refused with what to correct.

What is checked: the characters, the length of the country (ISO 13616), the check digits (mod 97), the national key (the
French “clé RIB”), the zone of SEPA, and whether a BIC belongs to the same bank. No message repeats the number, and none
depends on anything that the database knows of other customers.
"""

from __future__ import annotations

import re
import unicodedata
import warnings
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from django.conf import settings
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from schwifty import BIC, IBAN, registry
from schwifty.exceptions import (
    InvalidBBANChecksum,
    InvalidChecksumDigits,
    InvalidCountryCode,
    InvalidLength,
    NationalChecksumNotVerified,
    SchwiftyException,
)

from accounts.identity import plain_line
from core.countries import country_name
from core.crypto import blind_index

if TYPE_CHECKING:
    from collections.abc import Collection

LONGEST: Final = 34
_BETWEEN: Final = frozenset(" .-·\u00a0\u2007\u202f\u2009\u2010\u2011\u2013\t\r\n")
_PREFIX: Final = re.compile(r"^IBAN[:=]?", re.IGNORECASE)
_FORM: Final = re.compile(r"[A-Z]{2}[0-9]{2}[A-Z0-9]+")
_HIDDEN: Final = "Cf"
_ASCII_SIGNS: Final = re.compile(r"[A-Za-z0-9]")
_BIC_NEEDED: Final = frozenset({"AD", "CH", "GB", "GI", "MC", "SM", "VA"})
"""In SEPA and not in the EEA: the bank of a payment is named there (EPC, “List of SEPA scheme countries”)."""
_OF_ONE_HOUSE: Final = {
    "FR": frozenset({"FR", "MC", "GP", "MQ", "GF", "RE", "PM", "YT", "BL", "MF", "NC", "PF", "WF"}),
    "GB": frozenset({"GB", "GG", "JE", "IM"}),
}
_SAMPLES: Final = frozenset(
    {
        "FR1420041010050500013M02606",
        "FR3020041010050500013M02609",
        "FR8420041010050500013M02607",
        "FR7920041010050500013M02600",
        "FR5720041010050500013M02608",
        "FR7630006000011234567890189",
        "DE89370400440532013000",
    }
)
"""Printed everywhere as examples, or for testing at Stripe: nobody's account."""


class BadAccount(ValueError):
    """An account number that cannot be debited. `field` is what to correct; the message says how."""

    def __init__(self, code: str, message: str, *, field: str = "iban") -> None:
        super().__init__(code)
        self.code, self.message, self.field = code, message, field


@dataclass(frozen=True, slots=True)
class Account:
    """An account that may be debited. Its text is masked, so that it may stand in a log."""

    iban: str
    bic: str
    bank_name: str

    @property
    def country(self) -> str:
        return self.iban[:2]

    @property
    def last4(self) -> str:
        return self.iban[-4:]

    @property
    def index(self) -> str:
        """Where the encrypted number is found again."""
        return blind_index(self.iban)

    def __repr__(self) -> str:
        return f"Account({masked(self.iban)})"

    __str__ = __repr__


def masked(iban: str) -> str:
    """`FR76 •••• 0189`: enough to know one's own."""
    return f"{iban[:4]} •••• {iban[-4:]}"


def read_account(typed: str, *, bic: str = "", ours: Collection[str] = ()) -> Account:
    """The account that somebody typed, with its bank. `ours` are our own accounts, refused. Raises BadAccount."""
    number = compact(typed)
    iban = _checked(number)
    if number in {compact(each) for each in ours}:
        raise BadAccount("ours", _("This is our own account. Write the IBAN of the account to debit: yours."))
    if settings.ENVIRONMENT == "production" and number in _SAMPLES:
        raise BadAccount("sample", _("This IBAN is an example that belongs to nobody. Write the one of your account."))
    return Account(iban=number, bic=_bic(iban, bic), bank_name=plain_line(iban.bank_name or ""))


def bank_named(country: str, bank_code: str) -> str:
    """The name of a bank by its national code; empty when the directory does not have it."""
    found = registry.get_banks_by_code(country, bank_code)
    return plain_line(found[0].name) if found else ""


def compact(typed: str) -> str:
    """Without what people put between the figures, in capitals. Raises BadAccount for characters of no IBAN."""
    kept = "".join(char for char in typed if char not in _BETWEEN and unicodedata.category(char) != _HIDDEN)
    kept = _PREFIX.sub("", kept)
    if not kept:
        raise BadAccount("empty", _("Write the IBAN of the account to debit. It is on your bank’s account details."))
    for char in kept:
        if not _ASCII_SIGNS.fullmatch(char):
            raise BadAccount("characters", _foreign(char))
    return kept.upper()


def _foreign(char: str) -> str:
    """Name the character: letters of other alphabets look like ours."""
    words = _(
        "“%(char)s” (%(name)s) does not belong in an IBAN: only the letters A to Z and the figures 0 to 9. Type it "
        "again rather than copying it."
    )
    shown = char if char.isprintable() else "?"
    return words % {"char": shown, "name": unicodedata.name(char, f"U+{ord(char):04X}").lower()}


def _checked(number: str) -> IBAN:
    if len(number) > LONGEST:
        raise BadAccount("too_long", _("An IBAN has 34 characters at most. Write one account only."))
    if not _FORM.fullmatch(number):
        raise BadAccount(
            "form",
            _("An IBAN begins with two letters for the country and two figures, as FR76. Look at the beginning."),
        )
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", NationalChecksumNotVerified)
            return _of_the_zone(IBAN(number), number)
    except InvalidCountryCode:
        raise BadAccount("country", _("No country has the letters with which this IBAN begins.")) from None
    except InvalidLength:
        raise BadAccount("length", _length(number)) from None
    except InvalidBBANChecksum:
        raise BadAccount("national_key", _national_key(number)) from None
    except InvalidChecksumDigits:
        raise BadAccount(
            "check_digits", _("The check digits of this IBAN do not hold: at least one character is wrong.")
        ) from None
    except SchwiftyException:
        raise BadAccount(
            "structure", _("This IBAN has a letter where its country has a figure, or the other way round.")
        ) from None


def _of_the_zone(iban: IBAN, number: str) -> IBAN:
    """In SEPA, and of a national number that holds too."""
    if not iban.in_sepa_zone:
        words = _("Accounts in this country (%(country)s) cannot be debited by SEPA. Write another account.")
        raise BadAccount(
            "not_sepa", words % {"country": country_name(number[:2], french=(get_language() or "fr").startswith("fr"))}
        )
    iban.validate(validate_bban=True)
    return iban


def _length(number: str) -> str:
    wanted = IBAN(number, allow_invalid=True).spec.iban_length
    words = _("An IBAN that begins with %(country)s has %(wanted)d characters; this one has %(found)d.")
    return words % {"country": number[:2], "wanted": wanted, "found": len(number)}


def _national_key(number: str) -> str:
    if number.startswith("FR"):
        return _("The last two figures (the “clé RIB”) do not belong to this account. Copy the IBAN from your bank.")
    return _("The national check digits of this account do not hold. Copy the IBAN from your bank.")


def _bic(iban: IBAN, typed: str) -> str:
    """The BIC of the bank: what was typed when it fits, else the one of the directory. Raises BadAccount."""
    known = _bics_of(iban)
    asked = "".join(char for char in typed if not char.isspace()).upper()
    if asked:
        return _fitting(iban, asked, known)
    derived = str(iban.bic) if iban.bic is not None else ""
    if not derived and iban.country_code in _BIC_NEEDED:
        raise BadAccount(
            "bic_needed", _("For an account in this country the bank’s BIC is needed: 8 or 11 characters."), field="bic"
        )
    return derived


def _fitting(iban: IBAN, asked: str, known: Collection[str]) -> str:
    try:
        bic = BIC(asked)
    except SchwiftyException:
        raise BadAccount(
            "bic", _("A BIC has 8 or 11 characters. Copy it from your bank details."), field="bic"
        ) from None
    country = str(iban.country_code)
    of_bank = any(str(bic)[:4] == each[:4] for each in known) if known else True
    if not of_bank or bic.country_code not in _OF_ONE_HOUSE.get(country, {country}):
        raise BadAccount(
            "bic_of_another",
            _("This BIC is of another bank than the IBAN. Leave it empty, or correct one of them."),
            field="bic",
        )
    return str(bic)


def _bics_of(iban: IBAN) -> list[str]:
    try:
        found = BIC.candidates_from_bank_code(iban.country_code, iban.bank_code)
    except (SchwiftyException, ValueError):
        return []
    return [str(each) for each in found]
