"""Whether a webhook comes from PayPal: checked here, with its certificate, or asked of PayPal. Over the raw bytes.

https://developer.paypal.com/api/rest/webhooks/rest/: what is signed is `id|time|webhook id|crc32 of the body`. A body
that was read and written again has another CRC.
"""

from __future__ import annotations

import base64
import binascii
import json
import re
import threading
import warnings
import zlib
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from http import HTTPStatus
from pathlib import Path
from typing import TYPE_CHECKING, Final, Protocol
from urllib.parse import urlsplit

import certifi
import requests
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.utils import CryptographyDeprecationWarning
from cryptography.x509 import Certificate, DNSName, load_der_x509_certificate, load_pem_x509_certificates
from cryptography.x509.oid import NameOID
from cryptography.x509.verification import PolicyBuilder, Store, VerificationError

from payments.gateways.base import NotAuthentic, Unsure
from payments.gateways.paypal.api import PayPalError, PayPalSilent

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from payments.gateways.paypal.api import PayPalApi

ALGORITHM: Final = "SHA256withRSA"
_HEADERS: Final = ("Transmission-Id", "Transmission-Time", "Transmission-Sig", "Cert-Url", "Auth-Algo")
_OLDEST, _AHEAD = timedelta(days=4), timedelta(minutes=5)
"""PayPal repeats for three days under the first signature; clocks differ by minutes."""
_HOST = re.compile(r"api(-m)?(\.sandbox)?\.paypal\.com")
_PATH = re.compile(r"/v1/notifications/certs/[A-Za-z0-9-]{1,100}")
_NAME = ".paypal.com"
_TIMEOUT = (3, 8)
_MOST_BYTES = 64 * 1024
_KEPT = 8


@dataclass(frozen=True, slots=True)
class Transmission:
    """What PayPal says beside the body, to prove its origin."""

    id: str
    time: str
    signature: str
    cert_url: str
    algorithm: str

    @property
    def packed(self) -> str:
        """All of it in one text, as a gateway takes it."""
        return "\n".join((self.id, self.time, self.signature, self.cert_url, self.algorithm))

    @staticmethod
    def of(headers: Mapping[str, str]) -> Transmission:
        """From the headers of a request."""
        return Transmission(*(headers.get(f"Paypal-{name}", "") for name in _HEADERS))

    @staticmethod
    def unpacked(text: str) -> Transmission:
        """The reverse of `packed`. Raises NotAuthentic when something is missing or too much."""
        parts = text.split("\n")
        if len(parts) != len(Transmission.__slots__) or not all(parts):
            raise NotAuthentic("not signed")
        return Transmission(*parts)

    def refuse_if_old(self, at: datetime) -> None:
        try:
            sent = datetime.fromisoformat(self.time)
        except ValueError as error:
            raise NotAuthentic("sent at no moment") from error
        age = at - (sent if sent.tzinfo else sent.replace(tzinfo=UTC))
        if not -_AHEAD <= age <= _OLDEST:
            raise NotAuthentic("too old, or from the future")


class Verifier(Protocol):
    """One of the two ways to be sure."""

    def verify(self, body: bytes, transmission: Transmission, *, at: datetime) -> None:
        """Raises NotAuthentic, or Unsure when PayPal could not be asked for what is needed to say so."""


@dataclass(frozen=True, slots=True)
class TrialHost:
    """One more host that serves certificates, and the authority of its own. The sandbox; never in production."""

    netloc: str
    root: Certificate


class LocalVerifier:
    """Checks the signature here. A certificate is fetched once, from PayPal's own hosts, and chained to the roots."""

    def __init__(self, webhook_ids: Sequence[str], *, trial: TrialHost | None = None) -> None:
        self._webhook_ids = tuple(webhook_ids)
        self._trial = trial
        self._chains: dict[str, list[Certificate]] = {}
        self._lock = threading.Lock()

    def verify(self, body: bytes, transmission: Transmission, *, at: datetime) -> None:
        """One of our webhook ids is enough: there are two while one is being replaced."""
        transmission.refuse_if_old(at)
        if transmission.algorithm != ALGORITHM:
            raise NotAuthentic(f"signed by {transmission.algorithm[:40]}")
        key = self._key(transmission.cert_url, at=at)
        try:
            signature = base64.b64decode(transmission.signature, validate=True)
        except binascii.Error as error:
            raise NotAuthentic("a signature that is none") from error
        if not any(_signs(key, signature, self._message(body, transmission, each)) for each in self._webhook_ids):
            raise NotAuthentic("another signature")

    @staticmethod
    def _message(body: bytes, transmission: Transmission, webhook_id: str) -> bytes:
        return f"{transmission.id}|{transmission.time}|{webhook_id}|{zlib.crc32(body)}".encode()

    def _key(self, cert_url: str, *, at: datetime) -> rsa.RSAPublicKey:
        """The public key of a certificate that is PayPal's, and good at that moment."""
        roots = self._roots_for(cert_url)
        chain = self._chain(cert_url)
        refuse_stranger(chain, roots, at=at)
        key = chain[0].public_key()
        if not isinstance(key, rsa.RSAPublicKey):
            raise NotAuthentic("a certificate without an RSA key")
        return key

    def _roots_for(self, cert_url: str) -> Sequence[Certificate]:
        """Who must have signed the certificate of an address. Raises NotAuthentic for one that is not PayPal's.

        Plain http is for the trial host alone: what counts there is its authority, which we were given.
        """
        parts = urlsplit(cert_url)
        if parts.query or parts.fragment or not _PATH.fullmatch(parts.path):
            raise NotAuthentic("a certificate from elsewhere")
        if parts.scheme == "https" and _HOST.fullmatch(parts.netloc):
            return system_roots()
        if self._trial is not None and parts.scheme == "http" and parts.netloc == self._trial.netloc:
            return [self._trial.root]
        raise NotAuthentic("a certificate from elsewhere")

    def _chain(self, cert_url: str) -> list[Certificate]:
        with self._lock:
            if cert_url in self._chains:
                return self._chains[cert_url]
        chain = _download(cert_url)
        with self._lock:
            while len(self._chains) >= _KEPT:
                self._chains.pop(next(iter(self._chains)))
            self._chains[cert_url] = chain
        return chain


