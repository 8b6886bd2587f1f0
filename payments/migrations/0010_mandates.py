"""Mandates: what was signed stays as it was signed; the bank’s registration of B2B ones."""

from django.conf import settings
from django.db import migrations, models

from payments import guards


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0006_invoice_texts"),
        ("payments", "0009_payers_and_second_people"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name="cardattempt",
            name="payments_attempt_kind_known",
        ),
        migrations.RemoveConstraint(
            model_name="mandate",
            name="payments_mandate_kept_by_one",
        ),
        migrations.RemoveConstraint(
            model_name="savedmethod",
            name="payments_saved_ends_for_a_reason",
        ),
        migrations.AddField(
            model_name="mandate",
            name="registered_on",
            field=models.DateField(blank=True, null=True, verbose_name="registered by the bank on"),
        ),
        migrations.AlterField(
            model_name="cardattempt",
            name="kind",
            field=models.CharField(
                choices=[("STARTED", "Started"), ("DECLINED", "Card refused"), ("CHECKED", "Account number checked")],
                max_length=8,
                verbose_name="kind",
            ),
        ),
        migrations.AlterField(
            model_name="savedmethod",
            name="reason",
            field=models.CharField(
                blank=True,
                choices=[
                    ("ASKED", "Removed by the customer"),
                    ("REPLACED", "Replaced by the same one, saved again"),
                    ("BRAND", "A card brand that is not accepted"),
                    ("PROVIDER", "Removed at the provider"),
                    ("TAKEN_BACK", "The agreement was taken back at PayPal"),
                    ("BANK", "Refused by the bank for good"),
                    ("LAPSED", "The mandate has lapsed"),
                    ("REGISTER", "The bank has to register the mandate first"),
                ],
                max_length=10,
                verbose_name="reason",
            ),
        ),
        migrations.AddConstraint(
            model_name="cardattempt",
            constraint=models.CheckConstraint(
                condition=models.Q(("kind__in", ["STARTED", "DECLINED", "CHECKED"])), name="payments_attempt_kind_known"
            ),
        ),
        migrations.AddConstraint(
            model_name="mandate",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("iban__isnull", False), ("iban_index__gt", ""), ("through", "BANK")),
                    models.Q(("iban__isnull", True), ("iban_index", ""), ("state", "ABANDONED"), ("through", "BANK")),
                    models.Q(("iban__isnull", True), ("object_id__gt", ""), ("through", "STRIPE")),
                    _connector="OR",
                ),
                name="payments_mandate_kept_by_one",
            ),
        ),
        migrations.AddConstraint(
            model_name="mandate",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("through", "BANK"), _negated=True),
                    ("reference__regex", "^[A-Z0-9-]{1,35}$"),
                    _connector="OR",
                ),
                name="payments_mandate_reference_form",
            ),
        ),
        migrations.AddConstraint(
            model_name="mandate",
            constraint=models.CheckConstraint(
                condition=models.Q(("registered_on", None), ("scheme", "B2B"), _connector="OR"),
                name="payments_mandate_registered_if_b2b",
            ),
        ),
        migrations.AddConstraint(
            model_name="savedmethod",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        (
                            "reason__in",
                            ["ASKED", "REPLACED", "BRAND", "PROVIDER", "TAKEN_BACK", "BANK", "LAPSED", "REGISTER"],
                        ),
                        ("state__in", ("UNUSABLE", "REMOVING", "REMOVED")),
                    ),
                    models.Q(
                        models.Q(("state__in", ("UNUSABLE", "REMOVING", "REMOVED")), _negated=True), ("reason", "")
                    ),
                    _connector="OR",
                ),
                name="payments_saved_ends_for_a_reason",
            ),
        ),
        migrations.RunPython(
            lambda _apps, schema_editor: guards.install(schema_editor.connection, "mandates"), migrations.RunPython.noop
        ),
    ]
