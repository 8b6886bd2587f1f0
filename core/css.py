"""The style sheet that is served, made of its five layers. `python -m core.css` writes it again; a test compares.

Nothing to install and nothing clever: comments, line ends and indentation go, the rest stays as written.
"""

from __future__ import annotations

import re
from pathlib import Path

_CSS = Path(__file__).resolve().parent.parent / "static" / "css"
LAYERS = ("tokens", "base", "layout", "parts", "pages")
BUNDLE = _CSS / "portal.css"


def bundle() -> str:
    """The five layers as one sheet, in order."""
    text = "\n".join(source(layer) for layer in LAYERS)
    return squeeze(text).replace("../../fonts/", "../fonts/")  # the bundle is one folder nearer to the fonts


def source(layer: str) -> str:
    """One layer as it is written."""
    return (_CSS / "src" / f"{layer}.css").read_text(encoding="utf-8")


def font_files() -> list[str]:
    """The files that the sheet asks for, relative to it."""
    return re.findall(r'url\("([^"]+)"\)', bundle())


def squeeze(css: str) -> str:
    """The same rules without comments, indentation and spaces that mean nothing; quoted text stays as it is."""
    pieces = re.split(r"""("[^"]*")""", re.sub(r"/\*.*?\*/", "", css, flags=re.DOTALL))
    pieces[::2] = [_squeeze_rules(piece) for piece in pieces[::2]]
    return "".join(pieces).replace(";}", "}").strip() + "\n"


def _squeeze_rules(css: str) -> str:
    css = re.sub(r" ?([{};,]) ?", r"\1", re.sub(r"\s+", " ", css))
    return re.sub(r"(?<=[\w-]): (?=[^{}]*(?:[;}]|$))", ":", css)


if __name__ == "__main__":
    BUNDLE.write_text(bundle(), encoding="utf-8")
