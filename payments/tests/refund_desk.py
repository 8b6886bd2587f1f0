"""What staff and the bank do about refunds, in one word each."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING

from accounts import services as accounts
from accounts.models import User
from core.clock import local_date
from core.money import Money
from ledger import selectors as ledger
from ledger import services as books
from ledger.checks import books_are_in_order
from payments import checks, services
from payments.gateways.base import RefundState
from payments.models import Refund
from payments.services import RefundWish
from payments.services.refunding import sending
from tests.support.bank import GOOD_CARD

if TYPE_CHECKING:
    from payments.gateways.base import Refund as Told
    from payments.models import Payment
    from payments.tests.desk import Desk

THRESHOLD = 20_000
CARD_TAKES_ITS_TIME = "4000000000007726"
CARD_SENDS_IT_BACK = "4000000000005126"


@dataclass(slots=True)
class RefundDesk:
    """One customer's payments, and two members of staff."""

    desk: Desk
    fanny: User
    gil: User

    # --- The customer -------------------------------------------------------------------------------------------------
    def paid(self, cents: int = 10_000, card: str = GOOD_CARD) -> Payment:
        """A payment that is credited."""
        return self.desk.ask(self.desk.pay(self.desk.start(cents), card))

    def owe(self, cents: int, ref: str = "FA-1", *, due_in: int = 0, **more: bool) -> None:
        """An invoice, as far as the ledger knows it."""
        today = local_date(self.desk.at)
        document = books.NewDocument(
            customer_id=self.desk.customer.pk,
            document_ref=ref,
            total=Money(cents),
            due_date=today + timedelta(days=due_in),
            legs=(books.CreditLeg("706100", Money(cents)),),
            label=ref,
            issue_date=today,
            key=f"invoice:{ref}",
            **more,  # type: ignore[arg-type]
        )
        books.book_documents([document], at=self.desk.at)

    @property
    def prepaid(self) -> int:
        return ledger.get_balance(self.desk.customer.pk).prepaid.cents

    @property
    def available(self) -> int:
        return ledger.get_balance(self.desk.customer.pk).available.cents

    @property
    def balance(self) -> int:
        return ledger.get_balance(self.desk.customer.pk).balance.cents

    # --- Staff --------------------------------------------------------------------------------------------------------
    def wish(self, payment: Payment, cents: int, **more: object) -> RefundWish:
        wish = RefundWish(ledger.lot_of(payment.tx_id or 0).id, Money(cents), "Elle s’est trompée.", self.fanny)
        return replace(wish, **more)  # type: ignore[arg-type]

    def ask(self, payment: Payment, cents: int = 4_000, **more: object) -> Refund:
        """Fanny asks."""
        return services.request_refund(self.wish(payment, cents, **more), at=self.desk.at)

    def send(self, refund: Refund) -> Refund:
        """The job does it."""
        return services.advance_refund(refund.pk, gateway=self.desk.gateway, at=self.desk.at)

    def refund(self, payment: Payment, cents: int = 4_000, **more: object) -> Refund:
        return self.send(self.ask(payment, cents, **more))

    def look_again(self, refund: Refund, *, later: timedelta = timedelta()) -> Refund:
        return services.ask_refund(refund.pk, gateway=self.desk.gateway, at=self.desk.at + later)

    def cancel(self, refund: Refund) -> Refund:
        return services.cancel_refund(refund.pk, by=self.fanny, at=self.desk.at)

    def approve(self, refund: Refund) -> Refund:
        """Gil agrees."""
        accounts.approve(refund.approval_id or 0, by=self.gil, at=self.desk.at)
        return services.follow_approval(refund.pk, at=self.desk.at)

    def refuse(self, refund: Refund) -> Refund:
        accounts.refuse(refund.approval_id or 0, by=self.gil, at=self.desk.at, note="Non.")
        return services.follow_approval(refund.pk, at=self.desk.at)

    # --- Chance -------------------------------------------------------------------------------------------------------
    def claimed(self, payment: Payment) -> Refund:
        """A refund whose process died right before the call."""
        refund = self.ask(payment)
        sending._claim(refund.pk, at=self.desk.at)
        refund.refresh_from_db()
        return refund

    def lost(self, payment: Payment, *, times: int = 2) -> Refund:
        """The provider does it, and its answer is lost."""
        self.desk.bank.fail("drop", times=times, path="/refund", method="POST")
        refund = self.refund(payment)
        self.desk.bank.calm()
        return refund

    def silent(self, payment: Payment) -> Refund:
        """The provider does nothing and says nothing."""
        self.desk.silence()
        refund = self.refund(payment)
        self.desk.bank.calm()
        return refund

    def told(self, refund: Refund, state: RefundState, **changes: object) -> Refund:
        """The provider says something that the sandbox cannot be brought to say."""
        return services.apply_refund(refund.pk, self.telling(refund, state, **changes), at=self.desk.at)

    def telling(self, refund: Refund, state: RefundState, **changes: object) -> Told:
        from payments.gateways.base import Refund as Told

        told = Told(
            object_id=refund.object_id or "re_told",
            state=state,
            amount=refund.amount,
            currency="EUR",
            intent_id=refund.payment.intent_id,
            reference=str(refund.public_id),
            made_at=self.desk.at,
            moved=state in (RefundState.PENDING, RefundState.COMPLETED),
        )
        return replace(told, **changes)  # type: ignore[arg-type]

    def given_back_elsewhere(self, payment: Payment, cents: int) -> list[Refund]:
        """Somebody refunds in the provider's own pages, and we look."""
        self.desk.bank.control(f"refund/{payment.intent_id}", amount=cents)
        return self.look(payment)

    def look(self, payment: Payment) -> list[Refund]:
        return services.look_for_refunds(payment.pk, gateway=self.desk.gateway, at=self.desk.at)

    @property
    def given_back(self) -> int:
        """What the provider says it gave back."""
        return self.desk.bank.totals()["refunded_cents"]


def staff(name: str) -> User:
    return User.objects.create_user(f"{name}@example.org", "a-long-password-for-tests", is_staff=True)


def broken() -> list[str]:
    """The invariants of payments and of the ledger that do not hold."""
    questions = (
        checks.payments_are_credited_once,
        checks.refunds_are_booked_once,
        checks.refunds_are_held,
        checks.provider_balance,
        books_are_in_order,
    )
    return [each.name for question in questions for each in question() if not each.ok]
