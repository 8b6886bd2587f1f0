"""Write to customers whose structure or service takes no invoice any more. The same fact is told once."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from django.urls import reverse

from accounts.notify import notify
from chorus.selectors.directory import customers_of
from core.clock import local_date

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import datetime

    from chorus.models import Structure


def tell_structure_closed(structure: Structure, *, at: datetime) -> None:
    """Their invoices would not arrive: ask for another SIRET."""
    for customer in customers_of(structure):
        notify(
            customer,
            "chorus.structure_closed",
            {"structure": structure, "page": _page()},
            key=f"chorus.structure_closed:{customer.pk}:{structure.siret}:{local_date(at)}",
            at=at,
        )


def tell_service_closed(structure: Structure, codes: Collection[str], *, at: datetime) -> None:
    """The service that they chose is closed: ask for another one."""
    for customer in customers_of(structure).filter(service_code__in=codes).exclude(service_code=""):
        notify(
            customer,
            "chorus.service_closed",
            {"structure": structure, "service_code": customer.service_code, "page": _page()},
            key=f"chorus.service_closed:{customer.pk}:{customer.service_code}:{local_date(at)}",
            at=at,
        )


def _page() -> str:
    return settings.SITE_URL + reverse("chorus:settings")
