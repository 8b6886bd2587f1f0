"""Encrypt again, with the newest key, every value that the database keeps encrypted."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.apps import apps
from django.core.management.base import BaseCommand
from django.db import connection, transaction

from core.crypto import EncryptedTextField, rotate

if TYPE_CHECKING:
    from collections.abc import Iterator

    from django.db.models import Model

_AT_ONCE = 500


class Command(BaseCommand):
    help = "Encrypt IBANs again with the first of FIELD_KEYS. May be repeated; run it before taking an old key away."

    def handle(self, *_args: Any, **_options: Any) -> None:
        for model, column in _columns():
            done = sum(_rotate(model, column, keys) for keys in _pages(model))
            self.stdout.write(f"{model._meta.label}.{column}: {done}")  # noqa: SLF001 - Django's own word


def _columns() -> list[tuple[type[Model], str]]:
    """Every encrypted column of the portal."""
    return [
        (model, str(field.column))
        for model in apps.get_models()
        for field in model._meta.concrete_fields  # noqa: SLF001 - Django's own word
        if isinstance(field, EncryptedTextField)
    ]


def _pages(model: type[Model]) -> Iterator[list[Any]]:
    keys = list(model._default_manager.order_by("pk").values_list("pk", flat=True))  # noqa: SLF001 - Django's own word
    yield from (keys[start : start + _AT_ONCE] for start in range(0, len(keys), _AT_ONCE))


@transaction.atomic
def _rotate(model: type[Model], column: str, keys: list[Any]) -> int:
    """The column of these rows, as the database has it: the models would decrypt it."""
    table, key = (connection.ops.quote_name(word) for word in (model._meta.db_table, str(model._meta.pk.column)))  # noqa: SLF001
    name = connection.ops.quote_name(column)
    done = 0
    with connection.cursor() as cursor:
        for pk in keys:
            cursor.execute(f"SELECT {name} FROM {table} WHERE {key} = %s", [pk])  # noqa: S608 - names of our own tables
            (value,) = cursor.fetchone()
            if value is not None:
                cursor.execute(f"UPDATE {table} SET {name} = %s WHERE {key} = %s", [rotate(bytes(value)), pk])  # noqa: S608
                done += 1
    return done
