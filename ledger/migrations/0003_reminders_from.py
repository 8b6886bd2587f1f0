"""The day from which reminders of an item count, and a guard that lets it change."""

import re
from pathlib import Path

from django.db import migrations, models

from ledger.guards import install

_GUARD = re.compile(r"CREATE (FUNCTION ledger_openitem_counted\(\).*?\nEND \$\$;)", re.DOTALL)


def guard(_apps, schema_editor):
    """The function of the guard as it is now; on SQLite the guards name the columns that may not change."""
    if schema_editor.connection.vendor != "postgresql":
        install(schema_editor.connection)
        return
    text = (Path(__file__).parents[1] / "sql" / "postgresql_guards.sql").read_text(encoding="utf-8")
    schema_editor.execute(f"CREATE OR REPLACE {_GUARD.search(text)[1]}", params=None)


class Migration(migrations.Migration):
    dependencies = [("ledger", "0002_guards")]

    operations = [
        migrations.AddField(
            model_name="openitem",
            name="reminders_from",
            field=models.DateField(help_text="Reminders count from this day, if it is after the due date.", null=True),
        ),
        migrations.RunPython(guard, migrations.RunPython.noop),
    ]
