"""What stands in the margin of the staff admin, for this person and this page."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.urls import reverse
from django.utils.translation import gettext as _

from billing_portal.staff import todo
from core import clock

if TYPE_CHECKING:
    from django.http import HttpRequest


def entries(request: HttpRequest) -> list[dict[str, Any]]:
    """The work of staff, then the house itself. An entry that the person may not open is not shown."""
    house = _house(request)
    return [{"title": None, "items": _work(request)}, {"title": _("House"), "separator": True, "items": house}]


def _work(request: HttpRequest) -> list[dict[str, Any]]:
    waiting = todo.how_many(at=clock.now())
    to_do: dict[str, Any] = {"title": _("To do"), "link": reverse("admin:index"), "icon": "checklist"}
    to_do["active"] = request.path == to_do["link"]
    if waiting:
        to_do["badge"] = waiting
    health = {"title": _("Health"), "link": reverse("staff:health"), "icon": "monitor_heart"}
    customers = _with_pages(
        request, _list(request, _("Customers"), "accounts.customer", "group"), "clients", "brouillons"
    )
    refunds = _with_pages(request, _list(request, _("Refunds"), "payments.refund", "undo"), "remboursements")
    disputes = _with_pages(request, _list(request, _("Disputes"), "payments.dispute", "gavel"), "litiges")
    mandates = _with_pages(request, _list(request, _("Mandates"), "payments.mandate", "signature"), "mandats")
    run = _page(request, _("Run of the day"), "staff:run", "today", "payments.view_debit")
    debits = _list(request, _("Automatic debits"), "payments.debit", "event_repeat")
    rules = _list(request, _("Top-up rules"), "payments.topuprule", "autorenew")
    files = _list(request, _("Files for the bank"), "payments.remittance", "upload_file")
    return [
        to_do,
        *customers,
        *_list(request, _("Invoices"), "invoices.invoice", "description"),
        *_list(request, _("Checks of invoices"), "invoices.validation", "fact_check"),
        *_list(request, _("Payments"), "payments.payment", "credit_card"),
        *refunds,
        *disputes,
        *mandates,
        *_with_pages(request, run),
        *_with_pages(request, debits, "prelevements"),
        *rules,
        *_with_pages(request, files, "remises"),
        *_list(request, _("Payouts"), "payments.payout", "account_balance"),
        *_bank(request),
        *_chorus(request),
        *_list(request, _("Approvals"), "accounts.approval", "how_to_reg"),
        *_list(request, _("Jobs"), "outbox.job", "pending_actions"),
        *_list(request, _("Mails"), "outbox.message", "mail"),
        health,
    ]


def _bank(request: HttpRequest) -> list[dict[str, Any]]:
    """The bank: its statements, what we send, lines, and the rules by which they are matched."""
    statements = _list(request, _("Bank statements"), "bank.statement", "account_balance_wallet")
    reconciling = _page(request, _("Reconciliation"), "staff:reconcile", "compare_arrows", "bank.view_bankline")
    transfers = _list(request, _("Transfers to send"), "bank.transferorder", "outbound")
    rules = _page(request, _("Rules of matching"), "staff:rules", "rule", "bank.view_ruleset")
    return [
        *_with_pages(request, reconciling),
        *_with_pages(request, statements, "banque"),
        *_with_pages(request, transfers, "virements"),
        *_list(request, _("Bank lines"), "bank.bankline", "receipt_long"),
        *_with_pages(request, rules),
    ]


def _chorus(request: HttpRequest) -> list[dict[str, Any]]:
    """Chorus Pro: what waits, its figures, its connection."""
    return _with_pages(request, _page(request, _("Chorus Pro"), "staff:chorus", "send", "chorus.view_submission"))


def _with_pages(request: HttpRequest, entries: list[dict[str, Any]], *folders: str) -> list[dict[str, Any]]:
    """The entries of a list that has pages of ours in these folders too: shown as open there."""
    for entry in entries:
        entry["active"] = request.path.startswith((entry["link"], *(f"/admin/{folder}/" for folder in folders)))
    return entries


def _house(request: HttpRequest) -> list[dict[str, Any]]:
    return [
        *_page(request, _("Series and archive"), "staff:series", "tag", "invoices.view_invoice"),
        *_page(request, _("Three-way proof"), "staff:proof", "balance", "payments.view_balancereading"),
        *_page(request, _("Exports"), "staff:exports", "download", "billing_portal.export_books"),
        *_page(request, _("Closings"), "staff:closings", "lock_clock", "ledger.view_closing"),
        *_list(request, _("Seller"), "accounts.seller", "storefront"),
        *_list(request, _("Bank accounts"), "bank.bankaccount", "account_balance"),
        *_list(request, _("Rates of VAT"), "invoices.vatrate", "percent"),
        *_list(request, _("VAT numbers checked"), "accounts.vatnumbercheck", "verified"),
        *_list(request, _("Texts on invoices"), "accounts.invoicetext", "edit_note"),
        *_list(request, _("People"), "accounts.user", "badge"),
        *_list(request, _("Groups"), "auth.group", "shield_person"),
    ]


def _page(request: HttpRequest, title: str, address: str, icon: str, permission: str) -> list[dict[str, Any]]:
    """A page of ours, if this person may open it."""
    return [{"title": title, "link": reverse(address), "icon": icon}] if request.user.has_perm(permission) else []


def _list(request: HttpRequest, title: str, model: str, icon: str) -> list[dict[str, Any]]:
    """The list of a model, if this person may look at it."""
    app, name = model.split(".")
    if not request.user.has_perm(f"{app}.view_{name}"):
        return []
    return [{"title": title, "link": reverse(f"admin:{app}_{name}_changelist"), "icon": icon}]
