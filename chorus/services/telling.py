"""What a customer is written about documents in Chorus Pro. Each fact once, to its billing addresses."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext

from accounts.notify import notify
from chorus.explaining import explain
from chorus.states import Missing, SubmissionState
from core.formats import money_text
from core.money import Money

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from chorus.models import Submission
    from outbox.models import Message


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the details of a mail."""

    term: str
    value: str


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong, and what happens or is to be done about it."""

    what: str
    to_do: str


def waiting(submission: Submission, at: datetime) -> list[Message]:
    """A document is issued and waits for what its buyer requires. One mail for each set of missing things."""
    missing = sorted(submission.missing)
    with translation.override(submission.invoice.customer.language):
        context = {
            "wanted": wanted(missing),
            "is_engagement": missing == [Missing.ENGAGEMENT],
            **_about(submission, "chorus:references"),
        }
    return _tell(submission, "chorus.waiting", context, fact=f"waiting:{'+'.join(missing)}", at=at)


def deposited(submission: Submission, at: datetime) -> list[Message]:
    """A document is in Chorus Pro: its buyer finds it there."""
    return _tell(submission, "chorus.deposited", _about(submission), fact="deposited", at=at)


def suspended(submission: Submission, at: datetime) -> list[Message]:
    """The buyer suspended a document: its words, and how to answer. One mail for each suspension."""
    context = {"comment": submission.chorus_comment, **_about(submission, "chorus:answer")}
    return _tell(submission, "chorus.suspended", context, fact=_since("suspended", submission, at), at=at)


def recycled(submission: Submission, at: datetime) -> list[Message]:
    """A document went to the wrong place at the buyer: the right service or engagement is asked for."""
    context = {"comment": submission.chorus_comment, "went_astray": True, **_about(submission)}
    return _tell(submission, "chorus.rejected", context, fact=_since("astray", submission, at), at=at)


def rejected(submission: Submission, at: datetime) -> list[Message]:
    """Chorus Pro did not take a document in, or its buyer refused it: why, and what happens now."""
    if submission.state != SubmissionState.REJECTED:
        context = {"comment": submission.chorus_comment, "is_final": True, **_about(submission)}
        return _tell(submission, "chorus.rejected", context, fact=_since("refused", submission, at), at=at)
    with translation.override(submission.invoice.customer.language):
        explained = explain(submission.problem)
        problems = [Problem(each.what, str(each.cause.for_customer)) for each in explained]
        acts = any(each.is_for_customer for each in explained)
        page = "chorus:references" if acts else "invoices:detail"
        context = {"problems": list(dict.fromkeys(problems)), "customer_acts": acts, **_about(submission, page)}
    fact = f"rejected:{submission.state_at.isoformat()}"
    return _tell(submission, "chorus.rejected", context, fact=fact, at=at)


def wanted(missing: Sequence[str]) -> str:
    """What is missing, as a list in words: `code service, numéro d’engagement`."""
    return ", ".join(str(Missing(each).label) for each in missing if each in Missing.values)


def _since(fact: str, submission: Submission, at: datetime) -> str:
    return f"{fact}:{(submission.chorus_status_at or at).isoformat()}"


def _about(submission: Submission, page: str = "invoices:detail") -> dict[str, Any]:
    """What every mail about a document says of it, in the language of its customer; `page` is where its link leads."""
    invoice = submission.invoice
    with translation.override(invoice.customer.language):
        rows = [
            Row(str(invoice.get_kind_display()), str(invoice.number)),
            Row(gettext("Amount"), money_text(Money(invoice.total_cents))),
            *([Row(gettext("Service code"), invoice.service_code)] if invoice.service_code else []),
            *([Row(gettext("Engagement number"), invoice.engagement_number)] if invoice.engagement_number else []),
        ]
        document = f"{invoice.get_kind_display()} {invoice.number}"
    return {
        "invoice": invoice,
        "document": document,
        "rows": rows,
        "page": settings.SITE_URL + reverse(page, args=[invoice.public_id]),
    }


def _tell(submission: Submission, kind: str, context: dict[str, Any], *, fact: str, at: datetime) -> list[Message]:
    key = f"chorus:{submission.invoice.number}:{fact}"
    return notify(submission.invoice.customer, kind, context, key=key, at=at)
