"""The stored forms of documents."""

from __future__ import annotations

from functools import reduce
from operator import or_

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from invoices.models.attestation import Attestation
from invoices.models.cancellation import ReceiptCancellation
from invoices.models.invoice import Invoice
from invoices.models.quote import Quote
from invoices.models.receipt import Receipt
from invoices.models.validation import Validation
from invoices.states import RenditionKind

_OWNERS = ("invoice", "receipt", "cancellation", "quote", "attestation")


def _of_one() -> Q:
    """Exactly one owner."""
    return reduce(or_, (Q(**{f"{name}__isnull": name != owner for name in _OWNERS}) for owner in _OWNERS))


class Rendition(models.Model):
    """One stored form of a document: the bytes lie in the archive under their SHA-256. Added to, never changed.

    An XML bears the outcome of its checks; a Factur-X exists only where that outcome is valid.
    """

    invoice = models.ForeignKey(Invoice, null=True, on_delete=models.PROTECT, related_name="renditions")
    receipt = models.ForeignKey(Receipt, null=True, on_delete=models.PROTECT, related_name="renditions")
    cancellation = models.ForeignKey(
        ReceiptCancellation, null=True, on_delete=models.PROTECT, related_name="renditions"
    )
    quote = models.ForeignKey(Quote, null=True, on_delete=models.PROTECT, related_name="renditions")
    attestation = models.ForeignKey(Attestation, null=True, on_delete=models.PROTECT, related_name="renditions")
    validation = models.ForeignKey(
        Validation, verbose_name=_("validation"), null=True, on_delete=models.PROTECT, related_name="renditions"
    )
    kind = models.CharField(_("kind"), max_length=8, choices=RenditionKind.choices)
    sha256 = models.CharField(_("SHA-256"), max_length=64, db_index=True)
    size = models.PositiveIntegerField(_("size, bytes"))
    routing = models.JSONField(_("routing references carried"), default=dict)
    created_at = models.DateTimeField(_("created at"))

    class Meta:
        verbose_name = _("rendition")
        verbose_name_plural = _("renditions")
        constraints = [
            models.CheckConstraint(condition=_of_one(), name="invoices_rendition_of_one_document"),
            models.CheckConstraint(condition=Q(kind__in=RenditionKind.values), name="invoices_rendition_kind_known"),
            models.CheckConstraint(
                condition=Q(kind__in=[RenditionKind.PDF, RenditionKind.PAID], validation__isnull=True)
                | Q(kind__in=[RenditionKind.XML, RenditionKind.FACTURX], validation__isnull=False),
                name="invoices_rendition_xml_is_checked",
            ),
            models.CheckConstraint(condition=Q(size__gt=0), name="invoices_rendition_not_empty"),
            models.CheckConstraint(condition=Q(sha256__regex=r"^[0-9a-f]{64}$"), name="invoices_rendition_hashed"),
            models.UniqueConstraint(fields=["invoice", "kind", "sha256"], name="invoices_rendition_once"),
            models.UniqueConstraint(fields=["receipt", "kind", "sha256"], name="invoices_receipt_rendition_once"),
            models.UniqueConstraint(
                fields=["cancellation", "kind", "sha256"], name="invoices_cancellation_rendition_once"
            ),
            models.UniqueConstraint(
                fields=["attestation", "kind", "sha256"], name="invoices_attestation_rendition_once"
            ),
            models.UniqueConstraint(fields=["quote", "kind", "sha256"], name="invoices_quote_rendition_once"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.sha256[:12]}"
