"""What is credited at import and what waits: postings.md §8 and §9, and the house rule of matching."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

import pytest

from accounts.models import Customer, CustomerKind
from accounts.services import create_customer
from bank import checks, services
from bank.models import Decision, Judgement, LineWork, Share
from bank.tests.matching_desk import PAYER, MatchingDesk
from bank.words import Action, LineState
from core.money import Money
from invoices.models import Receipt
from invoices.states import QuoteStatus
from invoices.tests.making import MAILBOXES, issued, quoted
from ledger import selectors as books
from outbox.models import Message
from tests.support.cast import Cast

pytestmark = pytest.mark.django_db


@pytest.fixture
def desk(noon: datetime) -> MatchingDesk:
    return MatchingDesk(noon)


def assert_all_is_well() -> None:
    questions = (
        checks.suspense_is_explained,
        checks.bank_accounts_are_their_lines,
        checks.decisions_stand_as_the_work_says,
        checks.lines_have_their_work,
    )
    assert [check.detail for question in questions for check in question() if not check.ok] == []


def test_a_customer_number_credits_any_amount_at_import(desk: MatchingDesk, customer: Customer) -> None:
    work = desk.receive(5_000, f"VIR {customer.reference.shown} merci")

    assert work.state == LineState.POSTED
    assert (desk.has(customer), desk.account("512000"), desk.account("471000")) == (5_000, 5_000, 0)
    decision = Decision.objects.get()
    assert (decision.action, decision.by, decision.judgement.met) == (Action.CREDIT, None, ["CUSTOMER"])  # type: ignore[union-attr]
    assert_all_is_well()


def test_a_creditor_reference_does_too_and_the_oldest_invoice_is_paid(desk: MatchingDesk, customer: Customer) -> None:
    invoice = issued(customer, at=desk.at)
    desk.receive(4_680, "", structured=customer.reference.rf)

    assert (desk.owes(customer), desk.has(customer)) == (0, 0)
    assert Share.objects.get().settled == [{"document": invoice.number, "amount_cents": 4_680}]


def test_the_named_invoice_is_paid_first_even_when_an_older_one_is_open(desk: MatchingDesk, customer: Customer) -> None:
    older = issued(customer, at=desk.at)
    named = issued(customer, MAILBOXES, at=desk.at)
    open_cents = named.total_cents
    desk.receive(open_cents, f"FACTURE {named.number}")

    amounts = books.open_amounts([str(older.number), str(named.number)])
    assert amounts == {str(older.number): Money(4_680), str(named.number): Money(0)}


def test_an_invoice_number_with_another_amount_waits_for_a_person(desk: MatchingDesk, customer: Customer) -> None:
    invoice = issued(customer, at=desk.at)
    work = desk.receive(4_679, f"FACTURE {invoice.number}")

    assert work.state == LineState.SUGGESTED
    assert (desk.owes(customer), desk.account("471000"), desk.account("512000")) == (4_680, -4_679, 4_679)
    best = Judgement.objects.get().candidates[0]
    assert best["parts"] == [{"customer": customer.pk, "cents": 4_679, "documents": [invoice.number]}]
    assert_all_is_well()


def test_what_names_nothing_rests_on_471000(desk: MatchingDesk) -> None:
    work = desk.receive(1_234, "virement de septembre", name="M OU MME LEROUX")

    assert (work.state, desk.account("471000")) == (LineState.UNMATCHED, -1_234)
    assert_all_is_well()


def test_two_customers_in_one_label_are_never_credited_by_themselves(desk: MatchingDesk, cast: Cast) -> None:
    work = desk.receive(9_000, f"{cast.individual.reference.shown} et {cast.company.reference.shown}")

    assert work.state == LineState.SEVERAL
    assert (desk.has(cast.individual), desk.has(cast.company)) == (0, 0)


def test_one_line_for_invoices_of_two_customers_is_suggested_as_a_split(desk: MatchingDesk, cast: Cast) -> None:
    ours, theirs = issued(cast.individual, at=desk.at), issued(cast.company, at=desk.at)
    desk.receive(9_360, f"{ours.number} {theirs.number}")

    best = Judgement.objects.get().candidates[0]
    assert [(part["customer"], part["cents"]) for part in best["parts"]] == [
        (cast.individual.pk, 4_680),
        (cast.company.pk, 4_680),
    ]


def test_a_customer_number_beside_the_invoice_of_another_waits(desk: MatchingDesk, cast: Cast) -> None:
    theirs = issued(cast.company, at=desk.at)
    work = desk.receive(4_680, f"{cast.individual.reference.shown} {theirs.number}")

    assert (work.state, desk.owes(cast.company)) == (LineState.SEVERAL, 4_680)


def test_a_number_said_twice_with_its_check_digits_once_is_checked(desk: MatchingDesk, customer: Customer) -> None:
    assert desk.receive(5_000, f"CLIENT {customer.number} REF {customer.reference.shown}").state == LineState.POSTED


def test_check_digits_that_do_not_hold_name_nobody(desk: MatchingDesk, customer: Customer) -> None:
    wrong = f"{customer.number}-{(int(customer.reference.check_digits) + 1) % 97:02d}"
    work = desk.receive(5_000, f"CLIENT {wrong}")

    assert work.state != LineState.POSTED
    assert desk.has(customer) == 0


def test_a_quote_becomes_its_invoice_and_is_paid(desk: MatchingDesk, customer: Customer) -> None:
    quote = quoted(customer, at=desk.at)
    work = desk.receive(4_680, f"devis {quote.number}")

    quote.refresh_from_db()
    assert (work.state, quote.status) == (LineState.POSTED, QuoteStatus.ACCEPTED)
    assert quote.invoice is not None
    assert books.open_amounts([str(quote.invoice.number)]) == {quote.invoice.number: Money(0)}
    assert Share.objects.get().documents == [quote.invoice.number]


def test_a_quote_with_another_amount_is_not_issued(desk: MatchingDesk, customer: Customer) -> None:
    quote = quoted(customer, at=desk.at)
    work = desk.receive(4_000, f"{customer.reference.shown} {quote.number}")

    quote.refresh_from_db()
    assert (work.state, quote.invoice) == (LineState.SURE, None)


def test_a_town_hall_pays_the_invoice_it_names_and_the_rest_is_kept(desk: MatchingDesk, cast: Cast) -> None:
    """postings.md §8."""
    first = issued(cast.town_hall, at=desk.at)
    other = issued(cast.town_hall, at=desk.at)
    desk.receive(6_000, f"MANDAT 4471 {cast.town_hall.reference.shown} {first.number}", name="TRESORERIE DE BOURG")

    assert books.open_amounts([str(first.number), str(other.number)]) == {
        str(first.number): Money(0),
        str(other.number): Money(4_680),
    }
    balance = books.get_balance(cast.town_hall.pk)
    assert (balance.prepaid, balance.available) == (Money(1_320), Money(0))


def test_a_payer_seen_before_is_suggested_and_one_that_pays_for_two_less(desk: MatchingDesk, cast: Cast) -> None:
    for one in (cast.individual, cast.individual):
        desk.receive(1_000, one.reference.shown, iban=PAYER)
    alone = desk.receive(777, "hebergement", iban=PAYER)
    desk.receive(1_000, cast.company.reference.shown, iban=PAYER)
    shared = desk.receive(778, "hebergement", iban=PAYER)

    scores = [work.line.judgements.get().candidates[0]["score"] for work in (alone, shared)]
    assert alone.state == shared.state == LineState.SUGGESTED
    assert scores[0] > scores[1]


def test_an_amount_that_only_one_invoice_has_is_a_suggestion(desk: MatchingDesk, customer: Customer) -> None:
    invoice = issued(customer, MAILBOXES, at=desk.at)
    work = desk.receive(invoice.total_cents, "virement")

    assert work.state == LineState.SUGGESTED
    assert work.line.judgements.get().candidates[0]["parts"][0]["documents"] == [invoice.number]


def test_a_paid_invoice_named_again_is_probably_a_second_payment(
    desk: MatchingDesk, customer: Customer, told: Callable[[], int]
) -> None:
    """postings.md §9: as unnamed, and the customer is told."""
    paid, open_one = issued(customer, at=desk.at), issued(customer, at=desk.at)
    desk.receive(4_680, f"{paid.number}")
    desk.receive(4_680, f"{customer.reference.shown} {paid.number}")

    assert books.open_amounts([str(open_one.number)]) == {str(open_one.number): Money(0)}
    assert told() == 2
    assert Message.objects.filter(kind="transfer.received").count() == 2


@pytest.fixture
def told(desk: MatchingDesk) -> Callable[[], int]:
    """Ten minutes later, customers are told."""

    def tell() -> int:
        desk.wait(minutes=11)
        return services.tell(list(Decision.objects.values_list("pk", flat=True)), at=desk.at)

    return tell


def test_a_receipt_is_written_once_ten_minutes_later(
    desk: MatchingDesk, customer: Customer, told: Callable[[], int]
) -> None:
    desk.receive(5_000, customer.reference.shown, name="Claire Martin")
    assert not Receipt.objects.exists()

    assert (told(), told()) == (1, 1)
    receipt = Receipt.objects.get()
    assert (receipt.amount_cents, receipt.method, receipt.balance_after_cents) == (5_000, "Virement", 5_000)


def test_a_rehearsal_says_what_the_import_will_do(desk: MatchingDesk, customer: Customer) -> None:
    from tests.support.statements import Movement, camt053

    day = desk.at.date().isoformat()
    content = camt053([Movement(500, day, text=customer.reference.shown), Movement(7, day), Movement(-3, day)])
    rehearsed = services.work_by_state(services.import_file(content, "releve.xml", at=desk.at, dry_run=True))
    done = services.work_by_state(services.import_file(content, "releve.xml", at=desk.at))

    assert {state: count for state, count in rehearsed.items() if count} == {
        state: count for state, count in done.items() if count
    }
    assert done[LineState.POSTED] == done[LineState.UNMATCHED] == done[LineState.OUT] == 1


def test_lines_that_a_crash_left_are_matched_by_the_next_turn(
    desk: MatchingDesk, customer: Customer, monkeypatch: pytest.MonkeyPatch
) -> None:
    def dies(_place: str) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as crash:
        crash.setattr("bank.services.matching.failpoint", dies)
        with pytest.raises(KeyboardInterrupt):
            desk.receive(5_000, customer.reference.shown)
    assert (LineWork.objects.get().state, desk.has(customer), desk.account("512000")) == (LineState.NEW, 0, 0)

    assert [services.match_new(at=desk.at), services.match_new(at=desk.at)] == [1, 0]
    assert (LineWork.objects.get().state, desk.has(customer), desk.account("512000")) == (
        LineState.POSTED,
        5_000,
        5_000,
    )


def test_a_statement_of_many_customers_is_credited_in_a_few_statements(desk: MatchingDesk, noon: datetime) -> None:
    people = [
        create_customer(kind=CustomerKind.PERSON, name=f"Client {n}", email=f"c{n}@example.org", at=noon)
        for n in range(12)
    ]
    works = desk.receive_all([(1_000 + n, one.reference.compact) for n, one in enumerate(people)])

    assert [work.state for work in works] == [LineState.POSTED] * 12
    assert [desk.has(one) for one in people] == [1_000 + n for n in range(12)]
    assert_all_is_well()
