"""What we answer in Chorus Pro about a document that is there: complete, recycle, acknowledge."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from chorus.models.lifecycle import Source
from chorus.models.submission import Submission
from chorus.states import ACTION_OPEN, ActionKind, ActionState

_ENDED = [ActionState.DONE, ActionState.REFUSED]


class SupplierAction(models.Model):
    """One answer of ours: what was asked for, written down before the call, and how the call ended.

    `status_at` is since when the document had the status that is answered: an answer is given to that one alone.
    `steps_before` is how often its history named the status that the answer brings, before the call: one more means
    that it arrived. At most one of a kind is open for each submission.
    """

    submission = models.ForeignKey(
        Submission, verbose_name=_("submission"), on_delete=models.PROTECT, related_name="actions"
    )
    kind = models.CharField(_("kind"), max_length=11, choices=ActionKind.choices)
    state = models.CharField(_("state"), max_length=7, choices=ActionState.choices, default=ActionState.ASKED)
    key = models.CharField(_("key"), max_length=100, unique=True)
    payload = models.JSONField(_("what was asked for"), default=dict)
    status_at = models.DateTimeField(_("answers the status since"), null=True, blank=True)
    asked_by = models.CharField(_("asked for by"), max_length=200)
    source = models.CharField(_("on whose side"), max_length=8, choices=Source.choices)
    asked_at = models.DateTimeField(_("asked for at"))
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    sent_at = models.DateTimeField(_("sent at"), null=True, blank=True)
    steps_before = models.PositiveSmallIntegerField(_("such steps before"), default=0)
    looks = models.PositiveSmallIntegerField(_("looks"), default=0)
    answered_at = models.DateTimeField(_("answered at"), null=True, blank=True)
    answer = models.TextField(_("answer"), blank=True, help_text=_("What Chorus Pro said, in its own words."))
    correlation_id = models.CharField(_("correlation"), max_length=100, blank=True)

    class Meta:
        verbose_name = _("answer to Chorus Pro")
        verbose_name_plural = _("answers to Chorus Pro")
        constraints = [
            models.UniqueConstraint(
                fields=["submission", "kind"], condition=Q(state__in=ACTION_OPEN), name="chorus_one_open_action"
            ),
            models.CheckConstraint(condition=Q(kind__in=ActionKind.values), name="chorus_action_kind_known"),
            models.CheckConstraint(condition=Q(state__in=ActionState.values), name="chorus_action_state_known"),
            models.CheckConstraint(condition=~Q(key="") & ~Q(asked_by=""), name="chorus_action_says_who"),
            models.CheckConstraint(
                condition=Q(source__in=[Source.CUSTOMER, Source.STAFF]), name="chorus_action_source_known"
            ),
            models.CheckConstraint(
                condition=~Q(state__in=_ENDED) | Q(answered_at__isnull=False), name="chorus_action_ended_when"
            ),
            models.CheckConstraint(
                condition=~Q(state__in=[ActionState.SENDING, ActionState.UNKNOWN]) | Q(sent_at__isnull=False),
                name="chorus_action_sent_when",
            ),
        ]
        indexes = [
            models.Index(fields=["state", "asked_at"], condition=Q(state__in=ACTION_OPEN), name="chorus_actions_open")
        ]

    def __str__(self) -> str:
        return f"{self.submission_id} {self.kind} {self.state}"
