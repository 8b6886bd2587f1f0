"""Where payers asked from; the second person who agrees to give in; money kept aside more than once."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps

from payments.guards import install


def guard_again(_apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """SQLite builds the table of disputes anew, without its triggers."""
    if schema_editor.connection.vendor == "sqlite":
        install(schema_editor.connection, "disputes")


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0006_invoice_texts"),
        ("ledger", "0005_accounts_of_vat"),
        ("payments", "0008_collecting"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name="dispute",
            name="accept_approval",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="accounts.approval",
                verbose_name="approval of giving in",
            ),
        ),
        migrations.AddField(
            model_name="dispute",
            name="freeze_number",
            field=models.PositiveSmallIntegerField(default=1, verbose_name="times kept aside"),
        ),
        migrations.AddField(
            model_name="payment",
            name="payer_address",
            field=models.GenericIPAddressField(blank=True, null=True, verbose_name="asked from the address"),
        ),
        migrations.AddField(
            model_name="payment",
            name="payer_agent",
            field=models.CharField(blank=True, max_length=300, verbose_name="asked with the browser"),
        ),
        migrations.AddIndex(
            model_name="payment",
            index=models.Index(
                condition=models.Q(("payer_address__isnull", False), ("payer_agent__gt", ""), _connector="OR"),
                fields=["created_at"],
                name="payments_payers_to_forget",
            ),
        ),
        migrations.RunPython(guard_again, migrations.RunPython.noop),
    ]
