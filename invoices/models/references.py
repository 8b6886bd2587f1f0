"""Each change of the routing references of an issued document: what they were, what they became, who asked."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from invoices.models.invoice import Invoice


class ReferenceChange(models.Model):
    """Service code, engagement or market number of an issued document, changed. Added to, never changed itself."""

    invoice = models.ForeignKey(
        Invoice, verbose_name=_("document"), on_delete=models.PROTECT, related_name="reference_changes"
    )
    before = models.JSONField(_("before"))
    after = models.JSONField(_("after"))
    actor = models.CharField(_("asked by"), max_length=200, blank=True)
    at = models.DateTimeField(_("at"))

    class Meta:
        verbose_name = _("change of references")
        verbose_name_plural = _("changes of references")

    def __str__(self) -> str:
        return f"{self.before} → {self.after}"
