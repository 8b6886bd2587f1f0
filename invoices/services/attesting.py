"""Write attestations: nothing is due now; so much was paid in a year. The figures are the ledger's, under its lock."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.selectors import current_seller
from core.clock import local_date
from core.formats import money_text
from core.money import ZERO, Money
from invoices.attestation_codes import code_of
from invoices.content import attestation_content, content_hash
from invoices.locks import lock_series
from invoices.models import Attestation, Invoice
from invoices.numbering import take_numbers
from invoices.parties import copy_buyer, copy_seller
from invoices.selectors.attestations import figures_of, paid_in, reserves_of
from invoices.states import AttestationKind, InvoiceStatus, Series
from ledger import selectors as ledger
from ledger import services as books
from outbox import services as outbox

if TYPE_CHECKING:
    from datetime import datetime

    from accounts.models import Customer, User


class StillDue(ValueError):
    """Something is to pay, late or not, contested or not: `due` in all. Nothing was written."""

    def __init__(self, due: Money) -> None:
        self.due = due
        super().__init__(_("%(amount)s is still to pay: no attestation was made.") % {"amount": money_text(due)})


class NothingPaid(ValueError):
    """Nothing that is still with us was paid in that year. Nothing was written."""

    def __init__(self, year: int) -> None:
        super().__init__(_("Nothing was paid in %(year)s: no attestation was made.") % {"year": year})


@dataclass(frozen=True, slots=True)
class _Statement:
    """What is certified."""

    kind: AttestationKind
    amount: Money = ZERO
    year: int | None = None
    figures: list[dict[str, Any]] | None = None


def attest_nothing_due(customer: Customer, *, by: User | None, at: datetime) -> Attestation:
    """Certify that nothing is to pay at this moment. Asked again while nothing moved that day, it is the same one.

    Raises StillDue.
    """
    with transaction.atomic():
        books.lock_customers([customer.pk])
        due = sum((item.open for item in ledger.open_items(customer.pk)), ZERO)
        if due:
            raise StillDue(due)
        return _write(customer, _Statement(AttestationKind.NOTHING_DUE), by=by, at=at)


def attest_paid_in(customer: Customer, year: int, *, by: User | None, at: datetime) -> Attestation:
    """Certify what was paid in that year, up to now, less what was given or taken back of it. Promise as above.

    Raises NothingPaid.
    """
    with transaction.atomic():
        books.lock_customers([customer.pk])
        paid = paid_in(customer.pk, year, until=local_date(at))
        amount = sum((each.kept for each in paid), ZERO)
        if amount <= ZERO:
            raise NothingPaid(year)
        return _write(customer, _Statement(AttestationKind.PAID_IN, amount, year, figures_of(paid)), by=by, at=at)


def _write(customer: Customer, statement: _Statement, *, by: User | None, at: datetime) -> Attestation:
    day = local_date(at)
    newest = next(iter(ledger.statement_page(customer.pk, size=1).rows), None)
    version = newest.version if newest else 0
    lock_series(Series.ATTESTATION, day.year)
    reserves = reserves_of(customer.pk, on=day)
    key = f"{customer.pk}:{statement.kind}:{statement.year or ''}:{day}:{version}:{reserves.contested.cents}"
    if known := Attestation.objects.filter(key=key).first():
        return known
    [number] = take_numbers(Series.ATTESTATION, 1, on=day)
    attestation = Attestation(
        number=number,
        kind=statement.kind,
        customer=customer,
        key=key,
        year=statement.year,
        amount_cents=statement.amount.cents,
        figures=statement.figures or [],
        contested_cents=reserves.contested.cents,
        revocable_cents=reserves.revocable.cents,
        last_invoice=_last_invoice(customer),
        seller=copy_seller(current_seller(on=day)).frozen(),
        buyer=copy_buyer(customer).frozen(),
        site=settings.SITE_URL,
        asked_by=by,
        issue_date=day,
        issued_at=at,
    )
    attestation.content_hash = content_hash(attestation_content(attestation))
    attestation.code = code_of(attestation.content_hash)
    attestation.save(force_insert=True)
    outbox.enqueue(
        "invoices.render",
        {"attestation_id": attestation.pk},
        key=f"invoices.render:{number}",
        at=at,
        owner=f"customer:{customer.pk}",
    )
    return attestation


def _last_invoice(customer: Customer) -> str:
    issued = Invoice.objects.filter(customer=customer, status=InvoiceStatus.ISSUED).order_by("-issue_date", "-pk")
    return issued.values_list("number", flat=True).first() or ""
