"""Change the rules of matching safely: a new version is a draft, tried in the shadow over past decisions, then active.

The shadow looks up nothing: each judgement keeps its candidates with their reasons, so other points are counted over
exactly what was known on that day.
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from bank.matching.judging import score, verdict_of
from bank.matching.rules import LIMITS, POINTS, Rules
from bank.models import Decision, RuleSet
from bank.words import Action, RuleState, Verdict

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import datetime

    from accounts.models import User
    from bank.models import Judgement

MOST_LINES: Final = 5_000
MOST_SHOWN: Final = 50
_MOST_POINTS: Final = 200
_SWITCHES: Final = frozenset(name for name in LIMITS if name.startswith("auto_"))


class BadRules(ValueError):
    """These rules cannot be written, or not be used; the words say why. Nothing was changed."""


@dataclass(frozen=True, slots=True)
class Change:
    """A line of which the draft would say something else. `is_right`: it would choose what was decided."""

    line_id: int
    before: Verdict
    after: Verdict
    is_right: bool


@dataclass(slots=True)
class Shadow:
    """What a draft would have said of past lines. `seen` names exactly this result."""

    lines: int = 0
    before: Counter[Verdict] = field(default_factory=Counter)
    after: Counter[Verdict] = field(default_factory=Counter)
    changes: list[Change] = field(default_factory=list)
    wrong_auto: int = 0
    """Lines that only the draft would credit by itself, and not to whom they were credited in the end."""
    better: int = 0
    worse: int = 0

    @property
    def seen(self) -> str:
        """A name of this result: whoever activates says that they saw it."""
        counted = [self.lines, self.wrong_auto, self.better, self.worse]
        told = json.dumps([*counted, sorted(self.before.items()), sorted(self.after.items())])
        return hashlib.sha256(told.encode()).hexdigest()[:16]


@transaction.atomic
def draft_rules(points: Mapping[str, int], limits: Mapping[str, int], *, note: str, by: User, at: datetime) -> RuleSet:
    """Write a new version, in the shadow. Raises BadRules: unknown names, values out of bounds, or no note."""
    if not note.strip():
        raise BadRules(_("Say what changes, and why."))
    _check(points, POINTS, least=-_MOST_POINTS, most=_MOST_POINTS)
    _check(limits, LIMITS, least=0, most=_MOST_POINTS)
    if any(limits[name] not in {0, 1} for name in _SWITCHES):
        raise BadRules(_("What is posted by itself is switched on (1) or off (0)."))
    list(RuleSet.objects.select_for_update().order_by("pk"))  # versions are given one after another
    last = RuleSet.objects.aggregate(last=Max("version"))["last"] or 0
    return RuleSet.objects.create(
        version=last + 1, points=dict(points), limits=dict(limits), note=note.strip()[:300], made_at=at, made_by=by
    )


def shadow(draft: RuleSet) -> Shadow:
    """Try these rules over the last 5,000 lines that were credited and stand. Nothing is written."""
    rules = Rules(draft.points, draft.limits)
    found = Shadow()
    standing = Decision.objects.filter(action=Action.CREDIT, undone__isnull=True, judgement__isnull=False)
    for decision in standing.select_related("judgement").prefetch_related("shares").order_by("-pk")[:MOST_LINES]:
        _compare(found, decision, rules)
    return found


@transaction.atomic
def activate_rules(draft_id: int, *, seen: str, by: User, at: datetime) -> RuleSet:
    """Use a draft from now on; the version before is kept. `seen` is that of the shadow that the person saw.

    Raises BadRules when the shadow says something else by now, or when lines would be credited wrongly by themselves.
    """
    rows = {row.pk: row for row in RuleSet.objects.select_for_update().order_by("pk")}
    draft = rows.get(draft_id)
    if draft is None or draft.state != RuleState.DRAFT:
        raise BadRules(_("These rules are no draft any more. Nothing was changed."))
    tried = shadow(draft)
    if tried.seen != seen:
        raise BadRules(_("Lines were decided meanwhile: look at what would change once more."))
    if tried.wrong_auto:
        words = _("%(count)d past lines would have been credited to the wrong customer. Nothing was changed.")
        raise BadRules(words % {"count": tried.wrong_auto})
    for row in rows.values():
        if row.state == RuleState.ACTIVE:
            row.state = RuleState.RETIRED
            row.save(update_fields=["state"])
    draft.state, draft.activated_at, draft.activated_by = RuleState.ACTIVE, at, by
    draft.save(update_fields=["state", "activated_at", "activated_by"])
    return draft


def _check(values: Mapping[str, int], known: Mapping[str, int], *, least: int, most: int) -> None:
    if set(values) != set(known):
        raise BadRules(_("Give each reason its points, and no other."))
    if not all(isinstance(value, int) and least <= value <= most for value in values.values()):
        raise BadRules(_("Points are whole numbers from %(least)d to %(most)d.") % {"least": least, "most": most})


def _compare(found: Shadow, decision: Decision, rules: Rules) -> None:
    judgement = decision.judgement
    assert judgement is not None  # noqa: S101 - asked for with one
    before, after, best = Verdict(judgement.verdict), *_again(judgement, rules)
    found.lines += 1
    found.before[before] += 1
    found.after[after] += 1
    truth = {(share.customer_id, share.amount_cents) for share in decision.shares.all()}
    was_right = _is_right(judgement.candidates[:1], truth)
    is_right = _is_right(best, truth)
    found.better += is_right and not was_right
    found.worse += was_right and not is_right
    found.wrong_auto += after == Verdict.AUTO != before and not is_right
    if (before != after or was_right != is_right) and len(found.changes) < MOST_SHOWN:
        found.changes.append(Change(decision.line_id, before, after, is_right))


def _again(judgement: Judgement, rules: Rules) -> tuple[Verdict, list[dict[str, Any]]]:
    """The verdict under other rules, and the candidate that would be the first."""
    scored = sorted(
        ((score(each["chips"], rules), -place, each) for place, each in enumerate(judgement.candidates)),
        key=lambda one: one[:2],
        reverse=True,
    )
    if any(rules.allows(ground) for ground in judgement.met):
        verdict = Verdict.AUTO
    elif judgement.verdict == Verdict.SEVERAL:
        verdict = Verdict.SEVERAL
    else:
        verdict = verdict_of([points for points, _place, _each in scored], rules=rules)
    return verdict, [each for _points, _place, each in scored[:1]]


def _is_right(best: Iterable[Mapping[str, Any]], truth: set[tuple[int | None, int]]) -> bool:
    return any({(part["customer"], part["cents"]) for part in each["parts"]} == truth for each in best)
