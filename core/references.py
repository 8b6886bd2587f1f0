"""Customer numbers and RF references: how they are made, printed, and read back from what people type.

A customer number is `C` and six digits (`C104273`). Its check digits are those of its ISO 11649 creditor reference:
`C104273-40` and `RF40 C104273` say the same thing, so one formula protects both.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

_DIGITS = 6
_LOOKALIKES = str.maketrans({"O": "0", "Q": "0", "I": "1", "L": "1", "|": "1"})
_NOISE = re.compile(r"[\s.\-_/:#\u00a0\u202f\u2010-\u2015]+")
_CREDITOR = re.compile(r"RF([0-9OQIL|]{2})C([0-9OQIL|]{1,6})")
_MAX_TYPED = 64
_VALUES = str.maketrans({letter: str(int(letter, 36)) for letter in "ABCDEFGHIJKLMNOPQRSTUVWXYZ"})


class NotACustomerNumber(ValueError):
    """The text is not a customer number, or its check digits do not hold."""


@dataclass(frozen=True, slots=True)
class CustomerNumber:
    """A customer number whose form is right. `str()` gives the stored form, `C104273`."""

    stored: str

    def __str__(self) -> str:
        return self.stored

    @property
    def check_digits(self) -> str:
        return check_digits(self.stored)

    @property
    def compact(self) -> str:
        """As commands print it and people type it in a transfer: `C10427340`."""
        return self.stored + self.check_digits

    @property
    def shown(self) -> str:
        """As pages and documents show it: `C104273-40`."""
        return f"{self.stored}-{self.check_digits}"

    @property
    def rf(self) -> str:
        """The ISO 11649 creditor reference, compact: `RF40C104273`."""
        return f"RF{self.check_digits}{self.stored}"

    @property
    def rf_shown(self) -> str:
        """The creditor reference in groups of four: `RF40 C104 273`."""
        return " ".join(self.rf[i : i + 4] for i in range(0, len(self.rf), 4))


def check_digits(reference: str) -> str:
    """The two check digits of a creditor reference body (ISO 11649 §5: mod 97-10, letters as 10 to 35)."""
    digits = f"{reference}RF00".translate(_VALUES)
    return f"{98 - int(digits) % 97:02d}"


def make_customer_number(serial: int) -> CustomerNumber:
    """The number of the customer with that serial, 1 to 999,999."""
    if not 0 < serial < 10**_DIGITS:
        raise ValueError(f"customer serial {serial} does not fit {_DIGITS} digits")
    return CustomerNumber(f"C{serial:0{_DIGITS}d}")


def read_customer_number(typed: str) -> CustomerNumber:
    """Read a customer number or RF reference as people type them.

    Spaces, dashes, case, O for 0, I or L for 1 and lost leading zeros do not matter. Six characters after C are the
    bare stored number, without protection: good for forms that show the customer's name back. Any other length ends
    with check digits, and then they decide. Raises NotACustomerNumber.
    """
    text = _NOISE.sub("", typed[:_MAX_TYPED].upper())
    if found := _CREDITOR.fullmatch(text):
        return _checked(found.group(2), found.group(1))
    return _numbered(text)


def _numbered(text: str) -> CustomerNumber:
    if not re.fullmatch(r"C[0-9OQIL|]{1,8}", text):
        raise NotACustomerNumber(text)
    body = text[1:]
    if len(body) == _DIGITS:
        return _with_zeros(body)
    return _checked(body[:-2], body[-2:])  # complete, or with its leading zeros lost: the check digits decide


def _with_zeros(body: str) -> CustomerNumber:
    digits = body.translate(_LOOKALIKES)
    if not digits or not int(digits):
        raise NotACustomerNumber(body)
    return CustomerNumber(f"C{int(digits):0{_DIGITS}d}")


def _checked(body: str, check: str) -> CustomerNumber:
    number = _with_zeros(body)
    if number.check_digits != check.translate(_LOOKALIKES):
        raise NotACustomerNumber(f"{body}{check}")
    return number
