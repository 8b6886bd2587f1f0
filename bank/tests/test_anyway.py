"""F43: a statement that does not add up is imported anyway when two people want it; nothing else that is refused is."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError, transaction
from django.utils import translation

from accounts.models import Approval, ApprovalState, User
from accounts.services import AlreadyDecided, Altered, OwnRequest, approve, expire_approvals, refuse
from bank import checks, services
from bank.models import AnywayRequest, BankAccount, BankLine, Statement, StatementFile
from bank.readers import FileRefused
from bank.services import NothingToAgree, NotWhole
from core.money import Money
from invoices import archive
from tests.support.rivals import race
from tests.support.statements import Movement, camt053

MONDAY = "2026-11-23"
MOVEMENTS = [Movement(12_000, MONDAY, text="Durand", reference="B1"), Movement(-2_500, MONDAY, reference="B2")]
TORN = camt053(MOVEMENTS, opening=100_000, closing=105_000)


@pytest.fixture
def alice(db: None) -> User:
    return User.objects.create_user("alice@hebergeur.fr", is_staff=True)


@pytest.fixture
def bruno(db: None) -> User:
    return User.objects.create_user("bruno@hebergeur.fr", is_staff=True)


def ask(by: User, at: datetime, content: bytes = TORN, reason: str = "La banque a perdu une page") -> Approval:
    return services.ask_anyway(content, "releve.xml", account="", reason=reason, by=by, at=at)


def told_once() -> bool:
    return (BankLine.objects.count(), StatementFile.objects.count(), Statement.objects.count()) == (2, 1, 1)


def test_asking_imports_nothing_and_the_second_person_does(noon: datetime, alice: User, bruno: User) -> None:
    approval = ask(alice, noon)
    assert not StatementFile.objects.exists()
    assert "45,00" in approval.summary.replace("\xa0", " ")
    with pytest.raises(OwnRequest):
        approve(approval.pk, by=alice, at=noon)

    approve(approval.pk, by=bruno, at=noon)
    services.import_agreed(at=noon)  # the sweeper, in case that the signal was lost

    statement = Statement.objects.get()
    assert (statement.gap, statement.closing, statement.agreed) == (Money(4_500), Money(105_000), approval)
    assert statement.file.imported_by == alice
    assert told_once()
    approval.refresh_from_db()
    assert approval.state == ApprovalState.USED
    assert all(each.ok for each in [*checks.gaps_were_agreed(), *checks.statements_hold_their_lines()])


@pytest.mark.django_db(transaction=True)
def test_agreeing_imports_at_once(noon: datetime, alice: User, bruno: User) -> None:
    approve(ask(alice, noon).pk, by=bruno, at=noon)

    assert told_once()


def test_once_imported_it_is_known_and_the_next_one_follows_the_balance_of_the_bank(
    noon: datetime, alice: User, bruno: User
) -> None:
    approve(ask(alice, noon).pk, by=bruno, at=noon)
    services.import_agreed(at=noon)
    again = services.import_file(TORN, "releve.xml", at=noon)
    services.import_agreed(at=noon)
    following = camt053([Movement(1_000, "2026-11-24", reference="B3")], opening=105_000, sequence="2")
    after = services.import_file(following, "suite.xml", at=noon)

    assert (again.already, again.new) == (True, 0)
    assert (after.statements[0].chain, after.new) == (services.Chain.FOLLOWS, 1)
    with translation.override("en"):
        assert "it does not add up, difference" in services.summary(again.statements[0])
    with pytest.raises(NothingToAgree):
        ask(alice, noon)


def test_asking_twice_is_one_approval_and_without_a_reason_none(noon: datetime, alice: User, bruno: User) -> None:
    with pytest.raises(NothingToAgree):
        ask(alice, noon, reason="  \n")

    assert ask(alice, noon) == ask(bruno, noon)
    assert AnywayRequest.objects.count() == 1


def test_refused_or_too_late_it_stays_out_and_may_be_asked_again(noon: datetime, alice: User, bruno: User) -> None:
    refuse(ask(alice, noon).pk, by=bruno, at=noon, note="Redemander à la banque")
    late = ask(alice, noon)
    approve(late.pk, by=bruno, at=noon)
    after = late.expires_at + timedelta(hours=1)
    assert services.import_agreed(at=after) == 0
    expire_approvals(at=after)
    assert not StatementFile.objects.exists()

    approve(ask(alice, after).pk, by=bruno, at=after)
    assert services.import_agreed(at=after) == 1
    assert told_once()


@pytest.mark.parametrize(
    "content",
    [
        camt053(MOVEMENTS, opening=100_000, closing=1, currency="USD"),
        camt053(MOVEMENTS, opening=100_000, closing=1, iban="FR7630006000011234567890189"),
        camt053([Movement(1, "2027-03-01")], opening=100_000, closing=1),
        camt053([Movement(1, "1999-03-01")], opening=100_000, closing=1),
        b"%PDF-1.7",
    ],
    ids=["currency", "account", "days ahead", "too old", "no statement"],
)
def test_nothing_else_that_is_refused_can_be_asked_for(noon: datetime, alice: User, content: bytes) -> None:
    with pytest.raises(FileRefused) as refusal:
        ask(alice, noon, content)

    assert not isinstance(refusal.value, NotWhole)
    assert not Approval.objects.exists()


def test_one_that_adds_up_needs_nobody(noon: datetime, alice: User) -> None:
    with pytest.raises(NothingToAgree):
        ask(alice, noon, camt053(MOVEMENTS, opening=100_000))


def test_without_an_approval_it_stays_refused_whoever_brings_it(noon: datetime, alice: User, tmp_path: Path) -> None:
    path = tmp_path / "releve.xml"
    path.write_bytes(TORN)
    ask(alice, noon)

    with pytest.raises(NotWhole, match="45"):
        services.import_file(TORN, "releve.xml", at=noon, anyway=True)
    with pytest.raises(CommandError, match="does not add up"):
        call_command("import_statement", str(path))
    assert not StatementFile.objects.exists()


def test_what_was_agreed_to_is_nothing_else(noon: datetime, alice: User, bruno: User) -> None:
    """The approval of one file serves no other one."""
    approve(ask(alice, noon).pk, by=bruno, at=noon)
    other = camt053(MOVEMENTS, opening=100_000, closing=1)

    with pytest.raises(Altered):
        services.import_file(other, "releve.xml", at=noon, agreed=Approval.objects.get())
    assert not StatementFile.objects.exists()
    assert not BankLine.objects.exists()


def test_one_that_cannot_be_imported_any_more_is_withdrawn(
    noon: datetime, alice: User, bruno: User, caplog: pytest.LogCaptureFixture
) -> None:
    other = BankAccount.objects.create(label="Livret", iban="FR7630006000011234567890189", ledger_account="512100")
    approval = ask(alice, noon, camt053(MOVEMENTS, opening=1, closing=1, iban=other.iban))
    approve(approval.pk, by=bruno, at=noon)
    other.delete()

    assert services.import_agreed(at=noon) == 0
    approval.refresh_from_db()
    assert approval.state == ApprovalState.WITHDRAWN
    assert "cannot be imported" in caplog.text


def test_a_disk_that_is_away_leaves_the_approval_for_the_next_turn(
    noon: datetime, alice: User, bruno: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    approve(ask(alice, noon).pk, by=bruno, at=noon)
    with monkeypatch.context() as patch:
        patch.setattr(archive, "read", lambda sha256: (_ for _ in ()).throw(archive.ArchiveDamaged(sha256, "missing")))
        assert services.import_agreed(at=noon) == 0

    assert services.import_agreed(at=noon) == 1


@pytest.mark.django_db(transaction=True)
def test_the_signal_and_the_sweeper_at_once_import_once(noon: datetime, alice: User, bruno: User) -> None:
    approval = ask(alice, noon)
    Approval.objects.filter(pk=approval.pk).update(state=ApprovalState.APPROVED, decided_by=bruno, decided_at=noon)

    endings = race(*([lambda: services.import_agreed(at=noon)] * 3))

    assert [each.error for each in endings] == [None] * 3
    assert sorted(each.value for each in endings) == [0, 0, 1]
    assert told_once()
    approval.refresh_from_db()
    assert approval.state == ApprovalState.USED


@pytest.mark.django_db(transaction=True)
def test_two_people_deciding_at_once_decide_once(noon: datetime, alice: User, bruno: User) -> None:
    carla = User.objects.create_user("carla@hebergeur.fr", is_staff=True)
    approval = ask(alice, noon)

    endings = race(
        lambda: approve(approval.pk, by=bruno, at=noon), lambda: refuse(approval.pk, by=carla, at=noon, note="non")
    )

    lost = [each.error for each in endings if each.error is not None]
    assert [type(each) for each in lost] == [AlreadyDecided]
    assert StatementFile.objects.count() == (1 if endings[0].error is None else 0)


def test_a_crash_while_asking_asks_nobody_and_may_be_repeated(
    noon: datetime, alice: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(AnywayRequest.objects, "get_or_create", lambda **_values: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            ask(alice, noon)
    assert not Approval.objects.exists()

    assert ask(alice, noon).state == ApprovalState.ASKED


def test_what_was_asked_is_never_changed_and_a_difference_without_agreement_is_found(
    noon: datetime, alice: User, bruno: User
) -> None:
    approval = ask(alice, noon)
    with pytest.raises(DatabaseError, match="bank_anyway_append_only"), transaction.atomic():
        AnywayRequest.objects.update(name="autre.xml")
    approve(approval.pk, by=bruno, at=noon)
    services.import_agreed(at=noon)
    statement = Statement.objects.get()
    Statement.objects.create(
        account=statement.account,
        file=StatementFile.objects.create(sha256="f" * 64, name="x", size=1, imported_at=noon),
        place=0,
        format=statement.format,
        opening_cents=0,
        closing_cents=1,
        movements_cents=0,
        gap_cents=-1,
        agreed=approval,
        lines_count=0,
        new_count=0,
    )

    assert [each.ok for each in checks.gaps_were_agreed()] == [False]
