"""What must hold of a simulated year: each debt once, or with a reason; the books where providers and bank are."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final

from django.db.models import Sum

from billing_portal import selfcheck
from core.money import ZERO, Money
from ledger import selectors as books
from ledger.verification import verify
from payments import selectors
from payments.models import Debit, DebitKind, DebitState, Payment, PaymentStatus, Provider, Purpose
from payments.services import debits, read_till, sync_till
from payments.wiring import gateway_for

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date

    from accounts.models import Customer
    from tests.simulation.year import Year

_PATIENCE: Final = timedelta(days=2)
_OPENING_CENTS: Final = 1_000_000
"""What the sandbox's bank held for us before the first day."""
_JOBS_WAIT: Final = "outbox: no job is due for more than an hour"
"""Without papers their jobs are left undone, and this check says so."""
_BROUGHT: Final = (DebitState.COLLECTED, DebitState.CLOSED)
_ENDED: Final = (DebitState.FAILED, DebitState.CANCELLED, DebitState.RETURNED)


def wrong_with(year: Year) -> list[str]:
    """Everything that does not hold, in words; nothing when all is well."""
    year.catch_up()
    found = [*_collected_twice(year), *left_without_reason(year), *_elsewhere_than_the_bank(year)]
    found += [line for provider in (Provider.STRIPE, Provider.PAYPAL) for line in _elsewhere(year, provider)]
    found += [f"ledger: {verdict.name}: {verdict.broken}" for verdict in verify(whole=True) if not verdict.ok]
    checks = selfcheck.collect() if year.papers else [each for each in selfcheck.collect() if each.name != _JOBS_WAIT]
    return found + [f"{check.name}: {check.detail}" for check in checks if not check.ok]


def _collected_twice(year: Year) -> list[str]:
    """Of nobody more was taken than was invoiced: what is prepaid came by the customer's own transfers."""
    found = []
    for customer in year.people.customers:
        over = books.get_balance(customer.pk).prepaid.cents - year.people.transfers.get(customer.pk, 0)
        if over > 0:
            found.append(f"{customer}: {over} cents were collected beyond what was due")
    objects = Payment.objects.filter(status=PaymentStatus.SUCCEEDED).values_list("provider", "intent_id")
    if len(objects) != len(set(objects)):
        found.append("an object of a provider was credited twice")
    return found


def left_without_reason(year: Year) -> list[str]:
    """Whatever is overdue of anybody, somebody can say why."""
    before = year.today - _PATIENCE
    return [
        f"{customer}: {item.document_ref} is due since {item.due_date}, {item.open} open, and nothing says why"
        for customer in year.people.customers
        for item in books.overdue_items(customer.pk, on=before)
        if reason_of(customer, item.due_date, item.open, year) is None
    ]


def reason_of(customer: Customer, due_on: date, open_now: Money, year: Year) -> str | None:
    """Why what is due is not collected yet."""
    rule = selectors.rule_of(customer)
    why = selectors.why_not_collecting(rule, on=year.today)
    if why is not None:
        return str(why)
    standing = [each for each in selectors.standing_debits(customer.pk) if each.kind == DebitKind.DUE]
    if any(each.due_on >= due_on for each in standing):
        return "a debit stands for it"
    if selectors.incoming_by_other_means(customer.pk) > ZERO:
        return "money is on its way"
    ended = Debit.objects.filter(customer=customer, due_on=due_on, state__in=_ENDED).order_by("-pk").first()
    if ended is not None:
        return f"{ended.state} {ended.ended_why} {ended.failure}"
    return "too little for a debit" if open_now < debits.LEAST else None


def _elsewhere(year: Year, provider: str) -> list[str]:
    """The provider's balance and ours are the same."""
    gateway = gateway_for(provider)
    at = year.at + timedelta(hours=2)  # the sandbox's clock went on while we worked
    sync_till(provider, gateway=gateway, at=at, deep=True)
    reading = read_till(provider, gateway=gateway, at=at)
    totals: dict[str, Any] = dict(year.bank.totals())
    taken = totals["captured_cents"] if provider == Provider.STRIPE else totals["paypal"]["captured_cents"]
    credited = Payment.objects.filter(provider=provider).aggregate(cents=Sum("received_cents", default=0))["cents"]
    found = []
    if not reading.agrees:
        found.append(f"{provider}: {reading.total.cents} there, {reading.books_cents} in our books")
    if int(taken) != credited:
        found.append(f"{provider}: took {taken} cents, we credited {credited}")
    return found


def _elsewhere_than_the_bank(year: Year) -> list[str]:
    """512000 is what the bank held for us yesterday, as this morning’s statement told; 511300 waits for no line."""
    yesterday = year.today - timedelta(days=1)
    state = year.bank.control_read("bank/state")
    there = int(state["balance_cents"]) - _OPENING_CENTS if state["account"] else 0
    booked = books.account_balance("512000", until=yesterday).cents
    clearing = books.account_balance("511300").cents
    found = [f"the bank held {there} cents of ours, 512000 says {booked}"] if there != booked else []
    return [*found, f"511300 holds {clearing} cents that no line explains"] if clearing else found


def figures(year: Year) -> dict[str, object]:
    """What happened in the year."""
    paid = Payment.objects.filter(status=PaymentStatus.SUCCEEDED)
    by_debit = paid.filter(purpose=Purpose.COLLECT)
    states = {state: Debit.objects.filter(state=state).count() for state in DebitState}
    open_cents = -sum(balance.balance.cents for balance in _balances(year))
    return {
        **dict(sorted(year.seen.items())),
        "debits": {state: count for state, count in states.items() if count},
        "payments": paid.count(),
        "collected cents": by_debit.aggregate(cents=Sum("received_cents", default=0))["cents"],
        "owed at the end, cents": open_cents,
        "books": {code: books.account_balance(code).cents for code in ("517100", "517200", "512000", "511300")},
    }


def _balances(year: Year) -> Iterable[books.Balance]:
    return books.balances_of(customer.pk for customer in year.people.customers).values()
