"""Issued is immutable, said by the database itself, in the language of each engine."""

from django.db import migrations

from invoices.guards import install


class Migration(migrations.Migration):
    dependencies = [("invoices", "0001_initial")]

    operations = [
        migrations.RunPython(lambda _apps, schema_editor: install(schema_editor.connection), migrations.RunPython.noop),
    ]
