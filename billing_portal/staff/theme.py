"""How the staff admin looks, and what stands in its margin. Read by settings, so it imports no model."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.templatetags.static import static
from django.urls import reverse_lazy
from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.http import HttpRequest
    from django.utils.functional import Promise


def _may(permission: str) -> Callable[[HttpRequest], bool]:
    def allowed(request: HttpRequest) -> bool:
        return request.user.has_perm(permission)

    return allowed


def _under(prefix: str) -> Callable[[HttpRequest], bool]:
    """Whether the page being read belongs to this entry of the margin."""

    def current(request: HttpRequest) -> bool:
        return request.path.startswith(prefix)

    return current


def _entry(title: Promise, address: str, icon: str, permission: str = "", **more: Any) -> dict[str, Any]:
    entry: dict[str, Any] = {"title": title, "link": reverse_lazy(address), "icon": icon, **more}
    if permission:
        entry["permission"] = _may(permission)
    return entry


_WORK: list[dict[str, Any]] = [
    _entry(_("To do"), "admin:index", "checklist", active=lambda request: request.path == "/admin/")
    | {"badge": "billing_portal.staff.todo.badge"},
    _entry(
        _("Customers"),
        "admin:accounts_customer_changelist",
        "group",
        "accounts.view_customer",
        active=lambda request: _under("/admin/accounts/customer/")(request) or _under("/admin/clients/")(request),
    ),
    _entry(_("Invoices"), "admin:invoices_invoice_changelist", "description", "invoices.view_invoice"),
    _entry(_("Payments"), "admin:payments_payment_changelist", "credit_card", "payments.view_payment"),
    _entry(_("Jobs"), "admin:outbox_job_changelist", "pending_actions", "outbox.view_job"),
    _entry(_("Mails"), "admin:outbox_message_changelist", "mail", "outbox.view_message"),
    _entry(_("Health"), "staff:health", "monitor_heart"),
]
_HOUSE: list[dict[str, Any]] = [
    _entry(_("Seller"), "admin:accounts_seller_changelist", "storefront", "accounts.view_seller"),
    _entry(_("People"), "admin:accounts_user_changelist", "badge", "accounts.view_user"),
    _entry(_("Groups"), "admin:auth_group_changelist", "shield_person", "auth.view_group"),
]
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
    "SITE_URL": None,
    "SHOW_HISTORY": True,
    "SHOW_VIEW_ON_SITE": False,
    "BORDER_RADIUS": "3px",
    "COLORS": {"base": _INK, "primary": _TEAL},
    "STYLES": [lambda _request: static("css/staff.css")],
    "SIDEBAR": {
        "show_search": False,
        "show_all_applications": False,
        "navigation": [
            {"title": None, "items": _WORK},
            {"title": _("House"), "separator": True, "collapsible": False, "items": _HOUSE},
        ],
    },
}
