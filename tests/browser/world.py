"""The portal that the browser visits: the cast, with a little history made by the product's own verbs."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

from allauth.account.models import EmailAddress
from django.contrib.auth.models import Group

from accounts import services as accounts
from accounts.models import CustomerKind, Role, User
from billing_portal.staff.groups import FINANCE
from core import clock
from core.money import Money
from invoices import services as invoices
from invoices.tests.making import quoted
from ledger import services as ledger
from ledger.kinds import Journal, Origin
from payments.models import Failure, Payment, PaymentStatus, Purpose
from payments.tests.mandate_desk import method_of
from tests.browser.contested import contest_and_attest
from tests.browser.lines import keep_lines
from tests.browser.lots import keep_suspended
from tests.browser.methods import collect_debts, doubtful_method, keep_mandates, keep_methods
from tests.browser.public import keep_submissions
from tests.support.cast import make_cast

if TYPE_CHECKING:
    from datetime import datetime

    from accounts.models import Customer
    from invoices.models import Attestation, Invoice, Quote, Receipt
    from payments.models import Debit, Mandate, SavedMethod
    from tests.support.cast import Cast


LAST_TOP_UP = Money(8_080)
TOP_UPS = {6: Money(10_000), 4: Money(10_000), 2: LAST_TOP_UP}
"""How many months ago; together six invoices of 46.80."""


@dataclass(frozen=True, slots=True)
class World:
    """Where the portal is, who is in it, and the objects that pages are about."""

    url: str
    cast: Cast
    finance: User
    late: User
    waiting: User
    mayor: User
    invoice: Invoice
    note: Invoice
    misnamed: Invoice
    quote: Quote
    receipt: Receipt
    credited: Payment
    checking: Payment
    refused: Payment
    contester: User
    contested: Payment
    attested: Attestation
    saved: SavedMethod
    account: SavedMethod
    mandate: Mandate
    draft: Mandate
    doubtful: SavedMethod
    debit: Debit


def make_world(url: str) -> World:
    """Claire owes something not late; the company is late; another one has a silent payment; Ivan has nothing."""
    now = clock.now()
    cast = make_cast(now)
    _may_sign_in(cast.claire)
    late = User.objects.get(email="compta@durand.example.org")
    accounts.add_member(cast.individual, late, Role.BILLING)  # several accounts: the switcher shows
    patient = _patient(now)
    invoice, received = _history(cast, patient, now)
    misnamed = patient.invoices.get()
    accounts.update_profile(patient, name="Bureau d’études de la Loire", at=now)
    credited = _credited(cast.individual, received, now)
    contester, contested, attested = contest_and_attest(now)
    saved = keep_methods(cast.individual, now)
    mandate, draft = keep_mandates(cast.individual, now)
    world = World(
        url=url,
        note=_note(cast.town_hall, now),
        contester=contester,
        contested=contested,
        attested=attested,
        cast=cast,
        finance=_finance(now),
        late=late,
        waiting=User.objects.get(email="loire@example.org"),
        mayor=User.objects.get(email="mairie@example.org"),
        invoice=invoice,
        misnamed=misnamed,
        quote=quoted(cast.company, at=now),
        receipt=_receipt(credited, received, now),
        credited=credited,
        checking=_payment(patient, now, status=PaymentStatus.UNKNOWN, session_id="cs_silent"),
        refused=_refused(cast.company, now),
        saved=saved,
        account=method_of(mandate),
        mandate=mandate,
        draft=draft,
        doubtful=doubtful_method(patient, now),
        debit=collect_debts(cast.individual, now),
    )
    keep_submissions(cast.town_hall, now)  # last: the bank lines above are matched without them
    return world


def _patient(now: datetime) -> Customer:
    """Who waits for the news of a payment."""
    return accounts.create_customer(
        kind=CustomerKind.COMPANY, name="Bureau d’études Loire", email="loire@example.org", at=now
    )


def _may_sign_in(user: User) -> None:
    user.set_password("a-long-password-for-tests")
    user.save()
    EmailAddress.objects.filter(user=user).update(verified=True)


def _finance(now: datetime) -> User:
    """Somebody of finance, and the bank lines that wait for them."""
    keep_lines(now)
    user = User.objects.create_user("finance@example.org", "a-long-password-for-tests", is_staff=True)
    user.groups.add(Group.objects.get(name=FINANCE))
    return user


def _history(cast: Cast, patient: Customer, now: datetime) -> tuple[Invoice, ledger.Received]:
    """Six months, in the order of their days: Claire’s invoices and what she paid by card, and those of others.

    All her invoices are paid but the last.
    """
    usual = "Hébergement Pro et deux noms de domaine"
    for months in range(6, 0, -1):
        issued = now - timedelta(days=30 * months)
        if months == 1:
            _bill(cast.company, "Serveur dédié à Paris", "1040.00", at=issued - timedelta(days=15))
        _bill(cast.individual, usual, "39.00", at=issued)
        if months in TOP_UPS:
            received = _top_up(cast.individual, TOP_UPS[months], f"pi_{months}", at=issued + timedelta(days=4))
    _bill(patient, usual, "39.00", at=now - timedelta(days=3))
    latest = _bill(cast.individual, usual, "39.00", at=now - timedelta(days=1))
    keep_suspended(_bill(cast.town_hall, "Hébergement du site de la commune", "25.00", at=now), now)
    return latest, received


def _credited(customer: Customer, received: ledger.Received, now: datetime) -> Payment:
    return _payment(
        customer,
        now,
        status=PaymentStatus.SUCCEEDED,
        amount_cents=LAST_TOP_UP.cents,
        received_cents=LAST_TOP_UP.cents,
        tx_id=received.tx_id,
        intent_id="pi_2",
        session_id="cs_2",
        card_brand="visa",
        card_last4="4242",
        decided_at=now,
        ask_at=None,
    )


def _refused(customer: Customer, now: datetime) -> Payment:
    return _payment(
        customer,
        now,
        status=PaymentStatus.REFUSED,
        failure=Failure.FUNDS,
        decided_at=now,
        ask_at=None,
        session_id="cs_refused",
    )


def _receipt(payment: Payment, received: ledger.Received, now: datetime) -> Receipt:
    return invoices.issue_receipt(
        payment.customer,
        payment_ref=payment.reference,
        amount=LAST_TOP_UP,
        method="Visa •• 4242",
        received_at=now,
        balance_after=received.balance,
        settled=received.settled,
        at=now,
        key=f"payment:{payment.public_id}",
    )


def _note(customer: Customer, now: datetime) -> Invoice:
    part = [invoices.TakenBack(1, amount=Money(1000))]
    return invoices.issue_credit_note(customer.invoices.get(), part, invoices.Request("Une panne", "note"), at=now)


def _bill(customer: Customer, label: str, euros: str, *, at: datetime) -> Invoice:
    line = invoices.NewLine(label, Decimal(1), Decimal(euros), Decimal(20))
    return invoices.issue(invoices.draft(customer, [line], at=at), at=at)


def _top_up(customer: Customer, amount: Money, name: str, *, at: datetime) -> ledger.Received:
    return ledger.receive_money(
        customer.pk,
        amount,
        source=ledger.Source(Origin.CARD, name, f"stripe:{name}"),
        clearing_account="517100",
        journal=Journal.CARD,
        label="Paiement par carte P-7K2M-94QX",
        piece_ref=name,
        piece_date=clock.local_date(at),
        key=f"stripe:{name}:credit",
        at=at,
    )


def _payment(customer: Customer, now: datetime, **facts: object) -> Payment:
    known = {
        "customer": customer,
        "purpose": Purpose.PAY_DUE,
        "amount_cents": 4680,
        "language": "fr",
        "page_expires_at": now + timedelta(hours=1),
        "ask_at": now,
        "created_at": now,
        "updated_at": now,
    }
    return Payment.objects.create(**(known | facts))
