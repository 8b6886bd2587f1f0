"""Attestations. On SQLite the tables of renditions and series are made again: so are their guards."""

import uuid

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from invoices import guards


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0006_invoice_texts"),
        ("invoices", "0009_receipt_cancellations"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RunPython(
            lambda _apps, schema_editor: guards.take_away(schema_editor.connection), migrations.RunPython.noop
        ),
        migrations.CreateModel(
            name="Attestation",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("public_id", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ("number", models.CharField(editable=False, max_length=20, unique=True, verbose_name="number")),
                (
                    "kind",
                    models.CharField(
                        choices=[("NOTHING_DUE", "Nothing due"), ("PAID_IN", "Paid in a year")],
                        max_length=11,
                        verbose_name="kind",
                    ),
                ),
                ("key", models.CharField(max_length=200, unique=True, verbose_name="idempotency key")),
                ("year", models.PositiveSmallIntegerField(null=True, verbose_name="year")),
                ("amount_cents", models.BigIntegerField(verbose_name="amount, cents")),
                ("figures", models.JSONField(default=list, verbose_name="figures")),
                ("contested_cents", models.BigIntegerField(default=0, verbose_name="contested, cents")),
                ("revocable_cents", models.BigIntegerField(default=0, verbose_name="recent direct debits, cents")),
                ("last_invoice", models.CharField(blank=True, max_length=20, verbose_name="last invoice")),
                ("seller", models.JSONField(verbose_name="seller")),
                ("buyer", models.JSONField(verbose_name="buyer")),
                ("site", models.CharField(max_length=200, verbose_name="where it is checked")),
                ("issue_date", models.DateField(verbose_name="issue date")),
                ("issued_at", models.DateTimeField(verbose_name="issued at")),
                ("content_hash", models.CharField(max_length=64, verbose_name="hash of the content")),
                ("code", models.CharField(max_length=16, unique=True, verbose_name="code")),
            ],
            options={
                "verbose_name": "attestation",
                "verbose_name_plural": "attestations",
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
                    ("AT", "Attestations"),
                    ("DE", "Quotes"),
                    ("PF", "Pro forma invoices"),
                ],
                max_length=2,
                verbose_name="prefix",
            ),
        ),
        migrations.AddConstraint(
            model_name="documentseries",
            constraint=models.CheckConstraint(
                condition=models.Q(("prefix__in", ["FA", "AV", "RC", "AR", "AT", "DE", "PF"])),
                name="invoices_series_known",
            ),
        ),
        migrations.AddField(
            model_name="attestation",
            name="asked_by",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="asked by",
            ),
        ),
        migrations.AddField(
            model_name="attestation",
            name="customer",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="attestations",
                to="accounts.customer",
                verbose_name="customer",
            ),
        ),
        migrations.AddField(
            model_name="rendition",
            name="attestation",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="renditions",
                to="invoices.attestation",
            ),
        ),
        migrations.AddConstraint(
            model_name="rendition",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("attestation__isnull", True),
                        ("cancellation__isnull", True),
                        ("invoice__isnull", False),
                        ("quote__isnull", True),
                        ("receipt__isnull", True),
                    ),
                    models.Q(
                        ("attestation__isnull", True),
                        ("cancellation__isnull", True),
                        ("invoice__isnull", True),
                        ("quote__isnull", True),
                        ("receipt__isnull", False),
                    ),
                    models.Q(
                        ("attestation__isnull", True),
                        ("cancellation__isnull", False),
                        ("invoice__isnull", True),
                        ("quote__isnull", True),
                        ("receipt__isnull", True),
                    ),
                    models.Q(
                        ("attestation__isnull", True),
                        ("cancellation__isnull", True),
                        ("invoice__isnull", True),
                        ("quote__isnull", False),
                        ("receipt__isnull", True),
                    ),
                    models.Q(
                        ("attestation__isnull", False),
                        ("cancellation__isnull", True),
                        ("invoice__isnull", True),
                        ("quote__isnull", True),
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
                fields=("attestation", "kind", "sha256"), name="invoices_attestation_rendition_once"
            ),
        ),
        migrations.AddIndex(
            model_name="attestation",
            index=models.Index(fields=["customer", "-issue_date", "-number"], name="invoices_attestations_of"),
        ),
        migrations.AddConstraint(
            model_name="attestation",
            constraint=models.CheckConstraint(
                condition=models.Q(("number__regex", "^AT20[0-9]{2}-[0-9]{6}$")),
                name="invoices_attestation_number_form",
            ),
        ),
        migrations.AddConstraint(
            model_name="attestation",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("amount_cents", 0), ("kind", "NOTHING_DUE"), ("year__isnull", True)),
                    models.Q(("amount_cents__gt", 0), ("kind", "PAID_IN"), ("year__isnull", False)),
                    _connector="OR",
                ),
                name="invoices_attestation_says_what",
            ),
        ),
        migrations.AddConstraint(
            model_name="attestation",
            constraint=models.CheckConstraint(
                condition=models.Q(("contested_cents__gte", 0), ("revocable_cents__gte", 0)),
                name="invoices_attestation_reserves_positive",
            ),
        ),
        migrations.AddConstraint(
            model_name="attestation",
            constraint=models.CheckConstraint(
                condition=models.Q(models.Q(("key", ""), _negated=True), models.Q(("site", ""), _negated=True)),
                name="invoices_attestation_can_be_checked",
            ),
        ),
        migrations.AddConstraint(
            model_name="attestation",
            constraint=models.CheckConstraint(
                condition=models.Q(("code__regex", "^[0-9A-HJKMNP-TV-Z]{16}$")), name="invoices_attestation_code_form"
            ),
        ),
        migrations.AddConstraint(
            model_name="attestation",
            constraint=models.CheckConstraint(
                condition=models.Q(("content_hash__regex", "^[0-9a-f]{64}$")), name="invoices_attestation_hashed"
            ),
        ),
        migrations.RunPython(
            lambda _apps, schema_editor: guards.reinstall(schema_editor.connection), migrations.RunPython.noop
        ),
    ]
