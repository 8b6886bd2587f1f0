"""The style sheet of our pages in the admin."""

from __future__ import annotations

from billing_portal.staff.sheet import SHEET, sheet


def test_the_sheet_that_is_served_is_made_of_the_portals_rules() -> None:
    assert SHEET.read_text(encoding="utf-8") == sheet(), "run `python -m billing_portal.staff.sheet`"


def test_our_rules_stay_within_our_part_of_the_page() -> None:
    text = sheet()

    admin_first = "@layer unhidden,properties,theme,base,components,utilities,ours"
    assert text.index(admin_first) < text.index("@layer ours{:where(.ours){")
    assert text.count("{") == text.count("}")
