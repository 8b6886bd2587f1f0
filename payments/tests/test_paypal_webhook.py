"""Webhooks of PayPal: what is believed, and everything that is not."""

from __future__ import annotations

import base64
import json
import threading
import zlib
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID

from payments.gateways.base import NotAuthentic, Unsure
from payments.gateways.paypal import PayPalGateway
from payments.gateways.paypal.api import PayPalApi
from payments.gateways.paypal.webhook import (
    LocalVerifier,
    PostbackVerifier,
    Transmission,
    TrialHost,
    refuse_stranger,
    system_roots,
    trial_host,
)

NOW = datetime.now(UTC).replace(microsecond=0)
NAME = "messageverificationcerts.paypal.com"
PATH = "/v1/notifications/certs/CERT-1"
MESSAGE = {
    "id": "WH-1",
    "event_type": "PAYMENT.CAPTURE.COMPLETED",
    "resource_version": "2.0",
    "resource": {"id": "CAP1", "custom_id": "é", "supplementary_data": {"related_ids": {"order_id": "ORDER1"}}},
}
BODY = json.dumps(MESSAGE, indent=1, ensure_ascii=False).encode()
_ROOT, _OTHER_ROOT = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
_KEY, _OTHER_KEY = rsa.generate_private_key(65537, 2048), rsa.generate_private_key(65537, 2048)
_SOON, _LONG_AGO = NOW + timedelta(days=30), NOW - timedelta(days=30)
_USES = ("digital_signature", "content_commitment", "key_encipherment", "data_encipherment", "key_agreement")


def certificate(
    name: str = NAME,
    *,
    ca: bool = False,
    by: ec.EllipticCurvePrivateKey = _ROOT,
    public: rsa.RSAPublicKey | ec.EllipticCurvePublicKey | None = None,
    validity: tuple[datetime, datetime] = (_LONG_AGO, _SOON),
) -> x509.Certificate:
    holder = by.public_key() if ca else public or _KEY.public_key()
    builder = (
        x509.CertificateBuilder()
        .subject_name(_named("Authority" if ca else name))
        .issuer_name(_named("Authority"))
        .public_key(holder)
        .serial_number(x509.random_serial_number())
        .not_valid_before(validity[0])
        .not_valid_after(validity[1])
        .add_extension(x509.BasicConstraints(ca=ca, path_length=None), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(holder), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(by.public_key()), critical=False)
    )
    if ca:
        others = dict.fromkeys((*_USES, "encipher_only", "decipher_only"), False)
        usage = x509.KeyUsage(key_cert_sign=True, crl_sign=True, **others)
        return builder.add_extension(usage, critical=True).sign(by, hashes.SHA256())
    names = x509.SubjectAlternativeName([x509.DNSName(name)])
    return builder.add_extension(names, critical=False).sign(by, hashes.SHA256())


def _named(name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])


ROOT = certificate(ca=True)


class Host(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self) -> None:
        self.asked: list[tuple[str, bytes]] = []
        self.status = 200
        self.answer = certificate().public_bytes(Encoding.PEM) + ROOT.public_bytes(Encoding.PEM)
        super().__init__(("127.0.0.1", 0), _Handler)

    @property
    def netloc(self) -> str:
        return f"127.0.0.1:{self.server_port}"


