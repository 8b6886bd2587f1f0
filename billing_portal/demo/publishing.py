"""The town hall in Chorus Pro: a service, engagements, and a document at each place of its way, by the sandbox."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Final

from accounts.services import add_engagement
from chorus import wiring
from chorus.models import Submission
from chorus.services import deciding, opening
from chorus.services.directory import look_up
from chorus.services.preparing import NEVER_LEFT
from chorus.services.syncing import sync
from core.clock import local_date
from core.money import Money
from invoices import services as invoices

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from accounts.models import Customer
    from billing_portal.demo.bank import SandboxBank
    from invoices.models import Invoice

_BEFORE: Final = "Remis à son destinataire avant le raccordement à Chorus Pro"
_MINUTE: Final = timedelta(minutes=1)
_ROADS: Final = "ST-VOIRIE"
_REFUSAL: Final = "La structure destinataire 21690123100011 est inactive ou non référencée."


def go_through_chorus(
    hall: Customer, bank: SandboxBank, pay: Callable[[Invoice, datetime], None], *, at: datetime
) -> None:
    """From deposit to payment: one of each. Nothing where the portal has no Chorus Pro. `pay`: its accountant pays."""
    if not wiring.is_configured():
        return
    _leave_history(at=at)
    bank.name_body(hall.siret, hall.name)
    look_up(hall.siret, at=at, directory=wiring.directory(), service_code=hall.service_code)
    _order(hall, at=at)
    paid, ordered, suspended, refused = (
        _issue(hall, label, euros, at=at)
        for label, euros in (
            ("Hébergement du site de la commune, 3e trimestre", "150.00"),
            ("Sauvegarde des actes d’état civil", "84.00"),
            ("Intervention sur la messagerie, 12 septembre", "95.00"),
            ("Licences de la médiathèque", "60.00"),
        )
    )
    _issue(hall, "Serveur de cartographie des chemins ruraux", "210.00", service_code=_ROADS, at=at)
    bank.refuse_deposit(str(refused.number), _REFUSAL)
    _turn(bank, at)
    _issue(hall, "Nom de domaine de la commune", "12.00", at=at + _MINUTE)
    _turn(bank, at + _MINUTE)
    for document, status, words in (
        (paid, "MISE_EN_PAIEMENT", ""),
        (ordered, "MANDATEE", ""),
        (suspended, "SUSPENDUE", "Merci de joindre le bon d’intervention signé."),
    ):
        bank.say_of(str(document.number), status, words, at=at + 2 * _MINUTE)
    _turn(bank, at + 3 * _MINUTE)
    pay(paid, at + 4 * _MINUTE)


def _leave_history(*, at: datetime) -> None:
    """What was issued before reached its buyer by another way."""
    opening.leave_out(before=at, at=at, why=_BEFORE)
    known = Submission.objects.filter(state__in=NEVER_LEFT).order_by("pk").values_list("pk", flat=True)
    for key in list(known):
        deciding.withdraw(key, actor="", why=_BEFORE, at=at)


def _order(hall: Customer, *, at: datetime) -> None:
    """The orders of its year: one of the accounts, and one of the roads that has next to nothing left."""
    first = date(local_date(at).year, 1, 1)
    more = {"valid_from": first, "by": None, "at": at}
    add_engagement(hall, "EJ-2026-00421", service_code=hall.service_code, ceiling=Money(480_000), **more)  # type: ignore[arg-type]
    add_engagement(hall, "EJ-2026-00422", service_code=_ROADS, ceiling=Money(5_000), **more)  # type: ignore[arg-type]


def _issue(hall: Customer, label: str, euros: str, *, at: datetime, service_code: str | None = None) -> Invoice:
    line = invoices.NewLine(label, Decimal(1), Decimal(euros), Decimal(20))
    drafted = invoices.draft(hall, [line], at=at, service_code=service_code, engagement_number="")
    return invoices.issue(drafted, at=at)


def _turn(bank: SandboxBank, at: datetime) -> None:
    bank.move_clock(at)
    sync(wiring.transport(), wiring.directory(), at=at)
