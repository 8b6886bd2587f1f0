"""The words of submissions: where each document stands with us. What Chorus Pro says of it is kept beside, as told."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class Environment(models.TextChoices):
    """Which Chorus Pro a document is for. It never leaves through another one."""

    SIMULATOR = "SIMULATOR", _("Simulator")
    QUALIFICATION = "QUALIFICATION", _("Qualification")
    PRODUCTION = "PRODUCTION", _("Production")


class SubmissionState(models.TextChoices):
    """Where a document stands between its issue and its integration in Chorus Pro."""

    WAITING_REFERENCES = "WAITING_REFERENCES", _("Waits for a reference")
    HELD = "HELD", _("Held back")
    READY = "READY", _("To be sent")
    SENDING = "SENDING", _("Being sent")
    DEPOSITED = "DEPOSITED", _("Deposited")
    UNKNOWN = "UNKNOWN", _("Being checked")
    REJECTED = "REJECTED", _("Refused on entry")
    INTEGRATED = "INTEGRATED", _("In Chorus Pro")
    FINISHED = "FINISHED", _("Finished")
    WITHDRAWN = "WITHDRAWN", _("Not sent")


class HeldWhy(models.TextChoices):
    """Why a document does not leave although it is complete; staff decide."""

    PAID_BEFORE = "PAID_BEFORE", _("Money arrived before the deposit")
    CREDITED_BEFORE = "CREDITED_BEFORE", _("Credited before the deposit")
    ENVIRONMENT = "ENVIRONMENT", _("Made for another environment of Chorus Pro")
    INVALID = "INVALID", _("The checks of its file found something")
    STAFF = "STAFF", _("Held back by staff")


class Missing(models.TextChoices):
    """What a buyer requires and a document lacks. Someone completes it; then it leaves by itself."""

    SIRET = "SIRET", _("SIRET")
    STRUCTURE = "STRUCTURE", _("active structure in Chorus Pro")
    SERVICE = "SERVICE", _("service code")
    SERVICE_CLOSED = "SERVICE_CLOSED", _("active service")
    ENGAGEMENT = "ENGAGEMENT", _("engagement number")
    EITHER = "EITHER", _("service code or engagement number")


class StructureState(models.TextChoices):
    """What the directory says of a SIRET."""

    UNCHECKED = "UNCHECKED", _("To be checked")
    ACTIVE = "ACTIVE", _("Active")
    CLOSED = "CLOSED", _("Closed")
    NOT_FOUND = "NOT_FOUND", _("Not in the directory")
    PRIVATE = "PRIVATE", _("Not a public body")


class DepositState(models.TextChoices):
    """How one attempt ended, or where it stands."""

    SENDING = "SENDING", _("Being sent")
    RECEIVED = "RECEIVED", _("Received")
    UNKNOWN = "UNKNOWN", _("Outcome unknown")
    NOT_SENT = "NOT_SENT", _("Did not leave")
    REFUSED = "REFUSED", _("Refused at once")
    INTEGRATED = "INTEGRATED", _("Integrated")
    REJECTED = "REJECTED", _("Rejected")
    INCIDENT = "INCIDENT", _("Incident at Chorus Pro")
    LOST = "LOST", _("Never arrived")


DEPOSIT_OPEN = (DepositState.SENDING, DepositState.RECEIVED, DepositState.UNKNOWN)
"""An attempt that may still bring the document into Chorus Pro: at most one for each submission."""


class ActionKind(models.TextChoices):
    """What a supplier may answer in Chorus Pro about a document that is there."""

    COMPLETE = "COMPLETE", _("Answer a suspension")
    RECYCLE = "RECYCLE", _("Send to the right service")
    ACKNOWLEDGE = "ACKNOWLEDGE", _("Acknowledge a rejection")


class ActionState(models.TextChoices):
    """Where an answer of ours stands."""

    ASKED = "ASKED", _("Asked for")
    SENDING = "SENDING", _("Being sent")
    UNKNOWN = "UNKNOWN", _("Outcome unknown")
    DONE = "DONE", _("Done")
    REFUSED = "REFUSED", _("Refused")


ACTION_OPEN = (ActionState.ASKED, ActionState.SENDING, ActionState.UNKNOWN)
"""An answer that may still reach Chorus Pro: at most one of a kind for each submission."""
