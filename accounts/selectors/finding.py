"""Many customers at once, by what outside papers say of them."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Final

from django.db.models import Q
from django.db.models.functions import Upper

from accounts.models import Customer

if TYPE_CHECKING:
    from collections.abc import Collection

_AT_ONCE: Final = 900


def customers_numbered(numbers: Collection[str], ids: Collection[int] = ()) -> list[Customer]:
    """The customers with these stored numbers (`C104273`), or these ids. One query for each 900 numbers."""
    wanted = sorted(numbers)
    found: dict[int, Customer] = {}
    for start in range(0, max(1, len(wanted)), _AT_ONCE):
        condition = Q(number__in=wanted[start : start + _AT_ONCE])
        if not start and ids:
            condition |= Q(pk__in=list(ids))
        found |= {each.pk: each for each in Customer.objects.filter(condition)}
    return list(found.values())


def customers_called(names: Collection[str]) -> dict[str, list[int]]:
    """Ids of the customers with these names, given in capitals; a name of several has them all. One query."""
    found: dict[str, list[int]] = defaultdict(list)
    if names:
        rows = Customer.objects.annotate(capitals=Upper("name")).filter(capitals__in=list(names))
        for key, capitals in rows.order_by("pk").values_list("pk", "capitals"):
            found[capitals].append(key)
    return dict(found)
