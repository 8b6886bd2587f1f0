"""Electronic documents and what their checks said. On SQLite the table of renditions is made again: so are its guards."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from invoices import guards


class Migration(migrations.Migration):
    dependencies = [
        ("invoices", "0004_vat_evidence"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RunPython(
            lambda _apps, schema_editor: guards.take_away(schema_editor.connection), migrations.RunPython.noop
        ),
        migrations.CreateModel(
            name="Validation",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "channel",
                    models.CharField(
                        choices=[
                            ("CHORUS", "Chorus Pro, directly"),
                            ("PLATFORM", "accredited platform"),
                            ("EUROPEAN", "European norm alone"),
                        ],
                        max_length=8,
                        verbose_name="channel",
                    ),
                ),
                (
                    "outcome",
                    models.CharField(
                        choices=[("VALID", "valid"), ("INVALID", "invalid")], max_length=7, verbose_name="outcome"
                    ),
                ),
                ("xml_sha256", models.CharField(max_length=64, verbose_name="SHA-256 of the XML")),
                ("findings_count", models.PositiveIntegerField(verbose_name="rules broken")),
                ("findings", models.JSONField(default=list, verbose_name="what is wrong")),
                ("validators", models.CharField(max_length=200, verbose_name="validators")),
                ("created_at", models.DateTimeField(verbose_name="checked at")),
                ("handled_at", models.DateTimeField(null=True, verbose_name="dealt with at")),
                ("handled_note", models.CharField(blank=True, max_length=500, verbose_name="what was done")),
            ],
            options={
                "verbose_name": "validation",
                "verbose_name_plural": "validations",
            },
        ),
        migrations.RemoveConstraint(
            model_name="rendition",
            name="invoices_rendition_kind_known",
        ),
        migrations.AlterField(
            model_name="rendition",
            name="kind",
            field=models.CharField(
                choices=[("PDF", "PDF"), ("XML", "XML"), ("FACTURX", "Factur-X")], max_length=8, verbose_name="kind"
            ),
        ),
        migrations.AddField(
            model_name="validation",
            name="handled_by",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="dealt with by",
            ),
        ),
        migrations.AddField(
            model_name="validation",
            name="invoice",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="validations", to="invoices.invoice"
            ),
        ),
        migrations.AddField(
            model_name="rendition",
            name="validation",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="renditions",
                to="invoices.validation",
                verbose_name="validation",
            ),
        ),
        migrations.AddConstraint(
            model_name="rendition",
            constraint=models.CheckConstraint(
                condition=models.Q(("kind__in", ["PDF", "XML", "FACTURX"])), name="invoices_rendition_kind_known"
            ),
        ),
        migrations.AddConstraint(
            model_name="rendition",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("kind", "PDF"), ("validation__isnull", True)),
                    models.Q(("kind__in", ["XML", "FACTURX"]), ("validation__isnull", False)),
                    _connector="OR",
                ),
                name="invoices_rendition_xml_is_checked",
            ),
        ),
        migrations.AddIndex(
            model_name="validation",
            index=models.Index(
                condition=models.Q(("handled_at__isnull", True), ("outcome", "INVALID")),
                fields=["created_at"],
                name="invoices_validation_waiting",
            ),
        ),
        migrations.AddConstraint(
            model_name="validation",
            constraint=models.CheckConstraint(
                condition=models.Q(("channel__in", ["CHORUS", "PLATFORM", "EUROPEAN"])),
                name="invoices_validation_channel_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="validation",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("findings_count", 0), ("outcome", "VALID")),
                    models.Q(("findings_count__gt", 0), ("outcome", "INVALID")),
                    _connector="OR",
                ),
                name="invoices_validation_valid_without_findings",
            ),
        ),
        migrations.AddConstraint(
            model_name="validation",
            constraint=models.CheckConstraint(
                condition=models.Q(("xml_sha256__regex", "^[0-9a-f]{64}$")), name="invoices_validation_hashed"
            ),
        ),
        migrations.AddConstraint(
            model_name="validation",
            constraint=models.CheckConstraint(
                condition=models.Q(("validators", ""), _negated=True), name="invoices_validation_says_by_whom"
            ),
        ),
        migrations.AddConstraint(
            model_name="validation",
            constraint=models.UniqueConstraint(
                fields=("invoice", "xml_sha256", "validators"), name="invoices_validation_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="validation",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("handled_at__isnull", True), ("handled_by__isnull", True), ("handled_note", "")),
                    models.Q(
                        ("handled_at__isnull", False),
                        ("handled_by__isnull", False),
                        ("outcome", "INVALID"),
                        models.Q(("handled_note", ""), _negated=True),
                    ),
                    _connector="OR",
                ),
                name="invoices_validation_handled_by_somebody",
            ),
        ),
        migrations.RunPython(
            lambda _apps, schema_editor: guards.reinstall(schema_editor.connection), migrations.RunPython.noop
        ),
    ]