class _Handler(BaseHTTPRequestHandler):
    server: Host

    def log_message(self, format: str, *arguments: object) -> None: ...  # noqa: A002

    def _reply(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", "0")))
        token = self.path == "/v1/oauth2/token"
        if not token:
            self.server.asked.append((self.path, body))
        answer = b'{"access_token": "t", "expires_in": 900}' if token else self.server.answer
        self.send_response(200 if token else self.server.status)
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    do_GET = do_POST = _reply  # noqa: N815  named by the standard library


@pytest.fixture
def host() -> Iterator[Host]:
    server = Host()
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    yield server
    server.shutdown()
    server.server_close()


@pytest.fixture
def verifier(host: Host) -> LocalVerifier:
    return LocalVerifier(["WEBHOOK", "NEXT"], trial=TrialHost(host.netloc, ROOT))


def sent(
    host: Host,
    *,
    body: bytes = BODY,
    at: datetime = NOW,
    webhook_id: str = "WEBHOOK",
    key: rsa.RSAPrivateKey = _KEY,
) -> Transmission:
    moment = at.strftime("%Y-%m-%dT%H:%M:%SZ")
    message = f"t-1|{moment}|{webhook_id}|{zlib.crc32(body)}".encode()
    signature = base64.b64encode(key.sign(message, padding.PKCS1v15(), hashes.SHA256())).decode()
    return Transmission("t-1", moment, signature, f"http://{host.netloc}{PATH}", "SHA256withRSA")


def test_a_signed_event_is_read_in_our_words(host: Host, verifier: LocalVerifier) -> None:
    gateway = PayPalGateway(PayPalApi("http://127.0.0.1:9", "x", "y"), verifier=verifier, livemode=False)

    news = gateway.read_news(BODY, sent(host).packed, at=NOW)

    assert (news.event_id, news.type, news.session_id) == ("WH-1", "PAYMENT.CAPTURE.COMPLETED", "ORDER1")
    assert (news.object_id, news.intent_id, news.reference, news.livemode) == ("CAP1", "CAP1", "é", False)


@pytest.mark.parametrize("body", [b"[]", b"7", b"{}", b"hello", b"\xff", b'{"id": "WH-1", "event_type": "X"}'])
def test_signed_words_that_are_no_event_are_refused(host: Host, verifier: LocalVerifier, body: bytes) -> None:
    gateway = PayPalGateway(PayPalApi("http://127.0.0.1:9", "x", "y"), verifier=verifier, livemode=False)

    with pytest.raises(NotAuthentic):
        gateway.read_news(body, sent(host, body=body).packed, at=NOW)


def test_the_headers_are_read_whatever_their_case_as_django_gives_them(host: Host) -> None:
    told = sent(host)
    headers = {
        "Paypal-Transmission-Id": told.id,
        "Paypal-Transmission-Time": told.time,
        "Paypal-Transmission-Sig": told.signature,
        "Paypal-Cert-Url": told.cert_url,
        "Paypal-Auth-Algo": told.algorithm,
    }

    assert Transmission.of(headers) == told == Transmission.unpacked(told.packed)


@pytest.mark.parametrize("text", ["", "one", "a\nb\nc\nd\n", "a\nb\nc\nd\ne\nf"])
def test_a_transmission_that_lacks_something_is_refused(text: str) -> None:
    with pytest.raises(NotAuthentic):
        Transmission.unpacked(text)


def test_each_of_two_webhook_ids_is_good_while_one_is_changed(host: Host, verifier: LocalVerifier) -> None:
    for webhook_id in ("WEBHOOK", "NEXT"):
        verifier.verify(BODY, sent(host, webhook_id=webhook_id), at=NOW)

    with pytest.raises(NotAuthentic):
        verifier.verify(BODY, sent(host, webhook_id="ANOTHER"), at=NOW)


def test_a_body_that_was_written_again_is_refused(host: Host, verifier: LocalVerifier) -> None:
    for body in (json.dumps(MESSAGE).encode(), BODY + b" ", BODY.replace(b"CAP1", b"CAP2"), b""):
        with pytest.raises(NotAuthentic):
            verifier.verify(body, sent(host), at=NOW)


@pytest.mark.parametrize(
    ("age", "good"),
    [
        (timedelta(days=4), True),
        (timedelta(days=4, seconds=1), False),
        (-timedelta(minutes=5), True),
        (-timedelta(minutes=5, seconds=1), False),
    ],
)
def test_repetitions_of_three_days_are_good_and_older_ones_are_not(
    host: Host, verifier: LocalVerifier, age: timedelta, good: bool
) -> None:
    told = sent(host, at=NOW - age)

    if good:
        verifier.verify(BODY, told, at=NOW)
    else:
        with pytest.raises(NotAuthentic):
            verifier.verify(BODY, told, at=NOW)


@pytest.mark.parametrize(
    "changes",
    [
        {"id": "t-2"},
        {"time": "yesterday"},
        {"algorithm": "SHA1withRSA"},
        {"algorithm": "NONE"},
        {"signature": "AAAA"},
        {"signature": "not base64!"},
    ],
)
def test_a_changed_transmission_is_refused(host: Host, verifier: LocalVerifier, changes: dict[str, str]) -> None:
    with pytest.raises(NotAuthentic):
        verifier.verify(BODY, replace(sent(host), **changes), at=NOW)


def test_the_key_of_somebody_else_is_refused(host: Host, verifier: LocalVerifier) -> None:
    with pytest.raises(NotAuthentic):
        verifier.verify(BODY, sent(host, key=_OTHER_KEY), at=NOW)


@pytest.mark.parametrize(
    "address",
    [
        "http://api.paypal.com" + PATH,
        "https://api.paypal.com.evil.example" + PATH,
        "https://evil@api.paypal.com" + PATH,
        "https://api.paypal.com:444" + PATH,
        "https://api.paypal.com:443" + PATH,
        "https://evil.example/api.paypal.com" + PATH,
        "https://www.paypal.com" + PATH,
        "https://apixpaypal.com" + PATH,
        "https://API.paypal.com\\@evil.example" + PATH,
        "https://api.paypal.com" + PATH + "/../../x",
        "https://api.paypal.com" + PATH + "?x=1",
        "https://api.paypal.com" + PATH + "#x",
        "https://api.paypal.com/v1/notifications/certs/",
        "https://api.paypal.com/v1/oauth2/token",
        "https://127.0.0.1" + PATH,
        "https://169.254.169.254" + PATH,
        "file:///etc/passwd",
        "http://127.0.0.1:9" + PATH,
        "",
    ],
)
def test_a_certificate_from_elsewhere_is_not_even_fetched(host: Host, verifier: LocalVerifier, address: str) -> None:
    with pytest.raises(NotAuthentic):
        verifier.verify(BODY, replace(sent(host), cert_url=address), at=NOW)

    assert host.asked == []


@pytest.mark.parametrize("name", ["api", "api-m", "api.sandbox", "api-m.sandbox"])
def test_each_host_of_paypals_is_chained_to_the_roots_of_browsers(verifier: LocalVerifier, name: str) -> None:
    assert verifier._roots_for(f"https://{name}.paypal.com{PATH}") == system_roots()
    assert len(system_roots()) > 50


def test_without_the_trial_host_its_certificates_are_refused(host: Host) -> None:
    with pytest.raises(NotAuthentic):
        LocalVerifier(["WEBHOOK"]).verify(BODY, sent(host), at=NOW)


def test_a_certificate_is_fetched_once(host: Host, verifier: LocalVerifier) -> None:
    for _ in range(3):
        verifier.verify(BODY, sent(host), at=NOW)

    assert [path for path, _body in host.asked] == [PATH]


def test_a_missing_certificate_is_a_refusal_and_a_silent_host_is_unsure(host: Host, verifier: LocalVerifier) -> None:
    for status, ending in ((404, NotAuthentic), (500, Unsure), (302, Unsure)):
        host.status = status
        with pytest.raises(ending):
            verifier.verify(BODY, sent(host), at=NOW)
    host.status, host.answer = 200, b"no certificate"
    with pytest.raises(Unsure):
        verifier.verify(BODY, sent(host), at=NOW)
    told = sent(host)
    host.shutdown()
    host.server_close()
    with pytest.raises(Unsure):
        verifier.verify(BODY, told, at=NOW)


class TestChain:
    def test_a_good_certificate_is_accepted_with_a_name_of_paypals(self) -> None:
        refuse_stranger([certificate()], [ROOT], at=NOW)

    @pytest.mark.parametrize(
        "stranger",
        [
            certificate("paypal.com.evil.example"),
            certificate("evilpaypal.com"),
            certificate(by=_OTHER_ROOT),
            certificate(validity=(_LONG_AGO, NOW - timedelta(days=1))),
            certificate(validity=(NOW + timedelta(days=1), _SOON)),
        ],
        ids=["another name", "nearly its name", "another authority", "expired", "not yet valid"],
    )
    def test_a_stranger_is_refused(self, stranger: x509.Certificate) -> None:
        with pytest.raises(NotAuthentic):
            refuse_stranger([stranger], [ROOT], at=NOW)

    def test_our_authority_is_not_one_of_the_worlds(self) -> None:
        with pytest.raises(NotAuthentic):
            refuse_stranger([certificate()], system_roots(), at=NOW)

    def test_a_certificate_without_an_rsa_key_is_refused(self, host: Host, verifier: LocalVerifier) -> None:
        leaf = certificate(public=ec.generate_private_key(ec.SECP256R1()).public_key())
        host.answer = leaf.public_bytes(Encoding.PEM)

        with pytest.raises(NotAuthentic):
            verifier.verify(BODY, sent(host), at=NOW)


def test_the_trial_host_needs_a_name_and_a_root() -> None:
    root = base64.b64encode(ROOT.public_bytes(Encoding.DER)).decode()

    assert trial_host("127.0.0.1:8100", root) == TrialHost("127.0.0.1:8100", ROOT)
    assert trial_host("", root) is None
    assert trial_host("127.0.0.1:8100", "") is None


class TestPostback:
    @pytest.fixture
    def postback(self, host: Host) -> PostbackVerifier:
        host.answer = b'{"verification_status": "SUCCESS"}'
        return PostbackVerifier(PayPalApi(f"http://{host.netloc}", "x", "y", sleep=lambda _: None), ["WEBHOOK"])

    def test_paypal_is_asked_with_the_very_characters_of_the_event(
        self, host: Host, postback: PostbackVerifier
    ) -> None:
        told = sent(host)

        postback.verify(BODY, told, at=NOW)

        ((path, asked),) = host.asked
        assert path == "/v1/notifications/verify-webhook-signature"
        assert BODY in asked
        assert json.loads(asked) == {
            "auth_algo": told.algorithm,
            "cert_url": told.cert_url,
            "transmission_id": told.id,
            "transmission_sig": told.signature,
            "transmission_time": told.time,
            "webhook_id": "WEBHOOK",
            "webhook_event": MESSAGE,
        }

    @pytest.mark.parametrize("answer", [b'{"verification_status": "FAILURE"}', b"{}"])
    def test_anything_but_success_is_a_refusal(self, host: Host, postback: PostbackVerifier, answer: bytes) -> None:
        host.answer = answer

        with pytest.raises(NotAuthentic):
            postback.verify(BODY, sent(host), at=NOW)

    @pytest.mark.parametrize(
        ("status", "ending"), [(400, NotAuthentic), (422, NotAuthentic), (403, Unsure), (500, Unsure)]
    )
    def test_paypal_in_trouble_is_not_a_refusal(
        self, host: Host, postback: PostbackVerifier, status: int, ending: type[Exception]
    ) -> None:
        host.status = status

        with pytest.raises(ending):
            postback.verify(BODY, sent(host), at=NOW)

    @pytest.mark.parametrize("body", [b'{}, "webhook_id": "X"', b"[]", b"", b"\xff", b'{} {"a": 1}'])
    def test_a_body_that_would_change_the_question_is_not_sent(
        self, host: Host, postback: PostbackVerifier, body: bytes
    ) -> None:
        with pytest.raises(NotAuthentic):
            postback.verify(body, sent(host, body=body), at=NOW)

        assert host.asked == []

    def test_an_old_event_is_not_asked_about(self, host: Host, postback: PostbackVerifier) -> None:
        with pytest.raises(NotAuthentic):
            postback.verify(BODY, sent(host, at=NOW - timedelta(days=5)), at=NOW)

        assert host.asked == []
