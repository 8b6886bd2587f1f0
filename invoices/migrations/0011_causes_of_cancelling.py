"""More reasons why a receipt counts no longer. On SQLite its table is made again: so are its guards."""

from django.db import migrations, models

from invoices import guards


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0006_invoice_texts"),
        ("invoices", "0010_attestations"),
        ("ledger", "0007_items_by_amount"),
    ]

    operations = [
        migrations.RunPython(
            lambda _apps, schema_editor: guards.take_away(schema_editor.connection), migrations.RunPython.noop
        ),
        migrations.RemoveConstraint(
            model_name="receiptcancellation",
            name="invoices_cancellation_says_why",
        ),
        migrations.AlterField(
            model_name="receiptcancellation",
            name="cause",
            field=models.CharField(
                choices=[
                    ("DISPUTE", "The payment was contested: the bank or the provider took the money back"),
                    ("DEBIT_RETURNED", "The bank returned the direct debit"),
                    ("RECALLED", "The bank of the sender took the transfer back"),
                    ("CORRECTED", "The transfer had been credited to this account by mistake"),
                ],
                max_length=16,
                verbose_name="why",
            ),
        ),
        migrations.AddConstraint(
            model_name="receiptcancellation",
            constraint=models.CheckConstraint(
                condition=models.Q(("cause__in", ["DISPUTE", "DEBIT_RETURNED", "RECALLED", "CORRECTED"])),
                name="invoices_cancellation_says_why",
            ),
        ),
        migrations.RunPython(
            lambda _apps, schema_editor: guards.reinstall(schema_editor.connection), migrations.RunPython.noop
        ),
    ]
