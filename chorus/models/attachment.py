"""Files that accompany a document: embedded in the Factur-X that is deposited."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

LONGEST_NAME = 50


class Attachment(models.Model):
    """A file that leaves with a document; its bytes lie in the archive. Taken back, it leaves no more.

    Name and size are as Chorus Pro takes them (AIFE, ajouterFichierDansSysteme). Two files in force never share a name.
    """

    submission = models.ForeignKey(
        "chorus.Submission", verbose_name=_("submission"), on_delete=models.PROTECT, related_name="attachments"
    )
    name = models.CharField(_("file name"), max_length=LONGEST_NAME)
    media_type = models.CharField(_("media type"), max_length=100)
    sha256 = models.CharField(_("SHA-256"), max_length=64)
    size = models.PositiveIntegerField(_("size, bytes"))
    added_by = models.CharField(_("added by"), max_length=200)
    added_at = models.DateTimeField(_("added at"))
    removed_at = models.DateTimeField(_("taken back at"), null=True, blank=True)

    class Meta:
        verbose_name = _("attachment")
        verbose_name_plural = _("attachments")
        constraints = [
            models.UniqueConstraint(
                fields=["submission", "name"], condition=Q(removed_at__isnull=True), name="chorus_attachment_name_once"
            ),
            models.CheckConstraint(condition=Q(size__gt=0, size__lte=10_000_000), name="chorus_attachment_size"),
            models.CheckConstraint(condition=Q(sha256__regex=r"^[0-9a-f]{64}$"), name="chorus_attachment_hashed"),
            models.CheckConstraint(condition=Q(name__regex=r"^[^/\\]+\.[A-Za-z0-9]+$"), name="chorus_attachment_named"),
        ]

    def __str__(self) -> str:
        return self.name
