"""Triggers: what our bank told us is never changed, never deleted."""

from django.db import migrations

from bank.guards import install


class Migration(migrations.Migration):
    dependencies = [("bank", "0001_initial")]

    operations = [
        migrations.RunPython(lambda _apps, schema_editor: install(schema_editor.connection), migrations.RunPython.noop),
    ]
