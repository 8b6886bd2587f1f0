"""Write many issued invoices at once. Django's bulk_update builds one statement of thousands of cases: 4 × slower."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import connection

from invoices.models import Invoice

if TYPE_CHECKING:
    from collections.abc import Sequence

    from django.db.models import Field

_KEPT = {"id", "public_id", "kind", "customer", "created_at", "currency", "subject"} | {
    "original",
    "replaces",
    "reason",
    "key",
    "asked",
}
_FIELDS = [field for field in Invoice._meta.concrete_fields if field.name not in _KEPT]  # noqa: SLF001 - the columns
_UPDATE = f"UPDATE invoices_invoice SET {', '.join(f'{field.column} = %s' for field in _FIELDS)} WHERE id = %s"  # noqa: S608


def write_issued(invoices: Sequence[Invoice]) -> None:
    """Write every column that issuing sets, on rows that are locked and still drafts."""
    rows = [[*(_stored(invoice, field) for field in _FIELDS), invoice.pk] for invoice in invoices]
    with connection.cursor() as cursor:
        cursor.executemany(_UPDATE, rows)


def _stored(invoice: Invoice, field: Field[Any, Any]) -> Any:
    return field.get_db_prep_save(getattr(invoice, field.attname), connection)
