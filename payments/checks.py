"""What must always hold of payments."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from django.db import connection
from django.db.models import Count, F, Q, QuerySet, Sum, Value
from django.db.models.functions import Concat

from core import clock
from core.checks import Check
from core.formats import money_text
from core.money import Money
from invoices import selectors as invoices
from ledger import selectors as ledger
from payments import collecting_checks, mandate_checks, method_checks, refund_checks, remittance_checks
from payments.guards import expected_triggers, installed_triggers
from payments.models import (
    LIVE,
    OPEN_DISPUTES,
    Dispute,
    DisputedItem,
    DisputeMovement,
    EventState,
    Method,
    MovementTreatment,
    Payment,
    PaymentStatus,
    Payout,
    Provider,
    WebhookEvent,
)
from payments.services.about import Claims
from payments.services.crediting import BOOKS, FEES
from payments.services.known import claims_of
from payments.services.paying_out import CURRENCY, TRANSIT

_LONGEST_LIVE: Final = timedelta(hours=24)
_LONGEST_UNREAD: Final = timedelta(hours=1)
_NAMED = 5


def payments_are_credited_once() -> list[Check]:
    """Every payment that succeeded has one posting of its own, of the amount received, and no posting serves two."""
    paid = Payment.objects.filter(status=PaymentStatus.SUCCEEDED)
    bad = [name for provider in BOOKS for name in _names(_booked_wrong(paid, provider))]
    bad += [f"{count} share one posting" for count in _shared(paid)[:_NAMED]]
    return [Check("payments: each one is credited once, as received", ok=not bad, detail=_said(bad, paid.count()))]


def payments_end() -> list[Check]:
    """No payment stays undecided for more than a day, but for debits that a bank decides in some days."""
    live = Payment.objects.filter(status__in=LIVE, created_at__lt=clock.now() - _LONGEST_LIVE)
    late = live.exclude(method=Method.SEPA, status=PaymentStatus.PENDING).order_by("pk")
    return [Check("payments: none is undecided for a day", ok=not late.exists(), detail=_said(_names(late), 0))]


def provider_balance() -> list[Check]:
    """Each provider's account in the books is what our objects say: payments, fees, refunds, disputes, payouts, others.

    That is the inner half of the three-way proof; the provider's own half is asked each day (docs/proof.md).
    """
    return [_balance_of(provider) for provider in BOOKS]


def refunds_are_booked_once() -> list[Check]:
    """Every refund that left has one posting of its own, and one of its coming back if it did."""
    wrong, beyond = refund_checks.booked_wrong(), refund_checks.beyond_what_was_received()
    return [
        Check("payments: each refund is booked once, as it left", ok=not wrong, detail=_said(wrong, 0)),
        Check("payments: none gives back more than it received", ok=not beyond, detail=_said(beyond, 0)),
    ]


def refunds_are_held() -> list[Check]:
    """The money of each refund in flight is under its hold, and under no other; none is in doubt for two days."""
    wrong, late = refund_checks.held_wrong(), refund_checks.unsure_for_long(at=clock.now())
    return [
        Check("payments: the money of each refund in flight is held", ok=not wrong, detail=_said(wrong, 0)),
        Check("payments: no refund is in doubt for two days", ok=not late, detail=_said(late, 0)),
    ]


def _booked_wrong(paid: QuerySet[Payment], provider: str) -> QuerySet[Payment]:
    """The payments of a provider that are not booked as they should be."""
    books, paid = BOOKS[provider], paid.filter(provider=provider)
    booked = Sum("tx__entries__amount_cents", filter=Q(tx__entries__account_id=books.clearing))
    key = Concat(Value(f"{books.name}:"), F("intent_id"), Value(":credit"))
    right = paid.annotate(booked=booked).filter(booked=F("received_cents"), tx__key=key)
    return paid.exclude(pk__in=right.values("pk")).order_by("pk")


def _balance_of(provider: str) -> Check:
    said = Money(sum(_sum_of(claims) for claims in claims_of(provider)))
    booked = ledger.account_balance(BOOKS[provider].clearing)
    whose = "PayPal’s" if provider == Provider.PAYPAL else "the provider’s"
    detail = f"books {money_text(booked)}, payments, refunds, payouts and others {money_text(said)}"
    return Check(f"payments: {whose} account is what its payments say", ok=said == booked, detail=detail)


def _sum_of(claims: Claims) -> int:
    return int(claims.aggregate(cents=Sum("claim_cents"))["cents"] or 0)


def fees_are_booked() -> list[Check]:
    """What the provider kept of each payment is booked, once, as it said."""
    paid = Payment.objects.filter(fee_cents__gt=0)
    booked = Sum("fee_tx__entries__amount_cents", filter=Q(fee_tx__entries__account_id=FEES))
    right = paid.annotate(booked=booked).filter(booked=F("fee_cents"))
    bad = _names(paid.exclude(pk__in=right.values("pk")).order_by("pk"))
    return [Check("payments: each fee is booked as it was told", ok=not bad, detail=_said(bad, paid.count()))]


def payouts_are_posted() -> list[Check]:
    """Each payout in euros left the provider's account for the transit account, and came back when it failed."""
    rows = Payout.objects.filter(currency=CURRENCY)
    left = Sum("left_tx__entries__amount_cents", filter=Q(left_tx__entries__account_id=TRANSIT))
    back = Sum("returned_tx__entries__amount_cents", filter=Q(returned_tx__entries__account_id=TRANSIT))
    gone = rows.annotate(booked=left).filter(booked=F("amount_cents"))
    returned = rows.exclude(returned_tx=None)
    good = returned.annotate(booked=back).filter(booked=-F("amount_cents"))
    wrong = rows.exclude(pk__in=gone.values("pk")) | returned.exclude(pk__in=good.values("pk"))
    bad = list(wrong.order_by("pk").values_list("object_id", flat=True)[:_NAMED])
    return [Check("payments: each payout is posted as it went", ok=not bad, detail=_said(bad, 0))]


