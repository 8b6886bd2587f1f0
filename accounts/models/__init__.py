"""People (users), customers (who is billed), who may do what, the dated seller, evidence for VAT, approvals."""

from __future__ import annotations

from accounts.models.approvals import Approval, ApprovalEvent, ApprovalState
from accounts.models.customers import BillingEmail, Customer, CustomerKind, CustomerSeries, PublicKind
from accounts.models.engagements import Engagement
from accounts.models.evidence import CheckOutcome, PlaceItem, PlaceKind, VatNumberCheck
from accounts.models.people import Membership, Role, User, UserManager
from accounts.models.sellers import Seller, UnprovenVat
from accounts.models.texts import InvoiceText, TextKind

__all__ = [
    "Approval",
    "ApprovalEvent",
    "ApprovalState",
    "BillingEmail",
    "CheckOutcome",
    "Customer",
    "CustomerKind",
    "CustomerSeries",
    "Engagement",
    "InvoiceText",
    "Membership",
    "PlaceItem",
    "PlaceKind",
    "PublicKind",
    "Role",
    "Seller",
    "TextKind",
    "UnprovenVat",
    "User",
    "UserManager",
    "VatNumberCheck",
]
