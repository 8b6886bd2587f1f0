"""Quotes and pro forma invoices. On SQLite the table of renditions is made again: so are its guards."""

import uuid

import django.db.models.deletion
import django.db.models.expressions
from django.conf import settings
from django.db import migrations, models

from invoices import guards


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0005_evidence_guards"),
        ("invoices", "0005_validation"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RunPython(
            lambda _apps, schema_editor: guards.take_away(schema_editor.connection), migrations.RunPython.noop
        ),
        migrations.CreateModel(
            name="Quote",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("public_id", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ("draft_id", models.UUIDField(editable=False, unique=True, verbose_name="draft")),
                (
                    "kind",
                    models.CharField(
                        choices=[("QUOTE", "Quote"), ("PROFORMA", "Pro forma invoice")],
                        max_length=8,
                        verbose_name="kind",
                    ),
                ),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("SENT", "Waiting for your answer"),
                            ("ACCEPTED", "Accepted"),
                            ("REFUSED", "Refused"),
                            ("EXPIRED", "Expired"),
                            ("WITHDRAWN", "Withdrawn"),
                        ],
                        default="SENT",
                        max_length=9,
                        verbose_name="status",
                    ),
                ),
                ("number", models.CharField(editable=False, max_length=20, unique=True, verbose_name="number")),
                ("seller", models.JSONField(verbose_name="seller")),
                ("buyer", models.JSONField(verbose_name="buyer")),
                ("subject", models.CharField(blank=True, max_length=300, verbose_name="subject")),
                ("service_code", models.CharField(blank=True, max_length=100, verbose_name="service code")),
                ("engagement_number", models.CharField(blank=True, max_length=50, verbose_name="engagement number")),
                ("market_number", models.CharField(blank=True, max_length=50, verbose_name="market number")),
                ("lines", models.JSONField(verbose_name="lines")),
                ("vat", models.JSONField(verbose_name="VAT")),
                ("net_cents", models.BigIntegerField(verbose_name="total before VAT, cents")),
                ("vat_cents", models.BigIntegerField(verbose_name="VAT, cents")),
                ("total_cents", models.BigIntegerField(verbose_name="total with VAT, cents")),
                ("issue_date", models.DateField(verbose_name="date")),
                ("valid_until", models.DateField(verbose_name="valid until")),
                ("issued_at", models.DateTimeField(verbose_name="sent at")),
                ("content_hash", models.CharField(max_length=64, verbose_name="hash of the content")),
                ("actor", models.CharField(blank=True, max_length=100, verbose_name="asked by")),
                ("decided_at", models.DateTimeField(null=True, verbose_name="ended at")),
                ("decided_from", models.GenericIPAddressField(null=True, verbose_name="from the address")),
                ("decided_with", models.CharField(blank=True, max_length=300, verbose_name="with the browser")),
                ("agreed_text", models.TextField(blank=True, verbose_name="text agreed to")),
                ("agreed_hash", models.CharField(blank=True, max_length=64, verbose_name="hash of what was agreed to")),
                ("payment_ref", models.CharField(blank=True, max_length=100, verbose_name="money that named it")),
                ("reason", models.CharField(blank=True, max_length=300, verbose_name="reason")),
            ],
            options={
                "verbose_name": "quote",
                "verbose_name_plural": "quotes",
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
                condition=models.Q(("prefix__in", ["FA", "AV", "RC", "DE", "PF"])), name="invoices_series_known"
            ),
        ),
        migrations.AddField(
            model_name="quote",
            name="customer",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="quotes",
                to="accounts.customer",
                verbose_name="customer",
            ),
        ),
        migrations.AddField(
            model_name="quote",
            name="decided_by",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="ended by",
            ),
        ),
        migrations.AddField(
            model_name="quote",
            name="invoice",
            field=models.OneToOneField(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="quote",
                to="invoices.invoice",
                verbose_name="invoice",
            ),
        ),
        migrations.AddField(
            model_name="rendition",
            name="quote",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="renditions", to="invoices.quote"
            ),
        ),
        migrations.AddConstraint(
            model_name="rendition",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("invoice__isnull", False), ("quote__isnull", True), ("receipt__isnull", True)),
                    models.Q(("invoice__isnull", True), ("quote__isnull", True), ("receipt__isnull", False)),
                    models.Q(("invoice__isnull", True), ("quote__isnull", False), ("receipt__isnull", True)),
                    _connector="OR",
                ),
                name="invoices_rendition_of_one_document",
            ),
        ),
        migrations.AddConstraint(
            model_name="rendition",
            constraint=models.UniqueConstraint(
                fields=("quote", "kind", "sha256"), name="invoices_quote_rendition_once"
            ),
        ),
        migrations.AddIndex(
            model_name="quote",
            index=models.Index(fields=["customer", "-issue_date", "-id"], name="invoices_quotes_of"),
        ),
        migrations.AddIndex(
            model_name="quote",
            index=models.Index(
                condition=models.Q(("status", "SENT")), fields=["valid_until"], name="invoices_quotes_waiting"
            ),
        ),
        migrations.AddConstraint(
            model_name="quote",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("kind", "QUOTE"), ("number__regex", "^DE20[0-9]{2}-[0-9]{6}$")),
                    models.Q(("kind", "PROFORMA"), ("number__regex", "^PF20[0-9]{2}-[0-9]{6}$")),
                    _connector="OR",
                ),
                name="invoices_quote_number_form",
            ),
        ),
        migrations.AddConstraint(
            model_name="quote",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "total_cents",
                        django.db.models.expressions.CombinedExpression(
                            models.F("net_cents"), "+", models.F("vat_cents")
                        ),
                    ),
                    ("total_cents__gt", 0),
                ),
                name="invoices_quote_total_is_net_and_vat",
            ),
        ),
        migrations.AddConstraint(
            model_name="quote",
            constraint=models.CheckConstraint(
                condition=models.Q(("valid_until__gte", models.F("issue_date"))), name="invoices_quote_valid_a_day"
            ),
        ),
        migrations.AddConstraint(
            model_name="quote",
            constraint=models.CheckConstraint(
                condition=models.Q(("content_hash__regex", "^[0-9a-f]{64}$")), name="invoices_quote_hashed"
            ),
        ),
        migrations.AddConstraint(
            model_name="quote",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("status", "SENT"),
                        ("agreed_hash", ""),
                        ("agreed_text", ""),
                        ("decided_at__isnull", True),
                        ("decided_by__isnull", True),
                        ("decided_from__isnull", True),
                        ("decided_with", ""),
                        ("invoice__isnull", True),
                        ("payment_ref", ""),
                        ("reason", ""),
                    ),
                    models.Q(
                        ("decided_at__isnull", False),
                        ("invoice__isnull", False),
                        ("status", "ACCEPTED"),
                        models.Q(
                            models.Q(
                                ("agreed_hash__regex", "^[0-9a-f]{64}$"),
                                ("decided_by__isnull", False),
                                ("payment_ref", ""),
                                models.Q(("agreed_text", ""), _negated=True),
                            ),
                            models.Q(
                                ("agreed_hash", ""),
                                ("agreed_text", ""),
                                ("decided_by__isnull", True),
                                models.Q(("payment_ref", ""), _negated=True),
                            ),
                            _connector="OR",
                        ),
                    ),
                    models.Q(
                        ("decided_by__isnull", False),
                        ("status__in", ["REFUSED", "WITHDRAWN"]),
                        ("agreed_hash", ""),
                        ("decided_at__isnull", False),
                        ("invoice__isnull", True),
                        ("payment_ref", ""),
                    ),
                    models.Q(
                        ("decided_by__isnull", True),
                        ("status", "EXPIRED"),
                        ("agreed_hash", ""),
                        ("decided_at__isnull", False),
                        ("invoice__isnull", True),
                        ("payment_ref", ""),
                    ),
                    _connector="OR",
                ),
                name="invoices_quote_says_how_it_ended",
            ),
        ),
        migrations.RunPython(
            lambda _apps, schema_editor: guards.reinstall(schema_editor.connection), migrations.RunPython.noop
        ),
    ]
