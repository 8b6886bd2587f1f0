"""Write the file: stream the journal, check each line as it stands, and give the file its name only when all holds."""

from __future__ import annotations

import hashlib
import os
import tempfile
from collections import defaultdict
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import lru_cache
from pathlib import Path
from typing import IO, TYPE_CHECKING

from django.utils.translation import gettext as _

from accounts.selectors import current_seller
from core.clock import local_date
from core.money import Money
from ledger.chart import RESULTS
from ledger.fec import layout
from ledger.fec.checking import Checker, Expectations
from ledger.fec.describing import description
from ledger.selectors.journal import JournalLine, Part, Span, account_names, closed_months, journal_lines

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

_TOLD_EVERY = 20_000
_FILE_MODE = 0o640


@dataclass(frozen=True, slots=True)
class FecFile:
    """What is to be written: the days, the name of the file, and who sells."""

    span: Span
    name: str
    siren: str
    seller: str


@dataclass(frozen=True, slots=True)
class FecWritten:
    """What was written: the file, its description, and what they hold."""

    path: Path
    description: Path
    lines: int
    entries: int
    total: Money
    sha256: str


class NotYet(ValueError):
    """What is asked for has not begun."""


def year_file(year: int, *, at: datetime) -> FecFile:
    """The file of a whole exercise, which is the calendar year, under the name that the law gives it (A47 A-1, IX).

    Raises NotYet when the year has not begun, NoSeller when nobody sold in it.
    """
    span = Span(date(year, 1, 1), date(year, 12, 31), is_exercise=True)
    return _file(span, f"FEC{span.end:%Y%m%d}", at=at)


def period_file(start: date, end: date, *, at: datetime) -> FecFile:
    """The sub-ledger of a period, to be taken over by the general ledger: without opening balances.

    Raises NotYet when the period has not begun, NoSeller when nobody sold in it.
    """
    return _file(Span(start, end), f"JOURNAUX{start:%Y%m%d}-{end:%Y%m%d}", at=at)


def _file(span: Span, name: str, *, at: datetime) -> FecFile:
    if span.start > local_date(at):
        raise NotYet(f"{span.start.isoformat()} is later than today")
    seller = current_seller(on=span.end)
    return FecFile(span, f"{seller.siren}{name}", seller.siren, seller.name)


def write_fec(
    file: FecFile, folder: Path, *, at: datetime, tell: Callable[[int, int], None] | None = None
) -> FecWritten:
    """Write the file and its description into the folder, both or none; what was there is replaced.

    `tell` hears how many lines of how many are done. Raises FecRefused when the books do not make a consistent file,
    OSError when the folder cannot be written; neither leaves anything behind.
    """
    with ExitStack() as aside:
        target = aside.enter_context(_Aside(folder / f"{file.name}.txt"))
        note = aside.enter_context(_Aside(folder / f"{file.name}-description.txt"))
        checker, digest = _write_lines(file, target.stream, tell or (lambda _done, _total: None))
        written = FecWritten(target.path, note.path, checker.lines, checker.entries, Money(checker.debit_cents), digest)
        accounts = account_names() | RESULTS
        note.stream.write(description(file, written, accounts, at=at).encode(layout.ENCODING))
        for part in (note, target):
            part.sync()
        for part in (note, target):
            part.place()
    return written


def _write_lines(file: FecFile, stream: IO[bytes], tell: Callable[[int, int], None]) -> tuple[Checker, str]:
    accounts = {code: layout.clean(name) or code for code, name in (account_names() | RESULTS).items()}
    checker = Checker(Expectations(file.span.start, file.span.end, accounts, _closed()))
    digest = hashlib.sha256()

    def put(line: str) -> None:
        content = f"{line}{layout.LINE_END}".encode(layout.ENCODING)
        digest.update(content)
        stream.write(content)

    names = layout.SEPARATOR.join(layout.COLUMNS)
    checker.header(names)
    put(names)
    control = _Control()
    for line in _rows(control.watch(journal_lines(file.span)), accounts):
        checker.line(line)
        put(line)
        if not checker.lines % _TOLD_EVERY:
            tell(min(checker.lines, control.expected_lines), control.expected_lines)
    for text in control.differences():
        checker.fault(text)
    checker.finish()
    tell(checker.lines, checker.lines)
    return checker, digest.hexdigest()


