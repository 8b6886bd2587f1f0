"""PayPal's errors, in PayPal's shape."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from http import HTTPStatus

from sandbox.store import Json

_DOC = "https://developer.paypal.com/api/rest/reference/orders/v2/errors/"
_MESSAGES = {
    "INVALID_REQUEST": "Request is not well-formed, syntactically incorrect, or violates schema.",
    "UNPROCESSABLE_ENTITY": (
        "The requested action could not be performed, semantically incorrect, or failed business validation."
    ),
    "RESOURCE_NOT_FOUND": "The specified resource does not exist.",
    "RESOURCE_CONFLICT": "The server has detected a conflict while processing this request.",
    "UNSUPPORTED_MEDIA_TYPE": "The server does not support the request payload’s media type.",
    "RATE_LIMIT_REACHED": "Too many requests. Blocked due to rate limiting.",
    "INTERNAL_SERVER_ERROR": "An internal server error has occurred.",
    "SERVICE_UNAVAILABLE": "Service Unavailable.",
}
_STATUSES = {
    HTTPStatus.TOO_MANY_REQUESTS: "RATE_LIMIT_REACHED",
    HTTPStatus.INTERNAL_SERVER_ERROR: "INTERNAL_SERVER_ERROR",
}


@dataclass(frozen=True, slots=True)
class Detail:
    """One thing that is wrong: PayPal's word for it, and where."""

    issue: str
    description: str
    field: str = ""
    value: str = ""

    def as_json(self) -> Json:
        named = {"field": self.field, "value": self.value, "location": "body"} if self.field else {}
        return {
            **{name: text for name, text in named.items() if text},
            "issue": self.issue,
            "description": self.description,
        }


class PayPalError(Exception):
    """An error answer. `keeps_its_work`: what was written on the way stays written."""

    def __init__(
        self, status: int, name: str, *details: Detail, keeps_its_work: bool = False, links: Sequence[Json] = ()
    ) -> None:
        super().__init__(name)
        self.status = int(status)
        self.name = name
        self.details = details
        self.keeps_its_work = keeps_its_work
        self.links = list(links)

    def body(self, debug_id: str) -> Json:
        body: Json = {"name": self.name, "message": _MESSAGES.get(self.name, self.name), "debug_id": debug_id}
        if self.details:
            body["details"] = [detail.as_json() for detail in self.details]
        return body | {
            "links": [*self.links, {"href": f"{_DOC}#{self.name}", "rel": "information_link", "method": "GET"}]
        }


class TokenError(Exception):
    """An error of authentication, which PayPal tells in the words of OAuth 2 (RFC 6749 §5.2, RFC 6750 §3.1)."""

    def __init__(self, status: int, error: str, description: str) -> None:
        super().__init__(error)
        self.status = int(status)
        self.body: Json = {"error": error, "error_description": description}


def invalid(details: Sequence[Detail]) -> PayPalError:
    """A body that is not well formed."""
    return PayPalError(HTTPStatus.BAD_REQUEST, "INVALID_REQUEST", *details)


def refused(
    issue: str, description: str, field: str = "", *, keeps_its_work: bool = False, links: Sequence[Json] = ()
) -> PayPalError:
    """A well-formed request that cannot be done."""
    return PayPalError(
        HTTPStatus.UNPROCESSABLE_ENTITY,
        "UNPROCESSABLE_ENTITY",
        Detail(issue, description, field),
        keeps_its_work=keeps_its_work,
        links=links,
    )


def missing() -> PayPalError:
    """No such object."""
    return PayPalError(
        HTTPStatus.NOT_FOUND,
        "RESOURCE_NOT_FOUND",
        Detail(
            "INVALID_RESOURCE_ID", "Specified resource ID does not exist. Please check the resource ID and try again."
        ),
    )


def conflict() -> PayPalError:
    """The same PayPal-Request-Id is being answered at this very moment."""
    return PayPalError(
        HTTPStatus.CONFLICT,
        "RESOURCE_CONFLICT",
        Detail("PREVIOUS_REQUEST_IN_PROGRESS", "A previous request on this resource is currently in progress."),
    )


def failure(status: int) -> PayPalError:
    """The error that a fault asks for."""
    fallback = "SERVICE_UNAVAILABLE" if status >= HTTPStatus.INTERNAL_SERVER_ERROR else "INVALID_REQUEST"
    return PayPalError(status, _STATUSES.get(HTTPStatus(status), fallback))
