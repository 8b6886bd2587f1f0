"""What waits for a person about Chorus Pro: its connection, and documents."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Final

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from billing_portal.staff.queues import Queue, listed, size
from chorus import selectors as chorus
from chorus.selectors.directory import customers_without_a_receiver
from chorus.selectors.inbox import Lot, count_lots
from core.clock import local_date

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from django_stubs_ext import StrOrPromise

_LOTS: Final[Mapping[Lot, tuple[StrOrPromise, StrOrPromise, timedelta]]] = {
    Lot.REFERENCES: (
        gettext_lazy("Invoices that lack what their public body requires"),
        gettext_lazy("issued and booked; the customer was written to, and they leave when completed"),
        timedelta(days=7),
    ),
    Lot.ENTRY: (
        gettext_lazy("Documents that Chorus Pro refused on entry"),
        gettext_lazy("their buyer does not have them: correct what the report says, the same number is sent again"),
        timedelta(days=1),
    ),
    Lot.SUSPENDED: (
        gettext_lazy("Invoices suspended by their buyer"),
        gettext_lazy("the buyer’s days to pay stand still until somebody answers"),
        timedelta(days=2),
    ),
    Lot.ASTRAY: (
        gettext_lazy("Invoices to recycle in Chorus Pro"),
        gettext_lazy("they went to the wrong service: give the right address"),
        timedelta(days=2),
    ),
    Lot.REFUSED: (
        gettext_lazy("Invoices refused by their buyer"),
        gettext_lazy("final: a credit note, then a new invoice"),
        timedelta(days=3),
    ),
    Lot.HELD: (
        gettext_lazy("Documents held back from Chorus Pro"),
        gettext_lazy("money came first, the file is invalid, or somebody held them: decide"),
        timedelta(days=1),
    ),
    Lot.UNKNOWN: (
        gettext_lazy("Deposits of unknown outcome"),
        gettext_lazy("they are looked up there, and never sent twice"),
        timedelta(hours=2),
    ),
    Lot.STUCK: (
        gettext_lazy("Documents stuck on their way to Chorus Pro"),
        gettext_lazy("under way for more than a day: ask about them, then the support of Chorus Pro"),
        timedelta(),
    ),
}


def document_queues(*, at: datetime) -> list[Queue]:
    """Each lot of documents that wait for somebody. One query."""
    counted = count_lots(at=at)
    return [
        Queue(
            str(name),
            str(note),
            counted.counts[lot],
            counted.oldest[lot],
            within,
            _("Look"),
            f"{reverse('staff:chorus')}?lot={lot}",
            at,
        )
        for lot, (name, note, within) in _LOTS.items()
    ]


def connection_queues(*, at: datetime) -> list[Queue]:
    """A key that is refused, or a password that ends within 30 days."""
    return [
        Queue(
            _("Connection to Chorus Pro to look at"),
            _("a key is refused, or the password of the technical account ends soon: invoices to public bodies wait"),
            *size(chorus.connections_to_mend(at=at), "checked_at"),
            timedelta(days=1),
            _("Look"),
            reverse("staff:chorus_connection"),
            at,
        )
    ]


def receiver_queues(*, at: datetime) -> list[Queue]:
    """Public bodies that their invoices cannot reach; how long is counted since the directory last said so."""
    return [
        Queue(
            _("Public bodies that cannot receive their invoices"),
            _("their structure or service is closed or unknown in Chorus Pro: they were written to, help them"),
            *size(customers_without_a_receiver(on=local_date(at)), "said_at"),
            timedelta(days=2),
            _("Look"),
            listed("accounts_customer", reception="none"),
            at,
        )
    ]
