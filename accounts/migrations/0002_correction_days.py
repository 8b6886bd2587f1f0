"""How long customers may correct the billing details of an invoice by themselves."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0001_initial"),
    ]

    operations = [
        migrations.AddField(
            model_name="historicalseller",
            name="correction_days",
            field=models.PositiveSmallIntegerField(
                default=0,
                help_text="How long customers may correct the billing details of an invoice by themselves; 0 for never.",
                verbose_name="days to correct an invoice",
            ),
        ),
        migrations.AddField(
            model_name="seller",
            name="correction_days",
            field=models.PositiveSmallIntegerField(
                default=0,
                help_text="How long customers may correct the billing details of an invoice by themselves; 0 for never.",
                verbose_name="days to correct an invoice",
            ),
        ),
    ]
