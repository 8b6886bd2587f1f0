"""One sandbox for all its tests, emptied before each; the SDK speaks to it, and a small server plays the product."""

from __future__ import annotations

import http.client
import json
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import urlencode, urlsplit

import pytest
import stripe

from sandbox.server import Options, Sandbox

Json = dict[str, Any]


class Product(ThreadingHTTPServer):
    """Receives webhooks; answers `status`."""

    daemon_threads = True

    def __init__(self) -> None:
        self.status = 200
        self.received: list[tuple[bytes, str]] = []
        super().__init__(("127.0.0.1", 0), _Receiver)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"

    def types(self) -> list[str]:
        return [json.loads(body)["type"] for body, _signature in self.received]


class _Receiver(BaseHTTPRequestHandler):
    server: Product

    def log_message(self, format: str, *arguments: object) -> None: ...  # noqa: A002

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        assert self.path == "/webhooks/stripe/"
        self.server.received.append((body, self.headers["Stripe-Signature"]))
        self.send_response(self.server.status)
        self.end_headers()


@dataclass(frozen=True)
class Answer:
    """An answer as a browser without JavaScript sees it."""

    status: int
    headers: dict[str, str]
    body: str

    def json(self) -> Json:
        read: Json = json.loads(self.body)
        return read

    @property
    def location(self) -> str:
        return self.headers["location"]


@dataclass
class Visitor:
    """Requests without any library's opinion about redirects."""

    origin: str
    headers: dict[str, str] = field(default_factory=lambda: {"Accept": "text/html", "Accept-Language": "fr"})

    def get(self, path: str, **headers: str) -> Answer:
        return self._ask("GET", path, None, headers)

    def post(self, path: str, form: dict[str, str] | None = None, **headers: str) -> Answer:
        sent = {"Content-Type": "application/x-www-form-urlencoded", **headers}
        return self._ask("POST", path, urlencode(form or {}), sent)

    def _ask(self, method: str, path: str, body: str | None, headers: dict[str, str]) -> Answer:
        parts = urlsplit(self.origin)
        connection = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=5)
        connection.request(method, path.removeprefix(self.origin), body, {**self.headers, **headers})
        answer = connection.getresponse()
        found = {name.lower(): value for name, value in answer.getheaders()}
        text = answer.read().decode()
        connection.close()
        return Answer(answer.status, found, text)


Control = Callable[..., Json]


@pytest.fixture(scope="session")
def product_server() -> Iterator[Product]:
    server = Product()
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    yield server
    server.shutdown()
    server.server_close()


@pytest.fixture(scope="session")
def running(product_server: Product, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sandbox]:
    state = tmp_path_factory.mktemp("sandbox") / "state.sqlite"
    sandbox = Sandbox(Options(state, product_server.url))
    sandbox.start()
    yield sandbox
    sandbox.stop()


@pytest.fixture
def sandbox(running: Sandbox, product_server: Product) -> Sandbox:
    """The sandbox as new: nothing remembered, nothing broken."""
    post_json(running.url, "/_control/reset", {"everything": True})
    product_server.status = 200
    product_server.received.clear()
    return running


@pytest.fixture
def product(product_server: Product, sandbox: Sandbox) -> Product:
    return product_server


@pytest.fixture
def visitor(sandbox: Sandbox) -> Visitor:
    return Visitor(sandbox.url)


@pytest.fixture
def control(sandbox: Sandbox) -> Control:
    """`control("pay/cs_…", card="…")`; without options it only looks."""

    def ask(path: str, /, **options: object) -> Json:
        return post_json(sandbox.url, f"/_control/{path}", options)

    return ask


@pytest.fixture
def look(visitor: Visitor) -> Callable[[str], Json]:
    """`look("totals")`."""
    return lambda path: visitor.get(f"/_control/{path}").json()


@pytest.fixture
def client(sandbox: Sandbox) -> stripe.StripeClient:
    return client_of(sandbox)


@pytest.fixture
def customer(client: stripe.StripeClient) -> str:
    return client.v1.customers.create({"email": "anne@exemple.fr", "name": "Anne Martin"}).id


def client_of(sandbox: Sandbox) -> stripe.StripeClient:
    """The SDK as it is, told where the API is and nothing else."""
    return stripe.StripeClient(
        sandbox.world.secret_key,
        base_addresses={"api": sandbox.url, "files": sandbox.url},
        max_network_retries=0,
        http_client=stripe.RequestsClient(timeout=3),
    )


def post_json(origin: str, path: str, options: object) -> Json:
    parts = urlsplit(origin)
    connection = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=5)
    connection.request("POST", path, json.dumps(options), {"Content-Type": "application/json"})
    answer = connection.getresponse()
    read: Json = json.loads(answer.read())
    connection.close()
    return read | {"http_status": answer.status}


def top_up(client: stripe.StripeClient, customer: str | None = None, **changes: Any) -> stripe.checkout.Session:
    """A Checkout Session as the product opens one: 50 € on the hosted page."""
    amount = changes.pop("amount", 5000)
    options = {"idempotency_key": changes.pop("key")} if "key" in changes else {}
    parameters: Any = {
        "mode": "payment",
        "ui_mode": "hosted_page",
        "client_reference_id": "7b6f",
        "locale": "fr",
        "submit_type": "pay",
        "allowed_payment_method_types": ["card"],
        "payment_method_options": {
            "card": {"restrictions": {"brands_blocked": ["american_express", "discover_global_network"]}}
        },
        "line_items": [
            {
                "quantity": 1,
                "price_data": {"currency": "eur", "unit_amount": amount, "product_data": {"name": "Alimentation"}},
            }
        ],
        "payment_intent_data": {"metadata": {"payment": "7b6f"}, "description": "Compte C104273"},
        "metadata": {"payment": "7b6f"},
        "success_url": "http://127.0.0.1:8000/paiements/7b6f/?session={CHECKOUT_SESSION_ID}",
        "cancel_url": "http://127.0.0.1:8000/paiements/7b6f/annuler/",
    }
    if customer:
        parameters["customer"] = customer
    return client.v1.checkout.sessions.create({**parameters, **changes}, options)  # type: ignore[arg-type]


def paid(client: stripe.StripeClient, **changes: Any) -> stripe.PaymentIntent:
    """A payment of 50 € with a good card, taken."""
    parameters: Any = {"amount": 5000, "currency": "eur", "payment_method": "pm_card_visa", "confirm": True, **changes}
    return client.v1.payment_intents.create(parameters)


def headers_of(answer: stripe.StripeObject) -> Mapping[str, str]:
    """The headers of the HTTP answer that an object came in."""
    last: Any = answer.last_response
    found: Mapping[str, str] = last.headers
    return found


def eventually(condition: Callable[[], object], seconds: float = 15) -> None:
    """Wait until the condition holds; fail when it does not in time."""
    until = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < until, "it did not happen in time"
        time.sleep(0.01)
