"""What the product and the sandbox import is installed by requirements.txt alone: `make run` has nothing else."""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Iterator
from importlib.metadata import packages_distributions

from tests.house.source import PRODUCT, ROOT, modules

_OURS = {*PRODUCT, "sandbox"}


def imported(node: ast.AST) -> Iterator[str]:
    """The packages that a piece of code imports when it runs: what only the type checker reads is left out."""
    if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING":
        return
    if isinstance(node, ast.Import):
        yield from (each.name.split(".")[0] for each in node.names)
    elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
        yield node.module.split(".")[0]
    for child in ast.iter_child_nodes(node):
        yield from imported(child)


def plain(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def test_what_runs_without_the_tools_of_tests_imports_nothing_of_them() -> None:
    lines = (ROOT / "requirements.txt").read_text(encoding="utf-8").splitlines()
    installed = {plain(line.split("==")[0]) for line in lines if "==" in line}
    homes = packages_distributions()

    wrong = {
        f"{module.name}: {name}"
        for module in modules()
        if module.app in _OURS and not module.is_test
        for name in imported(module.tree)
        if name in homes and name not in sys.stdlib_module_names
        if not {plain(home) for home in homes[name]} & installed
    }

    assert wrong == set()
