"""A company of any size with a history, the same for the same seed: for measuring, and for looking at long lists.

Its customers pay by transfer, so no provider is needed. What happens is decided before anything is written, by the seed
and the days alone.
"""

from __future__ import annotations

import random
from dataclasses import dataclass
from typing import TYPE_CHECKING

from accounts import services as accounts
from accounts.models import CustomerKind
from billing_portal.demo.calendar import BILLING_DAY, billed_months
from billing_portal.demo.catalogue import ALL
from billing_portal.demo.history import receive_transfer
from invoices import services as invoices
from ledger import selectors as ledger

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import datetime

    from accounts.models import Customer
    from billing_portal.demo.calendar import Month
    from billing_portal.demo.catalogue import Product

_AT_ONCE = 200
_PAYING_DAY = 24
_FIRST_NAMES = (
    "Alice",
    "Bruno",
    "Chloé",
    "David",
    "Élodie",
    "Farid",
    "Gaëlle",
    "Hugo",
    "Inès",
    "Jules",
    "Katia",
    "Loïc",
)
_LAST_NAMES = (
    "Arnaud",
    "Besson",
    "Caron",
    "Dupuis",
    "Étienne",
    "Faure",
    "Garnier",
    "Humbert",
    "Joly",
    "Lemaire",
    "Œuvrard",
)
_TRADES = ("Atelier", "Boulangerie", "Cabinet", "Éditions", "Garage", "Imprimerie", "Librairie", "Menuiserie", "Studio")
_CITIES = (("69001", "Lyon"), ("44000", "Nantes"), ("13001", "Marseille"), ("59000", "Lille"), ("67000", "Strasbourg"))


@dataclass(frozen=True, slots=True)
class Profile:
    """One customer to be: who, what it buys each month, and one month in how many it forgets to pay (0: never)."""

    serial: int
    kind: CustomerKind
    name: str
    postcode: str
    city: str
    buys: tuple[tuple[Product, int], ...]
    forgets_one_in: int

    @property
    def email(self) -> str:
        return f"client-{self.serial:06d}@example.org"

    def forgets(self, month: Month) -> bool:
        return self.forgets_one_in > 0 and (self.serial + month.month) % self.forgets_one_in == 0


@dataclass(frozen=True, slots=True)
class Size:
    """How many customers, over how many months."""

    customers: int
    months: int


def profiles(count: int, *, seed: int) -> list[Profile]:
    """The customers of that seed; the first ones are the same whatever the count."""
    return [_profile(serial, random.Random(f"{seed}:{serial}")) for serial in range(1, count + 1)]  # noqa: S311 - no secret


def found(size: Size, *, seed: int, until: datetime) -> int:
    """Open the accounts and let the months pass: invoices on the 5th, transfers on the 24th. Says how many invoices."""
    months = list(billed_months(size.months, until=until))
    people = profiles(size.customers, seed=seed)
    opened = [(profile, _open(profile, at=months[0].at(1, 8))) for profile in people]
    issued = 0
    for month in months:
        issued += _bill(opened, month)
        if month.at(_PAYING_DAY) <= until:
            _pay(opened, month)
    return issued


def _profile(serial: int, chance: random.Random) -> Profile:
    kind = chance.choices([CustomerKind.PERSON, CustomerKind.COMPANY], weights=[7, 3])[0]
    name = f"{chance.choice(_FIRST_NAMES)} {chance.choice(_LAST_NAMES)}"
    if kind == CustomerKind.COMPANY:
        name = f"{chance.choice(_TRADES)} {name.split()[1]} SARL"
    postcode, city = chance.choice(_CITIES)
    chosen = chance.sample(ALL, k=chance.randint(1, 3))
    buys = tuple((product, chance.randint(1, 4)) for product in chosen)
    return Profile(serial, kind, name, postcode, city, buys, chance.choice([0, 0, 0, 4, 6]))


def _open(profile: Profile, *, at: datetime) -> Customer:
    return accounts.create_customer(
        kind=profile.kind,
        name=profile.name,
        email=profile.email,
        at=at,
        address_line1=f"{profile.serial} rue de la Démonstration",
        postcode=profile.postcode,
        city=profile.city,
    )


def _bill(opened: Sequence[tuple[Profile, Customer]], month: Month) -> int:
    at = month.at(BILLING_DAY, 6)
    for some in _batches(opened):
        drafts = [
            invoices.draft(
                customer,
                [product.line(month.first, month.last, quantity=quantity) for product, quantity in profile.buys],
                at=at,
            )
            for profile, customer in some
        ]
        invoices.issue_many(drafts, at=at)
    return len(opened)


def _pay(opened: Sequence[tuple[Profile, Customer]], month: Month) -> None:
    at = month.at(_PAYING_DAY)
    for profile, customer in opened:
        if not profile.forgets(month):
            for item in ledger.open_items(customer.pk):
                receive_transfer(customer, item.open, names=item.document_ref, at=at)


def _batches(
    opened: Sequence[tuple[Profile, Customer]],
) -> Iterator[Sequence[tuple[Profile, Customer]]]:
    for start in range(0, len(opened), _AT_ONCE):
        yield opened[start : start + _AT_ONCE]
