"""Every page of customers: questions to the database, CPU time, and the weight of a first visit."""

from __future__ import annotations

import gzip
import re
import time
from pathlib import Path
from statistics import median, quantiles
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.contrib.staticfiles import finders
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.browser.places import PLACES
from tests.browser.world import make_world
from tests.support.session import open_session

if TYPE_CHECKING:
    from django.test import Client

    from tests.browser.places import Place
    from tests.browser.world import World

_TURNS = 20
_MOST_QUERIES, _MOST_CPU_MS, _MOST_BYTES, _MOST_REQUESTS = 10, 60, 60_000, 6
_STATIC = re.compile(
    rf'<(?:link rel="(?:icon|stylesheet)"|script)[^>]*?(?:href|src)="{re.escape(str(settings.STATIC_URL))}([^"#?]+)'
)
_FROM_STYLE = re.compile(r'url\("\.\./(fonts/[^"]+)"\)')
_TRANSACTION = ("BEGIN", "COMMIT", "SAVEPOINT", "RELEASE")


def pages() -> dict[str, Any]:
    """The worst page of each kind, through Django's test client; fonts count as the style sheet names them.

    That no page needs JavaScript is what the browser tests prove.
    """
    world = make_world(f"http://localhost{settings.STATIC_URL}")
    clients: dict[Any, Client] = {}
    queries, cpu, weight, requests = {}, {}, {}, {}
    for place in [place for place in PLACES if place.status == 200]:
        who = place.who(world)
        client = clients.get(who) or clients.setdefault(who, open_session(who, SERVER_NAME="localhost"))
        queries[place.name], body = _visit(client, place, world)
        cpu[place.name] = _cpu(client, place, world)
        weight[place.name], requests[place.name] = _weight(body)
    most, heaviest = max(queries, key=lambda name: queries[name]), max(weight, key=lambda name: weight[name])
    slowest = max(cpu, key=lambda name: median(cpu[name]))
    p95 = quantiles([spent for times in cpu.values() for spent in times], n=20)[-1]
    ok = (
        queries[most] <= _MOST_QUERIES
        and p95 <= _MOST_CPU_MS
        and weight[heaviest] <= _MOST_BYTES
        and max(requests.values()) <= _MOST_REQUESTS
    )
    return {
        "value": round(p95, 1),
        "unit": "ms of CPU, p95 of all visits",
        "slowest": slowest,
        "slowest_median_ms": round(median(cpu[slowest]), 1),
        "pages": len(queries),
        "queries": queries[most],
        "most_queries": most,
        "gzip_kb": round(weight[heaviest] / 1000, 1),
        "heaviest": heaviest,
        "requests": max(requests.values()),
        "goal": f"<= {_MOST_QUERIES} queries, p95 <= {_MOST_CPU_MS} ms, <= {_MOST_BYTES // 1000} kB in <= 6 requests",
        "ok": ok,
    }


def _visit(client: Client, place: Place, world: World) -> tuple[int, bytes]:
    """How many questions a page asks once the process is warm, and its bytes."""
    client.get(place.path(world))
    with CaptureQueriesContext(connection) as asked:
        answer = client.get(place.path(world))
    if answer.status_code != place.status:
        raise RuntimeError(f"{place.name}: {answer.status_code}")
    return sum(not query["sql"].startswith(_TRANSACTION) for query in asked.captured_queries), answer.content


def _cpu(client: Client, place: Place, world: World) -> list[float]:
    spent = []
    for _turn in range(_TURNS):
        start = time.process_time()
        client.get(place.path(world))
        spent.append((time.process_time() - start) * 1000)
    return spent


def _weight(body: bytes) -> tuple[int, int]:
    """Bytes and requests of a first visit: the page, and every file that it or its style sheet names."""
    named = set(_STATIC.findall(body.decode()))
    files = {name: _read(name) for name in named}
    for name, content in list(files.items()):
        if name.endswith(".css"):
            files |= {font: _read(font) for font in _FROM_STYLE.findall(content.decode())}
    return len(gzip.compress(body, 9)) + sum(map(_sent, files, files.values())), 1 + len(files)


def _read(name: str) -> bytes:
    found = finders.find(name) or finders.find(re.sub(r"\.[0-9a-f]{12}(\.\w+)$", r"\1", name))
    return Path(str(found)).read_bytes()


def _sent(name: str, content: bytes) -> int:
    return len(content) if name.endswith(".woff2") else len(gzip.compress(content, 9))


SCENARIOS = {"pages": pages}
