from __future__ import annotations

import re
from collections.abc import Iterator

from django.urls import URLPattern, URLResolver, get_resolver

from accounts.permissions import LIBRARY_ACCESS
from tests.house.source import ROOT, tracked

# Addresses of the frameworks: the admin asks for staff by itself; static files are public by nature.
FRAMEWORK = ("admin/",)
TEMPLATES_WITHOUT_A_HEADING = ("templates/parts/", "templates/mail/", "templates/base", "templates/allauth/")
_EXTENDS = re.compile(r'{% extends "([^"]+)"')
_INCLUDES = re.compile(r'{% include "([^"]+)"')
_H1 = re.compile(r"<h1[\s>]|{% block h1 %}")


def addresses(patterns: list[URLPattern | URLResolver], prefix: str = "") -> Iterator[tuple[str, URLPattern]]:
    for pattern in patterns:
        route = prefix + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            yield from addresses(pattern.url_patterns, route)
        else:
            yield route, pattern


def headings(text: str, pages: dict[str, str]) -> int:
    """How many h1 a page shows. Those of included parts count once: such parts are each other’s alternatives."""
    own = len(_H1.findall(text))
    included = [pages.get(f"templates/{name}", "") for name in _INCLUDES.findall(text)]
    return own + max((len(_H1.findall(part)) for part in included), default=0)


def test_every_address_says_who_may_open_it() -> None:
    silent = [
        route
        for route, pattern in addresses(get_resolver().url_patterns)
        if not route.startswith(FRAMEWORK)
        and not hasattr(pattern.callback, "access")
        and (pattern.name or "") not in LIBRARY_ACCESS
    ]

    assert silent == []


def test_every_page_has_one_heading_of_the_first_rank() -> None:
    pages = {
        path.relative_to(ROOT).as_posix(): path.read_text(encoding="utf-8") for path in tracked("templates/*.html")
    }
    frames = {f"templates/{name}" for text in pages.values() for name in _EXTENDS.findall(text)}
    skipped = (*TEMPLATES_WITHOUT_A_HEADING, "templates/admin/", "templates/staff/")
    wrong = {
        name: count
        for name, text in pages.items()
        if not name.startswith(skipped) and name not in frames and _EXTENDS.search(text)
        if (count := headings(text, pages)) != 1
    }

    assert wrong == {}


def test_no_template_carries_style_script_or_outside_address() -> None:
    banned = re.compile(r'\sstyle="|<style|<script(?![^>]*\ssrc="{% static)|\son[a-z]+="|(?:src|href)="https?://')
    pages = [path for path in tracked("templates/*.html") if not re.search(r"templates/(mail|paper)/", path.as_posix())]

    assert [path.name for path in pages if banned.search(path.read_text(encoding="utf-8"))] == []


def test_no_page_asks_for_a_card_number() -> None:
    fields = re.compile(r'name="[^"]*(pan|cvc|cvv|card_number|cardnumber)[^"]*"', re.IGNORECASE)

    assert [path.name for path in tracked("templates/*.html") if fields.search(path.read_text(encoding="utf-8"))] == []