class _Control:
    """Compares what is told in detail with the sums of the entries, account by account."""

    def __init__(self) -> None:
        self.expected_lines = 0
        self._left: dict[str, int] = defaultdict(int)

    def watch(self, lines: Iterable[JournalLine]) -> Iterator[JournalLine]:
        """The lines to write, as they pass."""
        for line in lines:
            if line.part == Part.CONTROL:
                self._left[line.account] += line.cents
                self.expected_lines += line.letter
                continue
            if line.part != Part.CARRIED:
                self._left[line.account] -= line.cents
            yield line

    def differences(self) -> list[str]:
        """Accounts whose detail is not what was posted."""
        return [
            _("account %(account)s: the detail lacks %(cents)s cents of what was posted; run ledger_verify")
            % {"account": account, "cents": cents}
            for account, cents in sorted(self._left.items())
            if cents
        ]


def _rows(lines: Iterable[JournalLine], accounts: Mapping[str, str]) -> Iterator[str]:
    """Each line as text: fields in the order of the columns. Entries are numbered as they come."""
    number, last = 0, -1
    head = piece = end = ""
    for line in lines:
        if line.tx_id != last:
            last = line.tx_id
            number += 1
            day = layout.day(line.day)
            head = "\t".join((line.journal, layout.JOURNALS.get(line.journal, ""), str(number), day))
            if line.part != Part.CARRIED:
                ref = layout.clean(line.piece_ref) or f"{line.journal}{number}"
                piece = "\t".join((ref, layout.day(line.piece_date), layout.clean(line.label) or ref))
                end = f"{_day_recorded(line.recorded_at)}\t\t"
        if line.part == Part.CARRIED:
            piece, end = _carried(line), f"{layout.day(line.day)}\t\t"
        auxiliary = line.customer_number or ""
        name = layout.clean(line.customer_name or "") or auxiliary
        lettered = (layout.letter_code(line.letter), layout.day(line.lettered_on)) if line.lettered_on else ("", "")
        account = accounts.get(line.account, "")
        yield "\t".join((head, line.account, account, auxiliary, name, piece, *_sides(line.cents), *lettered, end))


def _carried(line: JournalLine) -> str:
    """The piece of an opening line: the item or the lot that is still open, or the year itself."""
    year = f"À nouveau {line.day[:4]}"
    ref = layout.clean(line.piece_ref)
    return "\t".join((ref or year, layout.day(line.piece_date), layout.clean(f"À nouveau {ref}") if ref else year))


def _sides(cents: int) -> tuple[str, str]:
    return (layout.figures(cents), layout.NOTHING) if cents > 0 else (layout.NOTHING, layout.figures(-cents))


@lru_cache(maxsize=4096)
def _day_recorded(moment: str) -> str:
    """The day in Paris on which the entry was recorded, and so was valid: nothing here is a draft."""
    at = datetime.fromisoformat(moment)
    return f"{local_date(at if at.tzinfo else at.replace(tzinfo=UTC)):%Y%m%d}"  # SQLite keeps UTC without saying so


def _closed() -> dict[str, str]:
    return {f"{year}{month:02d}": f"{local_date(at):%Y%m%d}" for (year, month), at in closed_months().items()}


class _Aside:
    """A file written beside its place, which takes its name when it is whole, and else leaves nothing."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._kept = False

    def __enter__(self) -> _Aside:
        handle, name = tempfile.mkstemp(dir=self.path.parent, prefix=".", suffix=".part")
        self._name = Path(name)
        self.stream: IO[bytes] = os.fdopen(handle, "wb", buffering=1 << 20)
        return self

    def sync(self) -> None:
        """Everything is written: bring it to the disk, where a full one says so."""
        self.stream.flush()
        os.fsync(self.stream.fileno())
        self._name.chmod(_FILE_MODE)

    def place(self) -> None:
        """Give the file its name."""
        self._name.replace(self.path)
        self._kept = True

    def __exit__(self, *_error: object) -> None:
        self.stream.close()
        if not self._kept:
            self._name.unlink(missing_ok=True)
