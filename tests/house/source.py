"""The source of the product, as the rules of the house read it."""

from __future__ import annotations

import ast
import subprocess
from dataclasses import dataclass
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PRODUCT = ("accounts", "bank", "billing_portal", "chorus", "core", "invoices", "ledger", "outbox", "payments")


@dataclass(frozen=True, slots=True)
class Module:
    """One Python file of ours."""

    path: Path
    text: str
    tree: ast.Module

    @property
    def name(self) -> str:
        return self.path.relative_to(ROOT).as_posix()

    @property
    def app(self) -> str:
        return self.name.split("/", 1)[0]

    @property
    def is_test(self) -> bool:
        return "/tests/" in self.name or self.name.startswith("tests/") or self.name == "conftest.py"


@cache
def tracked(*patterns: str) -> tuple[Path, ...]:
    """Files that git tracks, or would (not ignored)."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "--", *patterns],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    ).stdout.split("\n")
    return tuple(sorted({ROOT / name for name in listed if name and (ROOT / name).is_file()}))


@cache
def modules() -> tuple[Module, ...]:
    """Every Python file but migrations."""
    paths = [path for path in tracked("*.py") if "/migrations/" not in path.as_posix()]
    return tuple(Module(path, text := path.read_text(encoding="utf-8"), ast.parse(text)) for path in paths)


def product_modules() -> list[Module]:
    """The product's own code: no tests, no sandbox, no bench."""
    return [module for module in modules() if module.app in PRODUCT and not module.is_test]


def calls(module: Module) -> list[tuple[str, int, ast.Call]]:
    """(dotted name, line, node) of each call whose target is a plain name."""
    nodes = [node for node in ast.walk(module.tree) if isinstance(node, ast.Call)]
    return [(ast.unparse(node.func), node.lineno, node) for node in nodes]
