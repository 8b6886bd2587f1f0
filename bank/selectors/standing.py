"""What stands of a line: its last judgement, and the decision that was not undone."""

from __future__ import annotations

from bank.models import Decision, Judgement
from bank.words import Action


def latest_judgement(line_id: int) -> Judgement | None:
    """What the rules said last."""
    return Judgement.objects.filter(line=line_id).order_by("-pk").first()


def last_decision(line_id: int) -> Decision | None:
    """The newest decision, undone or not, with who took it."""
    return Decision.objects.filter(line=line_id).select_related("by").order_by("-number").first()


def standing_decision(line_id: int) -> Decision | None:
    """The decision in force; none while a line waits."""
    last = last_decision(line_id)
    return None if last is None or last.action == Action.UNDO else last
