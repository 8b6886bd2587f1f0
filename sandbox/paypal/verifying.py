"""`verify-webhook-signature`: whether a webhook that somebody received is ours, over the very bytes of the event."""

from __future__ import annotations

import base64
import binascii
import json
import zlib

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.x509 import load_pem_x509_certificates

from sandbox.paypal import certificates, webhooks
from sandbox.paypal.errors import Detail, invalid
from sandbox.paypal.routes import Call, endpoint
from sandbox.paypal.shapes import AnyObject, Fields, Shape, Text
from sandbox.store import Json
from sandbox.world import World

_NAMES = ("auth_algo", "cert_url", "transmission_id", "transmission_sig", "transmission_time", "webhook_id")


_known: dict[str, Shape] = {name: Text(500) for name in _NAMES}
_SHAPE = Fields({**_known, "webhook_event": AnyObject()}, (*_NAMES, "webhook_event"))


@endpoint("POST", "/v1/notifications/verify-webhook-signature", _SHAPE)
def verify(world: World, call: Call) -> Json:
    if call.body["webhook_id"] != webhooks.webhook_id(world):
        raise invalid(
            [Detail("INVALID_PARAMETER_VALUE", "Unknown webhook id.", "/webhook_id", call.body["webhook_id"])]
        )
    good = call.body["auth_algo"] == webhooks.ALGORITHM and call.body["cert_url"] == webhooks.certificate_address(world)
    return {"verification_status": "SUCCESS" if good and _is_signed(world, call) else "FAILURE"}


def _is_signed(world: World, call: Call) -> bool:
    raw = _raw_member(call.request.body.decode(), "webhook_event").encode()
    given = call.body
    parts = (given["transmission_id"], given["transmission_time"], given["webhook_id"], str(zlib.crc32(raw)))
    key = load_pem_x509_certificates(certificates.chain(world))[0].public_key()
    if not isinstance(key, rsa.RSAPublicKey):
        return False
    try:
        signature = base64.b64decode(given["transmission_sig"], validate=True)
        key.verify(signature, "|".join(parts).encode(), padding.PKCS1v15(), hashes.SHA256())
    except (InvalidSignature, binascii.Error):
        return False
    return True


def _raw_member(text: str, name: str) -> str:
    """The text of one member of a JSON object, as it was written."""
    decoder = json.JSONDecoder()
    place = _skip(text, text.index("{") + 1)
    while text[place] != "}":
        key, place = decoder.raw_decode(text, place)
        start = _skip(text, _skip(text, place) + 1)
        _value, place = decoder.raw_decode(text, start)
        if key == name:
            return text[start:place]
        place = _skip(text, place)
        place = _skip(text, place + 1) if text[place] == "," else place
    raise KeyError(name)


def _skip(text: str, place: int) -> int:
    while text[place] in " \t\r\n":
        place += 1
    return place
