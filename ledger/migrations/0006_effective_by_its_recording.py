"""No entry takes effect after the day in Paris on which it is recorded: a FEC could never hold it."""

from django.db import migrations

from ledger.guards import install_days


class Migration(migrations.Migration):
    dependencies = [("ledger", "0005_accounts_of_vat")]

    operations = [
        migrations.RunPython(
            lambda _apps, schema_editor: install_days(schema_editor.connection), migrations.RunPython.noop
        ),
    ]
