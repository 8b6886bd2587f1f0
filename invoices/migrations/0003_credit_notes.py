"""Credit notes: rows of the table of invoices that take back lines of an original, within what it asks."""

import django.db.models.deletion
from django.db import migrations, models

from invoices import guards


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0002_correction_days"),
        ("invoices", "0002_guards"),
        ("ledger", "0002_guards"),
    ]

    operations = [
        migrations.RunPython(
            lambda _apps, schema_editor: guards.take_away(schema_editor.connection), migrations.RunPython.noop
        ),
        migrations.RemoveConstraint(
            model_name="documentseries",
            name="invoices_series_known",
        ),
        migrations.RemoveConstraint(
            model_name="invoice",
            name="invoices_kind_known",
        ),
        migrations.RemoveConstraint(
            model_name="invoice",
            name="invoices_number_form",
        ),
        migrations.AddField(
            model_name="invoice",
            name="actor",
            field=models.CharField(blank=True, max_length=100, verbose_name="asked by"),
        ),
        migrations.AddField(
            model_name="invoice",
            name="asked",
            field=models.CharField(
                blank=True, editable=False, max_length=64, verbose_name="fingerprint of what was asked"
            ),
        ),
        migrations.AddField(
            model_name="invoice",
            name="freed_cents",
            field=models.BigIntegerField(default=0, verbose_name="money freed, cents"),
        ),
        migrations.AddField(
            model_name="invoice",
            name="freed_money",
            field=models.CharField(
                blank=True,
                choices=[
                    ("BALANCE", "Stays on the prepaid account"),
                    ("REFUND", "Kept to be refunded"),
                    ("CORRECTED", "Pays the corrected invoice"),
                ],
                max_length=9,
                verbose_name="money freed",
            ),
        ),
        migrations.AddField(
            model_name="invoice",
            name="key",
            field=models.CharField(
                editable=False, max_length=200, null=True, unique=True, verbose_name="idempotency key"
            ),
        ),
        migrations.AddField(
            model_name="invoice",
            name="original",
            field=models.ForeignKey(
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="credit_notes",
                to="invoices.invoice",
                verbose_name="invoice taken back",
            ),
        ),
        migrations.AddField(
            model_name="invoice",
            name="reason",
            field=models.CharField(blank=True, max_length=300, verbose_name="reason"),
        ),
        migrations.AddField(
            model_name="invoice",
            name="replaces",
            field=models.OneToOneField(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="replaced_by",
                to="invoices.invoice",
                verbose_name="replaces",
            ),
        ),
        migrations.AddField(
            model_name="invoiceline",
            name="original",
            field=models.ForeignKey(
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="taken_back",
                to="invoices.invoiceline",
                verbose_name="line taken back",
            ),
        ),
        migrations.AlterField(
            model_name="documentseries",
            name="prefix",
            field=models.CharField(
                choices=[("FA", "Invoices"), ("AV", "Credit notes"), ("RC", "Receipts")],
                max_length=2,
                verbose_name="prefix",
            ),
        ),
        migrations.AlterField(
            model_name="invoice",
            name="kind",
            field=models.CharField(
                choices=[("INVOICE", "Invoice"), ("CREDIT_NOTE", "Credit note")],
                default="INVOICE",
                max_length=16,
                verbose_name="kind",
            ),
        ),
        migrations.AddIndex(
            model_name="invoice",
            index=models.Index(
                condition=models.Q(("original__isnull", False)), fields=["original"], name="invoices_credit_notes_of"
            ),
        ),
        migrations.AddIndex(
            model_name="invoiceline",
            index=models.Index(
                condition=models.Q(("original__isnull", False)), fields=["original"], name="invoices_lines_taken_back"
            ),
        ),
        migrations.AddConstraint(
            model_name="documentseries",
            constraint=models.CheckConstraint(
                condition=models.Q(("prefix__in", ["FA", "AV", "RC"])), name="invoices_series_known"
            ),
        ),
        migrations.AddConstraint(
            model_name="invoice",
            constraint=models.CheckConstraint(
                condition=models.Q(("kind__in", ["INVOICE", "CREDIT_NOTE"])), name="invoices_kind_known"
            ),
        ),
        migrations.AddConstraint(
            model_name="invoice",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("number__isnull", True),
                    models.Q(("kind", "INVOICE"), ("number__regex", "^FA20[0-9]{2}-[0-9]{6}$")),
                    models.Q(("kind", "CREDIT_NOTE"), ("number__regex", "^AV20[0-9]{2}-[0-9]{6}$")),
                    _connector="OR",
                ),
                name="invoices_number_form",
            ),
        ),
        migrations.AddConstraint(
            model_name="invoice",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("kind", "INVOICE"),
                        ("asked", ""),
                        ("freed_cents", 0),
                        ("freed_money", ""),
                        ("key__isnull", True),
                        ("original__isnull", True),
                        ("reason", ""),
                    ),
                    models.Q(
                        ("kind", "CREDIT_NOTE"),
                        ("freed_money__in", ["BALANCE", "REFUND", "CORRECTED"]),
                        ("key__isnull", False),
                        ("original__isnull", False),
                        ("paid_at_issue_cents", 0),
                        ("replaces__isnull", True),
                        models.Q(("reason", ""), _negated=True),
                        models.Q(("key", ""), _negated=True),
                    ),
                    _connector="OR",
                ),
                name="invoices_note_says_what_and_why",
            ),
        ),
        migrations.AddConstraint(
            model_name="invoice",
            constraint=models.CheckConstraint(
                condition=models.Q(("freed_cents__gte", 0), ("freed_cents__lte", models.F("total_cents"))),
                name="invoices_freed_within_total",
            ),
        ),
        migrations.AddConstraint(
            model_name="invoiceline",
            constraint=models.UniqueConstraint(fields=("invoice", "original"), name="invoices_line_taken_back_once"),
        ),
        migrations.RunPython(
            lambda _apps, schema_editor: guards.reinstall(schema_editor.connection), migrations.RunPython.noop
        ),
    ]
