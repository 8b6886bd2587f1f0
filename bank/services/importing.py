"""Bring a bank file in: read it, look what is new, keep the file, write the lines. All of it or nothing."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from functools import cache
from typing import TYPE_CHECKING, Final

from django.db import transaction

from accounts import services as accounts
from accounts.identity import plain_line
from bank import readers
from bank.locks import lock_accounts
from bank.matching import FIRST_STATE
from bank.models import BankAccount, BankLine, LineWork, PartyAccount, Statement, StatementFile
from bank.services.debiting import apply_debits
from bank.services.describing import known_profiles
from bank.services.leaving import apply_leaving
from bank.services.matching import foresee, match_new
from bank.services.planning import Planned, Preview, plan
from core.crypto import blind_index
from invoices import archive
from ledger import services as ledger

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from django.db.models import Model

    from accounts.models import Approval, User
    from bank.readers import Line

_AT_ONCE: Final = 500
_NAME_LENGTH: Final = 200
ANYWAY: Final = "bank.import_anyway"
"""The kind of the approvals that are about files that do not add up; their subject is the hash of the file."""


def import_file(
    content: bytes,
    name: str,
    *,
    at: datetime,
    format: str = "auto",  # noqa: A002 - the word of the command
    by: User | None = None,
    account: str = "",
    dry_run: bool = False,
    anyway: bool = False,
    agreed: Approval | None = None,
) -> Preview:
    """Import the new lines of a bank file, or only say which they would be (`dry_run`: nothing is written).

    The same file, or the same lines in another file, are imported once. `account` is an IBAN of ours, for files that do
    not say of which account they are. Raises FileRefused, naming the place, and then nothing is written. One that does
    not add up is imported only with the approval `agreed`, used here; `anyway` is for looking at it before.
    """
    anyway = agreed is not None or (anyway and dry_run)
    read = readers.read_file(content, name, format=format, profiles=known_profiles())
    sha256 = hashlib.sha256(content).hexdigest()
    preview = plan(name, sha256, read, account=account, at=at, anyway=anyway)  # what is refused leaves no file behind
    if preview.already:
        return preview
    if dry_run:
        return replace(preview, foreseen=foresee(preview.statements, at=at))
    archive.store(content)
    with transaction.atomic():
        lock_accounts(_saved(planned.account) for planned in preview.statements)
        preview = plan(name, sha256, read, account=account, at=at, anyway=anyway)  # somebody else may have meanwhile
        if preview.already:
            return preview
        if agreed is not None:
            accounts.use_approval(agreed.pk, content=agreed_content(preview), at=at)
        kept = StatementFile.objects.create(
            sha256=sha256, name=plain_line(name)[:_NAME_LENGTH], size=len(content), imported_by=by, imported_at=at
        )
        for place, planned in enumerate(preview.statements):
            _write(planned, kept, place, agreed if planned.gap else None, at=at)
    statements = list(kept.statements.values_list("pk", flat=True))
    apply_debits(at=at, statements=statements)
    apply_leaving(at=at, statements=statements)
    match_new(at=at, statements=statements)
    return replace(preview, imported=kept)


def _saved(account: BankAccount) -> int:
    """The key of an account of ours; one of the seller begins here to be followed."""
    fields = {"label": account.label, "bic": account.bic}
    kept = BankAccount.objects.get_or_create(iban=account.iban, defaults=fields)[0]
    ledger.open_bank_account(kept.ledger_account, f"Banque {kept.label}")
    return kept.pk


def agreed_content(preview: Preview) -> str:
    """What a second person agrees to: these bytes, as statements of these accounts, with these differences."""
    told = [f"{planned.account.iban}:{planned.gap.cents}" for planned in preview.statements]
    return "|".join([ANYWAY, preview.sha256, *told])


def _write(planned: Planned, kept: StatementFile, place: int, agreed: Approval | None, *, at: datetime) -> None:
    told = planned.statement
    statement = Statement.objects.create(
        account=planned.account,
        file=kept,
        place=place,
        format=told.format,
        statement_id=_cut(Statement, "statement_id", told.statement_id),
        sequence=_cut(Statement, "sequence", told.sequence),
        first_on=told.first_on,
        last_on=told.last_on,
        opening_cents=told.opening.cents if told.opening is not None else None,
        closing_cents=told.closing.cents if told.closing is not None else None,
        movements_cents=told.movements.cents,
        gap_cents=planned.gap.cents,
        agreed=agreed,
        lines_count=len(told.lines),
        new_count=len(planned.new),
    )
    parties = _parties((line.party.iban for line, _identity in planned.new), at=at)
    for start in range(0, len(planned.new), _AT_ONCE):
        part = planned.new[start : start + _AT_ONCE]
        lines = BankLine.objects.bulk_create([_row(line, identity, statement, parties) for line, identity in part])
        LineWork.objects.bulk_create(LineWork(line=row, state=FIRST_STATE) for row in lines)


def _parties(ibans: Iterable[str], *, at: datetime) -> dict[str, PartyAccount]:
    """The account of each IBAN: known, or seen now for the first time."""
    indexes = {blind_index(iban): iban for iban in ibans if iban}
    rows = [
        PartyAccount(iban=iban, iban_index=index, country=iban[:2], last_digits=iban[-4:], first_seen_at=at)
        for index, iban in indexes.items()
    ]
    PartyAccount.objects.bulk_create(rows, batch_size=_AT_ONCE, ignore_conflicts=True)
    keys = list(indexes)
    found: dict[str, PartyAccount] = {}
    for start in range(0, len(keys), _AT_ONCE):
        for party in PartyAccount.objects.filter(iban_index__in=keys[start : start + _AT_ONCE]).defer("iban"):
            found[indexes[party.iban_index]] = party
    return found


def _row(line: Line, identity: str, statement: Statement, parties: dict[str, PartyAccount]) -> BankLine:
    return BankLine(
        statement=statement,
        account=statement.account,
        identity=identity,
        place=line.place,
        booked_on=line.booked_on,
        value_on=line.value_on,
        amount_cents=line.amount.cents,
        kind=line.kind,
        part=line.part,
        parts=line.parts,
        text=_one_line(line.text),
        party_account=parties.get(line.party.iban),
        charges_cents=line.charges.cents,
        raw={name: _one_line(text) for name, text in line.raw.items()},
        **{name: _cut(BankLine, name, text) for name, text in _short_texts(line).items()},
    )


def _short_texts(line: Line) -> dict[str, str]:
    return {
        "bank_reference": line.bank_reference,
        "message_id": line.message_id,
        "batch_id": line.batch_id,
        "end_to_end": line.end_to_end,
        "mandate_ref": line.mandate_ref,
        "structured": line.structured,
        "party_name": line.party.name,
        "party_ultimate": line.party.ultimate,
        "party_bic": line.party.bic,
        "operation_code": line.operation_code,
        "return_code": line.return_code,
    }


def _one_line(text: str) -> str:
    return " ".join(text.split()) if text.isprintable() else plain_line(text)


@cache
def _room(model: type[Model], name: str) -> int:
    """How long a text may be."""
    return int(model._meta.get_field(name).max_length or 0)  # type: ignore[union-attr]  # noqa: SLF001 - Django's documented reflection


def _cut(model: type[Model], name: str, text: str) -> str:
    return _one_line(text)[: _room(model, name)]
