"""One submission for each document to a public body, and each attempt to deposit it."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from chorus.states import DEPOSIT_OPEN, DepositState, Environment, HeldWhy, SubmissionState

_SENT = [SubmissionState.INTEGRATED, SubmissionState.FINISHED]


class Submission(models.Model):
    """Where an issued document to a public body stands: with us (`state`), and in Chorus Pro (`chorus_status`).

    `chorus_status` is the word of Chorus Pro as told, known to us or not, and moves no money. `available_at` is when
    the buyer's legal clock began (first MISE_A_DISPOSITION); it stops from `suspended_at` on, `suspended_seconds` have
    been stopped before. `environment` is the one it was issued for.
    """

    invoice = models.OneToOneField(
        "invoices.Invoice", verbose_name=_("document"), on_delete=models.PROTECT, related_name="submission"
    )
    environment = models.CharField(_("environment"), max_length=13, choices=Environment.choices)
    state = models.CharField(_("state"), max_length=18, choices=SubmissionState.choices)
    state_at = models.DateTimeField(_("in this state since"))
    missing = models.JSONField(_("missing"), default=list, blank=True)
    held_why = models.CharField(_("held back because"), max_length=15, choices=HeldWhy.choices, blank=True)
    allowed_by = models.CharField(_("allowed by"), max_length=200, blank=True, help_text=_("Who let it leave anyway."))
    problem = models.TextField(_("problem"), blank=True, help_text=_("What Chorus Pro said, in its own words."))
    next_check_at = models.DateTimeField(_("next look"), null=True, blank=True)
    checked_at = models.DateTimeField(_("last look"), null=True, blank=True)
    looks = models.PositiveSmallIntegerField(_("looks"), default=0)
    # --- In Chorus Pro ---
    chorus_id = models.BigIntegerField(_("identifier"), null=True, unique=True)
    chorus_status = models.CharField(_("status in Chorus Pro"), max_length=80, blank=True)
    chorus_status_at = models.DateTimeField(_("since"), null=True, blank=True)
    chorus_comment = models.TextField(_("comment of the buyer"), blank=True)
    deposited_at = models.DateTimeField(_("deposited at"), null=True, blank=True)
    available_at = models.DateTimeField(_("available to the buyer since"), null=True, blank=True)
    suspended_at = models.DateTimeField(_("suspended since"), null=True, blank=True)
    suspended_seconds = models.PositiveIntegerField(_("seconds suspended before"), default=0)
    # --- Who deals with it ---
    owner = models.ForeignKey(
        "accounts.User",
        verbose_name=_("dealt with by"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
    )
    dealt_at = models.DateTimeField(_("dealt with at"), null=True, blank=True)
    created_at = models.DateTimeField(_("created at"))

    class Meta:
        verbose_name = _("submission")
        verbose_name_plural = _("submissions")
        constraints = [
            models.CheckConstraint(condition=Q(state__in=SubmissionState.values), name="chorus_submission_state_known"),
            models.CheckConstraint(
                condition=Q(environment__in=Environment.values), name="chorus_submission_environment_known"
            ),
            models.CheckConstraint(
                condition=Q(state=SubmissionState.HELD, held_why__in=HeldWhy.values)
                | ~Q(state=SubmissionState.HELD) & Q(held_why=""),
                name="chorus_submission_held_says_why",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=_SENT) | Q(chorus_id__isnull=False),
                name="chorus_submission_integrated_has_an_id",
            ),
            models.CheckConstraint(
                condition=Q(chorus_id__isnull=True) | Q(state__in=_SENT),
                name="chorus_submission_id_only_when_integrated",
            ),
        ]
        indexes = [
            models.Index(fields=["state", "next_check_at"], name="chorus_submission_due"),
            models.Index(fields=["chorus_status"], name="chorus_submission_status"),
        ]

    def __str__(self) -> str:
        return f"{self.invoice_id} {self.state}"


class Deposit(models.Model):
    """One attempt to deposit a document: the exact bytes (by their SHA-256, in the archive) and how it ended.

    Written before the call, completed after it. At most one attempt of a submission may still bring the document into
    Chorus Pro, so none is made while another is open.
    """

    submission = models.ForeignKey(
        Submission, verbose_name=_("submission"), on_delete=models.PROTECT, related_name="deposits"
    )
    attempt = models.PositiveSmallIntegerField(_("attempt"))
    state = models.CharField(_("state"), max_length=10, choices=DepositState.choices, default=DepositState.SENDING)
    sha256 = models.CharField(_("SHA-256"), max_length=64)
    size = models.PositiveIntegerField(_("size, bytes"))
    file_name = models.CharField(_("file name"), max_length=200)
    routing = models.JSONField(_("routing references carried"), default=dict)
    started_at = models.DateTimeField(_("started at"))
    answered_at = models.DateTimeField(_("answered at"), null=True, blank=True)
    flow_number = models.CharField(_("flow number"), max_length=50, null=True, blank=True, unique=True)
    flow_state = models.CharField(_("state of the flow"), max_length=80, blank=True, help_text=_("As told."))
    answer = models.TextField(_("answer"), blank=True, help_text=_("What Chorus Pro said, in its own words."))
    correlation_id = models.CharField(_("correlation"), max_length=100, blank=True)

    class Meta:
        verbose_name = _("deposit")
        verbose_name_plural = _("deposits")
        constraints = [
            models.UniqueConstraint(fields=["submission", "attempt"], name="chorus_deposit_once"),
            models.UniqueConstraint(
                fields=["submission"], condition=Q(state__in=DEPOSIT_OPEN), name="chorus_one_open_deposit"
            ),
            models.CheckConstraint(condition=Q(state__in=DepositState.values), name="chorus_deposit_state_known"),
            models.CheckConstraint(condition=Q(size__gt=0), name="chorus_deposit_not_empty"),
            models.CheckConstraint(condition=Q(sha256__regex=r"^[0-9a-f]{64}$"), name="chorus_deposit_hashed"),
            models.CheckConstraint(
                condition=~Q(state=DepositState.RECEIVED) | Q(flow_number__isnull=False),
                name="chorus_deposit_received_has_a_flow",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.submission_id}/{self.attempt} {self.state}"
