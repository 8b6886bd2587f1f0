from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime
from pathlib import Path

import pytest
from django.conf import settings

from accounts.models import Seller
from bank import services
from bank.models import BankAccount, BankLine, LineWork, PartyAccount, Statement, StatementFile
from bank.readers import FileRefused
from bank.services import Chain
from core.crypto import blind_index
from core.money import Money
from tests.support.rivals import race
from tests.support.statements import OUR_IBAN, Movement, batch, camt053, camt054

MONDAY, TUESDAY = "2026-11-23", "2026-11-24"
PAYER = "FR7630006000011234567890189"
MOVEMENTS = [
    Movement(12_000, MONDAY, text="FA2026-000001", name="Durand", iban=PAYER, reference="B1"),
    Movement(-2_500, MONDAY, text="Loyer", reference="B2"),
    Movement(4_000, TUESDAY, text="merci", reference="B3"),
]


def imported(content: bytes, at: datetime, name: str = "releve.xml", **options: object) -> services.Preview:
    return services.import_file(content, name, at=at, **options)  # type: ignore[arg-type]


@pytest.mark.django_db
def test_a_statement_is_kept_with_its_lines_and_its_file(noon: datetime) -> None:
    done = imported(camt053(MOVEMENTS, opening=100_000), noon)

    account = BankAccount.objects.get()
    statement = Statement.objects.get()
    assert (account.iban, account.ledger_account) == (OUR_IBAN, "512000")
    assert (statement.account, statement.opening, statement.closing) == (account, Money(100_000), Money(113_500))
    assert (statement.first_on, statement.last_on) == (date(2026, 11, 23), date(2026, 11, 24))
    assert (done.format, done.lines, done.new, done.known) == ("camt.053", 3, 3, 0)
    assert list(BankLine.objects.order_by("pk").values_list("amount_cents", "work__state")) == [
        (12_000, "UNMATCHED"),
        (-2_500, "OUT"),
        (4_000, "UNMATCHED"),
    ]
    assert (Path(settings.ARCHIVE_DIR) / done.sha256[:2] / done.sha256).is_file()


@pytest.mark.django_db
def test_the_same_file_again_is_known_and_so_is_another_with_the_same_lines(noon: datetime) -> None:
    content = camt053(MOVEMENTS, opening=100_000)
    first = imported(content, noon)
    again = imported(content, noon, "copie.xml")
    recoded = imported(content.decode().replace("UTF-8", "UTF-16").encode("utf-16"), noon)

    assert (again.new, again.known, again.already, again.imported) == (0, 3, True, first.imported)
    assert (recoded.new, recoded.known, recoded.already) == (0, 3, False)
    assert (BankLine.objects.count(), StatementFile.objects.count()) == (3, 2)


@pytest.mark.django_db
def test_a_preview_writes_nothing(noon: datetime) -> None:
    preview = imported(camt053(MOVEMENTS, opening=100_000), noon, dry_run=True)

    assert (preview.new, preview.count(services.LineState.UNMATCHED), preview.count(services.LineState.OUT)) == (
        3,
        2,
        1,
    )
    assert not BankAccount.objects.exists()
    assert not StatementFile.objects.exists()
    assert not Path(settings.ARCHIVE_DIR).exists()


@pytest.mark.django_db
def test_two_equal_transfers_of_a_day_are_two_and_stay_two(noon: datetime) -> None:
    twins = [Movement(4_000, MONDAY, text="don", name="Anne"), Movement(4_000, MONDAY, text="don", name="Anne")]
    first = imported(camt053(twins), noon)
    again = imported(camt053([*twins, Movement(1_000, TUESDAY, text="don")], sequence="2"), noon)

    assert (first.new, again.new, again.known) == (2, 1, 2)


@pytest.mark.django_db
def test_one_reference_with_two_amounts_is_two_lines(noon: datetime) -> None:
    same = [Movement(4_000, MONDAY, reference="X1"), Movement(5_000, MONDAY, reference="X1")]

    assert imported(camt053(same), noon).new == 2


@pytest.mark.django_db
def test_a_booking_told_in_one_sum_and_then_in_its_parts_is_known(noon: datetime) -> None:
    parts = [Movement(500, MONDAY, end_to_end="E1"), Movement(700, MONDAY, end_to_end="E2")]
    told = imported(camt054([batch(MONDAY, parts, reference="B9")]), noon)
    summed = imported(camt053([Movement(1_200, MONDAY, reference="B9")]), noon)

    assert (told.new, summed.new, summed.known) == (2, 0, 1)


