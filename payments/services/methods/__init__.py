"""The verbs of saved methods: agree, save, look, keep in order, remove."""

from __future__ import annotations

from payments.services.methods.consenting import Agreement, consent_with, shown_consent
from payments.services.methods.expiring import warn_of_expiry
from payments.services.methods.keeping import NotChargeable, chargeable, choose_network, make_default, rename, reorder
from payments.services.methods.looking import apply_saving, ask_method, close_saving, glance_method, glance_saved_by
from payments.services.methods.refreshing import refresh, take_back
from payments.services.methods.removing import forget, remove
from payments.services.methods.saving import SavingWish, request_saving, save_on_the_way

__all__ = [
    "Agreement",
    "NotChargeable",
    "SavingWish",
    "apply_saving",
    "ask_method",
    "chargeable",
    "choose_network",
    "close_saving",
    "consent_with",
    "forget",
    "glance_method",
    "glance_saved_by",
    "make_default",
    "refresh",
    "remove",
    "rename",
    "reorder",
    "request_saving",
    "save_on_the_way",
    "shown_consent",
    "take_back",
    "warn_of_expiry",
]
