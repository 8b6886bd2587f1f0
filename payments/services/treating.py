"""What is done about a movement at a provider that no payment, refund, dispute or payout explains.

Fees are booked by themselves. Everything else is decided by two people: nothing is booked on one person's word.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext

from accounts import services as approvals
from accounts.models import ApprovalState
from core.clock import local_date
from core.formats import money_text
from core.money import Money
from ledger import services as ledger
from payments.models import MovementCause, MovementTreatment, Provider, ProviderMovement, TreatmentState
from payments.services.crediting import BOOKS, FEES
from payments.services.known import CURRENCY, fees_to_book

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from accounts.models import User

ACCOUNTS: Final[Mapping[str, str]] = {
    FEES: "627800 Frais des prestataires de paiement",
    "471000": "471000 Compte d'attente",
    "580000": "580000 Virements internes",
    "658000": "658000 Charges diverses de gestion courante",
    "758000": "758000 Produits divers de gestion courante",
}
"""Where staff may book a movement. Never a customer's account: money of a customer has verbs of its own."""


KIND: Final = "payments.movement"
"""The kind of approval that such a proposal needs."""


class NotTreatable(Exception):
    """A movement cannot be treated like that; the reason is in words for staff."""


def book_fees(provider: str, *, at: datetime) -> int:
    """Book what the provider took for itself, in one transaction for each movement. Returns how many."""
    movements = list(fees_to_book(provider))
    for movement in movements:
        _book_fee(movement, at=at)
    return len(movements)


@transaction.atomic
def propose(movement_id: int, *, account: str, reason: str, actor: User, at: datetime) -> MovementTreatment:
    """Say where a movement is to be booked, or that nothing is (no account). Nothing is booked until another agrees.

    Raises NotTreatable: explained or proposed meanwhile, an account that is not allowed, another currency to book, no
    reason given.
    """
    movement = ProviderMovement.objects.select_for_update().get(pk=movement_id)
    _refuse_proposal(movement, account, reason)
    wanted = approvals.Wanted(KIND, str(movement.pk), _summary(movement, account), _content(movement, account))
    approval = approvals.ask_approval(wanted, reason=reason.strip(), by=actor, at=at)
    return MovementTreatment.objects.create(
        movement=movement, state=TreatmentState.PROPOSED, account=account, approval=approval, begun_at=at
    )


def carry_out(*, at: datetime) -> int:
    """Do what was agreed meanwhile, and drop what was not. Returns how many proposals came to an end.

    Called when somebody decides, and at each turn for what that missed.
    """
    waiting = MovementTreatment.objects.filter(state=TreatmentState.PROPOSED)
    ended = waiting.exclude(approval__state=ApprovalState.ASKED).order_by("pk")
    return sum(_carry_out(treatment_id, at=at) for treatment_id in ended.values_list("pk", flat=True))


@transaction.atomic
def _carry_out(treatment_id: int, *, at: datetime) -> bool:
    rows = MovementTreatment.objects.select_for_update(of=("self",)).select_related("movement", "approval")
    treatment = rows.get(pk=treatment_id)
    movement, approval = treatment.movement, treatment.approval
    if treatment.state != TreatmentState.PROPOSED or approval is None:
        return False
    try:
        approvals.use_approval(approval.pk, content=_content(movement, treatment.account), at=at)
    except approvals.NotApproved:
        treatment.state, treatment.decided_at = TreatmentState.DROPPED, at
        treatment.save()
        return True
    if treatment.account:
        treatment.tx_id = _post(movement, treatment.account, movement.net, at=at)
        treatment.cents = movement.net_cents
    treatment.state, treatment.decided_at = TreatmentState.DONE, at
    treatment.save()
    ProviderMovement.objects.filter(pk=movement.pk, explained_at=None).update(explained_at=at)
    return True


def _refuse_proposal(movement: ProviderMovement, account: str, reason: str) -> None:
    if movement.explained_at is not None:
        raise NotTreatable(gettext("This movement is explained meanwhile: there is nothing left to decide."))
    if movement.treatments.exclude(state=TreatmentState.DROPPED).exists():
        raise NotTreatable(gettext("Somebody has already proposed what to do with this movement."))
    if account and account not in ACCOUNTS:
        raise NotTreatable(gettext("This account is not allowed here."))
    if account and (movement.currency != CURRENCY or not movement.net_cents):
        raise NotTreatable(gettext("Only euros can be booked. Say why nothing is, and change the money there."))
    if not reason.strip():
        raise NotTreatable(gettext("Say why, for whoever reads this later."))


def _summary(movement: ProviderMovement, account: str) -> str:
    """What the second person reads."""
    words = {
        "provider": Provider(movement.provider).label,
        "kind": movement.kind,
        "amount": amount_text(movement.net_cents, movement.currency),
        "account": ACCOUNTS.get(account, account),
    }
    if account:
        return gettext("Book %(amount)s at %(provider)s (%(kind)s) on %(account)s") % words
    return gettext("Book nothing for %(amount)s at %(provider)s (%(kind)s)") % words


def _content(movement: ProviderMovement, account: str) -> str:
    """All that matters of a proposal: another amount or account would be another one."""
    return f"{movement.provider} {movement.object_id} {movement.net_cents} {movement.currency} {account or 'nothing'}"


@transaction.atomic
def _book_fee(movement: ProviderMovement, *, at: datetime) -> None:
    """The whole of a fee; of a payout, what was kept beside it. The second of two finds the posting."""
    whole = movement.cause == MovementCause.FEE
    amount = movement.net if whole else Money(-movement.fee_cents)
    tx_id = _post(movement, FEES, amount, at=at)
    row = MovementTreatment(
        movement=movement,
        state=TreatmentState.DONE,
        account=FEES,
        cents=amount.cents,
        begun_at=at,
        decided_at=at,
        tx_id=tx_id,
    )
    MovementTreatment.objects.bulk_create([row], ignore_conflicts=True)
    if whole:
        ProviderMovement.objects.filter(pk=movement.pk, explained_at=None).update(explained_at=at)


def _post(movement: ProviderMovement, account: str, amount: Money, *, actor: User | None = None, at: datetime) -> int:
    """A movement of ours less is a debit of the account chosen and a credit of the provider's."""
    books = BOOKS[movement.provider]
    posting = ledger.Posting(
        journal=books.journal,
        label=_label(movement),
        piece_ref=movement.object_id[:100],
        piece_date=movement.day,
        key=f"{books.name}:{movement.object_id}:movement",
        legs=(ledger.debit(books.clearing, amount), ledger.credit(account, amount)),
    )
    return ledger.post([posting], at=at)[0].tx_id


def _label(movement: ProviderMovement) -> str:
    """The line of the books, which are kept in French."""
    with translation.override("fr"):
        words = {
            "provider": Provider(movement.provider).label,
            "kind": movement.label or movement.kind,
            "day": local_date(movement.occurred_at).strftime("%d/%m/%Y"),
        }
        return (gettext("Movement at %(provider)s on %(day)s: %(kind)s") % words)[:200]


def amount_text(cents: int, currency: str) -> str:
    """An amount of any currency, for staff: euros as everywhere, others by their code."""
    if currency == CURRENCY:
        return money_text(Money(cents))
    return f"{'−' if cents < 0 else ''}{abs(cents) // 100}.{abs(cents) % 100:02} {currency}"
