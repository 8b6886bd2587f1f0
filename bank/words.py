"""The words of bank statements: formats, what a line is, where its work stands."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class Format(models.TextChoices):
    """How a statement is written. The values are those that `import_statement` prints."""

    CAMT_052 = "camt.052", "CAMT.052"
    CAMT_053 = "camt.053", "CAMT.053"
    CAMT_054 = "camt.054", "CAMT.054"
    CFONB_120 = "cfonb120", "CFONB 120"
    MT_940 = "mt940", "MT940"
    OFX = "ofx", "OFX"
    CSV = "csv", "CSV"
    XLSX = "xlsx", "XLSX"


class LineKind(models.TextChoices):
    """What a line is, as far as its bank says so. A guess by codes: it helps people, and decides about no money."""

    TRANSFER_IN = "TRANSFER_IN", _("transfer received")
    TRANSFER_OUT = "TRANSFER_OUT", _("transfer sent")
    COLLECTED = "COLLECTED", _("direct debits collected")
    RETURNED = "RETURNED", _("direct debit returned")
    DEBITED = "DEBITED", _("direct debit paid")
    REVERSED = "REVERSED", _("transfer returned")
    FEE = "FEE", _("bank fee")
    OTHER = "OTHER", _("something else")


class LineState(models.TextChoices):
    """Where the work on a line stands."""

    UNMATCHED = "UNMATCHED", _("not matched")
    OUT = "OUT", _("money out")
    POSTED = "POSTED", _("posted")
