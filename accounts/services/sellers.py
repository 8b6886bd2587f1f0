"""The seller's identity, dated: documents freeze the one in force on their day."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.utils.translation import gettext_lazy as _

from accounts.demonstration import DEMONSTRATION_SELLER
from accounts.identity import (
    BadIdentity,
    plain_line,
    read_bic,
    read_country,
    read_iban,
    read_ics,
    read_siren,
    read_siret,
    read_vat_number,
)
from accounts.models import CustomerSeries, Seller
from accounts.selectors import current_seller
from core.clock import local_date

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

_READERS = {
    "siren": read_siren,
    "siret": read_siret,
    "vat_number": read_vat_number,
    "country": read_country,
    "iban": read_iban,
    "bic": read_bic,
    "ics": read_ics,
}
_PLACE_ITEMS = (1, 2, "1", "2")
_FIRST_DAY = date(2020, 1, 1)


def seller_fields() -> list[str]:
    """What can be said about a seller, in the order of the form."""
    return [field.name for field in Seller._meta.concrete_fields if field.name not in {"id", "valid_from"}]  # noqa: SLF001


@transaction.atomic
def set_seller(values: Mapping[str, str], *, at: datetime) -> Seller:
    """Change the seller's identity from today (Europe/Paris) on: a new dated row, or today's row changed.

    What is not given stays as it was. Raises BadIdentity, naming the field, and then nothing is written.
    """
    today = local_date(at)
    seller = current_seller(on=today)
    if seller.valid_from != today:
        seller.pk, seller.valid_from = None, today
        seller._state.adding = True  # noqa: SLF001 - Django's documented way to copy a row
    for field, typed in values.items():
        setattr(seller, field, _understood(field, typed))
    check_seller(seller)
    seller.save()
    return seller


def check_seller(seller: Seller) -> None:
    """Write the seller's numbers without spaces, and check them and their agreement. Raises BadIdentity."""
    for field, reader in _READERS.items():
        typed = getattr(seller, field)
        setattr(seller, field, reader(typed) if typed else "")
    if not seller.siret.startswith(seller.siren):
        raise BadIdentity("siren", _("The SIREN is the first 9 digits of the SIRET. These two do not agree."))
    if not seller.vat_number and not seller.vat_franchise:
        raise BadIdentity("vat_number", _("A seller has a VAT number, unless it is exempt as a small business."))
    if seller.place_items not in _PLACE_ITEMS:
        raise BadIdentity("place_items", _("Write 1 or 2."))
    try:
        seller.full_clean(validate_unique=False)
    except ValidationError as error:
        field, reasons = next(iter(error.message_dict.items()))
        raise BadIdentity(field, reasons[0]) from error


def ensure_first_rows() -> None:
    """What a new database needs: the series of customer numbers, and the demonstration seller. Repeatable."""
    CustomerSeries.objects.bulk_create([CustomerSeries(pk=1)], ignore_conflicts=True)
    if not Seller.objects.exists():
        Seller.objects.bulk_create([Seller(valid_from=_FIRST_DAY, **DEMONSTRATION_SELLER)], ignore_conflicts=True)


def _understood(field: str, typed: str) -> object:
    """What a text means for this field."""
    if field not in seller_fields():
        raise BadIdentity(field, f"{field} is not a field of the seller. Write one of: {', '.join(seller_fields())}.")
    text = plain_line(typed)
    if isinstance(Seller._meta.get_field(field), models.BooleanField):  # noqa: SLF001 - Django's documented reflection
        return text.lower() in {"1", "true", "yes", "on", "oui"}
    return text
