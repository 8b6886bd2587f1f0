"""What a customer has checked by hand: a SIRET, so many an hour; an engagement number, which is never refused."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Final

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import Customer
from accounts.selectors import current_seller
from chorus import wiring
from chorus.gateways.base import ChorusError, EngagementFound
from chorus.models import SiretCheck
from core.addresses import origin_of
from core.clock import local_date
from core.formats import money_text

if TYPE_CHECKING:
    from datetime import datetime

    from django.db.models import QuerySet

    from chorus.gateways.base import Directory

_HOUR: Final = timedelta(hours=1)
_PER_ADDRESS: Final = 3
_OF_THE_STATE: Final = "1"  # SIRENs of the State begin with 1, those of local authorities with 2


class TooManyChecks(Exception):
    """Too many SIRETs within an hour, by this customer or from this address. Says when the next is possible."""

    def __init__(self, retry_after: timedelta) -> None:
        super().__init__(f"again in {retry_after}")
        self.seconds = max(int(retry_after.total_seconds()), 1)

    @property
    def minutes(self) -> int:
        return -(-self.seconds // 60)


@transaction.atomic
def check_siret(customer: Customer, siret: str, *, address: str, at: datetime) -> None:
    """Count a SIRET that is looked up for a customer; its own, saved already, does not count. Raises TooManyChecks.

    What counts for an address counts for all customers together, so that opening accounts does not help.
    """
    if Customer.objects.select_for_update().get(pk=customer.pk).siret == siret:
        return
    most, origin = settings.SIRET_CHECKS_PER_HOUR, origin_of(address)
    lately = SiretCheck.objects.filter(at__gt=at - _HOUR)
    _refuse_full(lately.filter(customer=customer), most, at=at)
    if origin:
        _refuse_full(lately.filter(origin=origin), most * _PER_ADDRESS, at=at)
    SiretCheck.objects.create(customer=customer, origin=origin, at=at)


def check_engagement(number: str, *, directory: Directory, at: datetime) -> EngagementFound | None:
    """What the State knows of an engagement number for us; None when it knows nothing. Raises ChorusError.

    Never inside a transaction. Local authorities' numbers are not there.
    """
    siret = current_seller(on=local_date(at)).siret
    suppliers = directory.suppliers()
    supplier = next((each for each in suppliers if each.siret == siret), suppliers[0] if suppliers else None)
    if supplier is None:
        return None
    return next(
        (each for each in directory.engagements(number, supplier_id=supplier.chorus_id) if each.number == number), None
    )


def engagement_words(customer: Customer, number: str, *, at: datetime) -> str:
    """What to tell about a number that was just written: empty for who is not the State, or without an answer."""
    if not customer.siret.startswith(_OF_THE_STATE) or not wiring.is_configured():
        return ""
    try:
        found = check_engagement(number, directory=wiring.directory(), at=at)
    except ChorusError:  # told by the gateway; a warning that cannot be given is none
        return ""
    if found is None:
        return _("Chorus Pro does not know the number %(number)s yet. It is saved all the same: check its digits.") % {
            "number": number
        }
    if found.left is not None:
        left = money_text(found.left)
        return _("Chorus Pro knows the number %(number)s: %(left)s may still be billed on it.") % {
            "number": number,
            "left": left,
        }
    return _("Chorus Pro knows the number %(number)s.") % {"number": number}


def _refuse_full(checked: QuerySet[SiretCheck], most: int, *, at: datetime) -> None:
    moments = list(checked.order_by("-at", "-pk").values_list("at", flat=True)[:most])
    if len(moments) >= most:
        raise TooManyChecks(moments[-1] + _HOUR - at)
