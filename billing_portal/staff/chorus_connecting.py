"""The page of the connection to Chorus Pro: which key is wrong, and what to do about it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from accounts.permissions import staff_required
from billing_portal.staff.views import staff_page
from chorus import selectors, services, wiring
from chorus.models import KeyOutcome, Problem
from core.clock import local_date

if TYPE_CHECKING:
    from accounts.permissions import UserRequest
    from chorus.models import Connection

_may_look = permission_required("chorus.view_connection", raise_exception=True)
_may_test = permission_required("chorus.change_connection", raise_exception=True)
_TO_DO: Final = {
    Problem.SETTINGS: gettext_lazy("Write the settings named below, then start the portal again."),
    Problem.UNREACHABLE: gettext_lazy(
        "Nothing is to be done: outages last hours, at the qualification sometimes days. Invoices wait and leave by "
        "themselves. If it lasts, check the two addresses and the way out of this server."
    ),
    Problem.PISTE: gettext_lazy(
        "Take the client id and the secret from the tab “OAuth Credentials” of the application on PISTE, not from "
        "“API Keys”. Check that the addresses are of the same environment."
    ),
    Problem.ACCOUNT: gettext_lazy(
        "The password was changed, or its 424 days are over, or the account is less than 30 minutes old. Make a new "
        "password on Chorus Pro (Raccordements EDI et API) and write it in CHORUS_PASSWORD."
    ),
    Problem.NOT_SUBSCRIBED: gettext_lazy(
        "Accept the conditions of use of the APIs named below for this application on PISTE, then wait some minutes."
    ),
    Problem.NO_RIGHT: gettext_lazy(
        "Give the technical account the right on our structure for the APIs named below, on Chorus Pro."
    ),
    Problem.SUPPLIER: gettext_lazy(
        "Attach the technical account to the structure of our SIRET on Chorus Pro, or correct the SIRET of the seller."
    ),
    Problem.OTHER: gettext_lazy("Read the answer below; the support of Chorus Pro asks for the correlation."),
}
_FARED: Final = {
    KeyOutcome.GOOD: ("ok", gettext_lazy("Accepted by the service")),
    KeyOutcome.REFUSED: ("late", gettext_lazy("Refused by the service")),
    KeyOutcome.UNTRIED: ("wait", gettext_lazy("Not tried")),
}


@dataclass(frozen=True, slots=True)
class Step:
    """One line of the page: a key, and how it fared."""

    name: str
    kind: str
    words: str


@staff_required
@_may_look
@require_safe
def connection(request: UserRequest) -> HttpResponse:
    """What the last test found, what to do, and how credentials are had."""
    found = selectors.connection()
    ends = found.password_expires_on if found else None
    return staff_page(
        request,
        "staff/chorus_connection.html",
        _("Connection to Chorus Pro"),
        connection=found,
        to_do=_TO_DO.get(Problem(found.problem)) if found and found.problem else "",
        steps=_steps(found) if found else [],
        missing=wiring.missing_keys(),
        days_left=(ends - local_date(request.now)).days if ends else None,
        may_test=request.user.has_perm("chorus.change_connection"),
        environment=wiring.environment(),
    )


@staff_required
@_may_test
@require_POST
def test_connection(request: UserRequest) -> HttpResponse:
    """Try the keys now."""
    found = services.check_connection(at=request.now)
    if found.problem:
        messages.warning(request, _("The connection does not work: %(why)s.") % {"why": found.get_problem_display()})
    else:
        messages.success(request, _("The connection works: every key is accepted."))
    return redirect("staff:chorus_connection")


def _steps(found: Connection) -> list[Step]:
    """The keys in the order in which they are tried."""
    written = Step(_("Settings"), *(("late", _("Missing")) if found.missing else ("ok", _("All written"))))
    keys = (
        (_("Client id and secret of PISTE"), KeyOutcome(found.client)),
        (_("Login and password of the technical account"), KeyOutcome(found.account)),
    )
    return [
        written,
        *(Step(name, *_fared(outcome)) for name, outcome in keys),
        Step(_("APIs subscribed, with their rights"), *_apis(found)),
        Step(_("Our SIRET"), *_supplier(found)),
    ]


def _apis(found: Connection) -> tuple[str, str]:
    if closed := [*found.not_subscribed, *found.no_right]:
        return "late", ", ".join(closed)
    return _fared(KeyOutcome.GOOD if found.account == KeyOutcome.GOOD else KeyOutcome.UNTRIED)


def _supplier(found: Connection) -> tuple[str, str]:
    if found.problem == Problem.SUPPLIER:
        return "late", _("Not among the structures of the account")
    if found.supplier_id:
        return "ok", f"{found.supplier_siret} {found.supplier_name}"
    return _fared(KeyOutcome.UNTRIED)


def _fared(outcome: KeyOutcome) -> tuple[str, str]:
    kind, words = _FARED[outcome]
    return kind, str(words)
