"""Who receives invoices in Chorus Pro, and what they require: what its directory said last, structure by structure."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from chorus.states import StructureState

_KNOWN = [StructureState.ACTIVE, StructureState.CLOSED, StructureState.PRIVATE]


class Structure(models.Model):
    """A structure as the directory described it at `checked_at`. Before the first answer nothing is known of it.

    `service_required`, `engagement_required` and `either_required` are as told; `chorus.requirements` reads them.
    `wanted_at` is since when an answer is waited for: asked again until one comes.
    """

    siret = models.CharField("SIRET", max_length=14, unique=True)
    chorus_id = models.BigIntegerField(_("identifier"), null=True, blank=True)
    name = models.CharField(_("name"), max_length=300, blank=True)
    state = models.CharField(_("state"), max_length=9, choices=StructureState.choices, default=StructureState.UNCHECKED)
    service_required = models.BooleanField(_("service code required"), default=False)
    engagement_required = models.BooleanField(_("engagement number required"), default=False)
    either_required = models.BooleanField(_("service code or engagement number required"), default=False)
    payment_not_reported = models.BooleanField(_("payments are not reported"), default=False)
    checked_at = models.DateTimeField(_("checked at"), null=True, blank=True)
    asked_at = models.DateTimeField(_("last asked at"), null=True, blank=True)
    wanted_at = models.DateTimeField(_("an answer is waited for since"), null=True, blank=True)
    last_error = models.CharField(_("last error"), max_length=300, blank=True)
    created_at = models.DateTimeField(_("created at"))

    class Meta:
        verbose_name = _("structure")
        verbose_name_plural = _("structures")
        constraints = [
            models.CheckConstraint(condition=Q(siret__regex=r"^[0-9]{14}$"), name="chorus_structure_siret_form"),
            models.CheckConstraint(condition=Q(state__in=StructureState.values), name="chorus_structure_state_known"),
            models.CheckConstraint(
                condition=Q(state=StructureState.UNCHECKED, checked_at__isnull=True)
                | ~Q(state=StructureState.UNCHECKED) & Q(checked_at__isnull=False),
                name="chorus_structure_known_when_checked",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=_KNOWN) | Q(chorus_id__isnull=False), name="chorus_structure_found_has_an_id"
            ),
        ]
        indexes = [
            models.Index(fields=["wanted_at"], condition=Q(wanted_at__isnull=False), name="chorus_structures_wanted")
        ]

    def __str__(self) -> str:
        return f"{self.name or self.siret} {self.state}"

    @property
    def is_closed_to_us(self) -> bool:
        """Whether the directory says that it takes no invoice of ours."""
        return self.state in (StructureState.CLOSED, StructureState.NOT_FOUND, StructureState.PRIVATE)


class StructureService(models.Model):
    """A service of a structure. `engagement_required` is asked service by service: none until it was."""

    structure = models.ForeignKey(
        Structure, verbose_name=_("structure"), on_delete=models.PROTECT, related_name="services", db_index=False
    )
    chorus_id = models.BigIntegerField(_("identifier"))
    code = models.CharField(_("service code"), max_length=100)
    name = models.CharField(_("name"), max_length=300, blank=True)
    is_active = models.BooleanField(_("active"), default=True)
    starts_on = models.DateField(_("first day"), null=True, blank=True)
    ends_on = models.DateField(_("last day"), null=True, blank=True)
    engagement_required = models.BooleanField(_("engagement number required"), null=True, blank=True)
    checked_at = models.DateTimeField(_("checked at"))

    class Meta:
        verbose_name = _("service of a structure")
        verbose_name_plural = _("services of structures")
        constraints = [
            models.UniqueConstraint(fields=["structure", "code"], name="chorus_service_once"),
            models.CheckConstraint(condition=~Q(code=""), name="chorus_service_has_a_code"),
            models.CheckConstraint(condition=~Q(code="FACTURES_PUBLIQUES"), name="chorus_service_takes_our_invoices"),
            models.CheckConstraint(
                condition=Q(starts_on__isnull=True) | Q(ends_on__isnull=True) | Q(ends_on__gte=F("starts_on")),
                name="chorus_service_days_in_order",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.name}".strip()


class SiretCheck(models.Model):
    """A SIRET that a customer had looked up: counted, so that nobody tries them all. Erased after a week."""

    customer = models.ForeignKey(
        "accounts.Customer", verbose_name=_("customer"), on_delete=models.PROTECT, related_name="+", db_index=False
    )
    origin = models.CharField(_("from"), max_length=45, blank=True)
    at = models.DateTimeField(_("at"), db_index=True)

    class Meta:
        verbose_name = _("SIRET looked up")
        verbose_name_plural = _("SIRETs looked up")
        indexes = [
            models.Index(fields=["customer", "-at"], name="chorus_sirets_of_customer"),
            models.Index(fields=["origin", "-at"], condition=~Q(origin=""), name="chorus_sirets_from_address"),
        ]

    def __str__(self) -> str:
        return f"{self.customer_id} {self.at:%Y-%m-%d %H:%M}"
