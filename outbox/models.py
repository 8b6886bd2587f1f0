"""Work to do and mail to send, written in the same transaction as the change that asks for it."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class JobState(models.TextChoices):
    WAITING = "WAITING", _("Waiting")
    RUNNING = "RUNNING", _("Running")
    DONE = "DONE", _("Done")
    FAILED = "FAILED", _("Failed")


class Job(models.Model):
    """Something to do, once. Celery is only its doorbell; this row is the truth and the progress."""

    kind = models.CharField(_("kind"), max_length=64)
    key = models.CharField(_("key"), max_length=200, unique=True)
    payload = models.JSONField(_("payload"), default=dict)
    queue = models.CharField(_("queue"), max_length=32, default="default")
    owner = models.CharField(_("owner"), max_length=64, blank=True, db_index=True)
    state = models.CharField(_("state"), max_length=8, choices=JobState.choices, default=JobState.WAITING)
    attempts = models.PositiveIntegerField(_("attempts"), default=0, help_text=_("Times it was taken by a worker."))
    failures = models.PositiveIntegerField(_("failures"), default=0)
    run_after = models.DateTimeField(_("not before"))
    rung_at = models.DateTimeField(_("rung at"), help_text=_("When a worker was last told."))
    lease_until = models.DateTimeField(_("leased until"), null=True, blank=True)
    done_count = models.PositiveIntegerField(_("done"), default=0)
    total_count = models.PositiveIntegerField(_("total"), default=0)
    message = models.CharField(_("message"), max_length=300, blank=True)
    result = models.JSONField(_("result"), default=dict, blank=True)
    error = models.TextField(_("error"), blank=True)
    created_at = models.DateTimeField(_("created at"))
    finished_at = models.DateTimeField(_("finished at"), null=True, blank=True)

    class Meta:
        verbose_name = _("job")
        verbose_name_plural = _("jobs")
        indexes = [
            models.Index(fields=["run_after", "id"], condition=Q(state="WAITING"), name="outbox_job_due"),
            models.Index(fields=["lease_until"], condition=Q(state="RUNNING"), name="outbox_job_leased"),
            models.Index(fields=["finished_at"], condition=Q(state="FAILED"), name="outbox_job_failed"),
        ]
        constraints = [
            models.CheckConstraint(condition=Q(state__in=JobState.values), name="outbox_job_state_known"),
            models.CheckConstraint(
                condition=Q(state="RUNNING", lease_until__isnull=False) | ~Q(state="RUNNING"),
                name="outbox_running_job_has_a_lease",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.key}"


class MessageState(models.TextChoices):
    WAITING = "WAITING", _("Waiting")
    SENDING = "SENDING", _("Being sent")
    SENT = "SENT", _("Sent")
    CANCELLED = "CANCELLED", _("Cancelled")
    FAILED = "FAILED", _("Failed")


class Message(models.Model):
    """A mail, with its text as it is sent. One key is one fact: the same fact never writes twice."""

    key = models.CharField(_("key"), max_length=200, unique=True)
    kind = models.CharField(_("kind"), max_length=64)
    owner = models.CharField(_("owner"), max_length=64, blank=True, db_index=True)
    recipients = models.JSONField(_("recipients"), default=list)
    language = models.CharField(_("language"), max_length=2)
    subject = models.CharField(_("subject"), max_length=300)
    text = models.TextField(_("text"))
    html = models.TextField(_("HTML"), blank=True)
    confidential = models.BooleanField(
        _("confidential"), default=False, help_text=_("Holds a code: never shown to staff, erased once sent.")
    )
    state = models.CharField(_("state"), max_length=9, choices=MessageState.choices, default=MessageState.WAITING)
    not_before = models.DateTimeField(_("not before"))
    created_at = models.DateTimeField(_("created at"))
    sent_at = models.DateTimeField(_("sent at"), null=True, blank=True)
    error = models.TextField(_("error"), blank=True)

    class Meta:
        verbose_name = _("message")
        verbose_name_plural = _("messages")
        indexes = [
            models.Index(
                fields=["not_before", "id"], condition=Q(state__in=["WAITING", "SENDING"]), name="outbox_message_unsent"
            )
        ]
        constraints = [
            models.CheckConstraint(condition=Q(state__in=MessageState.values), name="outbox_message_state_known"),
            models.CheckConstraint(
                condition=Q(state="SENT", sent_at__isnull=False) | ~Q(state="SENT"),
                name="outbox_sent_message_has_a_date",
            ),
        ]

    def __str__(self) -> str:
        return self.kind if self.confidential else self.subject
