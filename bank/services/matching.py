"""Match new lines: what is certain is credited, everything else is put on 471000 with its suggestions.

Lines are taken in parts, each one transaction: locked, decoded, looked up, judged, posted. What a crash leaves is NEW,
and the sweeper takes it again; a line of a day to come waits for it.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from django.db import transaction

from accounts.selectors import customers_numbered
from bank.matching.facts import JUDGED, facts_of
from bank.matching.judging import Judged, judge
from bank.models import BankLine, Decision, Judgement, LineWork, PartyAccount, Share
from bank.selectors.announced import announced_open
from bank.selectors.looking_up import active_rules, look_up
from bank.services.booking import arrival, effective_days, suspense
from bank.services.debiting import is_told_twice
from bank.services.meeting import meet_announced
from bank.services.receipting import tell_later
from bank.words import Action, LineState, Verdict
from core.clock import local_date
from core.crypto import blind_index
from core.failpoints import failpoint
from core.money import Money
from invoices import services as invoices
from invoices.models import Quote
from ledger import services as ledger

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime

    from bank.matching.judging import Facts, Part
    from bank.matching.known import Known
    from bank.matching.rules import Rules
    from bank.models import RuleSet
    from bank.services.planning import Planned

_AT_ONCE: Final = 200
_MOST: Final = 50_000


@dataclass(slots=True)
class _Case:
    """A line under judgement. `judged` is nothing for lines that are no customer's transfer."""

    work: LineWork
    judged: Judged | None
    row: Judgement | None = None

    @property
    def is_auto(self) -> bool:
        return self.judged is not None and self.judged.verdict == Verdict.AUTO

    @property
    def part(self) -> Part:
        assert self.judged is not None  # noqa: S101 - only of what is automatic
        return self.judged.candidates[0].parts[0]


def match_new(*, at: datetime, statements: Iterable[int] | None = None) -> int:
    """Match the lines that nobody looked at yet and whose day has come. Returns how many were posted by themselves.

    Called after an import and by the sweeper; twice is once.
    """
    waiting = LineWork.objects.filter(state=LineState.NEW, line__booked_on__lte=local_date(at))
    if statements is not None:
        waiting = waiting.filter(line__statement__in=list(statements))
    keys = list(waiting.order_by("line__booked_on", "pk").values_list("pk", flat=True)[:_MOST])
    posted = 0
    for start in range(0, len(keys), _AT_ONCE):
        done, alone = _match(keys[start : start + _AT_ONCE], at=at)
        posted += done + sum(_match([key], at=at)[0] for key in alone)
    return posted


def foresee(statements: Sequence[Planned], *, at: datetime) -> dict[LineState, int]:
    """Where the work on these new lines would stand, without writing anything."""
    lines = [line for planned in statements for line in planned.new_lines]
    indexes = {blind_index(line.party.iban) for line in lines if line.party.iban}
    payers = dict(PartyAccount.objects.filter(iban_index__in=indexes).values_list("iban_index", "pk"))
    facts = {
        place: facts_of(
            line,
            cents=line.amount.cents,
            payer=payers.get(blind_index(line.party.iban)) if line.party.iban else None,
            payer_name=line.party.name,
        )
        for place, line in enumerate(lines)
        if line.amount.cents > 0 and line.kind in JUDGED
    }
    judged = _judge_all(facts, active_rules()[1], at=at)
    return Counter(_state(line.amount.cents, judged.get(place)) for place, line in enumerate(lines))


@transaction.atomic
def _match(keys: Sequence[int], *, at: datetime) -> tuple[int, list[int]]:
    """Match these lines; those that name a quote are left for a turn of their own, because it is issued first."""
    locked = LineWork.objects.select_for_update(of=("self",)).filter(pk__in=keys, state=LineState.NEW)
    works = list(locked.select_related("line__account").order_by("pk"))
    rules_row, rules = active_rules()
    cases = judge_works(works, rules, at=at)
    alone = (
        [case.work.pk for case in cases if case.is_auto and case.judged and case.judged.quote] if len(keys) > 1 else []
    )
    cases = [case for case in cases if case.work.pk not in alone]
    for case in cases:
        _issue_quote(case, at=at)
    _keep_judgements(cases, rules_row, at=at)
    twice = [case for case in cases if is_told_twice(case.work.line)]
    auto = [case for case in cases if case.is_auto]
    waiting = [case for case in cases if not case.is_auto and case not in twice]
    _credit(auto, at=at)
    for case in twice:
        case.work.state = LineState.TWICE
        case.work.version += 1
    failpoint("bank.lines_credited")
    _put_aside(waiting, at=at)
    _save([case.work for case in cases])
    return len(auto), alone


def _save(works: Sequence[LineWork]) -> None:
    """Write where the work on these lines stands. They exist: an insert that meets them is the quickest update."""
    columns = ["state", "tx", "version"]
    LineWork.objects.bulk_create(works, update_conflicts=True, unique_fields=["line"], update_fields=columns)


def judge_works(works: Sequence[LineWork], rules: Rules, *, at: datetime) -> list[_Case]:
    """Judge these lines by what is known now."""
    facts = {work.pk: facts_of_line(work.line) for work in works if is_judged(work.line)}
    judged = _judge_all(facts, rules, at=at)
    return [_Case(work, judged.get(work.pk)) for work in works]


