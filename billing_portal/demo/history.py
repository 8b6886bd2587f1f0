"""Six months in the life of the cast, through the product's own verbs, in the order in which they happened.

Claire pays ahead, then owes a little, and has a quote to answer. The company pays each month, then partly, then not at
all: it is late. The town hall pays by transfer, naming its invoices; it has accepted a quote, and its last invoices go
by Chorus Pro. Oscar keeps money on his account, gets some back, and corrects an invoice. A business in Berlin owes its
VAT itself, one in Réunion pays the rate of overseas; both pay by transfer. Cards are paid through the sandbox, whose
clock follows the story, so that the provider's books and ours agree to the cent: its fees are booked and its payouts
leave on the day they did.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from functools import partial
from typing import TYPE_CHECKING

from accounts import services as people
from accounts.gateways.vies import vies
from accounts.models import User
from billing_portal.demo import bank as cards
from billing_portal.demo import cast
from billing_portal.demo.calendar import BILLING_DAY, billed_months
from billing_portal.demo.catalogue import BACKUP, DOMAIN, LARGE, MAILBOX, MEDIUM, SERVER, SMALL
from billing_portal.demo.contesting import contest, win
from billing_portal.demo.offering import MIGRATION, REDESIGN, agree, offer
from billing_portal.demo.publishing import go_through_chorus
from billing_portal.demo.reconciling import bring_payouts, bring_statement
from billing_portal.demo.saving import save_card, save_paypal, sign_mandate, turn_collection_on
from core.clock import local_date
from core.money import Money
from invoices import services as invoices
from invoices.models import Invoice
from invoices.states import DocumentKind
from ledger import selectors as balances
from ledger import services as ledger
from outbox import registry
from outbox import services as outbox
from outbox.models import Job, JobState
from payments import services as payments
from payments.models import Provider
from payments.wiring import gateway_for, providers

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import datetime

    from accounts.models import Customer
    from billing_portal.demo.accounts import Accounts
    from billing_portal.demo.bank import SandboxBank
    from billing_portal.demo.calendar import Month

_DOCUMENTS = "documents"
_BANK = "512000"
_PAYOUT_DAY = 28
_MONTHLY_FEE_CENTS = 900
_FIRST, _SECOND, _THIRD, _FOURTH, _FIFTH, _LAST = range(6)
LENGTH = _LAST + 1


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happens at a moment."""

    at: datetime
    happens: Callable[[datetime], object]


def live(accounts: Accounts, bank: SandboxBank, *, until: datetime) -> int:
    """Let everything happen up to that moment. Returns how many events there were."""
    story = sorted(_Story(accounts, bank).events(until), key=lambda event: event.at)
    past = [event for event in story if event.at <= until]
    mails = tuple(name for name in registry.kinds() if registry.kind_of(name).queue != _DOCUMENTS)
    for event in past:
        bank.move_clock(event.at)
        event.happens(event.at)
        while outbox.run_due(at=event.at, kinds=mails):
            pass  # mails leave on their day, and those that a job wrote after them; PDFs wait for the worker
    bank.reset_clock()
    count_the_till(until)
    return len(past)


def count_the_till(at: datetime) -> None:
    """Fetch what moved at each provider, and what it holds: the demonstration begins with a proof that agrees."""
    for provider in providers():
        payments.sync_till(provider, gateway=gateway_for(provider), at=at)
        payments.read_till(provider, gateway=gateway_for(provider), at=at)


def ask_for_paper(*, at: datetime) -> None:
    """What is left for the workers is due today, not on the days of the story: nobody was late."""
    Job.objects.filter(state=JobState.WAITING, run_after__lt=at).update(run_after=at)


