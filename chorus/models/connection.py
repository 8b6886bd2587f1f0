"""How our keys to Chorus Pro fared when they were last tried: one row for each environment."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from chorus.states import Environment


class KeyOutcome(models.TextChoices):
    """What is known of a pair of keys. The service does not tell a wrong name from a wrong secret."""

    UNTRIED = "UNTRIED", _("Not tried")
    GOOD = "GOOD", _("Accepted")
    REFUSED = "REFUSED", _("Refused")


class Problem(models.TextChoices):
    """What stands in the way, the first one met: the rest was not tried, or does not matter before it."""

    SETTINGS = "SETTINGS", _("Settings are missing")
    UNREACHABLE = "UNREACHABLE", _("Chorus Pro does not answer")
    PISTE = "PISTE", _("PISTE refuses the client id or the secret")
    ACCOUNT = "ACCOUNT", _("Chorus Pro refuses the technical account")
    NOT_SUBSCRIBED = "NOT_SUBSCRIBED", _("An API is not subscribed at PISTE")
    NO_RIGHT = "NO_RIGHT", _("The technical account lacks a right")
    SUPPLIER = "SUPPLIER", _("The account is not attached to our SIRET")
    OTHER = "OTHER", _("Chorus Pro refuses the question")


class Connection(models.Model):
    """What the last test of the connection found. `client`: client id and secret; `account`: login and password.

    `ok_at` is the last test without a problem. `down_since` is when Chorus Pro began not to answer; what was known of
    the keys then stays.
    """

    environment = models.CharField(_("environment"), max_length=13, choices=Environment.choices, unique=True)
    problem = models.CharField(_("problem"), max_length=14, choices=Problem.choices, blank=True)
    missing = models.JSONField(_("settings that are missing"), default=list, blank=True)
    client = models.CharField(
        _("client id and secret"), max_length=7, choices=KeyOutcome.choices, default=KeyOutcome.UNTRIED
    )
    account = models.CharField(
        _("technical account"), max_length=7, choices=KeyOutcome.choices, default=KeyOutcome.UNTRIED
    )
    not_subscribed = models.JSONField(_("APIs that are not subscribed"), default=list, blank=True)
    no_right = models.JSONField(_("APIs without the right"), default=list, blank=True)
    supplier_id = models.BigIntegerField(_("our identifier in Chorus Pro"), null=True, blank=True)
    supplier_siret = models.CharField("SIRET", max_length=14, blank=True)
    supplier_name = models.CharField(_("name in Chorus Pro"), max_length=300, blank=True)
    password_expires_on = models.DateField(_("password good until"), null=True, blank=True)
    word = models.CharField(_("answer"), max_length=300, blank=True, help_text=_("As told."))
    correlation_id = models.CharField(_("correlation"), max_length=100, blank=True)
    checked_at = models.DateTimeField(_("tested at"))
    ok_at = models.DateTimeField(_("good at"), null=True, blank=True)
    down_since = models.DateTimeField(_("silent since"), null=True, blank=True)

    class Meta:
        verbose_name = _("connection to Chorus Pro")
        verbose_name_plural = _("connections to Chorus Pro")
        constraints = [
            models.CheckConstraint(
                condition=Q(environment__in=Environment.values), name="chorus_connection_environment_known"
            ),
            models.CheckConstraint(
                condition=Q(problem__in=["", *Problem.values]), name="chorus_connection_problem_known"
            ),
            models.CheckConstraint(
                condition=Q(client__in=KeyOutcome.values, account__in=KeyOutcome.values),
                name="chorus_connection_keys_known",
            ),
            models.CheckConstraint(
                condition=~Q(problem="")
                | Q(client=KeyOutcome.GOOD, account=KeyOutcome.GOOD, ok_at__isnull=False, down_since__isnull=True),
                name="chorus_connection_good_has_good_keys",
            ),
            models.CheckConstraint(
                condition=~Q(problem="UNREACHABLE") | Q(down_since__isnull=False),
                name="chorus_connection_down_says_since",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.environment} {self.problem or 'ok'}"
