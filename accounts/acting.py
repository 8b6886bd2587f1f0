"""For which customer a request acts: the one chosen last, if the user still may; else the first one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from accounts.models import User
from accounts.selectors import memberships_of

if TYPE_CHECKING:
    from django.http import HttpRequest

    from accounts.models import Customer, Membership

_CHOSEN = "accounts_customer"
_CACHE = "_accounts_acting"


@dataclass(frozen=True, slots=True)
class Acting:
    """The customers a user may act for, and the one acted for now. Both may be nothing."""

    memberships: tuple[Membership, ...] = ()
    membership: Membership | None = None

    @property
    def customer(self) -> Customer | None:
        return self.membership.customer if self.membership else None

    @property
    def customers(self) -> list[Customer]:
        return [membership.customer for membership in self.memberships]


def acting_of(request: HttpRequest) -> Acting:
    """Read once a request, from the database each time: a right taken away is gone at the next click."""
    known: Acting | None = getattr(request, _CACHE, None)
    if known is None:
        known = _read(request)
        setattr(request, _CACHE, known)
    return known


def choose(request: HttpRequest, customer_number: str) -> bool:
    """Act for that customer from now on in this session. False when the user may not."""
    for membership in acting_of(request).memberships:
        if membership.customer.number == customer_number:
            request.session[_CHOSEN] = membership.customer_id
            return True
    return False


def _read(request: HttpRequest) -> Acting:
    user = getattr(request, "user", None)
    if not isinstance(user, User) or not user.is_active:
        return Acting()
    memberships = tuple(memberships_of(user))
    chosen = request.session.get(_CHOSEN)
    current = next((each for each in memberships if each.customer_id == chosen), None)
    return Acting(memberships, current or next(iter(memberships), None))
