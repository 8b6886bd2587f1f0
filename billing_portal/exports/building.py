"""Ask for an export, and make it: one Job row is the request, its progress and its result."""

from __future__ import annotations

import hashlib
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

from django.utils import translation

from accounts.selectors import NoSeller
from billing_portal.exports import keeping
from billing_portal.exports.catalogue import REPORTS, Asked
from core.clock import local_date
from invoices.reports import ReturnRefused
from ledger.fec import FecRefused, NotYet
from outbox.registry import GiveUp
from outbox.services import enqueue

if TYPE_CHECKING:
    from accounts.models import User
    from billing_portal.exports.catalogue import Report
    from billing_portal.exports.forms import ExportForm
    from outbox.models import Job

BUILD: Final = "exports.build"
QUEUE: Final = "exports"
_CHUNK = 1 << 20
_REFUSALS = (FecRefused, NotYet, ReturnRefused, NoSeller)


def ask(wanted: Report, form: ExportForm, *, by: User, language: str, at: datetime) -> Job:
    """Write the request down. The same mark of the same person is the same request."""
    payload = {"name": wanted.name, "asked": form.asked(), "language": language}
    key = f"{BUILD}:{by.pk}:{form.cleaned_data['mark'].hex}"
    return enqueue(BUILD, payload, key=key, at=at, owner=f"user:{by.pk}")  # type: ignore[arg-type]


def build(name: str, asked: dict[str, str], *, language: str, at: datetime) -> dict[str, Any]:
    """Make the file and keep it; made again it takes the place of the first. Answers its name, size and hash.

    When the books or the request do not make such a file, nothing is kept and the answer is why: `refused`. That is an
    answer for who asked, not work that failed.
    """
    with translation.override(language):
        wanted = REPORTS[name]
        form = wanted.bind(asked, today=local_date(at))
        if not form.is_valid():
            raise GiveUp(f"{name}: {form.errors.as_json()}")
        kind = form.cleaned_data["kind"]
        file = f"{form.cleaned_data['mark'].hex}.{kind}"
        try:
            with keeping.new_file(file) as path:
                made = wanted.make(Asked(form, kind, path, at))
                size, sha256 = path.stat().st_size, _hash(path)
        except _REFUSALS as refusal:
            return {"refused": str(refusal)}
    return {"file": file, "name": made.name, "size": size, "sha256": sha256, "warning": made.warning}


def _hash(path: Any) -> str:
    digest = hashlib.sha256()
    with path.open("rb") as written:
        while piece := written.read(_CHUNK):
            digest.update(piece)
    return digest.hexdigest()
