"""Money goes back through real processes: staff ask by HTTP, processes die, answers are lost; it is given back once."""

from __future__ import annotations

import re
from dataclasses import dataclass
from html import unescape

import pytest
import requests
from django.contrib.auth.models import Group
from django.test import Client

from accounts.models import User
from billing_portal.staff.groups import FINANCE
from core.money import Money
from ledger import selectors as ledger
from outbox.models import Message
from payments.models import BegunBy, Refund, RefundStatus
from tests.journeys.visitor import Visitor, every_check_holds
from tests.support.stack import Stack

pytestmark = [pytest.mark.journey, pytest.mark.production]
WHILE_GIVING_BACK = ["refund.claimed", "refund.answered", "refund.before_commit", "refund.applied"]
_FIELD = re.compile(r'name="(\w+)" value="([^"]*)"')
_SECONDS = 20


@dataclass(slots=True)
class Fanny:
    """Finance, by HTTP alone."""

    site: str
    browser: requests.Session

    def give_back(self, claire: Visitor, amount: str) -> None:
        """Fill in the form, read the summary, confirm it, and click once more.

        Told that somebody refunded the same payment meanwhile, she reads the summary again.
        """
        while self._try(claire, amount) == requests.codes.unprocessable:
            pass

    def _try(self, claire: Visitor, amount: str) -> int:
        address = f"{self.site}/admin/clients/{claire.customer.number}/remboursement/"
        form = self.browser.get(address, timeout=_SECONDS)
        form.raise_for_status()
        [lot] = ledger.lots_of(claire.customer.pk)
        typed = {"lot": lot.id, "amount": amount, "reason": "Erreur de saisie.", **_token(form)}
        summary = self.browser.post(address, data=typed, timeout=_SECONDS)
        summary.raise_for_status()
        confirmed = {name: unescape(value) for name, value in _FIELD.findall(summary.text)}
        answers = [self.browser.post(address, data=confirmed, timeout=_SECONDS) for _ in range(2)]
        return answers[0].status_code


def _token(page: requests.Response) -> dict[str, str]:
    found = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page.text)
    assert found is not None
    return {"csrfmiddlewaretoken": found[1]}


@pytest.fixture
def fanny(stack: Stack) -> Fanny:
    user, _ = User.objects.get_or_create(email="fanny@example.org", defaults={"is_staff": True})
    user.groups.add(Group.objects.get(name=FINANCE))
    signed_in = Client()
    signed_in.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    browser = requests.Session()
    for name, morsel in signed_in.cookies.items():
        browser.cookies.set(name, morsel.value)
    return Fanny(stack.site, browser)


def paid(claire: Visitor) -> None:
    claire.pay(claire.top_up("46,80"))
    claire.wait_for_credit()


def refunds_of(claire: Visitor) -> list[Refund]:
    return list(Refund.objects.filter(customer=claire.customer).order_by("pk"))


def ends_with(claire: Visitor, *cents: int) -> None:
    """Each of these amounts went back once, the provider says the same, no hold is left, she was told once each."""

    def over() -> bool:
        found = refunds_of(claire)
        return len(found) == len(cents) and all(refund.status == RefundStatus.COMPLETED for refund in found)

    claire.stack.wait(over, f"given back: {[refund.status for refund in refunds_of(claire)]}")
    person = claire.person
    assert claire.stack.bank.totals(person)["refunded_cents"] == sum(cents)
    assert sorted(refund.amount_cents for refund in refunds_of(claire)) == sorted(cents)
    balance = ledger.get_balance(claire.customer.pk)
    assert (balance.balance, balance.outgoing) == (Money(4_680 - sum(cents)), Money(0))
    told = Message.objects.filter(owner=f"customer:{claire.customer.pk}", kind="refund.sent")
    assert told.count() == len(cents)
    every_check_holds()


@pytest.mark.parametrize("place", WHILE_GIVING_BACK)
def test_the_worker_dies_while_it_gives_money_back(stack: Stack, claire: Visitor, fanny: Fanny, place: str) -> None:
    paid(claire)
    stack.arm(place)

    fanny.give_back(claire, "12,00")
    stack.wait(lambda: stack.was_hit(place), "the worker comes by")

    ends_with(claire, 1_200)


def test_an_answer_lost_after_the_money_left_gives_it_back_once(stack: Stack, claire: Visitor, fanny: Fanny) -> None:
    stack.bank.deliver(lost=-1)
    paid(claire)
    stack.bank.fail("timeout", seconds=1.3, times=2, path="/v1/refunds", method="POST")

    fanny.give_back(claire, "12,00")

    ends_with(claire, 1_200)


def test_one_of_the_providers_own_pages_and_ours_are_both_told_and_booked(
    stack: Stack, claire: Visitor, fanny: Fanny
) -> None:
    paid(claire)
    stack.bank.deliver(copies=2)

    stack.bank.control(f"refund/{claire.payment.intent_id}", amount=700)
    fanny.give_back(claire, "12,00")

    ends_with(claire, 700, 1_200)
    assert {refund.begun_by for refund in refunds_of(claire)} == {BegunBy.STAFF, BegunBy.PROVIDER}
