"""Triggers: what was sent and what was said stays."""

from django.db import migrations

from chorus.guards import install


class Migration(migrations.Migration):
    dependencies = [("chorus", "0001_initial")]

    operations = [
        migrations.RunPython(lambda _apps, schema_editor: install(schema_editor.connection), migrations.RunPython.noop),
    ]
