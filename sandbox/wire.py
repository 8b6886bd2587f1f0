"""HTTP requests and answers as the parts of the sandbox see them, and the decoding of bodies."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from email import message_from_bytes
from email.policy import HTTP
from enum import Enum
from hashlib import sha256
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl

from sandbox.store import Json

if TYPE_CHECKING:
    from email.message import Message

MAX_BODY = 1_000_000
MAX_FORM_WITH_FILES = 6_000_000
MAX_XML = 20_000_000
MAX_FIELDS = 2_000


def most_bytes(content_type: str) -> int:
    """How large a body of this type may be: more when it carries files, most when it is a file for the bank."""
    if content_type.startswith(("application/xml", "text/xml")):
        return MAX_XML
    return MAX_FORM_WITH_FILES if content_type.startswith("multipart/form-data") else MAX_BODY


class BadRequest(Exception):
    """A request that cannot be read at all."""


def _pairs(text: str) -> list[tuple[str, str]]:
    try:
        return parse_qsl(text, keep_blank_values=True, max_num_fields=MAX_FIELDS)
    except ValueError as error:
        raise BadRequest(f"at most {MAX_FIELDS} fields") from error


@dataclass(frozen=True, slots=True)
class Part:
    """One part of a form that carries files. `filename` is empty for a plain field."""

    name: str
    filename: str
    content_type: str
    content: bytes

    @classmethod
    def of(cls, part: Message) -> Part:
        name = part.get_param("name", header="content-disposition")
        content = part.get_payload(decode=True)
        return cls(
            str(name or ""),
            part.get_filename() or "",
            part.get_content_type(),
            content if isinstance(content, bytes) else b"",
        )

    @property
    def described(self) -> Json:
        """What the file is, without its content."""
        return {
            "filename": self.filename,
            "size": len(self.content),
            "type": self.content_type,
            "sha256": sha256(self.content).hexdigest(),
        }

    @property
    def written(self) -> str:
        return json.dumps(self.described) if self.filename else self.content.decode("utf-8", "replace")


@dataclass(frozen=True, slots=True)
class Request:
    """What came in. Header names are in lower case."""

    method: str
    path: str
    query: str
    headers: Mapping[str, str]
    body: bytes

    @property
    def parts(self) -> list[Part]:
        """The parts of a form that carries files; none of any other body."""
        kind = self.headers.get("content-type", "")
        if not kind.startswith("multipart/form-data"):
            return []
        read = message_from_bytes(f"Content-Type: {kind}\r\n\r\n".encode() + self.body, policy=HTTP)
        return [Part.of(part) for part in read.iter_parts()]

    @property
    def fields(self) -> list[tuple[str, str]]:
        """Form fields of the body, or of the query for requests without one. Of a file: what it is, in JSON."""
        if parts := self.parts:
            return [(part.name, part.written) for part in parts]
        return _pairs(self.body.decode("utf-8", "replace") if self.method in {"POST", "PUT"} else self.query)

    @property
    def asked(self) -> dict[str, str]:
        """Parameters of the query."""
        return dict(_pairs(self.query))

    def options(self) -> Json:
        """The body of a control request: JSON, or a form."""
        if self.is_json:
            read = json.loads(self.body or b"{}")
            if not isinstance(read, dict):
                raise ValueError("a JSON object is expected")
            return read
        return dict(self.fields)

    @property
    def is_json(self) -> bool:
        return self.headers.get("content-type", "").startswith("application/json")


class Ending(Enum):
    """How the connection ends."""

    SENT = "SENT"
    CLOSED = "CLOSED"  # not one byte is answered
    TRUNCATED = "TRUNCATED"  # half the body, then the line is cut


@dataclass(slots=True)
class Response:
    """What goes out."""

    status: int = 200
    body: bytes = b""
    content_type: str = "text/html; charset=utf-8"
    headers: dict[str, str] = field(default_factory=dict)
    ending: Ending = Ending.SENT


def json_response(body: object, status: int = 200, headers: dict[str, str] | None = None) -> Response:
    return Response(status, json.dumps(body, indent=2).encode() + b"\n", "application/json", headers or {})


def see_other(address: str) -> Response:
    return Response(303, headers={"Location": address})
