"""WeasyPrint, set up once per process: fonts, style sheet and images are read once, and nothing else is ever opened.

Importing this module takes most of a second: only what really prints imports it (invoices/pdf.py). The two shortcuts of
`Paper` reach into WeasyPrint 70.0, which is pinned; a test compares their pages with those of the plain class.
"""

from __future__ import annotations

import gc
import re
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote, urlsplit
from xml.etree import ElementTree

from cssselect2 import ElementWrapper  # type: ignore[import-untyped]
from django.conf import settings
from weasyprint import CSS, HTML
from weasyprint.text.fonts import FontConfiguration
from weasyprint.urls import FatalURLFetchingError, URLFetcher

from invoices.glyphs import characters_of, drawable
from invoices.hybrid import make_hybrid

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import datetime

    from pydyf import PDF  # type: ignore[import-untyped]
    from weasyprint.document import Document
    from weasyprint.urls import URLFetcherResponse

    from invoices.extras import ExtraFile

PAPER = (settings.BASE_DIR / "static" / "paper").resolve()
VARIANT, _VERSION = "pdf/a-3a", "1.7"
# The display rules of the elements in use; the full default sheet costs 6 % more.
_ELEMENTS = """head { display: none }
html, body, div, header, section, address, h1, h2, p { display: block }
table { display: table; box-sizing: border-box } thead { display: table-header-group }
tbody { display: table-row-group } tr { display: table-row } th, td { display: table-cell }
h1 { bookmark-level: 1 }"""


class AddressRefused(FatalURLFetchingError):  # type: ignore[misc]
    """A document tried to open something that is not one of our own files. It is not printed at all."""


class OwnFilesOnly(URLFetcher):  # type: ignore[misc]
    """Opens the files of static/paper and data: addresses. Anything else ends the printing."""

    def __init__(self) -> None:
        super().__init__(allowed_protocols=("file", "data"), allow_redirects=False, fail_on_errors=True)

    def fetch(self, url: str, headers: dict[str, str] | None = None) -> URLFetcherResponse:
        parts = urlsplit(url)
        if parts.scheme == "data":
            return super().fetch(url, headers)
        path = Path(unquote(parts.path)).resolve()
        if parts.scheme != "file" or parts.netloc or not path.is_relative_to(PAPER) or not path.is_file():
            raise AddressRefused(f"{url[:200]} is not one of our own files")
        return super().fetch(path.as_uri(), headers)


class Paper(HTML):  # type: ignore[misc]
    """A page of ours: well-formed, so that a C parser reads it, with the default rules of the elements we use."""

    def __init__(self, page: str, fetcher: URLFetcher) -> None:
        try:
            root = ElementTree.fromstring(page.removeprefix("<!doctype html>"))  # noqa: S314 - our own template
        except ElementTree.ParseError:
            super().__init__(string=page, base_url=_BASE, url_fetcher=fetcher)
            return
        self.media_type, self.base_url, self.url_fetcher = "print", _BASE, fetcher
        self.etree_element, self.wrapper_element = root, ElementWrapper.from_html_root(root)

    def _ua_stylesheets(self, forms: bool = False) -> list[CSS]:  # noqa: FBT001, FBT002 - WeasyPrint's signature
        return [_DEFAULTS]


_BASE = PAPER.as_uri() + "/"
_FETCHER = OwnFilesOnly()
_FONTS = FontConfiguration()
_DEFAULTS = CSS(string=_ELEMENTS)
_STYLE = CSS(filename=PAPER / "paper.css", font_config=_FONTS, url_fetcher=_FETCHER)
_PLEX = tuple(PAPER / "fonts" / f"IBMPlexSans-{weight}.woff2" for weight in ("Regular", "SemiBold"))
_WIDE = PAPER / "fonts" / "DejaVuSans.woff2"
_IMAGES: dict[Any, Any] = {}
_ONE_AT_A_TIME = Lock()  # a font configuration is not shared between threads


def press(page: str, *, identifier: str) -> bytes:
    """A page of HTML as PDF/A-3a, tagged. The same page and identifier give the same bytes."""
    options = _options(identifier)
    with _ONE_AT_A_TIME, _uncollected():
        pdf: bytes = _laid_out(page, options).write_pdf(**options)
    return pdf


def press_with_xml(
    page: str, xml: bytes, *, identifier: str, at: datetime, extras: Sequence[ExtraFile] = ()
) -> tuple[bytes, bytes]:
    """The same PDF, and the Factur-X of it with the XML and extra files: drawn once. Promise as `press`."""
    options, plain = _options(identifier), b""

    def finish(_document: object, drawn: PDF) -> None:
        nonlocal plain
        write = {"version": _VERSION, "identifier": identifier, "compress": True}
        plain = make_hybrid(drawn, xml, at=at, write=write, extras=extras)

    with _ONE_AT_A_TIME, _uncollected():
        hybrid: bytes = _laid_out(page, options).write_pdf(finisher=finish, **options)
    return plain, hybrid


@contextmanager
def _uncollected() -> Iterator[None]:
    """Without the search for cycles: a layout only grows until it is written, and searching it costs a fifth more."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()


def _options(identifier: str) -> dict[str, Any]:
    return {"pdf_variant": VARIANT, "pdf_identifier": identifier.encode()}


def _laid_out(page: str, options: dict[str, Any]) -> Document:
    page, is_wide = drawable(page, plain=characters_of(*_PLEX), wide=characters_of(_WIDE))
    fonts, style = _wide_style() if is_wide else (_FONTS, _STYLE)
    return Paper(page, _FETCHER).render(font_config=fonts, stylesheets=[style], cache=_IMAGES, **options)


@cache
def _wide_style() -> tuple[FontConfiguration, CSS]:
    """The same style with a second font behind the first: for the few pages that need it, since it costs some time."""
    fonts = FontConfiguration()
    text = re.sub(r"(\bfont: [^;}]*) Plex", r"\1 Plex, Wide", (PAPER / "paper.css").read_text(encoding="utf-8"))
    face = f"@font-face {{ font-family: Wide; src: url({_WIDE.as_uri()}) }}\n"
    return fonts, CSS(string=face + text, base_url=_BASE, font_config=fonts, url_fetcher=_FETCHER)
