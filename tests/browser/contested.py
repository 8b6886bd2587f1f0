"""A customer one of whose payments is contested: part of it is gone; nothing is due, and a transfer is on its way."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING
from uuid import uuid4

from accounts import services as accounts
from accounts.models import CustomerKind, User
from bank import services as bank
from core.clock import local_date
from core.money import Money
from invoices import services as invoices
from payments.gateways.base import Dispute as Told
from payments.gateways.base import DisputeMovement, DisputeState
from payments.models import DisputeCause, Method, Payment, PaymentStatus, Purpose
from payments.services.crediting import credit
from payments.services.disputes import apply_dispute
from payments.tests.desk import a_receipt

if TYPE_CHECKING:
    from datetime import datetime

    from invoices.models import Attestation


def contest_and_attest(now: datetime) -> tuple[User, Payment, Attestation]:
    """Who it is, the contested payment, and the attestation that nothing is due."""
    customer = accounts.create_customer(
        kind=CustomerKind.COMPANY, name="Librairie du Marché", email="librairie@example.org", at=now
    )
    payment = Payment.objects.create(
        customer=customer,
        purpose=Purpose.TOP_UP,
        method=Method.CARD,
        status=PaymentStatus.OPEN,
        amount_cents=12_000,
        language="fr",
        session_id="cs_contested",
        page_expires_at=now + timedelta(hours=1),
        ask_at=now,
        created_at=now,
        updated_at=now,
    )
    credit(payment, a_receipt(12_000, object_id="pi_contested", charge_id="ch_contested", paid_at=now), at=now)
    told = Told(
        object_id="du_contested",
        state=DisputeState.OPENED,
        status="needs_response",
        cause=DisputeCause.FRAUD,
        reason="fraudulent",
        amount=Money(5_000),
        currency="EUR",
        opened_at=now,
        charge_id="ch_contested",
        reference=str(payment.public_id),
        due_at=now + timedelta(days=9),
        answerable=True,
        movements=(DisputeMovement("txn_contested", Money(5_000), Money(0), "EUR", now),),
    )
    apply_dispute(payment.pk, told, seen=0, at=now)
    attested = invoices.attest_nothing_due(customer, by=None, at=now)
    bank.announce(customer, bank.Announcement(Money(4_680), local_date(now), uuid4()), by=None, at=now)
    return User.objects.get(email="librairie@example.org"), payment, attested
