from __future__ import annotations

import re
from pathlib import Path

from django.apps import apps
from django.core.management import get_commands

from billing_portal.settings_page import settings_page
from tests.house.source import PRODUCT, ROOT, tracked


def read(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


def test_the_settings_page_says_what_the_program_reads() -> None:
    assert read("docs/settings.md") == settings_page(), "run `make docs`"


def test_each_command_is_documented() -> None:
    page = read("docs/commands.md")
    ours = [name for name, app in get_commands().items() if app in {*PRODUCT, "sandbox"}]

    assert [name for name in ours if f"`{name}" not in page] == []


def test_each_state_is_documented() -> None:
    pages = " ".join(path.read_text(encoding="utf-8") for path in tracked("docs/*.md", "docs/**/*.md"))
    states = {
        str(value)
        for model in apps.get_models()
        if model._meta.app_label in PRODUCT
        for field in model._meta.get_fields()
        if field.name in {"state", "status"} and getattr(field, "choices", None)
        for value, _label in field.choices  # type: ignore[union-attr]
    }

    assert sorted(state for state in states if state not in pages) == []


def test_each_link_between_pages_leads_somewhere() -> None:
    broken = [
        f"{path.name} → {target}"
        for path in tracked("*.md", "docs/*.md", "docs/**/*.md")
        for target in re.findall(r"\]\(([^)#\s]+)", path.read_text(encoding="utf-8"))
        if "://" not in target and not target.startswith("mailto:") and not (path.parent / target).exists()
    ]

    assert broken == []


def test_the_project_speaks_of_itself_alone() -> None:
    foreign = re.compile(
        r"/work/(main|shared)|\.\./shared|house\.md|reference/[a-z-]+\.md|(?:pypi|npmjs|debian)\.org", re.IGNORECASE
    )
    own = Path(__file__)
    named = [
        path.relative_to(ROOT).as_posix()
        for path in tracked()
        if path != own
        and path.suffix not in {".woff2", ".png", ".mo"}
        and foreign.search(path.read_text("utf-8", "replace"))
    ]

    assert named == []


def test_every_decision_is_in_the_index() -> None:
    index = read("docs/adr/README.md")

    assert [path.name for path in tracked("docs/adr/0*.md") if path.name not in index] == []
