"""Evidence is written once, said by the database itself, in the language of each engine."""

from django.db import migrations

from accounts.guards import install_evidence


class Migration(migrations.Migration):
    dependencies = [("accounts", "0004_vat_evidence")]

    operations = [
        migrations.RunPython(
            lambda _apps, schema_editor: install_evidence(schema_editor.connection), migrations.RunPython.noop
        ),
    ]
