"""The pack of evidence: what our own records say of a contested payment, as data and as a PDF.

Nothing in it is written for the occasion but the answer of staff: the bank reads what was recorded when it happened.
"""

from __future__ import annotations

import json
from hashlib import sha256
from typing import TYPE_CHECKING, Any, Final

from django.db import transaction
from django.template.loader import render_to_string
from django.utils import translation

from accounts import selectors as accounts
from core.clock import local_date
from invoices import archive
from invoices import selectors as invoices
from ledger import selectors as ledger
from outbox import selectors as outbox
from payments.dispute_transitions import note
from payments.models import Dispute, SavedMethod
from payments.services.disputes.money import lot_of
from payments.services.disputes.wording import pack_paper

if TYPE_CHECKING:
    from datetime import date, datetime

    from accounts.models import Customer
    from payments.models import Payment

_MOST_MAILS: Final = 100
Facts = dict[str, Any]


def pack_of(dispute: Dispute, *, at: datetime) -> Facts:
    """Everything that our records say, as it is now. Amounts are cents, moments ISO 8601; JSON can hold it."""
    payment = dispute.payment
    seller = accounts.current_seller(on=local_date(at))
    return {
        "made_at": _moment(at),
        "dispute": {
            "provider": dispute.provider,
            "id": dispute.object_id,
            "reason": dispute.reason,
            "cause": dispute.cause,
            "amount_cents": dispute.amount_cents,
            "currency": dispute.currency,
            "opened_at": _moment(dispute.opened_at),
            "evidence_due_by": _moment(dispute.due_at),
        },
        "answer": dispute.evidence_text,
        "seller": {"name": seller.name, "siren": seller.siren, "website": seller.website, "email": seller.email},
        "customer": _customer(dispute.customer),
        "payment": _payment(payment, dispute),
        "documents": _documents(payment),
        "mails": _mails(dispute.customer),
        "sign_ins": _sign_ins(dispute.customer),
    }


def pack_json(dispute: Dispute, *, at: datetime) -> bytes:
    """The pack as data, for programs and archives."""
    return json.dumps(pack_of(dispute, at=at), ensure_ascii=False, indent=2).encode() + b"\n"


def make_pack(dispute_id: int, *, at: datetime) -> Dispute:
    """Print the pack, keep the file, and note which one it is. Once evidence was sent, the file that was sent stays."""
    dispute = Dispute.objects.select_related("payment", "customer").get(pk=dispute_id)
    if dispute.evidence_sent_at:
        return dispute
    name = archive.store(_printed(dispute, at=at))
    with transaction.atomic():
        fresh = Dispute.objects.select_for_update(of=("self",)).get(pk=dispute_id)
        if fresh.evidence_sent_at is None:
            fresh.pack_sha256, fresh.pack_made_at = name, at
            fresh.save(update_fields=["pack_sha256", "pack_made_at"])
            note(fresh, "pack made", at=at, detail=name)
    return fresh


def pack_file(dispute: Dispute) -> bytes:
    """The PDF of the pack as it is kept. Raises ArchiveDamaged; LookupError when there is none yet."""
    if not dispute.pack_sha256:
        raise LookupError(f"{dispute} has no pack")
    return archive.read(dispute.pack_sha256)


def pack_name(dispute: Dispute) -> str:
    """What the file is called: `litige-P-7K2M-94QX-3T8A.pdf`."""
    return f"litige-{dispute.payment.reference}.pdf"


def _printed(dispute: Dispute, *, at: datetime) -> bytes:
    from invoices.press import press  # noqa: PLC0415 - 0.8 s and 60 MB, for those who really print

    with translation.override(dispute.customer.language):
        paper = pack_paper(pack_of(dispute, at=at), dispute, at=at)
        page = render_to_string("paper/dispute.html", {"paper": paper})
    return press(page, identifier=f"{dispute.object_id}-{sha256(page.encode()).hexdigest()[:16]}")


def _customer(customer: Customer) -> Facts:
    town = f"{customer.postcode} {customer.city}".strip()
    lines = (customer.address_line1, customer.address_line2, town, customer.country)
    return {
        "number": customer.number,
        "name": customer.name,
        "kind": customer.kind,
        "address": [line for line in lines if line],
        "emails": accounts.billing_addresses(customer),
        "since": _moment(customer.created_at),
    }


def _payment(payment: Payment, dispute: Dispute) -> Facts:
    told: Facts = {
        "reference": payment.reference,
        "asked_at": _moment(payment.created_at),
        "paid_at": _moment(payment.decided_at),
        "asked_by": payment.actor.email if payment.actor else "",
        "asked_from": payment.payer_address or "",
        "asked_with": payment.payer_agent,
        "method": payment.method,
        "instrument": payment.instrument,
        "amount_cents": payment.received_cents,
        "three_d_secure": dispute.authentication,
        "provider_ids": [name for name in (payment.intent_id, payment.charge_id) if name],
    }
    saved = SavedMethod.objects.filter(payment=payment).select_related("consent").first()
    if saved is not None:
        told["saved_with_consent"] = {
            "at": _moment(saved.consent_at),
            "address": saved.consent_address or "",
            "agent": saved.consent_agent,
            "text_sha256": saved.consent_sha256,
        }
    return told


def _documents(payment: Payment) -> list[Facts]:
    """The invoices that this money paid: what was sold for which days, and the files as they were issued."""
    paid = ledger.paid_by(lot_of(payment))
    return [
        {
            "number": dossier.number,
            "issued_on": _day(dossier.issue_date),
            "total_cents": dossier.total.cents,
            "paid_cents": paid[dossier.number].cents,
            "services": [
                {"label": sold.label, "from": _day(sold.period_start), "until": _day(sold.period_end)}
                for sold in dossier.services
            ],
            "files": [{"sha256": name, "size": size} for name, size in dossier.files],
        }
        for dossier in invoices.dossiers_of(paid)
    ]


def _mails(customer: Customer) -> list[Facts]:
    """The latest mails that left, with their text as it was sent; none that held a code or a link to sign in."""
    sent = outbox.messages_of(f"customer:{customer.pk}").filter(sent_at__isnull=False, confidential=False)
    return [
        {
            "sent_at": _moment(mail.sent_at),
            "kind": mail.kind,
            "to": mail.recipients,
            "subject": mail.subject,
            "text": mail.text,
        }
        for mail in reversed(sent.order_by("-sent_at", "-pk")[:_MOST_MAILS])
    ]


def _sign_ins(customer: Customer) -> list[Facts]:
    return [
        {
            "email": each.email,
            "at": _moment(each.at),
            "last_seen_at": _moment(each.last_seen_at),
            "address": each.address,
            "agent": each.agent,
        }
        for each in accounts.sign_ins_of(customer)
    ]


def _moment(moment: datetime | None) -> str:
    return moment.isoformat(timespec="seconds") if moment else ""


def _day(day: date | None) -> str:
    return day.isoformat() if day else ""
