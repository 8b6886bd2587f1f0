from __future__ import annotations

import ast
import re

import polib

from core.translations import catalogues
from tests.house.source import ROOT, product_modules, tracked

_GETTEXT = {"_", "gettext", "gettext_lazy", "ngettext", "ngettext_lazy", "pgettext", "pgettext_lazy"}
_TAG = re.compile(r"""{%\s*(?:translate|trans)\s+(?:"([^"]+)"|'([^']+)')""")
_BLOCK = re.compile(r"{%\s*blocktrans(?:late)?\b([^%]*)%}(.*?){%\s*endblocktrans(?:late)?\s*%}", re.DOTALL)
_VARIABLE = re.compile(r"{{\s*(\w+)[^}]*}}")
# French by law whatever the reader's language, or the same word in both.
LIBRARY_PREFIXES = ("templates/account/", "templates/mfa/", "templates/usersessions/")


def in_code() -> set[tuple[str, str]]:
    found = set()
    for module in product_modules():
        for node in ast.walk(module.tree):
            if not isinstance(node, ast.Call) or ast.unparse(node.func).split(".")[-1] not in _GETTEXT:
                continue
            texts = [arg.value for arg in node.args if isinstance(arg, ast.Constant) and isinstance(arg.value, str)]
            if texts:
                found.add((texts[-1] if "pgettext" in ast.unparse(node.func) else texts[0], module.name))
    return found


def in_templates() -> set[tuple[str, str]]:
    found = set()
    for path in tracked("templates/*"):
        name = path.relative_to(ROOT).as_posix()
        text = path.read_text(encoding="utf-8")
        found |= {(double or single, name) for double, single in _TAG.findall(text)}
        for options, body in _BLOCK.findall(text):
            first = re.split(r"{%\s*plural\s*%}", body)[0]
            message = _VARIABLE.sub(r"%(\1)s", first.replace("%", "%%") if "{{" in first else first)
            if "trimmed" in options:
                message = " ".join(line.strip() for line in message.strip().splitlines())
            found.add((message, name))
    return found


def translated() -> set[str]:
    return {
        entry.msgid
        for path in catalogues()
        for entry in polib.pofile(str(path))
        if entry.translated() and "fuzzy" not in entry.flags
    }


def test_every_text_for_people_has_its_french_words() -> None:
    known = translated()
    missing = {
        (text, place)
        for text, place in in_code() | in_templates()
        if text not in known and text.replace("%%", "%") not in known and not place.startswith(LIBRARY_PREFIXES)
    }

    assert sorted(missing) == []


def test_a_translation_keeps_the_names_of_its_values() -> None:
    names = re.compile(r"%\((\w+)\)[sd]|{(\w+)}")
    wrong = [
        (path.parts[-5], entry.msgid)
        for path in catalogues()
        for entry in polib.pofile(str(path))
        if entry.msgstr and set(names.findall(entry.msgid)) != set(names.findall(entry.msgstr))
    ]

    assert wrong == []
