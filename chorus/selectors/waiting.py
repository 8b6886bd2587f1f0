"""What waits for its customer in Chorus Pro: a reference to give, a suspension to answer."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from django.db.models import Exists, OuterRef, Q
from django.urls import reverse

from chorus.models import Submission
from chorus.presenting import must_be_completed
from chorus.states import SubmissionState
from chorus.words import words_of

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from accounts.models import Customer

ANSWERABLE: Final = ("SUSPENDUE", "A_RECYCLER", "A_COMPLETER")
"""The statuses in which the buyer waits for its supplier, and the supplier for the customer."""
_SHOWN: Final = 20


@dataclass(frozen=True, slots=True)
class ToComplete:
    """A document that waits for its customer, and the page where it is dealt with."""

    number: str
    label: str
    kind: str
    href: str


def documents_wait(customer_column: str) -> Exists:
    """Whether a document may wait for the customer of a row of another query: an answer without a query of its own."""
    return Exists(_waiting().filter(invoice__customer=OuterRef(customer_column)))


def waiting_for(customer: Customer) -> list[ToComplete]:
    """The documents that wait for this customer, oldest first, the first twenty. One query; none for other buyers."""
    if not customer.is_public:
        return []
    found = _waiting().filter(invoice__customer=customer).select_related("invoice")
    acts = [each for each in found.order_by("invoice_id") if _acts(each)]
    return [_shown(each) for each in acts[:_SHOWN]]


def _waiting() -> QuerySet[Submission]:
    mine = Q(state__in=[SubmissionState.WAITING_REFERENCES, SubmissionState.REJECTED])
    theirs = Q(state=SubmissionState.INTEGRATED, chorus_status__in=ANSWERABLE)
    return Submission.objects.filter(mine | theirs)


def _acts(submission: Submission) -> bool:
    return submission.state == SubmissionState.INTEGRATED or must_be_completed(submission)


def _shown(submission: Submission) -> ToComplete:
    words = words_of(submission.state, submission.chorus_status)
    page = reverse("invoices:detail", args=[submission.invoice.public_id])
    return ToComplete(str(submission.invoice.number), str(words.label), words.kind, page)
