"""Paid copies of invoices. On SQLite the table of renditions is made again: so are its guards."""

from django.db import migrations, models

from invoices import guards


class Migration(migrations.Migration):
    dependencies = [
        ("invoices", "0006_quotes"),
    ]

    operations = [
        migrations.RunPython(
            lambda _apps, schema_editor: guards.take_away(schema_editor.connection), migrations.RunPython.noop
        ),
        migrations.RemoveConstraint(
            model_name="rendition",
            name="invoices_rendition_kind_known",
        ),
        migrations.RemoveConstraint(
            model_name="rendition",
            name="invoices_rendition_xml_is_checked",
        ),
        migrations.AlterField(
            model_name="rendition",
            name="kind",
            field=models.CharField(
                choices=[("PDF", "PDF"), ("XML", "XML"), ("FACTURX", "Factur-X"), ("PAID", "Paid copy")],
                max_length=8,
                verbose_name="kind",
            ),
        ),
        migrations.AddConstraint(
            model_name="rendition",
            constraint=models.CheckConstraint(
                condition=models.Q(("kind__in", ["PDF", "XML", "FACTURX", "PAID"])),
                name="invoices_rendition_kind_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="rendition",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("kind__in", ["PDF", "PAID"]), ("validation__isnull", True)),
                    models.Q(("kind__in", ["XML", "FACTURX"]), ("validation__isnull", False)),
                    _connector="OR",
                ),
                name="invoices_rendition_xml_is_checked",
            ),
        ),
        migrations.RunPython(
            lambda _apps, schema_editor: guards.reinstall(schema_editor.connection), migrations.RunPython.noop
        ),
    ]
