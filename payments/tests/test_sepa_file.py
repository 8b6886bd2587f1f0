"""The file of direct debits as commands and folders give it to our bank."""

from __future__ import annotations

import json
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from accounts.models import Seller
from payments.models import BankDebit, Mandate, Remittance, RemittanceState
from payments.services import remitting
from payments.tests.remittance_desk import RemittanceDesk


def test_the_command_writes_the_file_once_and_the_same_bytes_when_asked_again(
    remittances: RemittanceDesk, tmp_path: Path
) -> None:
    debit = remittances.planned()
    out = tmp_path / "remise.xml"

    told = command("--date", str(debit.start_on), "--out", str(out))
    nothing = command("--date", str(debit.start_on), "--out", str(tmp_path / "none.xml"))
    message = told["files"][0]["message_id"]
    again = command("--again", message, "--out", str(tmp_path / "again.xml"))

    assert (told["count"], told["total_cents"]) == (1, 12_000)
    assert Remittance.objects.get().state == RemittanceState.HANDED
    assert (nothing["count"], (tmp_path / "none.xml").exists()) == (0, False)
    assert again["files"][0]["sha256"] == told["files"][0]["sha256"]
    assert (tmp_path / "again.xml").read_bytes() == out.read_bytes()
    assert out.stat().st_mode & 0o777 == 0o600


def command(*arguments: str) -> dict[str, Any]:
    out = StringIO()
    call_command("sepa_file", *arguments, "--json", stdout=out)
    read: dict[str, Any] = json.loads(out.getvalue().splitlines()[-1])
    return read


def test_the_command_refuses_a_folder_that_is_not_there_and_sends_nothing(
    remittances: RemittanceDesk, tmp_path: Path
) -> None:
    debit = remittances.planned()

    with pytest.raises(CommandError, match="is no folder"):
        command("--date", str(debit.start_on), "--out", str(tmp_path / "no" / "f.xml"))

    assert BankDebit.objects.count() == 0


def test_files_are_dropped_in_the_folder_of_the_bank_once(remittances: RemittanceDesk, tmp_path: Path) -> None:
    made = remittances.made(remittances.planned())

    assert [each.message_id for each in remitting.drop(tmp_path, at=remittances.at)] == [made.remittance.message_id]
    assert remitting.drop(tmp_path, at=remittances.at) == []

    (file,) = tmp_path.iterdir()
    assert file.name == f"{made.remittance.message_id}-CORE.xml"
    assert file.read_bytes() == remitting.content_of(made.remittance)


def test_each_file_names_us_by_the_identifier_that_its_mandates_name(remittances: RemittanceDesk) -> None:
    debit = remittances.planned()
    Seller.objects.update(ics="FR72ZZZ123456")  # the mandate was signed under another one
    remittances.wait_until(debit.start_on)

    (made,) = remittances.make()

    signed = Mandate.objects.get().ics
    assert signed != "FR72ZZZ123456"
    assert f"<Id>{signed}</Id>" in remitting.content_of(made).decode()


def test_our_own_wrong_identity_writes_nothing_and_says_what(remittances: RemittanceDesk) -> None:
    debit = remittances.planned()
    remittances.wait_until(debit.start_on)
    Seller.objects.update(bic="WRONG")

    with pytest.raises(remitting.CannotRemit, match="bad BIC of the creditor"):
        remittances.make()

    Seller.objects.update(bic="AGRIFRPP")
    assert len(remittances.make()) == 1


def test_after_the_cut_off_hour_the_bank_debits_a_day_later(remittances: RemittanceDesk) -> None:
    debit = remittances.planned()
    remittances.wait_until(debit.start_on)
    remittances.at = remittances.at.replace(hour=18)

    (made,) = remittances.make()

    assert made.debits.get().collect_on > debit.collect_on
