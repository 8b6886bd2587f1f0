"""Stripe's errors, in Stripe's shape."""

from __future__ import annotations

from http import HTTPStatus

from sandbox.store import Json

_DOC = "https://docs.stripe.com/error-codes/"


class StripeError(Exception):
    """An error answer. `begun`: the endpoint had begun to work; only then is it kept under an idempotency key."""

    def __init__(
        self,
        message: str,
        *,
        status: int = HTTPStatus.BAD_REQUEST,
        kind: str = "invalid_request_error",
        code: str = "",
        param: str = "",
        begun: bool = True,
        **more: object,
    ) -> None:
        super().__init__(message)
        self.status = int(status)
        self.begun = begun
        self.body: Json = {"message": message, "type": kind, **more}
        if code:
            self.body |= {"code": code, "doc_url": _DOC + code.replace("_", "-")}
        if param:
            self.body["param"] = param

    @property
    def keeps_its_work(self) -> bool:
        """A refused card leaves its payment and its failed charge behind; every other error leaves nothing."""
        return self.status == HTTPStatus.PAYMENT_REQUIRED


def invalid(message: str, *, param: str = "", code: str = "") -> StripeError:
    """A parameter that cannot be read: nothing has begun."""
    return StripeError(message, param=param, code=code, begun=False)


def missing(kind: str, identifier: str, param: str = "id") -> StripeError:
    """No such object. In the address it is a 404, in a parameter a 400."""
    status = HTTPStatus.NOT_FOUND if param in {"id", "intent"} else HTTPStatus.BAD_REQUEST
    return StripeError(f"No such {kind}: '{identifier}'", status=status, code="resource_missing", param=param)


def not_imitated(what: str, param: str) -> StripeError:
    """A request that Stripe would accept and this sandbox does not imitate: refused, never silently ignored."""
    return invalid(f"The sandbox does not imitate {what}.", param=param, code="sandbox_not_imitated")
