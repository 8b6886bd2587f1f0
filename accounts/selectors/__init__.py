"""Questions about customers, their people, the seller, and the evidence for VAT."""

from __future__ import annotations

from accounts.selectors.customers import (
    NoSeller,
    approvals_to_give,
    billing_addresses,
    creditor_identifier,
    current_seller,
    customers_of,
    get_customer,
    members_of,
    memberships_of,
    staff_who_may,
    steps_of_approval,
)
from accounts.selectors.engagements import engagements_of, engagements_on
from accounts.selectors.evidence import (
    NumberState,
    Standing,
    checks_of,
    customers_to_check,
    is_checked,
    latest_answers,
    latest_places,
    silent_since,
    standing_of,
    unproven_customers,
)
from accounts.selectors.finding import customers_called, customers_numbered
from accounts.selectors.presence import SignIn, sign_ins_of
from accounts.selectors.texts import texts_of, texts_on

__all__ = [
    "NoSeller",
    "NumberState",
    "SignIn",
    "Standing",
    "approvals_to_give",
    "billing_addresses",
    "checks_of",
    "creditor_identifier",
    "current_seller",
    "customers_called",
    "customers_numbered",
    "customers_of",
    "customers_to_check",
    "engagements_of",
    "engagements_on",
    "get_customer",
    "is_checked",
    "latest_answers",
    "latest_places",
    "members_of",
    "memberships_of",
    "sign_ins_of",
    "silent_since",
    "staff_who_may",
    "standing_of",
    "steps_of_approval",
    "texts_of",
    "texts_on",
    "unproven_customers",
]