@dataclass(frozen=True, slots=True)
class _Story:
    accounts: Accounts
    bank: SandboxBank

    def events(self, until: datetime) -> Iterator[Event]:
        months = list(billed_months(LENGTH, until=until))
        for month in months:
            yield Event(month.at(BILLING_DAY, 6), self._bill(month))
            paid_out_at = month.at(_PAYOUT_DAY, 12)
            yield Event(paid_out_at, self._is_paid_out)
            yield Event(paid_out_at + timedelta(days=1), lambda at: bring_payouts(self.bank, at=at))
        yield from self._claire(months)
        # Late enough that its first debit is still to come, whenever the demonstration is looked at first.
        yield Event(until - timedelta(minutes=30), lambda at: turn_collection_on(self.accounts.individual, at=at))
        yield Event(until - timedelta(minutes=60), self._goes_through_chorus)
        yield Event(until - timedelta(minutes=40), lambda at: bring_statement(self.accounts, self.bank, at=at))
        yield from self._company(months)
        yield from self._town_hall(months)
        yield from self._abroad(months)
        yield Event(months[_SECOND].at(11, 9), self._tops_up(self.accounts.stranger, Money(10_000)))
        oscar = self.accounts.stranger
        yield Event(months[_FOURTH].at(14, 8, 20), lambda at: contest(oscar, self.bank, at=at))
        yield Event(months[_FOURTH].at(28, 10, 5), lambda at: win(oscar, self.bank, at=at))
        yield Event(months[_FIFTH].at(20, 9, 30), self._asks_for_attestations)
        yield Event(months[_SECOND].at(12, 15), self._takes_two_mailboxes_back)
        yield Event(months[_FOURTH].at(8, 19, 30), self._corrects_his_address)
        yield Event(months[_SECOND].at(13, 15, 30), self._gets_back(self.accounts.stranger, Money(3_000)))

    def _claire(self, months: list[Month]) -> Iterator[Event]:
        claire = self.accounts.individual
        card = cards.CARTES_BANCAIRES
        yield Event(months[_FIRST].at(3, 18, 12), self._tops_up(claire, Money(5_000), card=card))
        yield Event(months[_THIRD].at(20, 12, 40), self._tries_in_vain(claire))
        yield Event(months[_THIRD].at(20, 12, 55), self._pays_what_is_due(claire, card=card))
        yield Event(months[_FOURTH].at(2, 20, 5), self._tops_up(claire, Money(3_000), card=card))
        yield Event(months[_FIFTH].at(16, 8, 30), self._pays_what_is_due(claire, card=card))
        yield Event(months[_FIFTH].at(17, 9, 0), lambda at: save_card(claire, self.bank, card=cards.GOOD_CARD, at=at))
        yield Event(months[_FIFTH].at(19, 14, 30), lambda at: sign_mandate(claire, at=at))

    def _company(self, months: list[Month]) -> Iterator[Event]:
        for month in months[: _FOURTH + 1]:
            yield Event(month.at(25, 9, 15), self._pays_what_is_due(self.accounts.company))
        yield Event(months[_FIFTH].at(18, 10, 0), self._saves_its_card)
        yield Event(months[_FIFTH].at(18, 10, 5), lambda at: save_paypal(self.accounts.company, self.bank, at=at))
        yield Event(months[_FIFTH].at(26, 17, 0), self._tops_up(self.accounts.company, Money(9_000)))

    def _saves_its_card(self, at: datetime) -> None:
        card, network = cards.CARTES_BANCAIRES, "cartes_bancaires"
        save_card(self.accounts.company, self.bank, card=card, network=network, at=at)

    def _town_hall(self, months: list[Month]) -> Iterator[Event]:
        for month in months[: _FOURTH + 1]:
            yield Event(month.at(27, 11, 0), partial(self._transfers, self.accounts.town_hall))
        hall, claire = self.accounts.town_hall, self.accounts.individual
        yield Event(months[_THIRD].at(10, 9, 40), lambda at: offer(hall, MIGRATION, at=at))
        yield Event(months[_THIRD].at(12, 14, 10), lambda at: agree(hall, cast.LUCIE.email, at=at))
        yield Event(months[_FIFTH].at(21, 11, 15), lambda at: offer(claire, REDESIGN, at=at))

    def _goes_through_chorus(self, at: datetime) -> None:
        """The town hall is connected to Chorus Pro, and its accountant pays one invoice by transfer."""
        hall = self.accounts.town_hall

        def pay(invoice: Invoice, when: datetime) -> None:
            receive_transfer(hall, Money(invoice.total_cents), names=str(invoice.number), at=when)

        go_through_chorus(hall, self.bank, pay, at=at)

    def _abroad(self, months: list[Month]) -> Iterator[Event]:
        workshop, island = self.accounts.workshop, self.accounts.island
        for month in months:
            yield Event(month.at(4, 8), partial(self._confirms, workshop))
            yield Event(month.at(18, 10), partial(self._transfers, workshop))
            yield Event(month.at(19, 10), partial(self._transfers, island))

    def _bill(self, month: Month) -> Callable[[datetime], object]:
        period = (month.first, month.last)
        sold = {
            self.accounts.individual: [MEDIUM.line(*period), DOMAIN.line(*period, quantity=2)],
            self.accounts.company: [
                LARGE.line(*period),
                SERVER.line(*period),
                MAILBOX.line(*period, quantity=12),
                BACKUP.line(*period),
            ],
            self.accounts.town_hall: [LARGE.line(*period), MAILBOX.line(*period, quantity=30)],
            self.accounts.stranger: [SMALL.line(*period)],
            self.accounts.workshop: [SERVER.line(*period), BACKUP.line(*period)],
            self.accounts.island: [MEDIUM.line(*period), MAILBOX.line(*period, quantity=4)],
        }

        def happens(at: datetime) -> None:
            drafts = [invoices.draft(customer, lines, at=at) for customer, lines in sold.items()]
            invoices.issue_many(drafts, at=at)

        return happens

    def _tops_up(
        self, customer: Customer, amount: Money, *, card: str = cards.GOOD_CARD
    ) -> Callable[[datetime], object]:
        def happens(at: datetime) -> None:
            self._pay(customer, amount, card=card, at=at)

        return happens

    def _pays_what_is_due(self, customer: Customer, *, card: str = cards.GOOD_CARD) -> Callable[[datetime], object]:
        def happens(at: datetime) -> None:
            due = payments.suggested_due(customer)
            if due:
                self._pay(customer, due, card=card, at=at)

        return happens

    def _tries_in_vain(self, customer: Customer) -> Callable[[datetime], object]:
        def happens(at: datetime) -> None:
            due = payments.suggested_due(customer)
            if due:
                self._pay(customer, due, card=cards.EMPTY_CARD, at=at)

        return happens

    def _pay(self, customer: Customer, amount: Money, *, card: str, at: datetime) -> None:
        gateway = gateway_for(Provider.STRIPE)
        payment = payments.request_top_up(customer, payments.Wish(amount, customer.language), gateway=gateway, at=at)
        a_minute_later = at + timedelta(minutes=1)
        self.bank.pay(payment.session_id, card=card, at=a_minute_later)
        payments.ask(payment.pk, gateway=gateway, at=a_minute_later)

    def _is_paid_out(self, at: datetime) -> None:
        """The card provider takes its monthly fee, then sends what is available to the bank."""
        self.bank.charge_fee(_MONTHLY_FEE_CENTS, at=at)
        self.bank.pay_out(at=at)
        payments.sync_till(Provider.STRIPE, gateway=gateway_for(Provider.STRIPE), at=at)

    def _asks_for_attestations(self, at: datetime) -> None:
        """Claire proves to her landlord that she owes nothing; Oscar, to his accountant, what he paid."""
        claire = self.accounts.individual
        if not balances.open_items(claire.pk):
            invoices.attest_nothing_due(claire, by=None, at=at)
        oscar = self.accounts.stranger
        invoices.attest_paid_in(oscar, local_date(at).year, by=None, at=at)

    def _takes_two_mailboxes_back(self, at: datetime) -> None:
        """The company had closed two mailboxes: a credit note on its last invoice, before it pays."""
        invoice = _last_invoice(self.accounts.company)
        line = invoice.lines.get(label=MAILBOX.label)
        taken = [invoices.TakenBack(line.position, quantity=Decimal(2))]
        wish = invoices.Request("Deux boîtes fermées avant le mois", f"demo:{invoice.number}")
        invoices.issue_credit_note(invoice, taken, wish, at=at)

    def _corrects_his_address(self, at: datetime) -> None:
        """Oscar had moved: his last invoice is replaced by the same one with his new address."""
        oscar = self.accounts.stranger
        people.update_profile(oscar, name=oscar.name, address_line1="8 rue de la Banque", at=at)
        invoices.correct_buyer(_last_invoice(oscar), at=at)

    def _gets_back(self, customer: Customer, amount: Money) -> Callable[[datetime], object]:
        """Fanny gives part of the last payment back; the job that follows has the provider do it."""

        def happens(at: datetime) -> None:
            lot = balances.lots_of(customer.pk)[-1]
            finance = User.objects.get(email=cast.FANNY.email)
            wish = payments.RefundWish(lot.id, amount, "Il a payé plus que voulu.", finance)
            payments.request_refund(wish, at=at)

        return happens

    def _confirms(self, customer: Customer, at: datetime) -> None:
        people.refresh_vat_number(customer, gateway=vies(), at=at)

    def _transfers(self, customer: Customer, at: datetime) -> None:
        """Everything that is due, by transfer."""
        for item in balances.open_items(customer.pk):
            receive_transfer(customer, item.open, names=item.document_ref, at=at)


def _last_invoice(customer: Customer) -> Invoice:
    return Invoice.objects.filter(customer=customer, kind=DocumentKind.INVOICE).latest("issued_at")


def receive_transfer(customer: Customer, amount: Money, *, names: str, at: datetime) -> None:
    """A transfer arrives at our bank, and its text names a document."""
    reference = f"virement {names} {local_date(at).isoformat()}"
    ledger.receive_money(
        customer.pk,
        amount,
        source=ledger.Source(ledger.Origin.TRANSFER, reference, ""),
        clearing_account=_BANK,
        journal=ledger.Journal.BANK,
        label=f"Virement de {customer.name}",
        piece_ref=names,
        piece_date=local_date(at),
        key=f"demo:{reference}",
        names=[names],
        at=at,
    )