@pytest.mark.django_db
def test_the_chain_says_what_follows_overlaps_and_is_missing(noon: datetime) -> None:
    def chain(movements: list[Movement], opening: int, sequence: str) -> services.Planned:
        return imported(
            camt053(movements, opening=opening, sequence=sequence), noon, dry_run=sequence != "1"
        ).statements[0]

    assert chain(MOVEMENTS, 100_000, "1").chain == Chain.FIRST
    assert chain([Movement(1_000, "2026-11-25")], 113_500, "2").chain == Chain.FOLLOWS
    assert chain([MOVEMENTS[2]], 109_500, "3").chain == Chain.OVERLAPS
    late = chain([Movement(1_000, "2026-11-27")], 120_000, "4")
    assert (late.chain, late.missing) == (Chain.GAP, Money(6_500))


@pytest.mark.django_db
def test_ibans_of_payers_are_encrypted_found_again_and_kept_once(noon: datetime) -> None:
    imported(camt053(MOVEMENTS), noon)
    imported(camt053([replace(MOVEMENTS[0], on=TUESDAY, reference="B7")], sequence="2"), noon)

    party = PartyAccount.objects.get(iban_index=blind_index(PAYER))
    assert (party.iban, party.last_digits, party.lines.count()) == (PAYER, "0189", 2)
    assert not any(PAYER in str(row) for row in BankLine.objects.values())


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("content", "said"),
    [
        (camt053(MOVEMENTS, iban=PAYER), "n’est pas à nous"),
        (camt053(MOVEMENTS, currency="USD"), "USD"),
        (camt053(MOVEMENTS, opening=100_000, closing=113_501), "0,01"),
        (camt053([Movement(100, "2027-01-15")]), "2027-01-15"),
        (camt053([Movement(100, "1926-01-15")]), "1926-01-15"),
    ],
)
def test_a_statement_that_cannot_be_right_is_refused_and_nothing_is_written(
    content: bytes, said: str, noon: datetime
) -> None:
    with pytest.raises(FileRefused) as refusal:
        imported(content, noon)

    assert said in str(refusal.value).replace("\u202f", "")
    assert not StatementFile.objects.exists()
    assert not BankAccount.objects.exists()
    assert not Path(settings.ARCHIVE_DIR).exists()


@pytest.mark.django_db
def test_accounts_of_ours_are_those_of_the_seller_and_those_added(noon: datetime) -> None:
    other = BankAccount.objects.create(label="Livret", iban=PAYER, ledger_account="512100")

    assert imported(camt053([Movement(100, MONDAY)], iban=PAYER), noon).statements[0].account == other
    with pytest.raises(FileRefused, match="pas à nous"):
        imported(camt053(MOVEMENTS), noon, account=PAYER)
    assert Seller.objects.get().iban == OUR_IBAN


@pytest.mark.django_db
def test_each_line_has_its_work(noon: datetime) -> None:
    imported(camt053(MOVEMENTS), noon)

    assert LineWork.objects.filter(line__isnull=False, version=2, tx__isnull=False).count() == 3


@pytest.mark.django_db(transaction=True)
def test_two_people_with_the_same_file_bring_each_line_once(noon: datetime) -> None:
    content = camt053(MOVEMENTS, opening=100_000)
    copy = camt053(MOVEMENTS, opening=100_000, sequence="2")
    endings = race(*(lambda file=file: imported(file, noon) for file in (content, content, copy)))

    assert [ending.error for ending in endings] == [None, None, None]
    assert sorted(ending.value.new for ending in endings) == [0, 0, 3]
    assert (BankLine.objects.count(), StatementFile.objects.count(), BankAccount.objects.count()) == (3, 2, 1)


@pytest.mark.django_db
def test_an_import_that_dies_in_the_middle_leaves_nothing_and_may_be_repeated(
    noon: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    content = camt053(MOVEMENTS, opening=100_000)
    with monkeypatch.context() as patch:
        patch.setattr(LineWork.objects, "bulk_create", lambda *_rows: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            imported(content, noon)
    assert not StatementFile.objects.exists()
    assert not BankLine.objects.exists()

    assert imported(content, noon).new == 3
