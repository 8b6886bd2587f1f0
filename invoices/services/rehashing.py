"""Hash every stored file again, at leisure. Nothing is changed; the job that asked keeps the answer."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from invoices import archive
from invoices.selectors.series import archive_state, stored_hashes
from outbox.services import report

_NAMED: Final = 50
_REPORTED_EVERY: Final = 200


@dataclass(frozen=True, slots=True)
class Checked:
    """How many files were hashed, how many are missing or damaged, and the first of these."""

    files: int
    wrong_count: int
    wrong: tuple[str, ...]


def check_archive() -> Checked:
    """Every file of the archive, one after the other, in small memory. Tells the job how far it is."""
    total, files, wrong = archive_state().files, 0, []
    for sha256 in stored_hashes():
        files += 1
        if not archive.is_whole(sha256):
            wrong.append(sha256)
        if files % _REPORTED_EVERY == 0:
            report(files, total)
    return Checked(files, len(wrong), tuple(wrong[:_NAMED]))
