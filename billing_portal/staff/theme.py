"""How the staff admin looks. Read by settings, so it imports no model."""

from __future__ import annotations

from typing import Any

from django.templatetags.static import static
from django.utils.translation import gettext_lazy as _

# The colours of static/css/src/tokens.css, so that the admin and the portal are one house.
_INK = {
    "50": "#f3f5f3",
    "100": "#e6ebea",
    "200": "#d9e1e4",
    "300": "#b9c6cb",
    "400": "#82929a",
    "500": "#5d6e75",
    "600": "#475960",
    "700": "#2e3a41",
    "800": "#344148",
    "900": "#1c2429",
    "950": "#151b1f",
}
_TEAL = {
    "50": "#eef7f8",
    "100": "#e2f0f2",
    "200": "#c3e2e7",
    "300": "#aee0e7",
    "400": "#86cdd8",
    "500": "#5fb4c2",
    "600": "#0a5a6c",
    "700": "#07424f",
    "800": "#213f47",
    "900": "#14323a",
    "950": "#0d2329",
}
UNFOLD: dict[str, Any] = {
    "SITE_TITLE": _("Billing, staff"),
    "SITE_HEADER": _("Billing, staff"),
    "SITE_SYMBOL": "menu_book",
    "SITE_FAVICONS": [
        {"rel": "icon", "type": "image/svg+xml", "href": lambda _request: static("icon.svg")},
    ],
    "SITE_URL": None,
    "SHOW_HISTORY": True,
    "SHOW_VIEW_ON_SITE": False,
    "BORDER_RADIUS": "3px",
    "COLORS": {"base": _INK, "primary": _TEAL},
    "STYLES": [lambda _request: static("css/staff.css")],
    "SIDEBAR": {
        "show_search": False,
        "show_all_applications": False,
        "navigation": "billing_portal.staff.navigation.entries",
    },
}
