"""What must always hold of saved methods; `payments.checks` asks for it."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Final

from django.db import connection
from django.db.models import Count, F, Q

from core import clock
from core.checks import Check
from payments.guards import installed_triggers
from payments.method_guards import expected_triggers
from payments.models import BEING_SAVED, LIVE, MethodState, SavedMethod

if TYPE_CHECKING:
    from django.db.models import QuerySet

_LONGEST: Final = timedelta(hours=49)
"""A method that a payment saves waits for that payment, a day at most, and is believed to be none a day later."""
_NAMED: Final = 5


def end() -> Check:
    """No method is being saved or removed for two days."""
    before = clock.now() - _LONGEST
    saving = Q(state__in=BEING_SAVED, created_at__lt=before) & ~Q(payment__status__in=LIVE)
    removing = Q(state=MethodState.REMOVING, events__to_state=MethodState.REMOVING, events__at__lt=before)
    late = SavedMethod.objects.filter(saving | removing).distinct()
    return _check("saved methods: none is undecided for two days", late)


def have_one_default() -> Check:
    """Each customer with usable methods has one that is used first."""
    counted = SavedMethod.objects.filter(state=MethodState.ACTIVE).values("customer__number")
    defaults = counted.annotate(defaults=Count("pk", filter=Q(is_default=True)))
    wrong = list(defaults.exclude(defaults=1).order_by("customer__number").values_list("customer__number", flat=True))
    name = "saved methods: each customer has one that is used first"
    return Check(name, ok=not wrong, detail=", ".join(wrong[:_NAMED]) or "none")


def are_agreed_to() -> Check:
    """Under each method is the text that was agreed to, unchanged; history and texts are guarded."""
    changed = SavedMethod.objects.exclude(consent_sha256=F("consent__sha256"))
    missing = sorted(expected_triggers() - installed_triggers(connection))
    name = "saved methods: each agreement and its history are as they were written"
    return Check(name, ok=not missing, detail=", ".join(missing)) if missing else _check(name, changed)


def _check(name: str, wrong: QuerySet[SavedMethod]) -> Check:
    named = [str(method.public_id) for method in wrong.order_by("pk")[:_NAMED]]
    return Check(name, ok=not named, detail=", ".join(named) or "none")
