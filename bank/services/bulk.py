"""Many decisions at once: what a person confirmed in a list, done line by line by the outbox, and undone as one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from django.utils import translation
from django.utils.translation import gettext as _

from accounts.models import User
from bank.models import Decision, Judgement
from bank.selectors.reconciling import batch_of
from bank.services.deciding import AlreadyDecided, BadDecision, Handling, ShareOf, credit_line
from bank.services.undoing import NeedsApproval, ask_or_undo
from bank.words import Action
from core.money import Money
from outbox.services import enqueue, report

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from datetime import datetime

    from outbox.models import Job

ACCEPT_MANY: Final = "bank.accept_many"
UNDO_MANY: Final = "bank.undo_many"
MOST_AT_ONCE: Final = 2_000


@dataclass(frozen=True, slots=True)
class Picked:
    """A line as the person saw it in the list: its version, and the judgement whose first candidate is accepted."""

    line_id: int
    version: int
    judgement_id: int


def shares_of(candidate: Mapping[str, Any]) -> list[ShareOf]:
    """The shares of a candidate as a judgement keeps it; a quote that it names is issued."""
    quote = (candidate.get("quote"),) if candidate.get("quote") else ()
    return [
        ShareOf(part["customer"], Money(part["cents"]), tuple(dict.fromkeys((*part["documents"], *quote))))
        for part in candidate["parts"]
    ]


def ask_accept(picked: Sequence[Picked], *, batch: str, by: User, language: str, at: datetime) -> Job:
    """Ask that the first candidate of each of these lines is accepted. The same batch is the same request."""
    lines: list[Any] = [[each.line_id, each.version, each.judgement_id] for each in picked[:MOST_AT_ONCE]]
    payload: dict[str, Any] = {"lines": lines, "batch": batch, "user_id": by.pk, "language": language}
    return enqueue(ACCEPT_MANY, payload, key=f"{ACCEPT_MANY}:{batch}", at=at, owner=f"user:{by.pk}")


def accept_many(
    lines: Sequence[Sequence[int]], *, batch: str, user_id: int, language: str, at: datetime
) -> dict[str, Any]:
    """Accept them one by one, each in a transaction of its own; those that changed meanwhile are left, and listed.

    Called again it goes on: what this batch credited already counts as done.
    """
    by = User.objects.get(pk=user_id)
    mine = set(Decision.objects.filter(batch=batch).values_list("line_id", flat=True))

    def accept(picked: Sequence[int]) -> str:
        return "" if picked[0] in mine else _accept(Picked(*picked), batch=batch, by=by, at=at)

    with translation.override(language):
        return _one_by_one([(row[0], row) for row in lines], accept)


def ask_undo(batch: str, *, reason: str, by: User, language: str, at: datetime) -> Job:
    """Ask that a batch is undone. Raises BadDecision without a reason."""
    if not reason.strip():
        raise BadDecision(_("Say why: whoever looks at this line later needs it."))
    payload: dict[str, Any] = {"batch": batch, "reason": reason, "user_id": by.pk, "language": language}
    key = f"{UNDO_MANY}:{batch}:{int(at.timestamp())}"
    return enqueue(UNDO_MANY, payload, key=key, at=at, owner=f"user:{by.pk}")


def undo_many(*, batch: str, reason: str, user_id: int, language: str, at: datetime) -> dict[str, Any]:
    """Undo what stands of a batch, line by line; what could not be undone is listed with the reason."""
    by = User.objects.get(pk=user_id)
    standing = [each for each in batch_of(batch) if not hasattr(each, "undone") and each.action == Action.CREDIT]

    def take_back(decision: Decision) -> str:
        try:
            ask_or_undo(decision.pk, reason=reason, by=by, at=at)
        except AlreadyDecided:
            return ""
        except NeedsApproval:
            return _("Its month is locked: a second person was asked.")
        except BadDecision as refusal:
            return str(refusal)
        return ""

    with translation.override(language):
        return _one_by_one([(each.line_id, each) for each in standing], take_back)


def _accept(picked: Picked, *, batch: str, by: User, at: datetime) -> str:
    """Accept one; an empty answer, or why not."""
    judgement = Judgement.objects.filter(line=picked.line_id).order_by("-pk").first()
    if judgement is None or judgement.pk != picked.judgement_id or not judgement.candidates:
        return _("The rules say something else meanwhile: look at it again.")
    handling = Handling(by, picked.version, batch=batch)
    try:
        credit_line(picked.line_id, shares_of(judgement.candidates[0]), handling, at=at)
    except AlreadyDecided:
        return _("Somebody decided meanwhile.")
    except BadDecision as refusal:
        return str(refusal)
    return ""


def _one_by_one(rows: Sequence[tuple[int, Any]], do: Callable[[Any], str]) -> dict[str, Any]:
    skipped: list[list[Any]] = []
    for place, (line_id, row) in enumerate(rows, start=1):
        if why := do(row):
            skipped.append([line_id, why])
        report(place, len(rows))
    return {"done": len(rows) - len(skipped), "skipped": skipped}
