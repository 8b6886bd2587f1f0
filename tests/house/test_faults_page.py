"""docs/faults.md names tests: each of them exists, so that a promise is not kept by a name alone."""

from __future__ import annotations

import re

from tests.house.source import ROOT

_NAMED = re.compile(r"`(test_\w+)`")
_DEFINED = re.compile(r"^ *def (test_\w+)", re.MULTILINE)


def test_each_test_that_the_page_of_faults_names_exists() -> None:
    named = set(_NAMED.findall((ROOT / "docs" / "faults.md").read_text(encoding="utf-8")))
    files = [path for app in ROOT.iterdir() if app.is_dir() and app.name[0] != "." for path in app.rglob("test*.py")]
    files += list((ROOT / "payments" / "tests").glob("*_contract.py"))
    defined = {name for path in files for name in _DEFINED.findall(path.read_text(encoding="utf-8"))}

    assert named
    assert named - defined == set()
