"""docs/settings.md, written from what the settings really read."""

from __future__ import annotations

from billing_portal import settings

_HEAD = """# Settings

Everything that changes between machines comes from the environment. A variable `NAME` may also be given as
`NAME_FILE`, the path of a file that holds the value. A wrong value stops the program with a message that says what
to write. This page is written by `make docs`; a test keeps it true.

| variable | values | when it is not set | what it is for |
|---|---|---|---|
"""


def settings_page() -> str:
    """The page as it should stand in docs/settings.md."""
    base = str(settings.BASE_DIR)
    run = str(settings.RUN_DIR)
    rows = [
        f"| `{one.name}` | {one.kind} | {_shown(one.default, base, run)} | {one.help} |" for one in settings.env.asked
    ]
    return _HEAD + "\n".join(rows) + "\n"


def _shown(default: str, base: str, run: str) -> str:
    if not default:
        return "–"
    if default.startswith(("a ", "–")):
        return default
    return f"`{default.replace(run, '.run').replace(base + '/', '')}`"
