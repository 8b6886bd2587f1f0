"""The guards of the ledger, in the language of each engine; and the chart of accounts."""

from django.db import migrations

from ledger.chart import CHART
from ledger.guards import install


def seed(apps, schema_editor):
    account = apps.get_model("ledger", "Account")
    account.objects.bulk_create([account(code=code, name=name) for code, name in CHART.items()])


class Migration(migrations.Migration):
    dependencies = [("ledger", "0001_initial")]

    operations = [
        migrations.RunPython(seed, migrations.RunPython.noop),
        migrations.RunPython(lambda _apps, schema_editor: install(schema_editor.connection), migrations.RunPython.noop),
    ]
