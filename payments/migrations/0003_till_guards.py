"""Triggers: what providers told us is never changed, never deleted."""

from django.db import migrations

from payments.guards import install


class Migration(migrations.Migration):
    dependencies = [("payments", "0002_till")]

    operations = [
        migrations.RunPython(lambda _apps, schema_editor: install(schema_editor.connection), migrations.RunPython.noop),
    ]
