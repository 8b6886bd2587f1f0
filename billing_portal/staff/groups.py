"""The two groups of staff, and what each may do. They are brought up to date after each migration.

Support looks at everything, looks after customers, and tries failed work again. Finance also issues invoices, deals
with invalid documents, imports bank statements, gives money back, keeps the seller's identity and decides about
approvals. Nobody may edit or delete what is immutable: those permissions are given to no group, and the admin refuses
them even to a superuser.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib.auth.management import create_permissions

if TYPE_CHECKING:
    from django.apps import AppConfig

SUPPORT, FINANCE = "support", "finance"
_SUPPORT: dict[str, tuple[str, ...]] = {
    "accounts": (
        *("view_customer", "add_customer", "change_customer"),
        *("view_user", "view_membership", "add_membership", "change_membership", "delete_membership"),
        *("view_billingemail", "add_billingemail", "change_billingemail", "delete_billingemail", "view_seller"),
        *("view_approval", "view_vatnumbercheck", "view_placeitem"),
        *("view_invoicetext", "add_invoicetext", "change_invoicetext", "delete_invoicetext"),
    ),
    "outbox": ("view_job", "change_job", "view_message"),
    "ledger": ("view_closing",),
    "invoices": (
        "view_invoice",
        "view_receipt",
        "view_receiptcancellation",
        "view_attestation",
        "add_attestation",
        "view_vatrate",
        "view_validation",
        "view_quote",
    ),
    "payments": (
        *("view_payment", "add_amountreview", "view_webhookevent", "change_webhookevent"),
        *("view_savedmethod", "view_cardattempt", "view_refund", "view_dispute", "view_fraudwarning", "change_dispute"),
        *("view_mandate", "view_debit", "view_remittance", "view_bankanswer", "view_collectingrule", "view_topuprule"),
    ),
    "bank": (
        *("view_statement", "view_bankline", "view_bankaccount", "view_ruleset"),
        *("view_transferorder", "view_transferfile"),
    ),
    "chorus": ("view_submission", "view_deposit", "view_connection"),
}
_FINANCE: dict[str, tuple[str, ...]] = {
    "ledger": ("add_closedmonth",),
    "accounts": ("add_seller", "change_seller", "change_approval"),
    "billing_portal": ("export_books",),
    "invoices": ("add_invoice", "add_quote", "add_vatrate", "change_vatrate", "change_validation"),
    "payments": (
        *("add_refund", "view_providermovement", "view_payout", "view_balancereading", "add_movementtreatment"),
        *("add_mandate", "change_mandate", "change_debit", "change_collectingrule", "change_topuprule"),
        *("add_remittance", "change_remittance", "add_answerreview"),
    ),
    "bank": (
        *("add_statementfile", "add_bankaccount", "change_bankaccount", "change_ruleset"),
        *("add_transferorder", "add_transferfile"),
    ),
    "chorus": ("change_connection", "change_submission"),
}
GRANTS = {
    SUPPORT: _SUPPORT,
    FINANCE: {app: _SUPPORT.get(app, ()) + _FINANCE.get(app, ()) for app in _SUPPORT | _FINANCE},
}


def grant(*, app_config: AppConfig, using: str, **_context: Any) -> None:
    """Give each group its permissions on that app. Receives post_migrate; running it again changes nothing."""
    from django.contrib.auth.models import Group, Permission  # noqa: PLC0415 - apps are not ready when this is imported

    if not any(app_config.label in grants for grants in GRANTS.values()):
        return
    create_permissions(app_config, verbosity=0, using=using)
    for name, grants in GRANTS.items():
        group, _ = Group.objects.using(using).get_or_create(name=name)
        allowed = Permission.objects.using(using).filter(
            content_type__app_label=app_config.label, codename__in=grants.get(app_config.label, ())
        )
        group.permissions.add(*allowed)
