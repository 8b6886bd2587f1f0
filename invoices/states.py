"""The words of documents: their kinds, their states, and what they are stored as."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class DocumentKind(models.TextChoices):
    """What an invoice-like document is. Stored with the document and part of what is frozen."""

    INVOICE = "INVOICE", _("Invoice")


class InvoiceStatus(models.TextChoices):
    """A draft may change and has no number; what is issued never changes."""

    DRAFT = "DRAFT", _("Draft")
    ISSUED = "ISSUED", _("Issued")


class RenditionKind(models.TextChoices):
    """The forms in which a document is kept."""

    PDF = "PDF", "PDF"
    XML = "XML", "XML"


class Series(models.TextChoices):
    """The prefixes of our numbers; two series never share a number (CGI ann. II art. 242 nonies A, I-7°)."""

    INVOICE = "FA", _("Invoices")
    RECEIPT = "RC", _("Receipts")


class Settlement(models.TextChoices):
    """What the reader of a list of invoices wants to know. Computed from the ledger, never stored."""

    PAID = "PAID", pgettext_lazy("invoice", "Paid")
    DUE = "DUE", _("To be paid")
    LATE = "LATE", _("Late")

    @property
    def tag(self) -> str:
        """The kind of tag that shows it."""
        return {"PAID": "ok", "DUE": "due", "LATE": "late"}[self.value]
