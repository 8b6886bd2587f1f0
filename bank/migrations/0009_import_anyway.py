"""Statements that do not add up, imported because two people agreed. SQLite builds their table anew: guards again."""

import django.db.models.deletion
import django.db.models.expressions
from django.db import migrations, models

from bank.guards import ANYWAY, install


def _install(_apps, schema_editor):
    if schema_editor.connection.vendor == "sqlite":
        install(schema_editor.connection)
    install(schema_editor.connection, ANYWAY)


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0006_invoice_texts"),
        ("bank", "0008_transfer_orders"),
    ]

    operations = [
        migrations.CreateModel(
            name="AnywayRequest",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("sha256", models.CharField(max_length=64, verbose_name="SHA-256")),
                ("name", models.CharField(max_length=200, verbose_name="file")),
                ("account", models.CharField(blank=True, max_length=34, verbose_name="account that was said")),
            ],
            options={
                "verbose_name": "import that was asked for anyway",
                "verbose_name_plural": "imports that were asked for anyway",
            },
        ),
        migrations.RemoveConstraint(
            model_name="statement",
            name="bank_statement_adds_up",
        ),
        migrations.AddField(
            model_name="statement",
            name="agreed",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="accounts.approval",
                verbose_name="agreed to",
            ),
        ),
        migrations.AddField(
            model_name="statement",
            name="gap_cents",
            field=models.BigIntegerField(db_default=0, default=0, verbose_name="difference"),
        ),
        migrations.AddConstraint(
            model_name="statement",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "closing_cents",
                        django.db.models.expressions.CombinedExpression(
                            django.db.models.expressions.CombinedExpression(
                                models.F("opening_cents"), "+", models.F("movements_cents")
                            ),
                            "-",
                            models.F("gap_cents"),
                        ),
                    )
                ),
                name="bank_statement_adds_up",
            ),
        ),
        migrations.AddConstraint(
            model_name="statement",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("agreed__isnull", True), ("gap_cents", 0)),
                    models.Q(
                        models.Q(("gap_cents", 0), _negated=True),
                        ("agreed__isnull", False),
                        ("closing_cents__isnull", False),
                        ("opening_cents__isnull", False),
                    ),
                    _connector="OR",
                ),
                name="bank_statement_gap_agreed",
            ),
        ),
        migrations.AddField(
            model_name="anywayrequest",
            name="approval",
            field=models.OneToOneField(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="accounts.approval",
                verbose_name="approval",
            ),
        ),
        migrations.AddConstraint(
            model_name="anywayrequest",
            constraint=models.CheckConstraint(
                condition=models.Q(("sha256__regex", "^[0-9a-f]{64}$")), name="bank_anyway_hash_form"
            ),
        ),
        migrations.RunPython(_install, migrations.RunPython.noop),
    ]
