"""Invariants of people and customers, for `selfcheck`."""

from __future__ import annotations

from django.conf import settings
from django.db import connection
from django.db.models import Max

from accounts.demonstration import DEMONSTRATION_SIREN
from accounts.guards import expected_triggers, installed_triggers
from accounts.models import Customer, CustomerSeries, Role
from accounts.selectors import NoSeller, current_seller
from core import clock
from core.checks import Check


def customers_can_be_reached() -> list[Check]:
    """Every customer has an owner, and no number is above the last one given."""
    orphans = Customer.objects.exclude(memberships__role=Role.OWNER).order_by("pk").values_list("number", flat=True)
    lost = list(orphans[:10])
    highest = Customer.objects.aggregate(highest=Max("number"))["highest"] or "C000000"
    last = CustomerSeries.objects.values_list("last", flat=True).first() or 0
    return [
        Check("accounts: every customer has an owner", ok=not lost, detail=", ".join(lost) or "all of them"),
        Check(
            "accounts: no customer number is above the last one given",
            ok=int(highest[1:]) <= last,
            detail=f"highest {highest}, last given {last}",
        ),
    ]


def somebody_sells() -> list[Check]:
    """A seller's identity is in force today; in production, not the demonstration's."""
    name = "accounts: a seller's identity is in force"
    try:
        seller = current_seller(on=clock.local_date(clock.now()))
    except NoSeller as error:
        return [Check(name, ok=False, detail=str(error))]
    for_show = settings.ENVIRONMENT == "production" and seller.siren == DEMONSTRATION_SIREN
    detail = "it is still the demonstration's: see `manage.py seller --set`" if for_show else str(seller)
    return [Check(name, ok=not for_show, detail=detail)]


def guards_are_there() -> list[Check]:
    """Every guard of the database about approvals and evidence is in place."""
    missing = sorted(expected_triggers(connection.vendor) - installed_triggers(connection))
    return [
        Check(
            "accounts: approvals and evidence are guarded", ok=not missing, detail=", ".join(missing) or "every trigger"
        )
    ]
