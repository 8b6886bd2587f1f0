"""What comes to PayPal at the sandbox's address: API calls, what the payer sees, certificates."""

from __future__ import annotations

from sandbox.paypal import PREFIX, api, certificates, pages, tokens, webhooks
from sandbox.wire import Request, Response
from sandbox.world import World

_API = tuple(f"{PREFIX}/{version}/" for version in ("v1", "v2", "v3"))


def concerns(path: str) -> bool:
    """Whether a request is PayPal's to answer."""
    return path.startswith((f"{PREFIX}/", webhooks.CERTIFICATES))


def answer(world: World, request: Request) -> Response:
    """The answer of PayPal."""
    if request.path.startswith(_API):
        return api.answer(world, request)
    if request.path.startswith(webhooks.CERTIFICATES):
        return _certificate(world, request.path.removeprefix(webhooks.CERTIFICATES))
    return pages.answer(world, request)


def _certificate(world: World, name: str) -> Response:
    if name != certificates.identifier(world):
        return Response(404, b"Not Found\n", "text/plain; charset=utf-8")
    return Response(200, certificates.chain(world), "application/x-pem-file")


def settings(world: World) -> dict[str, str]:
    """The settings that point the product at this PayPal."""
    client_id, secret = tokens.credentials(world)
    return {
        "PAYPAL_API_BASE": f"{world.origin}{PREFIX}",
        "PAYPAL_CLIENT_ID": client_id,
        "PAYPAL_SECRET": secret,
        "PAYPAL_WEBHOOK_ID": webhooks.webhook_id(world),
        "PAYPAL_CHECKOUT_ORIGIN": world.origin,
        "PAYPAL_CERT_HOST": world.origin.partition("://")[2],
        "PAYPAL_CERT_ROOT": certificates.root(world),
    }
