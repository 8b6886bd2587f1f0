"""A sandbox whose PayPal is spoken to by the official client as it is, and a small server that plays the product."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import paypalrestsdk
import pytest
import requests

from sandbox.server import Options, Sandbox

Json = dict[str, Any]
WHOLE = {"Prefer": "return=representation"}


class Product(ThreadingHTTPServer):
    """Receives PayPal's webhooks; answers `status`."""

    daemon_threads = True

    def __init__(self) -> None:
        self.status = 200
        self.received: list[tuple[bytes, dict[str, str]]] = []
        super().__init__(("127.0.0.1", 0), _Receiver)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"

    def types(self) -> list[str]:
        return [json.loads(body)["event_type"] for body, _headers in self.received]


class _Receiver(BaseHTTPRequestHandler):
    server: Product

    def log_message(self, format: str, *arguments: object) -> None: ...  # noqa: A002

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        status = self.server.status if self.path == "/webhooks/paypal/" else 404
        if status == 200:
            self.server.received.append((body, {name.lower(): value for name, value in self.headers.items()}))
        self.send_response(status)
        self.end_headers()


@dataclass(frozen=True)
class Bench:
    """PayPal as the product, the payer and its own staff see it."""

    api: paypalrestsdk.Api
    url: str
    product: Product

    def control(self, path: str, /, **options: object) -> Json:
        answer = requests.post(f"{self.url}/_control/{path}", json=options, timeout=5)
        read: Json = answer.json()
        assert answer.status_code == 200, read
        return read

    def order(self, value: str = "50.00", *, key: str = "", **unit: Any) -> Json:
        headers = {**WHOLE, **({"PayPal-Request-Id": key} if key else {})}
        made: Json = self.api.post("v2/checkout/orders", order_body(value, **unit), headers)
        return made

    def approved(self, value: str = "50.00", *, funding: str = "accepted", **unit: Any) -> str:
        order = str(self.order(value, **unit)["id"])
        self.control(f"paypal/approve/{order}", funding=funding)
        return order

    def capture(self, order: str, key: str = "") -> Json:
        headers = {**WHOLE, **({"PayPal-Request-Id": key} if key else {})}
        made: Json = self.api.post(f"v2/checkout/orders/{order}/capture", {}, headers)
        return made

    def captured(self, value: str = "50.00", *, funding: str = "accepted", **unit: Any) -> Json:
        return taken(self.capture(self.approved(value, funding=funding, **unit)))

    def totals(self) -> Json:
        found: Json = requests.get(f"{self.url}/_control/totals", timeout=5).json()["paypal"]
        return found

    def control_events(self) -> list[Json]:
        """The newest events, with what became of each of their sendings."""
        found: list[Json] = requests.get(f"{self.url}/_control/paypal/events", timeout=5).json()["events"]
        return found

    def wait(self, done: Callable[[], bool]) -> None:
        until = time.monotonic() + 5
        while not done():
            assert time.monotonic() < until, self.product.types()
            time.sleep(0.01)


def order_body(value: str = "50.00", **unit: object) -> Json:
    experience = {
        "brand_name": "Hébergeur",
        "locale": "fr-FR",
        "shipping_preference": "NO_SHIPPING",
        "user_action": "PAY_NOW",
        "return_url": "http://localhost:8000/retour/",
        "cancel_url": "http://localhost:8000/annule/",
    }
    amount = {"currency_code": "EUR", "value": value}
    return {
        "intent": "CAPTURE",
        "purchase_units": [{"custom_id": "uuid", "description": "Alimentation", "amount": amount, **unit}],
        "payment_source": {"paypal": {"experience_context": experience}},
    }


def taken(order: Json) -> Json:
    found: Json = order["purchase_units"][0]["payments"]["captures"][0]
    return found


def client_of(sandbox: Sandbox) -> paypalrestsdk.Api:
    """The official client as it is, told where the API is and nothing else."""
    given = sandbox.settings()
    return paypalrestsdk.Api(
        mode="sandbox",
        endpoint=given["PAYPAL_API_BASE"],
        client_id=given["PAYPAL_CLIENT_ID"],
        client_secret=given["PAYPAL_SECRET"],
    )


@pytest.fixture(scope="session")
def paypal_product() -> Iterator[Product]:
    server = Product()
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    yield server
    server.shutdown()
    server.server_close()


@pytest.fixture(scope="session")
def paypal_running(paypal_product: Product, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sandbox]:
    sandbox = Sandbox(Options(tmp_path_factory.mktemp("paypal") / "state.sqlite", paypal_product.url))
    sandbox.start()
    yield sandbox
    sandbox.stop()


@pytest.fixture
def sandbox(paypal_running: Sandbox, paypal_product: Product) -> Sandbox:
    """The sandbox as new: nothing remembered, nothing broken."""
    requests.post(f"{paypal_running.url}/_control/reset", json={"everything": True}, timeout=5)
    paypal_product.status = 200
    paypal_product.received.clear()
    return paypal_running


@pytest.fixture
def paypal(sandbox: Sandbox, paypal_product: Product) -> Bench:
    return Bench(client_of(sandbox), sandbox.url, paypal_product)
