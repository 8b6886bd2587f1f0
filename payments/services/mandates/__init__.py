"""The verbs of mandates: check an account, prepare, sign, replace, end, print."""

from __future__ import annotations

from payments.services.mandates.checking import check_account
from payments.services.mandates.documents import mandate_form, print_mandate, print_missing, stored_document
from payments.services.mandates.ending import end_mandate, give_up_drafts, lapse_mandates, revoke
from payments.services.mandates.following import follow_mandate
from payments.services.mandates.preparing import (
    AlreadyInForce,
    CannotPrepare,
    MandateWish,
    prepare_mandate,
)
from payments.services.mandates.signing import (
    NotSignable,
    PaperSignature,
    confirm_registration,
    enter_paper,
    sign_online,
)

__all__ = [
    "AlreadyInForce",
    "CannotPrepare",
    "MandateWish",
    "NotSignable",
    "PaperSignature",
    "check_account",
    "confirm_registration",
    "end_mandate",
    "enter_paper",
    "follow_mandate",
    "give_up_drafts",
    "lapse_mandates",
    "mandate_form",
    "prepare_mandate",
    "print_mandate",
    "print_missing",
    "revoke",
    "sign_online",
    "stored_document",
]
