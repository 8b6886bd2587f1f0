"""What is still missing before a sale may be treated as one of its buyer's country; the words tell staff what to do."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from django.utils.translation import gettext

from core.countries import country_code, country_name
from core.formats import day_text
from invoices.wording import is_french

if TYPE_CHECKING:
    from datetime import date

    from invoices.tax.evidence import Evidence

_ENOUGH = 2


def doubt_about_number(number: str, country: str, *, on: date, evidence: Evidence) -> str:
    """Why VIES does not prove that number for a buyer of that country on that day; empty when it does.

    The last answer counts: a number that became invalid is invalid, however often it was valid before. While VIES is
    silent the last valid answer holds for `proof_days`; an answer that came after the day proves it too.
    """
    words = {"number": number, "days": evidence.proof_days}
    if country_code(number[:2]) != country:
        return gettext("The VAT number %(number)s is not of the country of the address. Correct one of them.") % words
    check = evidence.check
    if check is None or check.number != number:
        return _never_checked(words, evidence)
    words["day"] = day_text(check.checked_on)
    if not check.valid:
        return (
            gettext(
                "VIES says (%(day)s) that the VAT number %(number)s is not valid. Ask the customer for the right one; "
                "without a number, VAT is charged as to a consumer."
            )
            % words
        )
    if on - check.checked_on > timedelta(days=evidence.proof_days):
        return (
            gettext(
                "VIES confirmed the VAT number %(number)s on %(day)s: that is more than %(days)s days ago. "
                "Check it again on the page of the customer, then issue."
            )
            % words
        )
    return ""


def doubt_about_place(country: str, *, evidence: Evidence, wanted: int) -> str:
    """Why it is not proven that a consumer is in that country; empty when it is.

    Two items that agree are proof, whatever a third one says (reg. 282/2011, art. 24b d); the address is the first
    of them. Where the seller needs one only (art. 24b, second paragraph), nothing may contradict it.
    """
    agree = 1 + sum(_same_place(item.country, country) for item in evidence.place)
    against = [item for item in evidence.place if not _same_place(item.country, country)]
    if agree >= _ENOUGH or (wanted < _ENOUGH and not against):
        return ""
    words = {"country": _named(country)}
    if against:
        words |= {"source": against[0].source or against[0].kind, "other": _named(against[0].country)}
        return (
            gettext(
                "The address says %(country)s, but %(source)s says %(other)s. Note another sign of where the customer "
                "is, or correct the address."
            )
            % words
        )
    return (
        gettext(
            "Only the address says that this consumer is in this country: %(country)s. Note a second sign: the country "
            "of the bank, of the card or of the connection."
        )
        % words
    )


def _named(country: str) -> str:
    return country_name(country, french=is_french())


def _same_place(noted: str, country: str) -> bool:
    """France and its territories share codes: a French bank says nothing against Nouméa."""
    return country_code(noted) == country or {noted, country} <= _FRENCH


def _never_checked(words: dict[str, object], evidence: Evidence) -> str:
    if evidence.silent_since:
        words["day"] = day_text(evidence.silent_since)
        return (
            gettext(
                "VIES has not answered about the VAT number %(number)s since %(day)s. It is asked again by itself; "
                "until it confirms the number, nothing is issued without VAT."
            )
            % words
        )
    return (
        gettext(
            "The VAT number %(number)s was not checked in VIES yet. Check it on the page of the customer; "
            "until VIES confirms it, nothing is issued without VAT."
        )
        % words
    )


_FRENCH = frozenset(("FR", "GP", "MQ", "RE", "GF", "YT", "PM", "BL", "MF", "PF", "NC", "WF", "TF"))
