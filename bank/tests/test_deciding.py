"""What people decide about lines, and undo: postings.md §10, F44, F45."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from uuid import uuid4

import pytest
from django.db import DatabaseError, connection, transaction

from accounts.models import Approval, ApprovalState, User
from accounts.services import approve
from bank import services
from bank.models import AnnouncedState, AnnouncedTransfer, Decision, LineWork, Share
from bank.services import AlreadyDecided, BadDecision, Handling, NeedsApproval, ShareOf
from bank.tests.matching_desk import MatchingDesk
from bank.tests.test_matching import assert_all_is_well
from bank.words import Action, LineState
from core.money import Money
from invoices import services as invoices
from invoices.models import Receipt, ReceiptCancellation
from invoices.tests.making import issued, quoted
from ledger import services as ledger
from outbox.models import Message
from tests.support.cast import Cast
from tests.support.rivals import race

pytestmark = pytest.mark.django_db


@pytest.fixture
def desk(noon: datetime) -> MatchingDesk:
    return MatchingDesk(noon)


@pytest.fixture
def alice(db: None) -> User:
    return User.objects.create_user("alice@example.org", "a-long-password-for-tests", is_staff=True)


@pytest.fixture
def bruno(db: None) -> User:
    return User.objects.create_user("bruno@example.org", "a-long-password-for-tests", is_staff=True)


def test_a_person_credits_a_line_to_a_customer(desk: MatchingDesk, cast: Cast, alice: User) -> None:
    invoice = issued(cast.individual, at=desk.at)
    work = desk.receive(4_680, "virement")
    decision = desk.credit(work, (cast.individual, 4_680, str(invoice.number)), by=alice)

    work.refresh_from_db()
    assert (work.state, decision.number, decision.by) == (LineState.POSTED, 1, alice)
    assert (desk.owes(cast.individual), desk.account("471000"), desk.account("512000")) == (0, 0, 4_680)
    assert_all_is_well()


def test_a_line_is_split_between_customers_and_the_parts_are_the_whole(
    desk: MatchingDesk, cast: Cast, alice: User
) -> None:
    work = desk.receive(50_000, "virement groupé")
    with pytest.raises(BadDecision, match=r"10|100"):
        desk.credit(work, (cast.individual, 30_000, ""), (cast.company, 10_000, ""), by=alice)
    assert (desk.has(cast.individual), Decision.objects.count()) == (0, 0)

    desk.credit(work, (cast.individual, 30_000, ""), (cast.company, 20_000, ""), by=alice)

    assert (desk.has(cast.individual), desk.has(cast.company)) == (30_000, 20_000)
    assert_all_is_well()


def test_one_document_of_somebody_else_is_refused(desk: MatchingDesk, cast: Cast, alice: User) -> None:
    theirs = issued(cast.company, at=desk.at)
    work = desk.receive(4_680, "virement")

    with pytest.raises(BadDecision, match=str(theirs.number)):
        desk.credit(work, (cast.individual, 4_680, str(theirs.number)), by=alice)


def test_a_quote_that_a_person_names_is_issued(desk: MatchingDesk, cast: Cast, alice: User) -> None:
    quote = quoted(cast.individual, at=desk.at)
    work = desk.receive(4_680, "virement")
    desk.credit(work, (cast.individual, 4_680, quote.number), by=alice)

    quote.refresh_from_db()
    assert quote.invoice is not None
    assert desk.owes(cast.individual) == 0


def test_the_second_person_learns_who_was_faster(desk: MatchingDesk, cast: Cast, alice: User, bruno: User) -> None:
    """F44."""
    work = desk.receive(4_680, "virement")
    seen = work.version
    desk.credit(work, (cast.individual, 4_680, ""), by=alice)

    with pytest.raises(AlreadyDecided) as refusal:
        services.credit_line(work.pk, [ShareOf(cast.company.pk, Money(4_680))], Handling(bruno, seen), at=desk.at)
    assert refusal.value.decision is not None
    assert refusal.value.decision.by == alice
    assert desk.has(cast.company) == 0


@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif(connection.vendor == "sqlite", reason="SQLite has one writer at a time")
def test_of_many_who_decide_at_once_one_wins(desk: MatchingDesk, cast: Cast, alice: User) -> None:
    """F44: one credit, however many clicks."""
    work = desk.receive(4_680, "virement")
    shares, handling = [ShareOf(cast.individual.pk, Money(4_680))], Handling(alice, work.version)
    endings = race(*(lambda: services.credit_line(work.pk, shares, handling, at=desk.at) for _ in range(6)))

    assert sum(ending.error is None for ending in endings) == 1
    assert {type(ending.error) for ending in endings if ending.error} == {AlreadyDecided}
    assert desk.has(cast.individual) == 4_680
    assert_all_is_well()


def test_a_fee_is_booked_on_its_account_and_taken_back(desk: MatchingDesk, alice: User) -> None:
    work = desk.receive(-290, "COTISATION JAZZ")
    assert (work.state, desk.account("471000"), desk.account("512000")) == (LineState.OUT, 290, -290)
    decision = services.book_line(work.pk, "627100", desk.handling(work, alice, "frais"), at=desk.at)
    assert (desk.account("471000"), desk.account("627100")) == (0, 290)

    services.undo(decision.pk, reason="mauvais compte", by=alice, at=desk.at)

    work.refresh_from_db()
    assert (work.state, desk.account("471000"), desk.account("627100")) == (LineState.OUT, 290, 0)
    assert_all_is_well()


@pytest.mark.parametrize("account", ["411000", "419100", "512000", "707000", ""])
def test_a_line_is_not_booked_on_any_account(desk: MatchingDesk, alice: User, account: str) -> None:
    work = desk.receive(-290, "frais")
    with pytest.raises(BadDecision):
        services.book_line(work.pk, account, desk.handling(work, alice, "frais"), at=desk.at)


def test_what_is_left_aside_needs_a_reason_and_stays_on_471000(desk: MatchingDesk, alice: User) -> None:
    work = desk.receive(900, "apport")
    with pytest.raises(BadDecision):
        services.ignore_line(work.pk, desk.handling(work, alice), at=desk.at)

    services.ignore_line(work.pk, desk.handling(work, alice, "apport de l’associé"), at=desk.at)

    work.refresh_from_db()
    assert (work.state, desk.account("471000")) == (LineState.IGNORED, -900)
    assert_all_is_well()


def test_a_wrong_match_is_undone_and_the_money_goes_to_the_right_customer(
    desk: MatchingDesk, cast: Cast, alice: User
) -> None:
    """postings.md §10: the invoice is open again, the lot is empty, the line waits; then a new match."""
    invoice = issued(cast.individual, at=desk.at)
    work = desk.receive(4_680, f"{invoice.number}")
    decision = Decision.objects.get()
    services.undo(decision.pk, reason="c’était Durand", by=alice, at=desk.at)

    work.refresh_from_db()
    assert (work.state, desk.owes(cast.individual), desk.has(cast.individual)) == (LineState.SURE, 4_680, 0)
    assert (desk.account("471000"), desk.account("512000")) == (-4_680, 4_680)
    assert_all_is_well()

    desk.credit(work, (cast.company, 4_680, ""), by=alice)

    assert (desk.has(cast.company), desk.account("471000")) == (4_680, 0)
    assert [each.action for each in Decision.objects.order_by("number")] == [Action.CREDIT, Action.UNDO, Action.CREDIT]
    assert_all_is_well()


def test_an_undo_within_ten_minutes_tells_nobody(desk: MatchingDesk, cast: Cast, alice: User) -> None:
    desk.receive(4_680, cast.individual.reference.shown)
    decision = Decision.objects.get()
    services.undo(decision.pk, reason="erreur", by=alice, at=desk.at)
    desk.wait(minutes=11)

    assert services.tell([decision.pk], at=desk.at) == 0
    assert (Receipt.objects.count(), Message.objects.filter(kind__startswith="transfer").count()) == (0, 0)


def test_an_undo_after_the_mail_cancels_the_receipt_and_corrects(desk: MatchingDesk, cast: Cast, alice: User) -> None:
    desk.receive(4_680, cast.individual.reference.shown)
    decision = Decision.objects.get()
    desk.wait(minutes=11)
    services.tell([decision.pk], at=desk.at)
    Message.objects.filter(kind="transfer.received").update(state="SENT", sent_at=desk.at)
    services.undo(decision.pk, reason="erreur", by=alice, at=desk.at)

    assert ReceiptCancellation.objects.get().amount_cents == 4_680
    assert Message.objects.filter(kind="transfer.corrected").count() == 1


def test_an_undo_reopens_the_transfer_that_was_announced(desk: MatchingDesk, cast: Cast, alice: User) -> None:
    today = desk.at.date()
    services.announce(cast.individual, services.Announcement(Money(4_680), today, uuid4()), by=cast.claire, at=desk.at)
    desk.receive(4_680, cast.individual.reference.shown)
    assert AnnouncedTransfer.objects.get().state == AnnouncedState.RECEIVED

    services.undo(Decision.objects.get().pk, reason="erreur", by=alice, at=desk.at)

    assert AnnouncedTransfer.objects.get().state == AnnouncedState.ANNOUNCED


def test_an_announced_amount_raises_the_score(desk: MatchingDesk, cast: Cast, alice: User) -> None:
    services.announce(
        cast.individual, services.Announcement(Money(4_680), desk.at.date(), uuid4()), by=cast.claire, at=desk.at
    )
    work = desk.receive(4_680, cast.individual.number)

    chips = [chip for chip, _value in work.line.judgements.get().candidates[0]["chips"]]
    assert "ANNOUNCED" in chips


def test_an_undo_forgets_what_the_payer_had_taught(desk: MatchingDesk, cast: Cast, alice: User) -> None:
    from bank.tests.matching_desk import PAYER

    desk.receive(1_000, cast.individual.reference.shown, iban=PAYER)
    services.undo(Decision.objects.get().pk, reason="erreur", by=alice, at=desk.at)
    work = desk.receive(999, "virement", iban=PAYER)

    assert work.state == LineState.UNMATCHED


def test_an_undo_is_once_and_of_what_stands(desk: MatchingDesk, cast: Cast, alice: User) -> None:
    desk.receive(4_680, cast.individual.reference.shown)
    decision = Decision.objects.get()
    services.undo(decision.pk, reason="erreur", by=alice, at=desk.at)

    with pytest.raises(AlreadyDecided):
        services.undo(decision.pk, reason="erreur", by=alice, at=desk.at)
    assert desk.account("471000") == -4_680


def test_after_the_month_was_closed_a_second_person_has_to_agree(
    desk: MatchingDesk, cast: Cast, alice: User, bruno: User
) -> None:
    desk.receive(4_680, cast.individual.reference.shown)
    decision = Decision.objects.get()
    desk.at = datetime(2026, 12, 5, 10, tzinfo=UTC)
    ledger.close_month(date(2026, 11, 1), at=desk.at)

    with pytest.raises(BadDecision):
        services.undo(decision.pk, reason="erreur", by=alice, at=desk.at)
    with pytest.raises(NeedsApproval) as asked:
        services.ask_or_undo(decision.pk, reason="erreur", by=alice, at=desk.at)
    assert desk.has(cast.individual) == 4_680

    approve(asked.value.approval.pk, by=bruno, at=desk.at)
    services.undo_approved(at=desk.at)

    assert (desk.has(cast.individual), desk.account("471000")) == (0, -4_680)
    assert Approval.objects.get().state == ApprovalState.USED
    assert Decision.objects.get(action=Action.UNDO).by == alice
    assert_all_is_well()


def test_an_invoice_credited_since_leaves_the_money_with_its_customer(
    desk: MatchingDesk, cast: Cast, alice: User
) -> None:
    """F45: the match stays on the customer's account."""
    invoice = issued(cast.individual, at=desk.at)
    desk.receive(4_680, f"{invoice.number}")
    request = invoices.Request(reason="Hors service", key="f45")
    invoices.issue_credit_note(invoice, None, request, at=desk.at)

    assert (desk.has(cast.individual), desk.owes(cast.individual)) == (4_680, 0)


