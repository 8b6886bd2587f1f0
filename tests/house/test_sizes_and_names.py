from __future__ import annotations

import ast
import re

from tests.house.source import modules, product_modules, tracked

FILE_LINES = 400
FUNCTION_LINES = 40
BANNED_NAMES = {"utils.py", "helpers.py", "common.py", "util.py", "misc.py"}


def test_no_file_outgrows_the_house() -> None:
    long = {m.name: m.text.count("\n") for m in modules() if m.text.count("\n") > FILE_LINES}

    assert long == {}


def body_lines(node: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """Lines of work. The promise (signature by name, docstring) may be as long as it has to be."""
    first = node.body[1] if ast.get_docstring(node) and len(node.body) > 1 else node.body[0]
    return (node.end_lineno or 0) - first.lineno + 1


def test_no_function_outgrows_the_house() -> None:
    long = [
        f"{module.name}:{node.lineno} {node.name} ({lines} lines)"
        for module in modules()
        for node in ast.walk(module.tree)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and (lines := body_lines(node)) > FUNCTION_LINES
    ]

    assert long == []


def test_no_file_is_named_after_nothing() -> None:
    assert [path.name for path in tracked("*.py") if path.name in BANNED_NAMES] == []


def test_no_task_is_left_in_a_comment_without_its_issue_number() -> None:
    loose = [
        f"{module.name}:{number}"
        for module in modules()
        if not module.name.startswith("tests/house/")
        for number, line in enumerate(module.text.splitlines(), 1)
        if re.search(r"#.*\b(TODO|FIXME|XXX)\b(?!.*#\d+)", line)
    ]

    assert loose == []


def test_public_verbs_and_questions_say_their_promise() -> None:
    silent = [
        f"{module.name}:{node.lineno} {node.name}"
        for module in product_modules()
        if re.search(r"(services|selectors)(/\w+)?\.py$", module.name)
        for node in module.tree.body
        if isinstance(node, ast.FunctionDef) and not node.name.startswith("_") and not ast.get_docstring(node)
    ]

    assert silent == []
