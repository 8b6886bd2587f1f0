"""The HTTP server of the sandbox, and the sandbox as a whole: started, stopped, and the settings that lead to it."""

from __future__ import annotations

import logging
import sqlite3
import threading
from collections.abc import Callable
from dataclasses import dataclass
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import urlsplit

from sandbox import control, pages
from sandbox.bank import door as bank
from sandbox.chorus import door as chorus
from sandbox.mail import MailServer
from sandbox.paypal import door as paypal
from sandbox.paypal.webhooks import Dispatcher as PayPalDispatcher
from sandbox.store import Store
from sandbox.stripe import accounts, api, charges, checkout, refunds
from sandbox.stripe.webhooks import Dispatcher
from sandbox.vies import door as vies
from sandbox.wire import MAX_BODY, BadRequest, Ending, Request, Response, json_response, most_bytes
from sandbox.world import World

_IDLE_SECONDS = 60
_MOST_DISCARDED = 20 * MAX_BODY
_HOSTS = {"127.0.0.1", "localhost"}
_log = logging.getLogger("sandbox")


@dataclass(frozen=True, slots=True)
class Options:
    """Where a sandbox listens, keeps its memory, and sends its webhooks. Port 0 is any free one."""

    state: Path
    product: str = "http://localhost:8000"
    port: int = 0
    smtp_port: int = 0


class Sandbox:
    """The imitations, running in threads of this process."""

    def __init__(self, options: Options) -> None:
        self.store = Store(options.state)
        self.world = World(self.store, options.product.rstrip("/"))
        self._http = _Server(self.world, options.port)
        self._mail = MailServer(self.world, options.smtp_port)
        self.world.origin = f"http://127.0.0.1:{self._http.server_port}"
        self._dispatcher = Dispatcher(self.world)
        self._paypal_dispatcher = PayPalDispatcher(self.world)
        self._caretaker = _Caretaker(self.world)

    @property
    def url(self) -> str:
        return self.world.origin

    def settings(self) -> dict[str, str]:
        """The settings that point the product at this sandbox."""
        return {
            "STRIPE_API_BASE": self.url,
            "STRIPE_SECRET_KEY": self.world.secret_key,
            "STRIPE_WEBHOOK_SECRET": self.world.webhook_secret,
            "STRIPE_CHECKOUT_ORIGIN": self.url,
            **paypal.settings(self.world),
            **vies.settings(self.world),
            **chorus.settings(self.world),
            "EMAIL_HOST": "127.0.0.1",
            "EMAIL_PORT": str(self._mail.port),
            "SANDBOX_URL": self.url,
        }

    def start(self) -> None:
        self._mail.start()
        self._dispatcher.start()
        self._paypal_dispatcher.start()
        self._caretaker.start()
        threading.Thread(target=self._http.serve_forever, args=(0.05,), name="http", daemon=True).start()

    def stop(self) -> None:
        self._http.shutdown()
        self._http.server_close()
        for thread in (self._dispatcher, self._paypal_dispatcher, self._caretaker):
            thread.stop()
            thread.join(timeout=2)
        self._mail.stop()
        self.store.close()


class _Caretaker(threading.Thread):
    """Does what comes with time alone: sessions expire, late fees and refunds arrive."""

    def __init__(self, world: World) -> None:
        super().__init__(name="caretaker", daemon=True)
        self._world = world
        self._stopping = threading.Event()

    def stop(self) -> None:
        self._stopping.set()

    def run(self) -> None:
        while not self._stopping.wait(0.5):
            try:
                checkout.expire_all_due(self._world)
                charges.book_due(self._world)
                refunds.end_due(self._world)
                accounts.end_due(self._world)
            except sqlite3.ProgrammingError:  # the memory was closed: we are stopping
                return


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128

    def __init__(self, world: World, port: int) -> None:
        self.world = world
        super().__init__(("127.0.0.1", port), _Handler)

    def handle_error(self, request: object, client_address: object) -> None:
        """A client that hung up while we spoke is nothing to shout about."""
        _log.debug("%s hung up", client_address, exc_info=True)


class _Handler(BaseHTTPRequestHandler):
    """Reads one request after another from a connection, within limits."""

    server: _Server
    protocol_version = "HTTP/1.1"
    server_version = "sandbox"
    sys_version = ""
    timeout = _IDLE_SECONDS
    disable_nagle_algorithm = True

    def log_message(self, format: str, *arguments: object) -> None:  # noqa: A002  named by the standard library
        _log.debug(format, *arguments)

    def _answer(self) -> None:
        length = self.headers.get("Content-Length", "0")
        if not length.isdigit() or "Transfer-Encoding" in self.headers:
            self._send(_words(HTTPStatus.LENGTH_REQUIRED), close=True)
            return
        most = max(most_bytes(self.headers.get("Content-Type", "")), chorus.takes(self.path))
        if int(length) > most:
            self._discard(int(length))
            self._send(_too_large(self.path), close=True)
            return
        path, _, query = self.path.partition("?")
        headers = {name.lower(): value for name, value in self.headers.items()}
        request = Request(self.command, path, query, headers, self.rfile.read(int(length)))
        self._send(_route(self.server.world, request))

    def _discard(self, length: int) -> None:
        """Let the client finish, so that it reads our answer rather than a broken pipe; within a limit too."""
        left = min(length, _MOST_DISCARDED)
        while left > 0 and (chunk := self.rfile.read(min(left, 65_536))):
            left -= len(chunk)

    do_GET = do_POST = do_DELETE = do_HEAD = do_PUT = _answer  # noqa: N815  named by the standard library

    def _send(self, response: Response, *, close: bool = False) -> None:
        if response.ending is Ending.CLOSED:
            self.close_connection = True
            return
        self.send_response(response.status)
        self.send_header("Content-Type", response.content_type)
        self.send_header("Content-Length", str(len(response.body)))
        for name, value in response.headers.items():
            self.send_header(name, value)
        cut = response.ending is Ending.TRUNCATED
        if close or cut:
            self.send_header("Connection", "close")
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(response.body[: len(response.body) // 2] if cut else response.body)


def _words(status: HTTPStatus) -> Response:
    return Response(status, f"{status.value} {status.phrase}\n".encode(), "text/plain; charset=utf-8")


def _too_large(path: str) -> Response:
    response = _words(HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
    if chorus.concerns(path):
        response.headers |= chorus.correlation()
    return response


def _door(path: str) -> Callable[[World, Request], Response]:
    """Who answers at this address."""
    if paypal.concerns(path):
        return paypal.answer
    if vies.concerns(path):
        return vies.answer
    if bank.concerns(path):
        return bank.answer
    if chorus.concerns(path):
        return chorus.answer
    if path.startswith("/v1/"):
        return api.answer
    return control.answer if path.startswith("/_control/") else pages.answer


def _route(world: World, request: Request) -> Response:
    """One answer for one request; a mistake of the sandbox itself is a 500, in its log."""
    if urlsplit(f"//{request.headers.get('host', '')}").hostname not in _HOSTS:
        return _words(HTTPStatus.MISDIRECTED_REQUEST)  # another site's name leading here: DNS rebinding
    try:
        return _door(request.path)(world, request)
    except BadRequest:
        return _words(HTTPStatus.BAD_REQUEST)
    except Exception as error:  # noqa: BLE001  the last stop: told in the log and in the answer
        _log.exception("%s %s", request.method, request.path)
        return json_response({"error": {"type": "api_error", "message": f"sandbox: {error!r}"}}, 500)
