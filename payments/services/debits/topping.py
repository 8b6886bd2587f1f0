"""What an answer about an automatic top-up means for its rule: refused, it waits longer each time, then it is off."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from django.conf import settings

from payments.debit_transitions import FAILED, move
from payments.gateways.base import DeclineKind
from payments.models import CollectingEvent, EndedWhy, TopUpRule
from payments.services.debits.fallback import spoil
from payments.services.debits.telling import tell_top_up_refused

if TYPE_CHECKING:
    from datetime import datetime

    from payments.models import Debit, Payment


def top_up_came(debit: Debit, *, at: datetime) -> None:
    """The money came: earlier refusals do not count any more. The caller holds the lock."""
    TopUpRule.objects.filter(customer=debit.customer_id, declines__gt=0).update(
        declines=0, not_before=None, updated_at=at
    )


def top_up_refused(debit: Debit, payment: Payment, kind: DeclineKind, *, at: datetime) -> None:
    """Nothing was taken, and this one is not tried again. Its rule looks again after 1, 2, 4 … days, then it is off.

    Its customer hears which. The caller holds the lock.
    """
    if kind in (DeclineKind.NEVER, DeclineKind.GONE):
        spoil(payment, kind, at=at)
    move(debit, FAILED, why=EndedWhy.REFUSED, at=at, detail=debit.failure_code)
    rule = TopUpRule.objects.select_for_update().get(customer=debit.customer_id)
    rule.declines += 1
    rule.not_before = at + timedelta(days=2 ** (rule.declines - 1))
    rule.updated_at = at
    if rule.is_on and rule.declines >= settings.AUTO_TOP_UP_DECLINES:
        rule.is_on = False
        CollectingEvent.objects.create(
            customer=debit.customer,
            name="top-up rule turned off",
            detail=f"refused {rule.declines} times in a row",
            consent_id=rule.consent_id,
            at=at,
        )
    rule.save()
    tell_top_up_refused(debit, payment, rule, at=at)
