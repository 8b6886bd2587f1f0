"""Change where an issued document goes: its service code, engagement and market number. Its content stays as it is."""

from __future__ import annotations

import hashlib
import json
import re
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from accounts.identity import plain_line
from accounts.models import CustomerKind
from invoices.events import references_changed
from invoices.locks import lock_invoices
from invoices.models import ROUTING_LENGTHS, Invoice, ReferenceChange
from ledger import services as ledger
from outbox import services as outbox

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from django.utils.functional import Promise

CHANGED = "invoice.references_changed"
# EN 16931 takes any text; what a buyer's program reads back is letters, digits and common signs.
_CHARACTERS = re.compile(r"[^<>&\"\\{}\[\]^`|~]*")


class BadReferences(ValueError):
    """The references of a document are not changed like that. `field` names what to correct; the message says how."""

    def __init__(self, field: str, message: str | Promise) -> None:
        super().__init__(str(message))
        self.field = field
        self.message = message


def set_references(
    invoice: Invoice, *, service_code: str, engagement_number: str, market_number: str, at: datetime, actor: str
) -> Invoice:
    """Have an issued document of a public body carry these references from now on; its files are made again with them.

    The only verb that does. What was and what became is kept and sealed with who asked. The same references again
    change nothing. Returns the document as it is now.

    Raises BadReferences: not issued, no public body, too long, or signs that the buyer's program would not read.
    """
    wanted = {
        "service_code": read_reference("service_code", service_code),
        "engagement_number": read_reference("engagement_number", engagement_number),
        "market_number": read_reference("market_number", market_number),
    }
    with transaction.atomic():
        locked = lock_invoices([invoice.pk])[invoice.pk]
        _check(locked)
        before = {name: getattr(locked, name) for name in ROUTING_LENGTHS}
        if before != wanted:
            _change(locked, before, wanted, at=at, actor=actor)
    return locked


def read_reference(field: str, typed: str) -> str:
    """A reference as it is written on documents. Raises BadReferences when it is too long, or has signs of code."""
    text, most = plain_line(typed), ROUTING_LENGTHS[field]
    if len(text) > most:
        raise BadReferences(field, _("Write %(most)s characters at most.") % {"most": most})
    if not _CHARACTERS.fullmatch(text):
        raise BadReferences(field, _("Write letters, digits and signs such as / - _ . only."))
    return text


def _check(invoice: Invoice) -> None:
    if not invoice.is_issued:
        raise BadReferences("", _("A draft has no references to change: write it again."))
    if invoice.buyer.get("kind") != CustomerKind.PUBLIC:
        raise BadReferences("", _("Only documents of public bodies have references that may change."))


def _change(
    invoice: Invoice, before: Mapping[str, str], wanted: Mapping[str, str], *, at: datetime, actor: str
) -> None:
    for name, value in wanted.items():
        setattr(invoice, name, value)
    invoice.save(update_fields=list(wanted))
    change = ReferenceChange.objects.create(invoice=invoice, before=before, after=wanted, actor=actor, at=at)
    ledger.record(
        CHANGED, {"number": invoice.number, "before": dict(before), "after": dict(wanted), "actor": actor}, at=at
    )
    outbox.enqueue(
        "invoices.render",
        {"invoice_id": invoice.pk},
        key=f"invoices.render:{invoice.number}:{_digest(wanted)}:{change.pk}",
        owner=f"customer:{invoice.customer_id}",
        at=at,
    )
    transaction.on_commit(lambda: references_changed.send_robust(None, invoice_id=invoice.pk, at=at))


def _digest(references: Mapping[str, str]) -> str:
    text = json.dumps(references, sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()[:16]
