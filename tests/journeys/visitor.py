"""A customer with a browser, and what an accountant sees of her afterwards."""

from __future__ import annotations

import re
import time
from dataclasses import dataclass
from html import unescape
from typing import TYPE_CHECKING

import requests
from django.test import Client

from accounts import services as accounts
from accounts.models import Customer, CustomerKind, User
from billing_portal import selfcheck
from core import clock
from core.clock import local_date
from core.money import Money
from invoices.models import Receipt
from ledger import selectors as ledger
from ledger import services as books
from payments.models import LIVE, Payment, PaymentStatus, ProviderCustomer, WebhookEvent
from tests.support.bank import GOOD_CARD

if TYPE_CHECKING:
    from tests.support.stack import Stack

_TOKEN = re.compile(r'name="csrfmiddlewaretoken" value="([^"]+)"')
_H1 = re.compile(r"<h1[^>]*>(.*?)</h1>", re.DOTALL)
_TAGS = re.compile(r"<[^>]+>")
_SECONDS = 20


@dataclass(slots=True)
class Visitor:
    """Somebody signed in, who acts for one customer, by HTTP alone."""

    stack: Stack
    customer: Customer
    email: str
    browser: requests.Session

    # --- What she does ------------------------------------------------------------------------------------------------
    def top_up(self, amount: str, **more: str) -> str:
        """Fill in the form and send it. Returns the address that the answer leads to."""
        page = self.open("/alimenter/")
        token = _TOKEN.search(page)
        assert token is not None, page[:500]
        form = {"csrfmiddlewaretoken": token[1], "amount": amount, "method": "CARD", **more}
        answer = self.browser.post(f"{self.stack.site}/alimenter/", data=form, allow_redirects=False, timeout=_SECONDS)
        assert answer.status_code == 303, _words(answer.text)
        return answer.headers["Location"]

    def top_up_and_see_it_break(self, amount: str) -> None:
        """The server dies while it answers."""
        try:
            self.top_up(amount)
        except requests.ConnectionError:
            return
        raise AssertionError("the server answered")

    def see_it_break(self, address: str) -> None:
        """The server dies while it shows that page."""
        try:
            self.open(address)
        except requests.ConnectionError:
            return
        raise AssertionError("the server answered")

    def post(self, address: str) -> None:
        """Press the only button of that page."""
        token = _TOKEN.search(self.open(address))
        assert token is not None
        form = {"csrfmiddlewaretoken": token[1]}
        self.browser.post(self.stack.site + address, data=form, timeout=_SECONDS).raise_for_status()

    def pay(self, address: str, card: str = GOOD_CARD, *, authenticate: str = "accept") -> str:
        """Pay on the hosted page at that address; returns where it leads back to."""
        session = address.rstrip("/").rsplit("/", 1)[-1].split("?")[0]
        done = self.stack.bank.pay(session, card=card, authenticate=authenticate)
        return str(done["return_url"])

    def open(self, address: str) -> str:
        """The page at an address of the portal, as text."""
        url = address if address.startswith("http") else self.stack.site + address
        answer = self.browser.get(url, timeout=_SECONDS)
        answer.raise_for_status()
        return answer.text

    def heading(self, address: str) -> str:
        """What the page at that address says first."""
        found = _H1.search(self.open(address))
        return _words(found[1]) if found else ""

    # --- What is known of her -----------------------------------------------------------------------------------------
    @property
    def balance(self) -> Money:
        return ledger.get_balance(self.customer.pk).balance

    @property
    def payments(self) -> list[Payment]:
        return list(Payment.objects.filter(customer=self.customer).order_by("pk"))

    @property
    def payment(self) -> Payment:
        """The only one, or the last one."""
        return self.payments[-1]

    def was_told_of(self) -> bool:
        """Whether news of her payment page reached us."""
        return WebhookEvent.objects.filter(object_id=self.payment.session_id).exists()

    def owes(self, cents: int) -> None:
        """An invoice is booked."""
        now = clock.now()
        ref = f"FA-{self.customer.number}-{cents}"
        books.book_documents(
            [
                books.NewDocument(
                    customer_id=self.customer.pk,
                    document_ref=ref,
                    total=Money(cents),
                    due_date=local_date(now),
                    legs=(books.CreditLeg("706100", Money(cents)),),
                    label=ref,
                    issue_date=local_date(now),
                    key=f"invoice:{ref}",
                )
            ],
            at=now,
        )

    # --- How it must end ----------------------------------------------------------------------------------------------
    def wait_for_credit(self, payments: int = 1) -> None:
        """Until that many payments are credited and none is undecided."""
        self.stack.wait(lambda: self._is_settled(payments), f"{payments} payment(s) credited, {self._seen()}")

    def ends_with(self, *cents: int, owed: int = 0) -> None:
        """Each of these amounts was charged once and credited once, with one receipt and one mail; all checks hold."""
        self.wait_for_credit(len(cents))
        total = Money(sum(cents))
        assert self.charged == total
        assert self.balance == total - Money(owed)
        assert [payment.received_cents for payment in self._paid()] == list(cents)
        assert Receipt.objects.filter(customer=self.customer).count() == len(cents)
        self.stack.wait(lambda: len(self._mails()) >= len(cents), "the mail arrives")
        assert len(self._mails()) == len(cents)
        every_check_holds()

    def ends_uncharged(self) -> None:
        """Nothing was charged, nothing credited, nobody was written to, and nothing is left undecided."""
        self.stack.wait(lambda: all(not payment.is_live for payment in self.payments), f"decided: {self._seen()}")
        assert (self.charged, self.balance) == (Money(0), Money(0))
        assert (self._paid(), self._mails()) == ([], [])
        every_check_holds()

    @property
    def charged(self) -> Money:
        """What the provider took from her cards."""
        return Money(self.stack.bank.totals(self.person)["captured_cents"] if self.person else 0)

    @property
    def person(self) -> str:
        """The card provider's id of her; nothing while it does not know her."""
        known = ProviderCustomer.objects.filter(customer=self.customer, provider="STRIPE").first()
        return known.object_id if known else ""

    def _is_settled(self, payments: int) -> bool:
        found = self.payments
        return len(self._paid()) >= payments and not any(payment.status in LIVE for payment in found)

    def _paid(self) -> list[Payment]:
        return [payment for payment in self.payments if payment.status == PaymentStatus.SUCCEEDED]

    def _mails(self) -> list[dict[str, object]]:
        return [mail for mail in self.stack.bank.mails() if self.email in str(mail["to"])]

    def _seen(self) -> list[str]:
        return [payment.status for payment in self.payments]


def new_visitor(stack: Stack, serial: int) -> Visitor:
    """A customer nobody has seen before, with a signed-in browser."""
    email = f"claire.{serial}.{time.time_ns()}@example.org"
    customer = accounts.create_customer(kind=CustomerKind.PERSON, name="Claire Martin", email=email, at=clock.now())
    signed_in = Client()
    signed_in.force_login(User.objects.get(email=email), backend="django.contrib.auth.backends.ModelBackend")
    browser = requests.Session()
    browser.headers["Accept-Language"] = "fr"
    for name, morsel in signed_in.cookies.items():
        browser.cookies.set(name, morsel.value)
    return Visitor(stack, customer, email, browser)


def every_check_holds() -> None:
    """All invariants of all apps."""
    wrong = [f"{check.name}: {check.detail}" for check in selfcheck.collect() if not check.ok]
    assert not wrong, "\n".join(wrong)


def _words(html: str) -> str:
    return " ".join(unescape(_TAGS.sub(" ", html)).replace("\u00a0", " ").split())
