"""The last statement of the bank: some lines are credited by themselves, the others wait for staff."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Final

from accounts.selectors import current_seller
from bank.services import import_file
from core.clock import local_date
from ledger import selectors as balances
from payments.models import Payout, PayoutStatus

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date, datetime

    from billing_portal.demo.accounts import Accounts
    from billing_portal.demo.bank import SandboxBank

_FEE_CENTS: Final = 290


def bring_statement(accounts: Accounts, bank: SandboxBank, *, at: datetime) -> None:
    """People send transfers to our account, and the statement of that day is imported."""
    day = local_date(at) - timedelta(days=1)
    own = current_seller(on=day)
    for name, cents, text in _transfers(accounts):
        bank.send_transfer(cents, text, name=name, account=own.iban, day=day)
    bank.keep_fee(_FEE_CENTS, day=day)
    _import(bank, day, at=at)


def bring_payouts(bank: SandboxBank, *, at: datetime) -> None:
    """What the card provider sent the day before is on our account: the statement of that day is imported."""
    day = local_date(at)
    own = current_seller(on=day)
    for payout in Payout.objects.filter(status=PayoutStatus.PAID, bank_line__isnull=True).order_by("begun_at"):
        text = f"STRIPE {payout.object_id} {own.name}"
        bank.send_transfer(payout.amount_cents, text, name="STRIPE", account=own.iban, day=day)
    _import(bank, day, at=at)


def _import(bank: SandboxBank, day: date, *, at: datetime) -> None:
    import_file(bank.statement(day), f"releve-{day.isoformat()}.xml", at=at)


def _transfers(accounts: Accounts) -> Iterator[tuple[str, int, str]]:
    """Payer, cents, label: what is certain, what is to choose, what nobody can know."""
    claire, oscar, company, hall = accounts.individual, accounts.stranger, accounts.company, accounts.town_hall
    yield "CLAIRE MARTIN", 2_000, f"VIR SEPA RECU CLIENT {claire.reference.shown} MERCI"
    yield "OSCAR LENOIR", 1_500, f"{oscar.reference.rf_shown}"
    for item in balances.open_items(company.pk)[:1]:
        yield "ATELIER DURAND", item.open.cents - 40, f"RGT FACT {item.document_ref} HEBERGEMENT"
    for item in balances.open_items(hall.pk)[:1]:
        yield "SGC DE LEGE", item.open.cents, f"MANDAT 4471 BORD 212 {item.document_ref}"
    yield "HOLDING DU QUAI", 12_000, f"CLIENTS {claire.reference.compact} ET {company.reference.compact}"
    yield "M OU MME LEROUX", 1_200, "VIREMENT LEROUX HEBERGEMENT"
    yield "STUDIO PAPIER", 4_680, f"CLI {claire.number[:4]} NOVEMBRE"
    yield "SCI DES LILAS", -35_000, "VIR LOYER BUREAU"
