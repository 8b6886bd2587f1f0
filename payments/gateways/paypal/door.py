"""The door to PayPal: how its calls end, and how it writes amounts."""

from __future__ import annotations

import re
from http import HTTPStatus
from typing import TYPE_CHECKING, Final, TypeVar

from core.money import Money
from payments.gateways.base import Refused, Unsure
from payments.gateways.paypal.api import REQUEST_ID, Json, PayPalApi, PayPalError, PayPalSilent

if TYPE_CHECKING:
    from collections.abc import Callable

CURRENCY: Final = "EUR"
_AMOUNT = re.compile(r"-?[0-9]{1,12}\.[0-9]{2}")
_REFUSALS: Final = (HTTPStatus.BAD_REQUEST, HTTPStatus.NOT_FOUND, HTTPStatus.UNPROCESSABLE_ENTITY)
_ABOUT_ANOTHER_CALL: Final = ("DUPLICATE_REQUEST_ID", "PREVIOUS_REQUEST_IN_PROGRESS")
"""These say that an earlier call is known, not how it ended."""
Answer = TypeVar("Answer")


class Door:
    """Calls of PayPal that end in an answer, Refused or Unsure."""

    def __init__(self, api: PayPalApi) -> None:
        self._api = api

    def get(self, path: str, *, never_refused: bool = False) -> Json:
        return _ask(lambda: self._api.get(path), never_refused=never_refused)

    def post(self, path: str, body: Json, *, key: str) -> Json:
        return _ask(lambda: self._api.post(path, body, {REQUEST_ID: key}))

    def post_form(self, path: str, told: Json, *, file: tuple[str, bytes], key: str) -> Json:
        return _ask(lambda: self._api.post_form(path, told, file=file, headers={REQUEST_ID: key}))

    def delete(self, path: str) -> Json:
        return _ask(lambda: self._api.delete(path))


def _ask(call: Callable[[], Json], *, never_refused: bool = False) -> Json:
    """Call PayPal, and sort how it ends.

    Only a refusal of this very request is a refusal: our credentials, a limit, an error of PayPal's and an id that is
    in use or was used for another body say nothing about what happened to an earlier call.
    """
    try:
        return call()
    except PayPalError as error:
        if error.status in _REFUSALS and error.word not in _ABOUT_ANOTHER_CALL and not never_refused:
            raise Refused(error.word) from error
        raise Unsure(error.word) from error
    except PayPalSilent as silence:
        raise Unsure(str(silence)) from silence


def readable(read: Callable[[Json], Answer], answer: Json) -> Answer:
    """Read an answer; one that has not the shape we know is no answer."""
    try:
        return read(answer)
    except (AttributeError, IndexError, KeyError, TypeError, ValueError) as error:
        raise Unsure("unreadable answer") from error


def amount_body(amount: Money) -> Json:
    """1299 cents → {"currency_code": "EUR", "value": "12.99"}."""
    return {"currency_code": CURRENCY, "value": f"{amount.cents // 100}.{amount.cents % 100:02}"}


def read_money(amount: Json) -> Money:
    """{"value": "12.99"} → 1299 cents, digit by digit."""
    value = amount["value"]
    if not isinstance(value, str) or not _AMOUNT.fullmatch(value):
        raise ValueError("an amount without two decimals")
    return Money(int(value.replace(".", "")))


def text(value: object) -> str:
    if not isinstance(value, str) or not value:
        raise TypeError("text expected")
    return value