def is_judged(line: BankLine) -> bool:
    """Whether a line may be a customer's transfer."""
    return line.amount_cents > 0 and line.kind in JUDGED


def facts_of_line(line: BankLine) -> Facts:
    """What the rules look at of a line that is kept."""
    return facts_of(line, cents=line.amount_cents, payer=line.party_account_id, payer_name=line.party_name)


def _judge_all(facts: dict[int, Facts], rules: Rules, *, at: datetime) -> dict[int, Judged]:
    known: Known = look_up(list(facts.values()), on=local_date(at))
    return {key: judge(each, known, rules) for key, each in facts.items()}


def state_of_waiting(cents: int, judged: Judged | None) -> LineState:
    """Where a line waits after a decision was undone: the rules do not post it a second time."""
    state = _state(cents, judged)
    return LineState.SURE if state == LineState.POSTED else state


def _state(cents: int, judged: Judged | None) -> LineState:
    """Where the work on a line stands after its judgement."""
    if cents < 0:
        return LineState.OUT
    if judged is None:
        return LineState.UNMATCHED
    return LineState.POSTED if judged.verdict == Verdict.AUTO else LineState(judged.verdict)


def _issue_quote(case: _Case, *, at: datetime) -> None:
    """A line that names a quote issues its invoice first; where that is not possible any more, a person decides."""
    if not case.is_auto or case.judged is None or not case.judged.quote:
        return
    quote = Quote.objects.get(number=case.judged.quote)
    try:
        with transaction.atomic():
            invoice = invoices.accept_by_money(quote, payment_ref=f"bank:{case.work.pk}", at=at)
    except ValueError:  # closed, changed, or not to be issued as it is: nothing was written
        case.judged = Judged(Verdict.SUGGESTED, case.judged.candidates)
        return
    best = case.judged.candidates[0]
    part = best.parts[0]
    best.parts = (type(part)(part.customer_id, part.cents, (str(invoice.number),)),)


def _keep_judgements(cases: Sequence[_Case], rules: RuleSet, *, at: datetime) -> None:
    judged = [case for case in cases if case.judged is not None]
    rows = Judgement.objects.bulk_create([judgement_row(case.work.pk, case.judged, rules, at=at) for case in judged])
    for case, row in zip(judged, rows, strict=True):
        case.row = row


def judgement_row(line_id: int, judged: Judged | None, rules: RuleSet, *, at: datetime) -> Judgement:
    """What is kept of a judgement."""
    assert judged is not None  # noqa: S101 - only of lines that were judged
    return Judgement(
        line_id=line_id,
        rules=rules,
        judged_at=at,
        verdict=judged.verdict,
        score=judged.score,
        margin=judged.margin,
        met=list(judged.met),
        candidates=[candidate.stored() for candidate in judged.candidates],
    )


def _credit(cases: Sequence[_Case], *, at: datetime) -> None:
    """Credit what is certain: the money, the decision of the rules, and the job that tells the customer."""
    public = _public({case.part.customer_id for case in cases})
    days = effective_days(case.work.line for case in cases)
    received = ledger.receive_many(
        [
            arrival(
                case.work,
                customer_id=case.part.customer_id,
                amount=Money(case.part.cents),
                documents=case.part.documents,
                kept=case.part.customer_id in public,
                reference=f"bank:{case.work.pk}",
                key=f"bank:{case.work.pk}:credit",
                on=days[case.work.line.booked_on],
            )
            for case in cases
        ],
        at=at,
    )
    decisions = Decision.objects.bulk_create(
        Decision(line_id=case.work.pk, number=1, action=Action.CREDIT, at=at, judgement=case.row) for case in cases
    )
    Share.objects.bulk_create(
        share_row(decision, 1, case.work.line, case.part, money)
        for case, decision, money in zip(cases, decisions, received, strict=True)
    )
    expected = announced_open([case.part.customer_id for case in cases])
    for case, money in zip(cases, received, strict=True):
        if case.part.customer_id in expected:
            meet_announced(case.part.customer_id, Money(case.part.cents), case.work.pk, case.part.documents, at)
        case.work.state, case.work.tx_id = LineState.POSTED, money.tx_id
        case.work.version += 1
    tell_later([decision.pk for decision in decisions], at=at)


def _public(customer_ids: set[int]) -> set[int]:
    """Those of them that are public bodies: what pays no document that it names waits for a decision."""
    return {each.pk for each in customers_numbered((), customer_ids) if each.is_public}


def share_row(decision: Decision, place: int, line: BankLine, part: Part, money: ledger.Received) -> Share:
    """What is kept of a share that a customer got."""
    return Share(
        decision=decision,
        place=place,
        customer_id=part.customer_id,
        party_account_id=line.party_account_id,
        amount_cents=part.cents,
        documents=list(part.documents),
        settled=[{"document": paid.document_ref, "amount_cents": paid.amount.cents} for paid in money.settled],
        tx_id=money.tx_id,
        lot_id=money.lot_id,
    )


def _put_aside(cases: Sequence[_Case], *, at: datetime) -> None:
    """Everything else rests on 471000 until somebody decides."""
    days = effective_days(case.work.line for case in cases)
    postings = [suspense(case.work.line, on=days[case.work.line.booked_on]) for case in cases]
    for case, posted in zip(cases, ledger.post(postings, at=at) if postings else (), strict=True):
        case.work.state, case.work.tx_id = _state(case.work.line.amount_cents, case.judged), posted.tx_id
        case.work.version += 1
