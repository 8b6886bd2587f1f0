"""The addresses of VIES and their answers, as its REST interface gives them."""

from __future__ import annotations

import json
import re
import time
from datetime import UTC, datetime
from http import HTTPStatus

from sandbox import faults
from sandbox.faults import Kind
from sandbox.store import Json
from sandbox.vies import PREFIX, registers
from sandbox.vies.registers import STATES, Lie, Registered
from sandbox.wire import Request, Response, json_response
from sandbox.world import World, letters

_BASE = f"{PREFIX}/rest-api"
_CHECK, _STATUS = f"{_BASE}/check-vat-number", f"{_BASE}/check-status"
_LOOKUP = re.compile(re.escape(_BASE) + r"/ms/([A-Z]{2})/vat/([A-Za-z0-9+*]{2,12})")
_NUMBER = re.compile(r"[0-9A-Za-z+*]{2,12}")


class _Failed(Exception):
    """VIES answers with an error."""

    def __init__(self, error: str) -> None:
        super().__init__(error)
        self.error = error


def concerns(path: str) -> bool:
    """Whether a request is VIES's to answer."""
    return path.startswith(f"{PREFIX}/")


def settings(world: World) -> dict[str, str]:
    """The setting that points the product at this VIES."""
    return {"VIES_API_BASE": f"{world.origin}{_BASE}"}


def answer(world: World, request: Request) -> Response:
    """Answer one question, well or as badly as a fault wants it."""
    fault = faults.take(world.store, request)
    unanswered = faults.before(fault)
    if unanswered:
        return unanswered
    if fault and fault.kind is Kind.SLOW:
        time.sleep(fault.wait)
    if fault and fault.kind is Kind.STATUS:
        return json_response({}, fault.status)
    try:
        response = _answer(world, request)
    except _Failed as failed:
        status = HTTPStatus.BAD_REQUEST if failed.error in registers.REFUSALS else HTTPStatus.INTERNAL_SERVER_ERROR
        response = json_response({"actionSucceed": False, "errorWrappers": [{"error": failed.error}]}, status)
    return faults.after(fault, response)


def _answer(world: World, request: Request) -> Response:
    if (request.method, request.path) == ("POST", _CHECK):
        return json_response(_checked(world, _question(request)))
    if (request.method, request.path) == ("GET", _STATUS):
        return json_response(_status(world))
    found = _LOOKUP.fullmatch(request.path)
    if request.method == "GET" and found:
        return json_response(_looked_up(world, *found.groups()))
    return json_response({"status": 404, "error": "Not Found"}, HTTPStatus.NOT_FOUND)


def _question(request: Request) -> Json:
    try:
        read = json.loads(request.body)
    except ValueError:
        raise _Failed("INVALID_INPUT") from None
    if not isinstance(read, dict):
        raise _Failed("INVALID_INPUT")
    return read


def _checked(world: World, asked: Json) -> Json:
    """The answer with a consultation number, when the one who asks says who they are."""
    state, number = str(asked.get("countryCode", "")), str(asked.get("vatNumber", ""))
    requester = str(asked.get("requesterMemberStateCode", "")), str(asked.get("requesterNumber", ""))
    if any(requester) and not (requester[0] in STATES and _NUMBER.fullmatch(requester[1])):
        raise _Failed("INVALID_REQUESTER_INFO")
    found = _found(world, state, number)
    return _bent(
        world,
        {
            "countryCode": state,
            "vatNumber": number,
            "requestDate": _moment(world),
            "valid": found.valid,
            "requestIdentifier": f"WAPIAAAA{letters(8)}" if found.valid and any(requester) else "",
            "name": found.name,
            "address": found.address,
            "traderName": "---",
            "traderStreet": "---",
            "traderPostalCode": "---",
            "traderCity": "---",
            "traderCompanyType": "---",
            "traderNameMatch": "NOT_PROCESSED",
            "traderStreetMatch": "NOT_PROCESSED",
            "traderPostalCodeMatch": "NOT_PROCESSED",
            "traderCityMatch": "NOT_PROCESSED",
            "traderCompanyTypeMatch": "NOT_PROCESSED",
        },
    )


def _bent(world: World, answer: Json) -> Json:
    """The answer, wrong in the way that the controls want."""
    told = registers.lie(world.store)
    if told is Lie.OTHER_NUMBER:
        return {**answer, "vatNumber": answer["vatNumber"][::-1]}
    if told is Lie.NO_RECEIPT:
        return {**answer, "requestIdentifier": ""}
    if told is Lie.NO_WORD:
        return {**answer, "valid": None}
    if told is Lie.INVALID_WITH_ERROR:
        return {**answer, "valid": False, "requestIdentifier": "", "userError": "MS_UNAVAILABLE"}
    return answer


def _looked_up(world: World, state: str, number: str) -> Json:
    """The same without a receipt; here the error of a member state is an answer."""
    error = registers.error_of(world.store, state)
    found = Registered(valid=False, name="---", address="---") if error else _found(world, state, number)
    return {
        "isValid": found.valid,
        "requestDate": _moment(world),
        "userError": error or ("VALID" if found.valid else "INVALID"),
        "name": found.name,
        "address": found.address,
        "requestIdentifier": "",
        "originalVatNumber": number,
        "vatNumber": number,
    }


def _found(world: World, state: str, number: str) -> Registered:
    if state not in STATES or not _NUMBER.fullmatch(number):
        raise _Failed("INVALID_INPUT")
    if error := registers.error_of(world.store, state):
        raise _Failed(error)
    return registers.lookup(world.store, state, number)


def _status(world: World) -> Json:
    def availability(state: str) -> str:
        return "Unavailable" if registers.error_of(world.store, state) else "Available"

    countries = [{"countryCode": state, "availability": availability(state)} for state in STATES]
    return {"vow": {"available": not registers.error_of(world.store, registers.EVERYWHERE)}, "countries": countries}


def _moment(world: World) -> str:
    return datetime.fromtimestamp(world.clock.now(), UTC).strftime("%Y-%m-%dT%H:%M:%S.000Z")
