"""A file whose statement does not add up, imported anyway: one person asks and says why, another one agrees.

Nothing else that is refused can be asked for. The bytes wait in the archive, as long as the approval does.
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils.translation import gettext as _

from accounts import services as accounts
from accounts.identity import plain_line
from accounts.models import Approval, ApprovalState
from bank.models import AnywayRequest
from bank.readers import FileRefused
from bank.services.importing import ANYWAY, agreed_content, import_file
from core.failpoints import failpoint
from core.formats import money_text
from core.money import Money
from invoices import archive

if TYPE_CHECKING:
    from datetime import datetime

    from accounts.models import User
    from bank.services.planning import Preview

_log = logging.getLogger(__name__)
_NAME_LENGTH = 200


class NothingToAgree(ValueError):
    """The file adds up, was imported already, or no reason is given: nobody was asked."""


def ask_anyway(content: bytes, name: str, *, account: str, reason: str, by: User, at: datetime) -> Approval:
    """Ask a second person whether a file that does not add up is imported anyway. Asked again, it is the same approval.

    Raises NothingToAgree, and FileRefused for whatever else is wrong with it.
    """
    preview = import_file(content, name, account=account, at=at, dry_run=True, anyway=True)
    said = " ".join(reason.split())
    if preview.already or not gap_of(preview) or not said:
        raise NothingToAgree
    archive.store(content)
    failpoint("bank.anyway_kept")
    with transaction.atomic():
        approval = accounts.ask_approval(_wanted(preview), reason=said, by=by, at=at)
        kept = {"sha256": preview.sha256, "name": plain_line(name)[:_NAME_LENGTH], "account": account}
        AnywayRequest.objects.get_or_create(approval=approval, defaults=kept)
    return approval


def preview_anyway(sha256: str, *, at: datetime) -> Preview | None:
    """What the file that somebody asked for would bring; nothing when nobody asked. Raises FileRefused."""
    request = AnywayRequest.objects.filter(sha256=sha256).order_by("-pk").first()
    if request is None:
        return None
    content = archive.read(sha256)
    return import_file(content, request.name, account=request.account, at=at, dry_run=True, anyway=True)


def hear_of_anyway(*, kind: str, at: datetime, **_more: object) -> None:
    """Somebody decided about an approval: if it allows an import, it is done now."""
    if kind == ANYWAY:
        import_agreed(at=at)


def import_agreed(*, at: datetime) -> int:
    """Import the files that second persons agreed to, in the name of those who asked. The sweeper calls it too.

    Twice is once. One that cannot be imported any more is withdrawn, with the reason in the log.
    """
    waiting = AnywayRequest.objects.filter(approval__kind=ANYWAY, approval__state=ApprovalState.APPROVED)
    return sum(_import(request, at=at) for request in waiting.select_related("approval__asked_by").order_by("pk"))


def gap_of(preview: Preview) -> Money:
    """The first difference of a file; zero when all its statements add up."""
    return next((planned.gap for planned in preview.statements if planned.gap), Money(0))


def _import(request: AnywayRequest, *, at: datetime) -> bool:
    approval = request.approval
    try:
        content = archive.read(request.sha256)
        done = import_file(content, request.name, account=request.account, by=approval.asked_by, at=at, agreed=approval)
    except accounts.NotApproved:  # somebody else used it, or its time is over
        return False
    except archive.ArchiveDamaged:  # the disk may come back before the approval ends
        _log.exception("%s cannot be imported anyway", request.sha256)
        return False
    except (FileRefused, accounts.Altered) as refusal:
        _log.error("%s was agreed to and cannot be imported: %s", request.sha256, refusal)
        accounts.withdraw_approval(approval.pk, by=None, at=at)
        return False
    if done.already:
        accounts.withdraw_approval(approval.pk, by=None, at=at)
    return not done.already


def _wanted(preview: Preview) -> accounts.Wanted:
    """What the second person approves: exactly these bytes, with the difference that they have."""
    gaps = ", ".join(money_text(planned.gap) for planned in preview.statements if planned.gap)
    values = {"file": preview.name[:100], "gap": gaps}
    summary = _("Import %(file)s although it does not add up (difference %(gap)s)") % values
    return accounts.Wanted(ANYWAY, preview.sha256, summary, agreed_content(preview))
