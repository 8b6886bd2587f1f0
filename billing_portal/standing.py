"""The sentence at the top of the dashboard: what the account needs from its reader today. Pure: facts in, words out.

Four kinds, worst question first: a payment that is being checked (do not pay again), something late, something to pay,
nothing to pay. Late means an overdue invoice that is not disputed, never a negative balance.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from core.money import ZERO, Money
from core.templatetags.ui import day as day_html
from core.templatetags.ui import money as money_html

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date

_MOST_NAMED = 3


@dataclass(frozen=True, slots=True)
class Claim:
    """Something to pay: an open item of the account."""

    reference: str
    open: Money
    due_date: date
    disputed: bool = False


@dataclass(frozen=True, slots=True)
class Situation:
    """What the sentence is made from. `to_pay` leaves out what is already on its way in."""

    today: date
    balance: Money
    to_pay: Money
    claims: Sequence[Claim] = ()
    checking: Money | None = None
    can_pay: bool = True
    pays_by_transfer: bool = False
    links: Mapping[str, str] | None = None


@dataclass(frozen=True, slots=True)
class Standing:
    """What the dashboard says. `amount` is what the button repeats; nothing when there is nothing to pay by card."""

    kind: str
    sentence: SafeString
    explanation: SafeString
    amount: Money | None = None


def standing(situation: Situation) -> Standing:
    """The state of the account, in words."""
    claims = [claim for claim in situation.claims if not claim.disputed]
    if situation.checking is not None:
        return _being_checked(situation.checking)
    if not claims:
        return _up_to_date(situation)
    if situation.to_pay <= ZERO:
        return _on_its_way(claims)
    late = [claim for claim in claims if claim.due_date < situation.today]
    return _late(situation, late) if late else _due(situation, claims)


def _being_checked(amount: Money) -> Standing:
    return Standing(
        "wait",
        _html(_("Payment being checked. <em>Do not pay a second time.</em>")),
        _html(
            _("The bank has not confirmed {amount} yet. You need do nothing: we write to you when we know."),
            amount=money_html(amount),
        ),
    )


def _up_to_date(situation: Situation) -> Standing:
    disputed = [claim for claim in situation.claims if claim.disputed]
    if disputed:
        words = _html(_("{documents} is disputed: nothing is asked from you meanwhile."), documents=_named(disputed))
    elif situation.balance > ZERO:
        words = _html(
            _("Your balance of {amount} will pay your next invoices by itself."), amount=money_html(situation.balance)
        )
    else:
        words = _html(_("There is nothing to pay."))
    return Standing("ok", _html(_("<em>Up to date</em>")), words)


def _on_its_way(claims: Sequence[Claim]) -> Standing:
    return Standing(
        "wait",
        _html(_("{amount} <em>on its way</em>"), amount=money_html(_total(claims))),
        _html(_("A payment has been started for what you owe. Finish it, or let it expire to start another.")),
    )


def _late(situation: Situation, late: Sequence[Claim]) -> Standing:
    oldest = min(claim.due_date for claim in late)
    days = (situation.today - oldest).days
    sentence = ngettext("<em>{days} day late.</em> {amount} to pay", "<em>{days} days late.</em> {amount} to pay", days)
    amount = money_html(situation.to_pay)
    words = ngettext(
        "{documents} has been waiting for {amount} since {day}.",
        "{documents} have been waiting for {amount}, the oldest since {day}.",
        len(late),
    )
    explanation = _html(
        words,
        documents=_named(late, situation.links),
        amount=money_html(_total(late)),
        day=day_html(oldest, "no year"),
    )
    return Standing(
        "late",
        _html(sentence, days=days, amount=amount),
        _sentences(explanation, _how(situation)),
        _amount(situation),
    )


def _due(situation: Situation, claims: Sequence[Claim]) -> Standing:
    first = min(claim.due_date for claim in claims)
    soonest = _total([claim for claim in claims if claim.due_date == first])
    total = situation.to_pay
    if total > soonest:
        sentence = _html(
            _("<em>{total}</em> to pay, of which {amount} by {day}"),
            total=money_html(total),
            amount=money_html(soonest),
            day=day_html(first, "no year"),
        )
    else:
        sentence = _html(
            _("<em>{amount}</em> to pay by {day}"), amount=money_html(total), day=day_html(first, "no year")
        )
    waiting = ngettext("{documents} is waiting.", "{documents} are waiting.", len(claims))
    explanation = _html(waiting, documents=_named(claims, situation.links))
    return Standing("due", sentence, _sentences(explanation, _how(situation)), _amount(situation))


def _how(situation: Situation) -> SafeString:
    """How it gets paid, or why this reader cannot."""
    if not situation.can_pay:
        return _html(_("Your access is read only: a person who may pay for this account has to do it."))
    if situation.pays_by_transfer:
        return _html(_("A public body pays by transfer: the account and the reference are below."))
    return _html(_("No automatic debit is planned: nothing leaves your bank account unless you pay."))


def _amount(situation: Situation) -> Money | None:
    return situation.to_pay if situation.can_pay and not situation.pays_by_transfer else None


def _named(claims: Sequence[Claim], links: Mapping[str, str] | None = None) -> SafeString:
    """The references, each leading to its page: at most three, then how many more."""
    known = links or {}
    shown = sorted(claims, key=lambda claim: (claim.due_date, claim.reference))[:_MOST_NAMED]
    names = format_html_join(", ", "{}", ((_link(claim.reference, known),) for claim in shown))
    more = len(claims) - len(shown)
    if not more:
        return _html(ngettext("Invoice {names}", "Invoices {names}", len(claims)), names=names)
    return _html(
        ngettext("Invoices {names} and {more} other", "Invoices {names} and {more} others", more),
        names=names,
        more=more,
    )


def _link(reference: str, links: Mapping[str, str]) -> SafeString:
    if reference not in links:
        return format_html('<span class="ref">{}</span>', reference)
    return format_html('<a href="{}">{}</a>', links[reference], reference)


def _total(claims: Sequence[Claim]) -> Money:
    return Money(sum(claim.open.cents for claim in claims))


def _sentences(*sentences: SafeString) -> SafeString:
    return format_html_join(" ", "{}", ((sentence,) for sentence in sentences if sentence))


def _html(words: str, **values: Any) -> SafeString:
    """A translated sentence of ours, which may hold <em>, with its values escaped."""
    return format_html(words + "{}", "", **values)
