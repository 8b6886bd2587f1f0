"""Signs of life of the processes that nobody watches; and the permissions that belong to no table."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class Heartbeat(models.Model):
    """When something that must happen again and again last happened, and how it ended. One row a name."""

    name = models.CharField(_("name"), max_length=100, unique=True)
    beat_at = models.DateTimeField(_("last seen"))
    ok = models.BooleanField(_("in order"), default=True)
    detail = models.TextField(_("detail"), blank=True)

    class Meta:
        verbose_name = _("sign of life")
        verbose_name_plural = _("signs of life")

    def __str__(self) -> str:
        return self.name


class Books(models.Model):
    """No table: what people may do with the books as a whole, for Django's permissions."""

    class Meta:
        managed = False
        default_permissions = ()
        permissions = [("export_books", _("Export the books"))]

    def __str__(self) -> str:
        return "books"