def movements_add_up() -> list[Check]:
    """What was booked of each movement is what the posting says; nothing was booked of one that is no longer known."""
    done = MovementTreatment.objects.exclude(tx=None)
    booked = -Sum("tx__entries__amount_cents", filter=Q(tx__entries__account_id=F("account")))
    right = done.annotate(booked=booked).filter(booked=F("cents"))
    wrong = done.exclude(pk__in=right.values("pk")).order_by("pk")
    bad = list(wrong.values_list("movement__object_id", flat=True)[:_NAMED])
    return [Check("payments: each treated movement is booked as decided", ok=not bad, detail=_said(bad, 0))]


def what_providers_told_is_guarded() -> list[Check]:
    """The triggers that refuse to change what providers told us are there."""
    missing = sorted(expected_triggers(connection.vendor) - installed_triggers(connection))
    return [Check("payments: guards are there", ok=not missing, detail=_said(missing, 0))]


def disputes_are_booked() -> list[Check]:
    """Each movement of a dispute is posted as the provider told it, and each dispute is what its movements sum to."""
    bad = [str(movement) for provider in BOOKS for movement in _booked_otherwise(provider)[:_NAMED]]
    sums = Dispute.objects.annotate(
        out=Sum("movements__amount_cents", default=0), fees=Sum("movements__fee_cents", default=0)
    )
    bad += [str(dispute) for dispute in sums.exclude(taken_cents=F("out"), fee_cents=F("fees")).order_by("pk")[:_NAMED]]
    return [Check("payments: what disputes moved is booked", ok=not bad, detail=_said(bad, 0))]


def _booked_otherwise(provider: str) -> QuerySet[DisputeMovement]:
    """The movements of which the account of the provider says something else: of the money, what was kept, the fee."""
    account = BOOKS[provider].clearing
    moved = DisputeMovement.objects.filter(provider=provider)

    def said(posting: str) -> Sum:
        """What the account lost by this posting. Each movement has one of its own: nothing is counted twice."""
        return Sum(f"{posting}__entries__amount_cents", filter=Q(**{f"{posting}__entries__account_id": account}))

    wrong = Q()
    for posting, cents in (("tx", F("kept_cents") - F("amount_cents")), ("kept_tx", -F("kept_cents"))):
        right = moved.annotate(said=said(posting)).filter(said=cents)
        wrong |= Q(**{f"{posting}__isnull": False}) & ~Q(pk__in=right.values("pk"))
    right = moved.annotate(said=said("fee_tx")).filter(said=-F("fee_cents"))
    return moved.filter(wrong | Q(fee_tx__isnull=False) & ~Q(pk__in=right.values("pk"))).order_by("pk")


