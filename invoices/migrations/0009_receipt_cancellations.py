"""Cancellations of receipts, and receipts of money that came back. Tables that SQLite makes again: so are its guards."""

import uuid

import django.db.models.deletion
from django.db import migrations, models

from invoices import guards


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0006_invoice_texts"),
        ("invoices", "0008_buyer_texts"),
        ("ledger", "0005_accounts_of_vat"),
    ]

    operations = [
        migrations.RunPython(
            lambda _apps, schema_editor: guards.take_away(schema_editor.connection), migrations.RunPython.noop
        ),
        migrations.CreateModel(
            name="ReceiptCancellation",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("public_id", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ("number", models.CharField(editable=False, max_length=20, unique=True, verbose_name="number")),
                ("amount_cents", models.BigIntegerField(verbose_name="amount cancelled, cents")),
                (
                    "cause",
                    models.CharField(
                        choices=[
                            ("DISPUTE", "The payment was contested: the bank or the provider took the money back"),
                            ("DEBIT_RETURNED", "The bank returned the direct debit"),
                        ],
                        max_length=16,
                        verbose_name="why",
                    ),
                ),
                (
                    "reference",
                    models.CharField(blank=True, max_length=255, verbose_name="reference of the bank or provider"),
                ),
                ("reversed_at", models.DateTimeField(verbose_name="taken back at")),
                ("reopened", models.JSONField(default=list, verbose_name="no longer paid by it")),
                ("missing_cents", models.BigIntegerField(default=0, verbose_name="refunded before, cents")),
                ("balance_after_cents", models.BigIntegerField(verbose_name="balance after, cents")),
                ("seller", models.JSONField(verbose_name="seller")),
                ("buyer", models.JSONField(verbose_name="buyer")),
                ("issue_date", models.DateField(verbose_name="issue date")),
                ("issued_at", models.DateTimeField(verbose_name="issued at")),
                ("content_hash", models.CharField(max_length=64, verbose_name="hash of the content")),
            ],
            options={
                "verbose_name": "cancellation of a receipt",
                "verbose_name_plural": "cancellations of receipts",
            },
        ),
        migrations.RemoveConstraint(
            model_name="documentseries",
            name="invoices_series_known",
        ),
        migrations.RemoveConstraint(
            model_name="rendition",
            name="invoices_rendition_of_one_document",
        ),
        migrations.AlterField(
            model_name="documentseries",
            name="prefix",
            field=models.CharField(
                choices=[
                    ("FA", "Invoices"),
                    ("AV", "Credit notes"),
                    ("RC", "Receipts"),
                    ("AR", "Cancellations of receipts"),
                    ("DE", "Quotes"),
                    ("PF", "Pro forma invoices"),
                ],
                max_length=2,
                verbose_name="prefix",
            ),
        ),
        migrations.AlterField(
            model_name="receipt",
            name="payment_ref",
            field=models.CharField(db_index=True, max_length=100, verbose_name="payment reference"),
        ),
        migrations.AddConstraint(
            model_name="documentseries",
            constraint=models.CheckConstraint(
                condition=models.Q(("prefix__in", ["FA", "AV", "RC", "AR", "DE", "PF"])), name="invoices_series_known"
            ),
        ),
        migrations.AddField(
            model_name="receiptcancellation",
            name="customer",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="receipt_cancellations",
                to="accounts.customer",
                verbose_name="customer",
            ),
        ),
        migrations.AddField(
            model_name="receiptcancellation",
            name="receipt",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="cancellations",
                to="invoices.receipt",
                verbose_name="receipt",
            ),
        ),
        migrations.AddField(
            model_name="receiptcancellation",
            name="tx",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="ledger.tx",
                verbose_name="transaction",
            ),
        ),
        migrations.AddField(
            model_name="receipt",
            name="restores",
            field=models.OneToOneField(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="restored_by",
                to="invoices.receiptcancellation",
                verbose_name="money of this cancellation that came back",
            ),
        ),
        migrations.AddField(
            model_name="rendition",
            name="cancellation",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="renditions",
                to="invoices.receiptcancellation",
            ),
        ),
        migrations.AddConstraint(
            model_name="receipt",
            constraint=models.UniqueConstraint(
                condition=models.Q(("restores__isnull", True)),
                fields=("payment_ref",),
                name="invoices_receipt_payment_once",
            ),
        ),
        migrations.AddConstraint(
            model_name="rendition",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("cancellation__isnull", True),
                        ("invoice__isnull", False),
                        ("quote__isnull", True),
                        ("receipt__isnull", True),
                    ),
                    models.Q(
                        ("cancellation__isnull", True),
                        ("invoice__isnull", True),
                        ("quote__isnull", True),
                        ("receipt__isnull", False),
                    ),
                    models.Q(
                        ("cancellation__isnull", False),
                        ("invoice__isnull", True),
                        ("quote__isnull", True),
                        ("receipt__isnull", True),
                    ),
                    models.Q(
                        ("cancellation__isnull", True),
                        ("invoice__isnull", True),
                        ("quote__isnull", False),
                        ("receipt__isnull", True),
                    ),
                    _connector="OR",
                ),
                name="invoices_rendition_of_one_document",
            ),
        ),
        migrations.AddConstraint(
            model_name="rendition",
            constraint=models.UniqueConstraint(
                fields=("cancellation", "kind", "sha256"), name="invoices_cancellation_rendition_once"
            ),
        ),
        migrations.AddIndex(
            model_name="receiptcancellation",
            index=models.Index(fields=["customer", "-issue_date", "-number"], name="invoices_cancellations_of"),
        ),
        migrations.AddConstraint(
            model_name="receiptcancellation",
            constraint=models.CheckConstraint(
                condition=models.Q(("number__regex", "^AR20[0-9]{2}-[0-9]{6}$")),
                name="invoices_cancellation_number_form",
            ),
        ),
        migrations.AddConstraint(
            model_name="receiptcancellation",
            constraint=models.CheckConstraint(
                condition=models.Q(("amount_cents__gt", 0)), name="invoices_cancellation_positive"
            ),
        ),
        migrations.AddConstraint(
            model_name="receiptcancellation",
            constraint=models.CheckConstraint(
                condition=models.Q(("missing_cents__gte", 0)), name="invoices_cancellation_missing_positive"
            ),
        ),
        migrations.AddConstraint(
            model_name="receiptcancellation",
            constraint=models.CheckConstraint(
                condition=models.Q(("cause__in", ["DISPUTE", "DEBIT_RETURNED"])), name="invoices_cancellation_says_why"
            ),
        ),
        migrations.AddConstraint(
            model_name="receiptcancellation",
            constraint=models.CheckConstraint(
                condition=models.Q(("content_hash__regex", "^[0-9a-f]{64}$")), name="invoices_cancellation_hashed"
            ),
        ),
        migrations.AddConstraint(
            model_name="receiptcancellation",
            constraint=models.UniqueConstraint(fields=("tx", "receipt"), name="invoices_cancellation_once"),
        ),
        migrations.RunPython(
            lambda _apps, schema_editor: guards.reinstall(schema_editor.connection), migrations.RunPython.noop
        ),
    ]
