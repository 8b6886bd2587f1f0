"""How Chorus Pro and PISTE say no: inside a 200 with a code, or by the HTTP status."""

from __future__ import annotations

from http import HTTPStatus

from sandbox.store import Json
from sandbox.wire import Response

OK_DEPOSIT, OK = "GCU_MSG_01_000", "TRA_MSG_00.000"


class Refusal(Exception):
    """An answer 200 whose `codeRetour` is not 0. The number means another thing in each operation, the message not."""

    def __init__(self, code: int, message: str) -> None:
        super().__init__(message)
        self.code, self.message = code, message

    @property
    def body(self) -> Json:
        return {"codeRetour": self.code, "libelle": self.message}


class Turned(Exception):
    """A request that does not get as far as an operation: an HTTP status, and few words."""

    def __init__(self, status: int, body: bytes = b"", headers: dict[str, str] | None = None) -> None:
        super().__init__(str(status))
        self.status, self.body, self.headers = int(status), body, headers or {}

    @property
    def response(self) -> Response:
        kind = "application/json;charset=utf-8" if self.body.startswith(b"{") else "text/plain; charset=utf-8"
        return Response(self.status, self.body, kind, dict(self.headers))


def nothing_found() -> Refusal:
    """A search without result, which is an error to Chorus Pro."""
    return Refusal(20000, "TRA_MSG_00.015 - La recherche n'a retourné aucun résultat")


def no_invoice() -> Refusal:
    return Refusal(20000, "GDP_MSG_11.008 - La demande de paiement n'existe pas.")


def not_yours() -> Refusal:
    return Refusal(20001, "GDP_MSG_11.005 - L'utilisateur n'a pas l'autorisation pour cette action.")


def not_suspended() -> Refusal:
    return Refusal(20002, "GDP_MSG_11.033 - La demande de paiement n'est pas à l'état Suspendue.")


def not_allowed() -> Refusal:
    """The action is not one of the invoice's status."""
    return Refusal(20003, "GDP_MSG_11.001 - L'action n'est pas autorisée dans l'état courant.")


def simulated(code: int, text: str) -> Refusal:
    """A refusal whose real words are not known; nobody should mistake these for them."""
    return Refusal(code, f"GDP_MSG_99.999 - [SIM] {text}")


def echo(body: bytes) -> Turned:
    """No right on that structure: 403, and the request itself."""
    return Turned(HTTPStatus.FORBIDDEN, body)
