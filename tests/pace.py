"""`python -m tests.pace URL SANDBOX [LINES]`: how long a clerk with a keyboard needs for lines that wait.

Works on a demonstration that runs (`make run`): people send transfers that name a customer without check digits, the
statement is imported, and a browser presses Enter on each line, as the clerk would who agrees with the first candidate.
Prints one JSON object: lines, seconds, seconds a line, minutes of 500. What a person needs to read comes on top.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
import urllib.request
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from playwright.sync_api import sync_playwright

if TYPE_CHECKING:
    from playwright.sync_api import Page

_CHROMIUM = os.environ.get("CHROMIUM", "/usr/bin/chromium")
_PASSWORD = "a-portal-to-try-2026"
_FINANCE = "fanny@example.org"
_PREPARED = 500


def prepare(sandbox: str, lines: int) -> None:
    """Transfers arrive, and their statement is imported."""
    day = datetime.now(UTC).date().isoformat()
    for number in range(lines):
        told = {"cents": 1_000 + number, "text": f"CLIENT C10000{1 + number % 4} HEBERGEMENT {number}", "day": day}
        body = json.dumps(told | {"name": f"PAYEUR {number}"}).encode()
        asked = urllib.request.Request(f"{sandbox}/_control/bank/transfers", body, {"Content-Type": "application/json"})
        with urllib.request.urlopen(asked) as answer:
            answer.read()
    with urllib.request.urlopen(f"{sandbox}/bank/camt.053.xml?from={day}&to={day}") as answer:
        content = answer.read()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "statement.xml"
        path.write_bytes(content)
        subprocess.run([sys.executable, "manage.py", "import_statement", str(path), "--json"], check=True)


def clear(page: Page, url: str, lines: int) -> float:
    """Press Enter until the lot is empty; returns the seconds."""
    page.goto(f"{url}/account/login/")
    page.fill("input[name=login]", _FINANCE)
    page.fill("input[name=password]", _PASSWORD)
    page.click("button[type=submit]")
    page.goto(f"{url}/admin/rapprochement/?lot=a-choisir")
    page.keyboard.press("j")
    page.wait_for_selector("#choose")
    begun = time.monotonic()
    for _line in range(lines):
        with page.expect_navigation():
            page.keyboard.press("Enter")
    return time.monotonic() - begun


def main(url: str, sandbox: str, lines: int) -> None:
    prepare(sandbox, lines)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=_CHROMIUM, args=["--no-sandbox"])
        seconds = clear(browser.new_page(viewport={"width": 1280, "height": 900}), url, lines)
        browser.close()
    each = seconds / lines
    told = {"lines": lines, "seconds": round(seconds, 1), "seconds_a_line": round(each, 2)}
    print(json.dumps(told | {"minutes_of_500": round(each * _PREPARED / 60, 1)}))


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], int(sys.argv[3]) if len(sys.argv) > 3 else _PREPARED)
