"""From a template and its facts to an answer."""

from __future__ import annotations

from datetime import datetime
from functools import cache
from pathlib import Path
from zoneinfo import ZoneInfo

from django.template import Context, Engine

from sandbox.pages.words import words
from sandbox.wire import Response

FOLDER = Path(__file__).parent / "html"
_PARIS = ZoneInfo("Europe/Paris")
_NO_BREAK = "\N{NO-BREAK SPACE}"


@cache
def _engine() -> Engine:
    return Engine(dirs=[str(FOLDER)])


def page(
    name: str,
    language: str,
    facts: dict[str, object],
    *,
    status: int = 200,
    forms_to: str = "",
    engine: Engine | None = None,
) -> Response:
    """The named template as an answer.

    `forms_to` is one more origin where a form of the page may lead; `engine` finds templates elsewhere too.
    """
    context = Context({"t": words(language), **facts}, use_l10n=False, use_tz=False)
    body = (engine or _engine()).get_template(name).render(context)
    policy = (
        "default-src 'none'; style-src 'self'; img-src 'self' data:; frame-src 'self'; base-uri 'none'; "
        f"frame-ancestors 'self'; form-action 'self' {forms_to}"
    )
    headers = {
        "Content-Security-Policy": policy.strip(),
        "Cache-Control": "no-store",
        "X-Content-Type-Options": "nosniff",
    }
    return Response(status, body.encode(), headers=headers)


def style() -> Response:
    return Response(200, (FOLDER / "style.css").read_bytes(), "text/css; charset=utf-8")


def euros(cents: int, language: str) -> str:
    """1234567 → 12 345,67 € or €12,345.67."""
    sign, whole, rest = "−" if cents < 0 else "", abs(cents) // 100, abs(cents) % 100
    if language == "fr":
        return f"{sign}{whole:,}".replace(",", _NO_BREAK) + f",{rest:02}{_NO_BREAK}€"
    return f"{sign}€{whole:,}.{rest:02}"


def moment(seconds: int, language: str) -> str:
    """A time in Paris, to the second."""
    pattern = "%d/%m/%Y %H:%M:%S" if language == "fr" else "%Y-%m-%d %H:%M:%S"
    return datetime.fromtimestamp(seconds, _PARIS).strftime(pattern)
