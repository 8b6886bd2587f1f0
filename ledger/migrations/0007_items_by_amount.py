from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0006_invoice_texts"),
        ("ledger", "0006_effective_by_its_recording"),
    ]

    operations = [
        migrations.AddIndex(
            model_name="openitem",
            index=models.Index(
                condition=models.Q(("open_cents__gt", 0)), fields=["open_cents"], name="ledger_item_open_amount"
            ),
        ),
    ]