def test_flags_and_notes_decide_nothing(desk: MatchingDesk, alice: User) -> None:
    work = desk.receive(1, "?")
    services.flag_line(work.pk, by=alice, at=desk.at)
    note = services.note_line(work.pk, "  demander\n à Durand ", by=alice, at=desk.at)
    with pytest.raises(BadDecision):
        services.note_line(work.pk, " ", by=alice, at=desk.at)

    work.refresh_from_db()
    assert (work.state, work.flagged_by, note.text) == (LineState.UNMATCHED, alice, "demander à Durand")


@pytest.mark.parametrize("model", [Decision, Share])
def test_what_was_decided_is_never_changed(desk: MatchingDesk, cast: Cast, model: type[Decision] | type[Share]) -> None:
    desk.receive(4_680, cast.individual.reference.shown)
    with pytest.raises(DatabaseError, match="append_only"), transaction.atomic():
        model._default_manager.update(at=desk.at) if model is Decision else Share.objects.update(place=2)
    with pytest.raises(DatabaseError, match="append_only"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"DELETE FROM {model._meta.db_table}")


def test_a_line_of_tomorrow_waits_and_is_matched_then(desk: MatchingDesk, cast: Cast) -> None:
    from tests.support.statements import Movement, camt053

    tomorrow = desk.at + timedelta(days=1)
    content = camt053([Movement(500, tomorrow.date().isoformat(), text=cast.individual.reference.shown)])
    services.import_file(content, "releve.xml", at=desk.at)
    assert LineWork.objects.get().state == LineState.NEW

    assert services.match_new(at=tomorrow) == 1
    assert desk.has(cast.individual) == 500
