"""Accounts that the chart got for VAT: one of the one-stop shop for each member state, and sales without VAT."""

from django.db import migrations

from ledger.chart import CHART


def add(apps, schema_editor):
    account = apps.get_model("ledger", "Account")
    known = set(account.objects.values_list("code", flat=True))
    account.objects.bulk_create([account(code=code, name=name) for code, name in CHART.items() if code not in known])


class Migration(migrations.Migration):
    dependencies = [("ledger", "0004_proof")]

    operations = [migrations.RunPython(add, migrations.RunPython.noop)]
