"""The verbs about customers, their people, and the seller."""

from __future__ import annotations

from accounts.identity import BadIdentity
from accounts.services.approvals import (
    AlreadyDecided,
    Altered,
    NotApproved,
    OwnRequest,
    Wanted,
    approve,
    ask_approval,
    expire_approvals,
    refuse,
    use_approval,
    withdraw_approval,
)
from accounts.services.customers import BuyerFields, create_customer, update_profile
from accounts.services.engagements import BadEngagement, add_engagement, end_engagement
from accounts.services.evidence import (
    ask_for_check,
    check_vat_number,
    note_place,
    recheck_vat_numbers,
    refresh_vat_number,
)
from accounts.services.people import (
    LastOwner,
    add_member,
    change_member,
    give_password,
    invite,
    is_last_owner,
    remember_language,
    remove_member,
)
from accounts.services.sellers import ensure_first_rows, set_seller
from accounts.services.texts import BadText, add_text, end_text, remove_text

__all__ = [
    "AlreadyDecided",
    "Altered",
    "BadEngagement",
    "BadIdentity",
    "BadText",
    "BuyerFields",
    "LastOwner",
    "NotApproved",
    "OwnRequest",
    "Wanted",
    "add_engagement",
    "add_member",
    "add_text",
    "approve",
    "ask_approval",
    "ask_for_check",
    "change_member",
    "check_vat_number",
    "create_customer",
    "end_engagement",
    "end_text",
    "ensure_first_rows",
    "expire_approvals",
    "give_password",
    "invite",
    "is_last_owner",
    "note_place",
    "recheck_vat_numbers",
    "refresh_vat_number",
    "refuse",
    "remember_language",
    "remove_member",
    "remove_text",
    "set_seller",
    "update_profile",
    "use_approval",
    "withdraw_approval",
]
