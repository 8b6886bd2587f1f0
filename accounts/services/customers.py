"""Open a customer's account, and change what its documents will say."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypedDict, Unpack

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from accounts.identity import BadIdentity, plain_line, read_country, read_siren, read_siret, read_vat_number
from accounts.locks import lock_customer_series
from accounts.models import BillingEmail, Customer, CustomerKind, Role
from accounts.selectors import NumberState, standing_of
from accounts.services.evidence import ask_for_check
from accounts.services.people import add_member, user_of
from core.references import make_customer_number

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime


class BuyerFields(TypedDict, total=False):
    """What a document says about a buyer, besides the name; all of it may be left out."""

    address_line1: str
    address_line2: str
    postcode: str
    city: str
    country: str
    siren: str
    siret: str
    vat_number: str
    service_code: str
    engagement_number: str
    market_number: str
    public_kind: str
    language: str


_READERS = {"country": read_country, "siren": read_siren, "siret": read_siret, "vat_number": read_vat_number}


@transaction.atomic
def create_customer(
    *, kind: CustomerKind, name: str, email: str, at: datetime, **fields: Unpack[BuyerFields]
) -> Customer:
    """Open an account: the next customer number, its owner (a user with that e-mail address), and where mail goes.

    The numbers follow each other without a gap. Raises BadIdentity, naming the field, and then nothing is written.
    """
    language = fields.get("language", "fr")
    owner = user_of(email, language=language)
    customer = Customer(kind=kind, created_at=at, number="C000000")
    _describe(customer, {"name": name, **fields})
    customer.number = _next_number()
    customer.save()
    add_member(customer, owner, Role.OWNER)
    ask_for_check(customer, at=at)
    BillingEmail.objects.create(customer=customer, email=owner.email)
    return customer


@transaction.atomic
def update_profile(
    customer: Customer,
    *,
    name: str,
    at: datetime,
    billing_emails: Sequence[str] | None = None,
    **fields: Unpack[BuyerFields],
) -> Customer:
    """Change what the customer's next documents say, and who receives them. Issued documents stay as they are.

    What is not given stays. VIES is asked about a VAT number that it has not confirmed. Raises BadIdentity, naming the
    field, and then nothing is written.
    """
    changed = Customer.objects.select_for_update().get(pk=customer.pk)
    _describe(changed, {"name": name, **fields})
    changed.save()
    if standing_of(changed, at=at).state != NumberState.VALID:
        ask_for_check(changed, at=at)
    if billing_emails is not None:
        _write_to(changed, billing_emails)
    return changed


def _next_number() -> str:
    series = lock_customer_series()
    series.last += 1
    series.save(update_fields=["last"])
    return make_customer_number(series.last).stored


def _describe(customer: Customer, values: dict[str, object]) -> None:
    """Write the values on the row, each as it is read by its reader, and check that they agree."""
    for field, typed in values.items():
        text = plain_line(str(typed))
        reader = _READERS.get(field)
        setattr(customer, field, reader(text) if reader and text else text)
    customer.siren = customer.siret[:9] or customer.siren
    _check_agreement(customer, given=values)
    try:
        customer.full_clean(exclude=["number"], validate_unique=False)
    except ValidationError as error:
        field, reasons = next(iter(error.message_dict.items()))
        raise BadIdentity(field, reasons[0]) from error


def _check_agreement(customer: Customer, *, given: dict[str, object]) -> None:
    siren = str(given.get("siren") or "")
    if siren and customer.siret and read_siren(siren) != customer.siren:
        raise BadIdentity("siren", _("The SIREN is the first 9 digits of the SIRET. These two do not agree."))
    french_vat = customer.vat_number.startswith("FR")
    if french_vat and customer.siren and customer.vat_number[4:] != customer.siren:
        raise BadIdentity("vat_number", _("A French VAT number ends with the SIREN. These two do not agree."))
    if customer.is_public and customer.country == "FR" and not customer.siret:
        raise BadIdentity("siret", _("A French public body is known by its SIRET. Write its 14 digits."))


def _write_to(customer: Customer, addresses: Sequence[str]) -> None:
    wanted = list(dict.fromkeys(address.strip().lower() for address in addresses if address.strip()))
    BillingEmail.objects.filter(customer=customer).exclude(email__in=wanted).delete()
    BillingEmail.objects.bulk_create(
        [BillingEmail(customer=customer, email=address) for address in wanted], ignore_conflicts=True
    )
