"""What waits for a person about money that goes back by transfer."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from django.urls import reverse
from django.utils.translation import gettext as _

from bank import selectors as bank
from bank.models import OrderState
from billing_portal.staff.queues import Queue, listed, size

if TYPE_CHECKING:
    from datetime import datetime

_LOOKED_BACK = timedelta(days=7)


def transfer_queues(*, at: datetime) -> list[Queue]:
    """Orders without a file, files that nobody gave to the bank, overpayments, transfers that did not arrive."""
    return [*_to_send(at), *_to_decide(at)]


def _to_send(at: datetime) -> list[Queue]:
    return [
        Queue(
            _("Transfers to send"),
            _("ordered, and in no file for the bank yet"),
            *size(bank.orders_to_file(), "created_at"),
            timedelta(days=1),
            _("Write the file"),
            reverse("staff:make_transfers"),
            at,
        ),
        Queue(
            _("Files of transfers to give to the bank"),
            _("the money leaves once the bank has them"),
            *size(bank.files_to_hand_over(), "created_at"),
            timedelta(days=1),
            _("Look"),
            listed("bank_transferfile"),
            at,
        ),
    ]


def _to_decide(at: datetime) -> list[Queue]:
    kept = bank.kept_for_decision()
    ended = bank.orders_that_ended_badly().filter(updated_at__gt=at - _LOOKED_BACK)
    return [
        Queue(
            _("Overpayments of public bodies"),
            _("given back to their account, or left by their written agreement"),
            len(kept),
            kept[0].since if kept else None,
            timedelta(days=7),
            _("Decide"),
            reverse("staff:kept_for_decision"),
            at,
        ),
        Queue(
            _("Transfers that did not arrive, of the last 7 days"),
            _("refused by the bank, or sent back: the money needs another way"),
            *size(ended, "updated_at"),
            timedelta(days=7),
            _("Look"),
            listed("bank_transferorder", state__in=f"{OrderState.REFUSED},{OrderState.RETURNED}"),
            at,
        ),
    ]