def disputes_have_their_papers() -> list[Check]:
    """What a dispute took of a payment with a receipt is cancelled on it, and what came back has one: to the cent."""
    cancelled, restored = invoices.reversed_on_paper()
    movements = DisputeMovement.objects.exclude(amount_cents=0).select_related("dispute__payment", "undoes")
    bad = [
        str(movement)
        for movement in movements.order_by("pk")
        if (cancelled.get(movement.tx_id or 0) if movement.undoes is None else restored.get(movement.undoes.tx_id or 0))
        != Money(abs(movement.amount_cents))
        and invoices.receipt_for(movement.dispute.payment.reference)
    ]
    return [Check("payments: what disputes moved is on paper", ok=not bad, detail=_said(bad[:_NAMED], 0))]


def disputed_documents_have_a_dispute() -> list[Check]:
    """The documents that the books keep from being paid are those of open disputes, and all of those."""
    held = DisputedItem.objects.filter(released_at__isnull=True)
    held_open = set(held.filter(dispute__status__in=OPEN_DISPUTES).values_list("document_ref", flat=True))
    over = held.exclude(dispute__status__in=OPEN_DISPUTES).values_list("document_ref", flat=True)
    wrong = sorted((held_open ^ ledger.disputed_documents()) | set(over))
    return [Check("payments: what is disputed has an open dispute", ok=not wrong, detail=_said(wrong[:_NAMED], 0))]


def disputes_are_understood() -> list[Check]:
    """No dispute known for more than a day has something that could not be booked or understood."""
    late = Dispute.objects.exclude(attention="").filter(created_at__lt=clock.now() - _LONGEST_LIVE).order_by("pk")
    bad = [f"{dispute}: {dispute.attention}" for dispute in late[:_NAMED]]
    return [Check("payments: disputes are understood", ok=not bad, detail=_said(bad, 0))]


def remittances() -> list[Check]:
    """Files of direct debits: whole, applied once, and 511300 as the bank's answers say."""
    return [
        remittance_checks.add_up(),
        remittance_checks.settle_once(),
        remittance_checks.hold_what_is_in_flight(),
        remittance_checks.clear(),
    ]


def saved_methods() -> list[Check]:
    """Each saved method ends somewhere, one is used first, and each agreement is as it was given."""
    return [method_checks.end(), method_checks.have_one_default(), method_checks.are_agreed_to()]


def mandates() -> list[Check]:
    """Each mandate is as it was signed, ends in time, has its document; nothing is usable without one."""
    return [
        mandate_checks.are_as_signed(),
        mandate_checks.go_with_their_methods(),
        mandate_checks.end_in_time(),
        mandate_checks.have_their_documents(),
    ]


def automatic_debits() -> list[Check]:
    """Debits take what was announced, are in flight with their attempts, and leave nothing out in silence."""
    return [
        collecting_checks.stay_within_what_was_announced(),
        collecting_checks.are_in_flight_together(),
        collecting_checks.brought_what_they_say(),
        collecting_checks.leave_nothing_out(),
        collecting_checks.top_ups_keep_to_their_rule(),
    ]


def news_is_read() -> list[Check]:
    """No event waits unread for more than an hour."""
    waiting = WebhookEvent.objects.filter(
        state__in=[EventState.RECEIVED, EventState.FAILED], received_at__lt=clock.now() - _LONGEST_UNREAD
    ).order_by("pk")
    named = [event.event_id for event in waiting[:_NAMED]]
    return [Check("payments: the provider’s news is read", ok=not named, detail=_said(named, 0))]


def _shared(paid: QuerySet[Payment]) -> list[int]:
    """How many payments claim one posting, for each posting that several claim."""
    counted = paid.values("tx").annotate(payments=Count("pk")).filter(payments__gt=1)
    return [int(row["payments"]) for row in counted.order_by("tx")]


def _names(payments: QuerySet[Payment]) -> list[str]:
    return [payment.reference for payment in payments[:_NAMED]]


def _said(wrong: list[str], count: int) -> str:
    return ", ".join(wrong) if wrong else f"{count} payments" if count else "none"
