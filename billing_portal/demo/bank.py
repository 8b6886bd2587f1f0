"""The people on the other side, while the history is made: they pay on the sandbox's page, on the day they did."""

from __future__ import annotations

import json
from dataclasses import dataclass
from http.client import HTTPConnection
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from datetime import date, datetime

GOOD_CARD = "4242424242424242"
CARTES_BANCAIRES = "4000002500001001"
EMPTY_CARD = "4000000000009995"
_SECONDS = 30


class BankRefused(Exception):
    """The sandbox did not do what was asked."""


@dataclass(frozen=True, slots=True)
class SandboxBank:
    """The control API of a sandbox."""

    url: str

    def move_clock(self, at: datetime) -> None:
        """Make it that moment at the provider."""
        self._post("clock", at=at.isoformat())

    def reset_clock(self) -> None:
        """Back to the real time."""
        self._post("clock", reset=True)

    def pay(self, session_id: str, *, card: str, network: str = "", at: datetime) -> str:
        """Somebody types a card on the hosted page. No webhook: nobody listens yet, the product will ask."""
        typed = {"card": card, "network": network, "at": at.isoformat(), "webhooks": False}
        return str(self._post(f"pay/{session_id}", **typed)["outcome"])

    def agree_to_saving(self, session_id: str, *, at: datetime) -> None:
        """A payer agrees that a PayPal account is saved."""
        self._post(f"paypal/approve-saving/{session_id}", at=at.isoformat())

    def contest(self, charge: str, *, at: datetime) -> None:
        """The holder of the card does not recognise a payment. Nobody is told: the product looks for it."""
        self._post(f"dispute/{charge}", reason="unrecognized", at=at.isoformat(), webhooks=False)

    def decide_for_us(self, dispute: str, *, at: datetime) -> None:
        """The bank believes the merchant: the money comes back, with the fee."""
        self._post(f"dispute/{dispute}/close", outcome="won", fee_back=True, at=at.isoformat(), webhooks=False)

    def pay_out(self, *, at: datetime) -> None:
        """The provider sends to the company's bank what is available."""
        self._post("payout", at=at.isoformat(), webhooks=False)

    def charge_fee(self, cents: int, *, at: datetime) -> None:
        """The provider takes its monthly fee."""
        self._post("movement", kind="stripe_fee", amount=-cents, at=at.isoformat())

    def send_transfer(self, cents: int, text: str, *, name: str, account: str, day: date) -> None:
        """Somebody sends a transfer to our account, or (negative) we send one."""
        self._post("bank/transfers", cents=cents, text=text, name=name, account=account, day=day.isoformat())

    def keep_fee(self, cents: int, *, day: date) -> None:
        """Our bank keeps a fee."""
        self._post("bank/fees", cents=cents, day=day.isoformat())

    def name_body(self, siret: str, name: str) -> None:
        """Let the directory of Chorus Pro call that body so."""
        self._post(f"chorus/structures/{siret}", name=name)

    def refuse_deposit(self, number: str, text: str) -> None:
        """Chorus Pro will not take the deposit of that number in, for these words."""
        self._post(f"chorus/fates/{number}", kind="rejected", text=text)

    def say_of(self, number: str, status: str, words: str, *, at: datetime) -> None:
        """The public body gives the document of that number a status in Chorus Pro."""
        self._post("chorus/status", number=number, status=status, comment=words, at=at.isoformat())

    def statement(self, day: date) -> bytes:
        """Our bank's statement of a day, as CAMT.053."""
        where = urlsplit(self.url)
        connection = HTTPConnection(where.hostname or "127.0.0.1", where.port, timeout=_SECONDS)
        try:
            connection.request("GET", f"/bank/camt.053.xml?from={day}&to={day}")
            response = connection.getresponse()
            content = response.read()
        finally:
            connection.close()
        if response.status >= 400:  # noqa: PLR2004 - HTTP's own limit between yes and no
            raise BankRefused(f"statement of {day}: {content[:200]!r}")
        return content

    def _post(self, action: str, **body: object) -> dict[str, Any]:
        where = urlsplit(self.url)
        connection = HTTPConnection(where.hostname or "127.0.0.1", where.port, timeout=_SECONDS)
        try:
            headers = {"Content-Type": "application/json"}
            connection.request("POST", f"/_control/{action}", json.dumps(body), headers)
            response = connection.getresponse()
            answer: dict[str, Any] = json.loads(response.read())
        finally:
            connection.close()
        if response.status >= 400:  # noqa: PLR2004 - HTTP's own limit between yes and no
            raise BankRefused(f"{action}: {answer}")
        return answer
