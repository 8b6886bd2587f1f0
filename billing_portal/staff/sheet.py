"""The style sheet of our pages inside the admin: `python -m billing_portal.staff.sheet` writes it; a test compares.

The portal's own rules, but only within `.ours`: names that the admin also uses (`.button`, `.errors`) stay apart. They
are in one layer, declared after the admin's own layers, so that they win within our part of the page and nowhere else.
"""

from __future__ import annotations

from core.css import BUNDLE, source, squeeze

SHEET = BUNDLE.with_name("staff.css")
_ADMIN_LAYERS = "unhidden, properties, theme, base, components, utilities"
_ORDER = "@layer tokens, base, layout, parts, pages;"
_NESTED = ("base", "layout", "parts", "pages", "reconciling")
# Without a script the admin would stay hidden, since one chooses its theme, and its search would lie over everything.
# An important rule wins in the layer that was declared first.
_WITHOUT_SCRIPT = """
@layer unhidden { @media (scripting: none) {
  html[x-cloak] { display: block !important; }
  .fixed[x-show] { display: none !important; }
} }
"""
_OWN = """
.ours .portal { background: none; }
.ours .portal > * + * { margin-top: var(--s5); }
.ours .split { grid-template-columns: minmax(0, 1fr); gap: var(--s6); }
.ours .side { border: 0; padding: 0; }
.ours .table :is(th, td) small { overflow-wrap: anywhere; }
.ours .mail-text { max-width: var(--measure); white-space: pre-wrap; padding: var(--s4); background: var(--paper-2); }
.ours summary small { display: block; padding-inline-start: 1.125rem; }
.ours .short-list { list-style: none; }
.ours .short-list li { padding: var(--s2) 0; border-bottom: 1px solid var(--rule); font-size: var(--t-s); }
.ours .short-list small { display: block; }
.ours .invoice-head { display: grid; gap: var(--s4); grid-template-columns: repeat(auto-fit, minmax(15rem, 1fr)); }
.ours .lines tr > * { background: none; border: 0; padding: .1875rem .125rem; vertical-align: top; }
.ours .lines .input { min-height: 2.25rem; }
@media (min-width: 80rem) { .ours .split { grid-template-columns: minmax(0, 1fr) 16rem; } }
@media (min-width: 48rem) {
  .ours .lines { min-width: 46rem; table-layout: fixed; }
  .ours .lines :is(.line-quantity, .line-rate) { width: 5.75rem; }
  .ours .lines .line-unit_price { width: 8rem; }
  .ours .lines :is(.line-period_start, .line-period_end) { width: 9.25rem; }
}
@media (max-width: 47.99rem) {
  .ours .lines thead { display: none; }
  .ours .lines :is(table, tbody, caption, td) { display: block; }
  .ours .lines tr { display: grid; grid-template-columns: 1fr 1fr; gap: var(--s2); padding-block: var(--s3); }
  .ours .lines tr + tr { border-top: 1px solid var(--rule); }
  .ours .lines .line-label { grid-column: 1 / -1; }
  .ours .lines label.vh { position: static; width: auto; height: auto; margin: 0; clip-path: none; }
}
"""


def sheet() -> str:
    """The rules as they are served."""
    # In the admin the person's choice of theme is a class; the system's wish alone decides nothing.
    tokens = source("tokens").replace(':root:not([data-theme="light"])', ":root.dark").replace(_ORDER, "")
    rules = "\n".join(source(name) for name in _NESTED)
    ours = f"@layer ours {{ :where(.ours) {{ {rules} }} }}"
    text = "\n".join((f"@layer {_ADMIN_LAYERS}, ours;", _WITHOUT_SCRIPT, tokens, ours, _OWN))
    return squeeze(text).replace("../../fonts/", "../fonts/")


if __name__ == "__main__":
    SHEET.write_text(sheet(), encoding="utf-8")
