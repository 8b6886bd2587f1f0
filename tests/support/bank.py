"""The outside world in tests: a sandbox in threads of this process, on a free port, and what people do there."""

from __future__ import annotations

import json
import urllib.request
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sandbox.server import Options, Sandbox

if TYPE_CHECKING:
    from collections.abc import Iterator

GOOD_CARD = "4242424242424242"
POOR_CARD = "4000000000009995"
STOLEN_CARD = "4000000000009979"
ASKING_CARD = "4000002760003184"
"""Its bank always asks for a confirmation (3-D Secure)."""
SLOW_REFUNDS = "4000000000007726"
"""Refunds to it are pending first."""
LOST_REFUNDS = "4000000000005126"
"""Refunds to it succeed, then fail."""
AMEX = "378282246310005"


@dataclass(frozen=True, slots=True)
class Bank:
    """The provider as its customers, its staff and chance see it; by its control API, so that a process serves too."""

    url: str
    settings: dict[str, str]

    def pay(self, session_id: str, *, card: str = GOOD_CARD, authenticate: str = "accept") -> Any:
        """Somebody pays on the hosted page."""
        return self.control(f"pay/{session_id}", card=card, authenticate=authenticate)

    def fail(self, kind: str, *, times: int = 1, path: str = "", method: str = "", **more: object) -> None:
        """The next calls go wrong."""
        self.control("faults", kind=kind, times=times, path=path, method=method, **more)

    def deliver(self, **modes: object) -> None:
        """How webhooks are sent from now on: late, copies, reordered, held, lost, forged, stale."""
        self.control("webhooks", **modes)

    def release(self) -> None:
        """Send the webhooks that were held."""
        self.control("webhooks/release")

    def advance(self, seconds: int) -> None:
        """Time passes at the provider."""
        self.control("clock", advance=seconds)

    def calm(self) -> None:
        """No fault, no mode, the real time."""
        self.control("reset")

    def totals(self, customer: str = "") -> dict[str, int]:
        """The provider's sums in cents, of everybody or of one of its customers."""
        query = f"?customer={customer}" if customer else ""
        return dict(self._call("GET", f"/_control/totals{query}"))

    def mails(self) -> list[dict[str, Any]]:
        """Every mail that was sent, newest first."""
        return list(self._call("GET", "/mailbox.json?limit=1000")["mails"])

    def take(self, file: bytes) -> bytes:
        """A file of direct debits is given to our own bank; its answer, a pain.002."""
        sent = urllib.request.Request(f"{self.url}/bank/files", file, {"Content-Type": "application/xml"})
        with urllib.request.urlopen(sent, timeout=10) as told:
            number = json.load(told)["id"]
        return self.read(f"/bank/files/{number}/answer.xml")

    def read(self, path: str) -> bytes:
        """A file of our own bank: an answer, a statement."""
        with urllib.request.urlopen(f"{self.url}{path}", timeout=10) as answer:
            return bytes(answer.read())

    def control(self, action: str, **options: object) -> Any:
        return self._call("POST", f"/_control/{action}", options)

    def control_read(self, path: str) -> Any:
        """What a control says without changing anything."""
        return self._call("GET", f"/_control/{path}")

    def _call(self, method: str, path: str, options: dict[str, object] | None = None) -> Any:
        body = None if options is None else json.dumps(options).encode()
        request = urllib.request.Request(
            self.url + path, data=body, method=method, headers={"Content-Type": "application/json"}
        )
        with urllib.request.urlopen(request, timeout=10) as answer:
            return json.load(answer)


@contextmanager
def open_bank(folder: Path) -> Iterator[Bank]:
    """A sandbox that sends no webhook (nothing listens), until the end of the block."""
    sandbox = Sandbox(Options(folder / "sandbox.sqlite", product="http://127.0.0.1:9"))
    sandbox.start()
    try:
        bank = Bank(sandbox.url, sandbox.settings())
        bank.deliver(lost=-1)
        yield bank
    finally:
        sandbox.stop()
