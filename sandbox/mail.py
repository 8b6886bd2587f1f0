"""The mailbox: an SMTP server that keeps every mail and delivers none."""

from __future__ import annotations

import asyncio
import email
import email.policy
import json
import re
import socket
import sqlite3
import threading
from dataclasses import dataclass
from email.message import EmailMessage

from aiosmtpd.smtp import SMTP, Envelope, Session

from sandbox.store import Json
from sandbox.world import World

MAX_MAIL = 10_000_000
_LINK = re.compile(r"https?://[^\s<>\"']+[^\s<>\"'.,;:!?)\]]")


@dataclass(frozen=True, slots=True)
class Mail:
    """One mail as it was received."""

    id: int
    received: int
    sender: str
    recipients: list[str]
    message: EmailMessage

    @property
    def subject(self) -> str:
        return str(self.message.get("Subject", ""))

    @property
    def text(self) -> str:
        return self._part("plain")

    @property
    def html(self) -> str:
        return self._part("html")

    @property
    def links(self) -> list[str]:
        """Addresses in the text, in order, each once."""
        return list(dict.fromkeys(_LINK.findall(self.text)))

    def _part(self, kind: str) -> str:
        part = self.message.get_body(preferencelist=(kind,))
        return str(part.get_content()) if part is not None else ""

    def as_json(self) -> Json:
        headers = {name: str(value) for name, value in self.message.items()}
        return {
            "id": self.id,
            "received": self.received,
            "from": self.sender,
            "to": self.recipients,
            "subject": self.subject,
            "headers": headers,
            "text": self.text,
            "html": self.html,
            "links": self.links,
        }


def _read(row: sqlite3.Row) -> Mail:
    message = email.message_from_bytes(row["raw"], policy=email.policy.default)
    return Mail(row["id"], row["received"], row["sender"], json.loads(row["recipients"]), message)


def newest(world: World, count: int, *, before: int = 0, to: str = "") -> list[Mail]:
    """Mails, newest first; `before` is the id of the last one already seen, `to` a recipient."""
    rows = world.store.rows(
        "SELECT * FROM mail WHERE (? = 0 OR id < ?) AND (? = '' OR recipients LIKE ?) ORDER BY id DESC LIMIT ?",
        (before, before, to, f'%"{to}"%', count),
    )
    return [_read(row) for row in rows]


def find(world: World, identifier: int) -> Mail | None:
    rows = world.store.rows("SELECT * FROM mail WHERE id = ?", (identifier,))
    return _read(rows[0]) if rows else None


def count(world: World) -> int:
    return int(world.store.rows("SELECT count(*) AS n FROM mail")[0]["n"])


def keep(world: World, sender: str, recipients: list[str], raw: bytes) -> int:
    return world.store.change(
        "INSERT INTO mail (received, sender, recipients, raw) VALUES (?, ?, ?, ?)",
        (world.clock.now(), sender, json.dumps(recipients), raw),
    )


class _Sink:
    """What aiosmtpd asks at each step of a mail."""

    def __init__(self, world: World) -> None:
        self._world = world

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802  named by aiosmtpd
        raw = envelope.content if isinstance(envelope.content, bytes) else b""
        keep(self._world, envelope.mail_from or "", list(envelope.rcpt_tos), raw)
        return "250 Kept in the sandbox's mailbox"


class MailServer:
    """The SMTP server, in a thread of its own."""

    def __init__(self, world: World, port: int) -> None:
        self._sink = _Sink(world)
        self._socket = socket.create_server(("127.0.0.1", port))
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._run, name="mail", daemon=True)

    @property
    def port(self) -> int:
        return int(self._socket.getsockname()[1])

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(timeout=2)

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        server = self._loop.run_until_complete(
            self._loop.create_server(
                lambda: SMTP(self._sink, data_size_limit=MAX_MAIL, enable_SMTPUTF8=True, loop=self._loop),
                sock=self._socket,
            )
        )
        self._loop.run_forever()
        server.close()
        self._loop.run_until_complete(asyncio.sleep(0))
        self._loop.close()
