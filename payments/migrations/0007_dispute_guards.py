"""Triggers: what disputes moved and what happened to them is never changed, never deleted."""

from django.db import migrations

from payments.guards import install


class Migration(migrations.Migration):
    dependencies = [("payments", "0006_disputes")]

    operations = [
        migrations.RunPython(
            lambda _apps, schema_editor: install(schema_editor.connection, "disputes"), migrations.RunPython.noop
        ),
    ]
