"""Documents issued before there was this app reached their buyers by another way: they are never sent from here."""

from django.conf import settings
from django.db import migrations

FRENCH = ("FR", "GP", "MQ", "RE", "GF", "YT")
MONACO = "980"
AT_ONCE = 500


def leave_out(apps, _schema_editor):
    """One withdrawn submission for each of them; none on a new database."""
    invoices = apps.get_model("invoices", "Invoice").objects.filter(status="ISSUED", buyer__kind="PUBLIC")
    submissions = apps.get_model("chorus", "Submission").objects
    submissions.bulk_create(
        (
            submissions.model(
                invoice_id=invoice.pk,
                environment=settings.CHORUS_ENVIRONMENT,
                state="WITHDRAWN",
                state_at=invoice.issued_at,
                problem="issued before documents were sent from here",
                created_at=invoice.issued_at,
            )
            for invoice in invoices.order_by("pk").iterator(AT_ONCE)
            if invoice.buyer.get("country") in FRENCH and not invoice.buyer.get("postcode", "").startswith(MONACO)
        ),
        batch_size=AT_ONCE,
    )


class Migration(migrations.Migration):
    dependencies = [("chorus", "0004_pace"), ("invoices", "0011_causes_of_cancelling")]

    operations = [migrations.RunPython(leave_out, migrations.RunPython.noop)]