class PostbackVerifier:
    """Asks PayPal whether it signed this, with the body as it came."""

    def __init__(self, api: PayPalApi, webhook_ids: Sequence[str]) -> None:
        self._api = api
        self._webhook_ids = tuple(webhook_ids)

    def verify(self, body: bytes, transmission: Transmission, *, at: datetime) -> None:
        transmission.refuse_if_old(at)
        event = _object_text(body)
        if not any(self._is_ours(event, transmission, webhook_id) for webhook_id in self._webhook_ids):
            raise NotAuthentic("PayPal does not know it")

    def _is_ours(self, event: str, transmission: Transmission, webhook_id: str) -> bool:
        asked = {
            "auth_algo": transmission.algorithm,
            "cert_url": transmission.cert_url,
            "transmission_id": transmission.id,
            "transmission_sig": transmission.signature,
            "transmission_time": transmission.time,
            "webhook_id": webhook_id,
        }
        text = f'{json.dumps(asked)[:-1]}, "webhook_event": {event}}}'
        try:
            answer = self._api.post_text("v1/notifications/verify-webhook-signature", text)
        except PayPalError as error:
            if error.status in (HTTPStatus.BAD_REQUEST, HTTPStatus.UNPROCESSABLE_ENTITY):
                return False
            raise Unsure(error.word) from error
        except PayPalSilent as silence:
            raise Unsure(str(silence)) from silence
        return answer.get("verification_status") == "SUCCESS"


def trial_host(netloc: str, root: str) -> TrialHost | None:
    """The trial host that the settings name, if any; `root` is base64 of its authority's certificate (DER)."""
    if not netloc or not root:
        return None
    return TrialHost(netloc, load_der_x509_certificate(base64.b64decode(root)))


@lru_cache(maxsize=1)
def system_roots() -> list[Certificate]:
    """The authorities that browsers trust."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", CryptographyDeprecationWarning)  # one of them has an odd serial number
        return load_pem_x509_certificates(Path(certifi.where()).read_bytes())


def refuse_stranger(chain: Sequence[Certificate], roots: Sequence[Certificate], *, at: datetime) -> None:
    """Raise NotAuthentic unless the first certificate is PayPal's: its name, its dates, its chain to the roots."""
    names = [str(each.value) for each in chain[0].subject.get_attributes_for_oid(NameOID.COMMON_NAME)]
    if len(names) != 1 or not names[0].endswith(_NAME):
        raise NotAuthentic("a certificate of somebody else")
    try:
        verifier = PolicyBuilder().store(Store(list(roots))).time(at).build_server_verifier(DNSName(names[0]))
        verifier.verify(chain[0], list(chain[1:]))
    except (VerificationError, ValueError) as error:
        raise NotAuthentic("a certificate that nobody vouches for") from error


def _download(cert_url: str) -> list[Certificate]:
    try:
        answer = requests.get(cert_url, timeout=_TIMEOUT, allow_redirects=False)
    except requests.RequestException as error:
        raise Unsure(f"no certificate: {type(error).__name__}") from error
    if answer.status_code == HTTPStatus.NOT_FOUND:
        raise NotAuthentic("a certificate that does not exist")
    if answer.status_code != HTTPStatus.OK or len(answer.content) > _MOST_BYTES:
        raise Unsure(f"no certificate: {answer.status_code}")
    try:
        return load_pem_x509_certificates(answer.content)
    except ValueError as error:
        raise Unsure("no certificate: unreadable") from error


def _signs(key: rsa.RSAPublicKey, signature: bytes, message: bytes) -> bool:
    try:
        key.verify(signature, message, padding.PKCS1v15(), hashes.SHA256())
    except InvalidSignature:
        return False
    return True


def _object_text(body: bytes) -> str:
    """The text of a body that is one JSON object and nothing else: it is going to be put inside another one."""
    try:
        text = body.decode()
        read = json.loads(text)
    except ValueError as error:
        raise NotAuthentic("not an event") from error
    if not isinstance(read, dict):
        raise NotAuthentic("not an event")
    return text
