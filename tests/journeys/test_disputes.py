"""A payment is contested through real processes: news comes, workers die around the commit, staff answer by HTTP."""

from __future__ import annotations

import re

import pytest
import requests
from django.contrib.auth.models import Group
from django.test import Client

from accounts.models import User
from billing_portal.staff.groups import FINANCE
from core.money import Money
from ledger import selectors as ledger
from payments.models import Dispute, DisputeMovement, DisputeStatus
from tests.journeys.visitor import Visitor, every_check_holds
from tests.support.stack import Stack

pytestmark = [pytest.mark.journey, pytest.mark.production]
AROUND_THE_COMMIT = ["dispute.told", "dispute.before_commit", "dispute.applied"]
_TOKEN = re.compile(r'name="csrfmiddlewaretoken" value="([^"]+)"')
_SECONDS = 20


def contested(stack: Stack, claire: Visitor) -> str:
    """She pays what she owes; her bank takes it back. Returns the provider's id of the dispute."""
    claire.owes(4_000)
    claire.pay(claire.top_up("46,80"))
    claire.wait_for_credit()
    return str(stack.bank.control(f"dispute/{claire.payment.intent_id}")["id"])


def dispute_of(claire: Visitor) -> Dispute | None:
    return Dispute.objects.filter(customer=claire.customer).first()


def wait_for(claire: Visitor, status: DisputeStatus) -> Dispute:
    def there() -> bool:
        found = dispute_of(claire)
        return found is not None and found.status == status

    claire.stack.wait(there, f"the dispute is {status}")
    found = dispute_of(claire)
    assert found is not None
    return found


def told(claire: Visitor) -> list[str]:
    """The subjects of the mails about disputes, in the order in which they arrived."""
    mails = [mail for mail in claire.stack.bank.mails() if claire.email in str(mail["to"])]
    return [str(mail["subject"]) for mail in reversed(mails) if "contest" in str(mail["subject"]).lower()]


def stands(claire: Visitor) -> tuple[int, int]:
    balance = ledger.get_balance(claire.customer.pk)
    return balance.prepaid.cents, balance.receivable.cents


@pytest.mark.parametrize("place", AROUND_THE_COMMIT)
def test_a_worker_dies_while_it_books_what_a_bank_took_back(stack: Stack, claire: Visitor, place: str) -> None:
    stack.arm(place)
    contested(stack, claire)
    stack.wait(lambda: stack.was_hit(place), "a worker comes by")
    stack.raise_the_dead()

    dispute = wait_for(claire, DisputeStatus.OPENED)

    stack.wait(lambda: len(told(claire)) == 1, "she is told")
    assert stands(claire) == (0, 4_000)
    assert DisputeMovement.objects.filter(dispute=dispute).count() == 1
    assert stack.bank.totals(claire.person)["kept_cents"] == 0
    every_check_holds()


def test_staff_answer_by_http_and_the_money_comes_back(stack: Stack, claire: Visitor) -> None:
    contested(stack, claire)
    dispute = wait_for(claire, DisputeStatus.OPENED)
    address = f"{stack.site}/admin/litiges/{dispute.public_id}/"
    fanny = signed_in("fanny@example.org")
    page = fanny.get(address, timeout=_SECONDS)
    token = _TOKEN.search(page.text)
    assert token is not None

    form = {"csrfmiddlewaretoken": token[1], "text": "winning_evidence", "send": "on"}
    for _ in range(2):  # a second click
        fanny.post(f"{address}repondre/", data=form, timeout=_SECONDS).raise_for_status()

    won = wait_for(claire, DisputeStatus.WON)
    stack.wait(lambda: not Dispute.objects.get(pk=won.pk).taken, "the money is back")
    stack.wait(lambda: len(told(claire)) == 2, "she is told twice")
    assert stands(claire) == (680, 0)
    assert Money(stack.bank.totals(claire.person)["kept_cents"]) == Money(4_680)
    every_check_holds()


def signed_in(email: str) -> requests.Session:
    """A member of finance, with a browser."""
    user, _ = User.objects.get_or_create(email=email, defaults={"is_staff": True})
    user.groups.add(Group.objects.get(name=FINANCE))
    client = Client()
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    browser = requests.Session()
    for name, morsel in client.cookies.items():
        browser.cookies.set(name, morsel.value)
    return browser
