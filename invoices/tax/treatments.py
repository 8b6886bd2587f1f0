"""The rows of the decision, as they are stored with each amount of VAT."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class Treatment(models.TextChoices):
    """What VAT does with a sale."""

    TAXED = "TAXED", _("French VAT")
    TAXED_OVERSEAS = "TAXED_OVERSEAS", _("French VAT overseas")
    TAXED_BELOW_LIMIT = "TAXED_BELOW_LIMIT", _("French VAT, sale to another member state below the limit")
    OSS = "OSS", _("VAT of the consumer’s member state (one-stop shop)")
    REVERSE_CHARGE = "REVERSE_CHARGE", _("reverse charge by a business of the Union")
    OVERSEAS_EXEMPT = "OVERSEAS_EXEMPT", _("French Guiana and Mayotte, without VAT")
    OUTSIDE_BUSINESS = "OUTSIDE_BUSINESS", _("business outside the Union")
    OUTSIDE_CONSUMER = "OUTSIDE_CONSUMER", _("consumer outside the Union")
    FRANCHISE = "FRANCHISE", _("seller exempt as a small business")
