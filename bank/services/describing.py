"""What the columns of a bank's tables are, said once by a person."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from bank import readers
from bank.models import TableProfile

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from bank.readers import Columns


class BadColumns(Exception):
    """The columns do not make lines. The message says what is missing."""


def describe_table(headings: Sequence[str], columns: Columns, *, at: datetime) -> TableProfile:
    """Keep what the columns of a table are, for every file with these headings. Said again, it replaces what was said.

    Raises BadColumns without one date, and one amount or one debit and one credit.
    """
    if not readers.is_enough(columns):
        raise BadColumns(_("Say which column is the date, and which is the amount, or the debit and the credit."))
    if any(not 0 <= place < len(headings) for places in columns.values() for place in places):
        raise BadColumns(_("There is no such column."))
    said = {"headings": list(headings), "columns": {role: list(places) for role, places in columns.items()}}
    profile, _new = TableProfile.objects.update_or_create(
        fingerprint=readers.fingerprint(headings), defaults={**said, "saved_at": at}
    )
    return profile


def known_profiles() -> Mapping[str, Columns]:
    """The layouts of tables that were described, by their headings."""
    return dict(TableProfile.objects.order_by("pk").values_list("fingerprint", "columns"))
