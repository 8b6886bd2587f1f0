"""The words of bank statements: formats, what a line is, where its work stands."""

from __future__ import annotations

from typing import Final

from django.db import models
from django.utils.translation import gettext_lazy as _


class Format(models.TextChoices):
    """How a statement is written. The values are those that `import_statement` prints."""

    CAMT_052 = "camt.052", "CAMT.052"
    CAMT_053 = "camt.053", "CAMT.053"
    CAMT_054 = "camt.054", "CAMT.054"
    CFONB_120 = "cfonb120", "CFONB 120"
    MT_940 = "mt940", "MT940"
    OFX = "ofx", "OFX"
    CSV = "csv", "CSV"
    XLSX = "xlsx", "XLSX"


class LineKind(models.TextChoices):
    """What a line is, as far as its bank says so. A guess by codes: it helps people, and decides about no money."""

    TRANSFER_IN = "TRANSFER_IN", _("transfer received")
    TRANSFER_OUT = "TRANSFER_OUT", _("transfer sent")
    COLLECTED = "COLLECTED", _("direct debits collected")
    RETURNED = "RETURNED", _("direct debit returned")
    DEBITED = "DEBITED", _("direct debit paid")
    REVERSED = "REVERSED", _("transfer returned")
    FEE = "FEE", _("bank fee")
    OTHER = "OTHER", _("something else")


class LineState(models.TextChoices):
    """Where the work on a line stands. Until a decision its money rests on 471000.

    TWICE is a movement that another line told already: it is not in the books a second time unless a person says so.
    """

    NEW = "NEW", _("not looked at yet")
    SURE = "SURE", _("sure")
    SUGGESTED = "SUGGESTED", _("to choose")
    SEVERAL = "SEVERAL", _("several customers")
    UNMATCHED = "UNMATCHED", _("no trace")
    OUT = "OUT", _("money out")
    TWICE = "TWICE", _("told twice")
    POSTED = "POSTED", _("posted")
    IGNORED = "IGNORED", _("left aside")


WAITING: Final = (LineState.SURE, LineState.SUGGESTED, LineState.SEVERAL, LineState.UNMATCHED, LineState.OUT)
"""The states in which a person decides."""


class Verdict(models.TextChoices):
    """What the rules say of a line."""

    AUTO = "AUTO", _("posted by the rules")
    SURE = "SURE", _("sure")
    SUGGESTED = "SUGGESTED", _("to choose")
    SEVERAL = "SEVERAL", _("several customers")
    UNMATCHED = "UNMATCHED", _("no trace")


class Action(models.TextChoices):
    """What was decided about a line."""

    CREDIT = "CREDIT", _("credited")
    BOOK = "BOOK", _("booked on an account")
    IGNORE = "IGNORE", _("left aside")
    RETURN = "RETURN", _("returned to its sender")
    UNDO = "UNDO", _("undone")


class RuleState(models.TextChoices):
    """Where a set of rules stands: written and tried in the shadow, in use, or used before."""

    DRAFT = "DRAFT", _("in the shadow")
    ACTIVE = "ACTIVE", _("active")
    RETIRED = "RETIRED", _("used before")
