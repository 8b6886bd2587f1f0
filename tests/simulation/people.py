"""Who lives in a simulated year: payers of every temper, what they do in a day, and what their banks decide."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from accounts import services as accounts
from accounts.models import Customer, CustomerKind
from accounts.selectors import current_seller
from core.money import Money
from ledger import selectors as books
from payments import selectors, services
from payments.models import BankDebit, Debit, DebitState, Method, PaymentStatus, Provider, SavedMethod
from payments.services import Wish, collecting, remitting
from payments.services.remitting import BankWord
from payments.tests.drawer import AGREED, MASTERCARD, Drawer
from payments.tests.mandate_desk import MandateDesk
from payments.wiring import gateway_for
from tests.support.bank import ASKING_CARD, GOOD_CARD

if TYPE_CHECKING:
    from collections.abc import Iterable

    from payments.models import Remittance
    from tests.simulation.year import Year

TEMPERS: Final = (
    "card",
    "sepa",
    "card_soft",
    "sepa_returned",
    "card_asks",
    "sepa_rejected",
    "paypal",
    "card_hard",
    "sepa_md06",
    "card_expires",
    "sepa_silent",
    "by_hand",
)
_WEIGHTS: Final = (30, 30, 8, 3, 4, 3, 8, 2, 3, 3, 1, 5)
_SOFT: Final = ("insufficient_funds", "processing_error", "card_velocity_exceeded", "generic_decline")
_HARD: Final = ("lost_card", "stolen_card", "pickup_card")
_REJECTS: Final = ("AM04", "AC04", "MD01", "MS03")
_RETURNS: Final = (("AM04", 2), ("AM04", 4), ("MD01", 9), ("MS02", 3))
_SILENCE: Final = timedelta(days=12)


@dataclass(slots=True)
class People:
    """The customers, in the order of their numbers, with the temper of each. Calm ones start nothing new."""

    year: Year
    is_calm: bool = False
    tempers: dict[int, str] = field(default_factory=dict)
    customers: list[Customer] = field(default_factory=list)
    transfers: dict[int, int] = field(default_factory=dict)
    decided: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        for number in range(self.year.count):
            known = number < len(TEMPERS)
            temper = TEMPERS[number] if known else self.year.dice.choices(TEMPERS, _WEIGHTS)[0]
            self._arrive(number, temper)

    def _arrive(self, number: int, temper: str) -> None:
        customer = accounts.create_customer(
            kind=CustomerKind.PERSON,
            name=f"Claire {_letters(number)}",
            email=f"claire{number}@example.org",
            at=self.year.at,
            address_line1=f"{number % 90 + 1} rue des Lilas",
            postcode="69003",
            city="Lyon",
        )
        self.customers.append(customer)
        self.tempers[customer.pk] = temper
        if temper == "by_hand":
            return
        self.save(customer, number)
        collecting.turn_on(customer, AGREED, at=self.year.at)

    def save(self, customer: Customer, number: int) -> None:
        temper = self.tempers[customer.pk]
        if temper.startswith("sepa"):
            iban = self.year.bank.control_read(f"bank/accounts/{number:011}")["iban"]
            MandateDesk(customer, self.year.at).sign(iban)
        elif temper == "paypal":
            self._drawer(customer, Method.PAYPAL).save(payer=f"PAYER{number:04}")
        else:
            self._drawer(customer).save(ASKING_CARD if temper == "card_asks" else GOOD_CARD)

    def _drawer(self, customer: Customer, kind: Method = Method.CARD) -> Drawer:
        return Drawer(customer, self.year.bank, self.year.at, kind)

    # --- A day --------------------------------------------------------------------------------------------------------
    def act(self) -> None:
        """What customers do today."""
        self._confirm()
        self._the_silent_bank_is_asked()
        for customer in self.customers:
            if self.tempers[customer.pk] == "by_hand":
                self._pay_by_hand(customer)
            elif not self.is_calm:
                self._change_something(customer)

    def _change_something(self, customer: Customer) -> None:
        chance = self.year.dice.random()
        if chance < 0.002:
            self._transfer(customer)
        elif chance < 0.003:
            self._remove(customer)
        elif chance < 0.005:
            self._choose(customer)
        elif chance < 0.006:
            until = self.year.today + timedelta(days=10)
            collecting.pause(customer, until=until, because="Litige", actor=None, at=self.year.at)
            self.year.seen["pauses"] += 1
        elif chance < 0.05 and not selectors.usable_methods(customer).exists():
            self._save_another(customer)

    def _pay_by_hand(self, customer: Customer) -> None:
        """Some pay their invoice by transfer when it is due, some later, some never."""
        overdue = books.overdue_items(customer.pk, on=self.year.today)
        if overdue and self.year.dice.random() < 0.1:
            self._transfer(customer)

    def _transfer(self, customer: Customer) -> None:
        """What is owed, or a part of it, arrives on our account; the statement of the next day credits it."""
        owed = books.get_balance(customer.pk).receivable.cents
        if not owed:
            return
        cents = self.year.dice.choice((owed, owed, max(owed // 2, 1)))
        self.year.seen["transfers"] += 1
        account = current_seller(on=self.year.today).iban.replace(" ", "")
        facts = {"cents": cents, "name": customer.name, "text": f"VIR {customer.reference.shown}", "account": account}
        self.year.bank.control("bank/transfers", **facts)
        self.transfers[customer.pk] = self.transfers.get(customer.pk, 0) + cents
        self.year.seen["transferred cents"] += cents

    def _remove(self, customer: Customer) -> None:
        method = selectors.usable_methods(customer).first()
        if method is None:
            return
        if method.provider == Provider.BANK:
            services.mandates.revoke(method.mandate.pk, at=self.year.at)
        else:
            services.methods.remove(method.pk, gateway=gateway_for(method.provider), at=self.year.at)
        self.year.seen["methods removed"] += 1

    def _save_another(self, customer: Customer) -> None:
        self._drawer(customer).save(MASTERCARD)
        self.year.seen["methods saved again"] += 1

    def _choose(self, customer: Customer) -> None:
        """A debit that is announced is moved, or will be paid otherwise."""
        debit = selectors.standing_debits(customer.pk).first()
        if debit is None:
            return
        with suppress(collecting.TooLate, collecting.DayRefused):
            if self.year.dice.random() < 0.7:
                collecting.move_debit(debit.pk, debit.collect_on + timedelta(days=3), at=self.year.at)
                self.year.seen["debits moved"] += 1
            else:
                collecting.pay_otherwise(debit.pk, at=self.year.at)
                self.year.seen["debits given up by customers"] += 1

    def _confirm(self) -> None:
        """Who was asked by the bank confirms on the page, most of the time."""
        for debit in Debit.objects.filter(state=DebitState.ACTION).select_related("customer").order_by("pk"):
            due = services.suggested_due(debit.customer)
            if not due or self.year.dice.random() > 0.4:
                continue
            wish = Wish(due, method=Method.CARD, address="192.0.2.7")
            gateway = gateway_for(Provider.STRIPE)
            payment = services.request_top_up(
                debit.customer, wish, gateway=gateway, others=gateway_for, at=self.year.at
            )
            if payment.status == PaymentStatus.OPEN:
                self.year.bank.pay(payment.session_id, card=ASKING_CARD)
                services.ask(payment.pk, gateway=gateway, at=self.year.at)
                self.year.seen["confirmed on a page"] += 1

    # --- Banks --------------------------------------------------------------------------------------------------------
    def banks_decide(self, debits: Iterable[Debit]) -> None:
        """What the bank of each card says today."""
        for debit in debits:
            code = self._code_of(debit.method)
            if debit.method.kind == Method.CARD:
                self.year.bank.control(f"methods/{debit.method.object_id}/decline", code=code, advice="")

    def _code_of(self, method: SavedMethod) -> str:
        temper, chance = self.tempers[method.customer_id], self.year.dice.random()
        if temper == "card_soft" and chance < 0.5:
            return self.year.dice.choice(_SOFT)
        if temper == "card_hard" and chance < 0.25:
            return self.year.dice.choice(_HARD)
        if temper == "card_expires" and self.year.today.month > 3 and method.title.startswith("Visa"):
            return "expired_card"
        return ""

    def bank_decides(self, remittance: Remittance) -> None:
        """What becomes of each debit of a file."""
        for debit in BankDebit.objects.filter(remittance=remittance).select_related("payment").order_by("pk"):
            fate = self._fate_of(self.tempers[debit.payment.customer_id])
            if fate:
                self.year.bank.control(f"bank/fates/{debit.end_to_end}", **fate)
                self.year.seen[f"bank: {fate['kind']} {fate.get('reason', '')}".strip()] += 1

    def _fate_of(self, temper: str) -> dict[str, object]:
        chance, dice = self.year.dice.random(), self.year.dice
        if temper == "sepa_rejected" and chance < 0.4:
            return {"kind": "REJECT", "reason": dice.choice(_REJECTS)}
        if temper == "sepa_returned" and chance < 0.5:
            reason, days = dice.choice(_RETURNS)
            return {"kind": "RETURN", "reason": reason, "days": days, "charges": dice.choice((0, 300))}
        if temper == "sepa_md06" and chance < 0.3:
            return {"kind": "RETURN", "reason": "MD06", "days": dice.randrange(15, 50)}
        return {"kind": "SILENT"} if temper == "sepa_silent" and chance < 0.3 else {}

    def _the_silent_bank_is_asked(self) -> None:
        """Of a debit of which it says nothing, the bank says on the telephone that it was refused."""
        late = BankDebit.objects.filter(
            payment__status=PaymentStatus.PENDING, collect_on__lt=self.year.today - _SILENCE
        ).order_by("pk")
        for debit in late:
            word = BankWord(
                end_to_end=debit.end_to_end,
                amount=Money(debit.amount_cents),
                booked_on=self.year.today,
                source="telephone",
                reason="MS03",
                moved=False,
            )
            remitting.record_return(word, at=self.year.at)
            self.year.seen["silent debits cleared up"] += 1


def _letters(number: int) -> str:
    """A family name."""
    name = ""
    while number >= 0:
        name = chr(65 + number % 26) + name
        number = number // 26 - 1
    return name.capitalize()
