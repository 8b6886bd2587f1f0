"""The style sheet of our pages inside the admin: `python -m billing_portal.staff.sheet` writes it; a test compares.

The portal's own rules, but only within `.ours`: names that the admin also uses (`.button`, `.errors`) stay apart. They
are in one layer, declared after the admin's own layers, so that they win within our part of the page and nowhere else.
"""

from __future__ import annotations

from core.css import BUNDLE, source, squeeze

SHEET = BUNDLE.with_name("staff.css")
_ADMIN_LAYERS = "properties, theme, base, components, utilities"
_ORDER = "@layer tokens, base, layout, parts, pages;"
_NESTED = ("base", "layout", "parts", "pages")
# Without a script the admin would stay hidden: it waits for one to choose its theme.
_OWN = """
@media (scripting: none) { [x-cloak] { display: revert !important; } }
.ours .portal { background: none; }
.ours .portal > * + * { margin-top: var(--s5); }
.ours .mail-text { max-width: var(--measure); white-space: pre-wrap; padding: var(--s4); background: var(--paper-2); }
.ours .lines .input { min-height: 2.25rem; }
.ours .lines td { padding-inline: .125rem; }
"""


def sheet() -> str:
    """The rules as they are served."""
    # In the admin the person's choice of theme is a class; the system's wish alone decides nothing.
    tokens = source("tokens").replace(':root:not([data-theme="light"])', ":root.dark").replace(_ORDER, "")
    rules = "\n".join(source(name) for name in _NESTED)
    text = f"@layer {_ADMIN_LAYERS}, ours;\n{tokens}\n@layer ours {{ :where(.ours) {{ {rules} }} }}\n{_OWN}"
    return squeeze(text).replace("../../fonts/", "../fonts/")


if __name__ == "__main__":
    SHEET.write_text(sheet(), encoding="utf-8")
