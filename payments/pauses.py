"""What somebody reads whose payment does not start: too many of them, too many refused cards, a debt paid meanwhile."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from core.formats import money_text
from payments.services import CardsPaused, TooManyTopUps

if TYPE_CHECKING:
    from django.http import HttpResponse

    from payments.services import DebtChanged


def pause_words(pause: TooManyTopUps) -> str:
    """What happened, what was not done, what to do next."""
    minutes = {"minutes": -(-_seconds(pause) // 60)}
    if isinstance(pause, CardsPaused):
        words = _(
            "Several cards were refused within an hour. To protect their holders, card payments of this account pause "
            "for %(minutes)s min. Nothing was charged. Pay by bank transfer meanwhile, or write to us."
        )
        return words % minutes
    return (
        _("Too many card payments were started within an hour. Try again in %(minutes)s min, or pay by bank transfer.")
        % minutes
    )


def check_pause_words(pause: TooManyTopUps) -> str:
    """What somebody reads who has had too many account numbers checked."""
    minutes = {"minutes": -(-_seconds(pause) // 60)}
    return (
        _("Too many account numbers were checked within an hour. Nothing was saved. Try again in %(minutes)s min.")
        % minutes
    )


def debt_words(changed: DebtChanged) -> str:
    """What somebody reads whose debt was paid in another window meanwhile."""
    if not changed.due:
        return _("What you owed was paid meanwhile. Nothing was charged now. To add money all the same, send it again.")
    words = _("What you owe has changed meanwhile: %(due)s are left to pay. Nothing was charged now.")
    return words % {"due": money_text(changed.due)}


def refusal_words(refusal: TooManyTopUps | DebtChanged) -> str:
    """What somebody reads whose payment does not start, whichever of these it is."""
    return pause_words(refusal) if isinstance(refusal, TooManyTopUps) else debt_words(refusal)


def with_retry_after(answer: HttpResponse, pause: TooManyTopUps) -> HttpResponse:
    """Programs are told in their way."""
    answer["Retry-After"] = str(_seconds(pause))
    return answer


def _seconds(pause: TooManyTopUps) -> int:
    return max(1, int(pause.retry_after.total_seconds()))
