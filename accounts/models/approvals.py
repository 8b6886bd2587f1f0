"""What two members of staff must want."""

from __future__ import annotations

import uuid

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from accounts.models.people import User


class ApprovalState(models.TextChoices):
    ASKED = "ASKED", _("Waits for a decision")
    APPROVED = "APPROVED", _("Approved")
    REFUSED = "REFUSED", _("Refused")
    WITHDRAWN = "WITHDRAWN", _("Not needed any more")
    EXPIRED = "EXPIRED", _("Expired")
    USED = "USED", _("Approved and used")


class Approval(models.Model):
    """Something that two members of staff must want: one asks and says why, another one decides. It serves once.

    What is asked never changes. `kind` and `subject` are the upper app's own words; `digest` is of what is approved,
    so that nothing else is done under it.
    """

    public_id = models.UUIDField(_("public id"), unique=True, default=uuid.uuid4, editable=False)
    kind = models.CharField(_("kind"), max_length=40)
    subject = models.CharField(_("subject"), max_length=100)
    summary = models.CharField(_("what is asked"), max_length=300)
    digest = models.CharField(_("digest of what is asked"), max_length=64)
    reason = models.TextField(_("reason"))
    asked_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", verbose_name=_("asked by"))
    asked_at = models.DateTimeField(_("asked at"))
    expires_at = models.DateTimeField(_("expires at"))
    state = models.CharField(_("state"), max_length=9, choices=ApprovalState.choices, default=ApprovalState.ASKED)
    decided_by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("decided by")
    )
    decided_at = models.DateTimeField(_("decided at"), null=True, blank=True)
    note = models.TextField(_("note of the decision"), blank=True)

    class Meta:
        verbose_name = _("approval")
        verbose_name_plural = _("approvals")
        indexes = [
            models.Index(
                fields=["expires_at"], condition=Q(state__in=["ASKED", "APPROVED"]), name="accounts_approval_open"
            )
        ]
        constraints = [
            models.CheckConstraint(condition=Q(state__in=ApprovalState.values), name="accounts_approval_state_known"),
            models.CheckConstraint(condition=~Q(reason=""), name="accounts_approval_has_reason"),
            models.CheckConstraint(condition=Q(digest__regex=r"^[0-9a-f]{64}$"), name="accounts_approval_digest_form"),
            models.CheckConstraint(
                condition=Q(decided_by__isnull=True) | ~Q(decided_by=F("asked_by")),
                name="accounts_approval_by_another",
            ),
            models.CheckConstraint(
                condition=Q(state="ASKED", decided_by__isnull=True, decided_at__isnull=True)
                | Q(state__in=["WITHDRAWN", "EXPIRED"])
                | Q(
                    state__in=["APPROVED", "REFUSED", "USED"],
                    decided_by__isnull=False,
                    decided_at__isnull=False,
                ),
                name="accounts_approval_decided_by_somebody",
            ),
            models.UniqueConstraint(
                fields=["kind", "subject"],
                condition=Q(state__in=["ASKED", "APPROVED"]),
                name="accounts_approval_asked_once",
            ),
        ]

    def __str__(self) -> str:
        return self.summary


class ApprovalEvent(models.Model):
    """One step of an approval. Rows are added; the database refuses to change or delete them."""

    approval = models.ForeignKey(Approval, on_delete=models.PROTECT, related_name="events")
    state = models.CharField(_("state"), max_length=9, choices=ApprovalState.choices)
    by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("by")
    )
    detail = models.TextField(_("detail"), blank=True)
    at = models.DateTimeField(_("at"))

    class Meta:
        verbose_name = _("step of an approval")
        verbose_name_plural = _("steps of approvals")

    def __str__(self) -> str:
        return f"{self.approval_id} {self.state}"
