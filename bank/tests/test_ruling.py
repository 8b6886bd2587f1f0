"""Rules change in the shadow first; figures say how well lines are matched."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from accounts.models import User
from bank import selectors, services
from bank.matching.rules import LIMITS, POINTS
from bank.models import RuleSet
from bank.services import BadRules
from bank.tests.matching_desk import PAYER, MatchingDesk
from bank.words import LineState, RuleState, Verdict
from core.money import Money
from invoices.tests.making import MAILBOXES, issued
from tests.support.cast import Cast

pytestmark = pytest.mark.django_db


@pytest.fixture
def desk(noon: datetime) -> MatchingDesk:
    return MatchingDesk(noon)


@pytest.fixture
def alice(db: None) -> User:
    return User.objects.create_user("alice@example.org", "a-long-password-for-tests", is_staff=True)


def test_a_draft_changes_nothing_until_it_is_active(desk: MatchingDesk, cast: Cast, alice: User) -> None:
    desk.receive(1_000, cast.individual.reference.shown)
    off = services.draft_rules(POINTS, LIMITS | {"auto_customer": 0}, note="À la main", by=alice, at=desk.at)
    assert desk.receive(1_000, cast.individual.reference.shown).state == LineState.POSTED

    tried = services.shadow(off)
    assert (tried.lines, tried.before[Verdict.AUTO], tried.after[Verdict.AUTO]) == (2, 2, 0)
    services.activate_rules(off.pk, seen=tried.seen, by=alice, at=desk.at)

    assert desk.receive(1_000, cast.individual.reference.shown).state == LineState.SURE
    assert list(RuleSet.objects.order_by("version").values_list("state", flat=True)) == [
        RuleState.RETIRED,
        RuleState.ACTIVE,
    ]


def test_points_are_tried_on_what_people_decided(desk: MatchingDesk, cast: Cast, alice: User) -> None:
    """Somebody pays for two customers; the amount said whom it was for, the payer was worth more."""
    for _ in range(2):
        desk.receive(1_000, cast.individual.reference.shown, iban=PAYER)
    invoice = issued(cast.company, MAILBOXES, at=desk.at)
    work = desk.receive(invoice.total_cents, "virement", iban=PAYER)
    assert work.line.judgements.get().candidates[0]["parts"][0]["customer"] == cast.individual.pk
    desk.credit(work, (cast.company, invoice.total_cents, str(invoice.number)), by=alice)

    draft = services.draft_rules(POINTS | {"AMOUNT_EXACT": 60}, LIMITS, note="Montant", by=alice, at=desk.at)
    tried = services.shadow(draft)

    assert (tried.better, tried.worse, tried.wrong_auto) == (1, 0, 0)
    assert [(change.line_id, change.is_right) for change in tried.changes] == [(work.pk, True)]


def test_what_was_not_seen_is_not_activated(desk: MatchingDesk, cast: Cast, alice: User) -> None:
    draft = services.draft_rules(POINTS, LIMITS, note="Pareil", by=alice, at=desk.at)
    seen = services.shadow(draft).seen
    desk.receive(1_000, cast.individual.reference.shown)

    with pytest.raises(BadRules):
        services.activate_rules(draft.pk, seen=seen, by=alice, at=desk.at)
    assert RuleSet.objects.get(state=RuleState.ACTIVE).version == 1


def test_rules_that_would_have_credited_somebody_else_are_refused(desk: MatchingDesk, cast: Cast, alice: User) -> None:
    off = services.draft_rules(POINTS, LIMITS | {"auto_customer": 0}, note="À la main", by=alice, at=desk.at)
    services.activate_rules(off.pk, seen=services.shadow(off).seen, by=alice, at=desk.at)
    work = desk.receive(1_000, cast.individual.reference.shown)
    desk.credit(work, (cast.company, 1_000, ""), by=alice)
    draft = services.draft_rules(POINTS, LIMITS, note="Seules", by=alice, at=desk.at)
    tried = services.shadow(draft)

    assert tried.wrong_auto == 1
    with pytest.raises(BadRules):
        services.activate_rules(draft.pk, seen=tried.seen, by=alice, at=desk.at)


@pytest.mark.parametrize(
    ("points", "limits", "note"),
    [
        ({"GUESS": 1}, LIMITS, "x"),
        (POINTS | {"PUBLIC": 900}, LIMITS, "x"),
        (POINTS, LIMITS | {"auto_quote": 2}, "x"),
        (POINTS, LIMITS, " "),
    ],
)
def test_rules_that_are_none_are_refused(
    noon: datetime, alice: User, points: dict[str, int], limits: dict[str, int], note: str
) -> None:
    with pytest.raises(BadRules):
        services.draft_rules(points, limits, note=note, by=alice, at=noon)


def test_figures_say_what_is_automatic_wrong_and_waits(desk: MatchingDesk, cast: Cast, alice: User) -> None:
    desk.receive(1_000, cast.individual.reference.shown)
    wrong = desk.receive(1_000, cast.individual.reference.shown)
    services.undo(wrong.line.decisions.get().pk, reason="erreur", by=alice, at=desk.at)
    old = desk.receive(700, "?")
    desk.wait(days=10)

    figures = selectors.matching_metrics(since=desk.at - timedelta(days=30), until=desk.at)
    assert (figures.credited, figures.automatic, figures.automatic_undone, figures.waiting) == (2, 2, 1, 2)
    assert (figures.automatic_rate, figures.oldest_on, figures.seconds) == (100, old.line.booked_on, None)
    ages = {age.days: (age.lines, age.amount) for age in selectors.suspense_by_age(on=desk.at.date())}
    assert ages == {7: (0, Money(0)), 30: (2, Money(1_700)), 90: (0, Money(0)), None: (0, Money(0))}
