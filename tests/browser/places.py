"""Every page that a customer can open, and as whom. A new page is added here, and all the checks visit it.

Below, pages of staff that are made of the same parts: each is opened, read by axe, and no wider than a phone.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.urls import reverse

from bank.words import LineState
from chorus.states import SubmissionState
from payments.models import Dispute
from tests.browser.lines import line_that_is
from tests.browser.lots import beside_the_list, page_of_one
from tests.browser.public import submission_that_is

if TYPE_CHECKING:
    from accounts.models import User
    from tests.browser.world import World

WAITING, INTEGRATED = SubmissionState.WAITING_REFERENCES, SubmissionState.INTEGRATED


def _reconciling(state: LineState, lot: str) -> str:
    """The page of reconciliation with the first line in that state open."""
    return f"{reverse('staff:reconcile')}?lot={lot}&line={line_that_is(state).pk}"


@dataclass(frozen=True, slots=True)
class Place:
    """A page: its address in a world, and who opens it (nobody: signed out)."""

    name: str
    path: Callable[[World], str]
    who: Callable[[World], User | None]
    status: int = 200


def _named(name: str) -> Callable[[World], str]:
    return lambda _world: reverse(name)


def _submitted(name: str, state: SubmissionState) -> Callable[[World], str]:
    """A page of the town hall's document that is in that state."""
    return lambda _world: reverse(name, args=[submission_that_is(state).invoice.public_id])


def claire(world: World) -> User:
    return world.cast.claire


def _waiting(world: World) -> User:
    return world.waiting


def nobody(_world: World) -> None:
    return None


def _dispute(world: World) -> Dispute:
    return Dispute.objects.get(payment=world.contested)


def finance(world: World) -> User:
    return world.finance


PLACES = [
    Place("dashboard, due", _named("dashboard"), claire),
    Place("dashboard, late, several accounts", _named("dashboard"), lambda world: world.late),
    Place("dashboard, being checked", _named("dashboard"), lambda world: world.waiting),
    Place("dashboard, empty", _named("dashboard"), lambda world: world.cast.outsider),
    Place("dashboard, read only", _named("dashboard"), lambda world: world.cast.accountant),
    Place("dashboard, public body", _named("dashboard"), lambda world: world.mayor),
    Place("invoice, waits for a reference", _submitted("invoices:detail", WAITING), lambda world: world.mayor),
    Place("invoice, suspended in Chorus Pro", _submitted("invoices:detail", INTEGRATED), lambda world: world.mayor),
    Place("invoices, public body", _named("invoices:list"), lambda world: world.mayor),
    Place("references", _submitted("chorus:references", WAITING), lambda world: world.mayor),
    Place("attachments", _submitted("chorus:attachments", WAITING), lambda world: world.mayor),
    Place("answer to a suspension", _submitted("chorus:answer", INTEGRATED), lambda world: world.mayor),
    Place("top-up", _named("payments:top_up"), claire),
    Place("transfer", _named("bank:transfer"), claire),
    Place("transfer, wrong amount", lambda _w: reverse("bank:transfer") + "?amount=douze", claire),
    Place("transfer, nothing due", _named("bank:transfer"), lambda world: world.cast.outsider),
    Place("transfer, read only", _named("bank:transfer"), lambda world: world.cast.accountant),
    Place("transfer, public body", _named("bank:transfer"), lambda world: world.mayor),
    Place("transfer, announced", _named("bank:transfer"), lambda world: world.contester),
    Place("progress, credited", lambda w: reverse("payments:progress", args=[w.credited.public_id]), claire),
    Place(
        "progress, being checked",
        lambda w: reverse("payments:progress", args=[w.checking.public_id]),
        lambda w: w.waiting,
    ),
    Place("progress, refused", lambda w: reverse("payments:progress", args=[w.refused.public_id]), lambda w: w.late),
    Place("payment methods", _named("payments:methods"), claire),
    Place("payment methods, none", _named("payments:methods"), lambda world: world.cast.outsider),
    Place("payment methods, read only", _named("payments:methods"), lambda world: world.cast.accountant),
    Place("payment method", lambda w: reverse("payments:method", args=[w.saved.public_id]), claire),
    Place(
        "payment method, being checked",
        lambda w: reverse("payments:method", args=[w.doubtful.public_id]),
        lambda w: w.waiting,
    ),
    Place("payment method, new", _named("payments:add_method"), claire),
    Place("bank account, new", _named("payments:add_account"), claire),
    Place("automatic payment", _named("payments:automatic"), claire),
    Place("automatic top-up", _named("payments:top_up_rule"), claire),
    Place("debit", lambda w: reverse("payments:debit", args=[w.debit.public_id]), claire),
    Place(
        "debit, read only",
        lambda w: reverse("payments:debit", args=[w.debit.public_id]),
        lambda world: world.cast.accountant,
    ),
    Place("payment method, to remove", lambda w: reverse("payments:remove_method", args=[w.saved.public_id]), claire),
    Place("bank account", lambda w: reverse("payments:method", args=[w.account.public_id]), claire),
    Place("bank account, new", _named("payments:add_account"), claire),
    Place("bank account, new, of a company", _named("payments:add_account"), lambda world: world.late),
    Place("bank account, public body", _named("payments:add_account"), lambda world: world.mayor),
    Place(
        "bank account, to replace", lambda w: reverse("payments:replace_account", args=[w.mandate.public_id]), claire
    ),
    Place("mandate to sign", lambda w: reverse("payments:mandate", args=[w.draft.public_id]), claire),
    Place(
        "mandate to sign, read only",
        lambda w: reverse("payments:mandate", args=[w.draft.public_id]),
        lambda world: world.cast.accountant,
    ),
    Place("transactions", _named("ledger:transactions"), claire),
    Place("transactions, nothing found", lambda _w: reverse("ledger:transactions") + "?q=introuvable", claire),
    Place("progress, came back", lambda w: reverse("payments:cancel", args=[w.refused.public_id]), lambda w: w.late),
    Place("quotes", _named("invoices:quotes"), lambda world: world.late),
    Place("quote", lambda w: reverse("invoices:quote", args=[w.quote.public_id]), lambda world: world.late),
    Place("invoices", _named("invoices:list"), claire),
    Place("invoices, none", _named("invoices:list"), lambda world: world.cast.outsider),
    Place("invoice", lambda w: reverse("invoices:detail", args=[w.invoice.public_id]), claire),
    Place("credit note", lambda w: reverse("invoices:detail", args=[w.note.public_id]), lambda world: world.mayor),
    Place("invoices, a credit note", _named("invoices:list"), lambda world: world.mayor),
    Place(
        "correct an invoice", lambda w: reverse("invoices:correct", args=[w.misnamed.public_id]), lambda w: w.waiting
    ),
    Place(
        "correct an invoice, both documents",
        lambda w: reverse("invoices:correct_confirm", args=[w.misnamed.public_id]),
        lambda w: w.waiting,
    ),
    Place(
        "correct an invoice, not here",
        lambda w: reverse("invoices:correct", args=[w.note.original.public_id]),  # type: ignore[union-attr]
        lambda world: world.mayor,
        409,
    ),
    Place("receipts", _named("invoices:receipts"), claire),
    Place("receipts, one cancelled", _named("invoices:receipts"), lambda world: world.contester),
    Place(
        "progress, contested",
        lambda w: reverse("payments:progress", args=[w.contested.public_id]),
        lambda w: w.contester,
    ),
    Place("account statement", _named("invoices:statement"), claire),
    Place("attestations, something is due", _named("invoices:attestations"), claire),
    Place("attestations", _named("invoices:attestations"), lambda world: world.contester),
    Place("attestations, read only", _named("invoices:attestations"), lambda world: world.cast.accountant),
    Place("check an attestation", _named("invoices:check_form"), nobody),
    Place("check, authentic", lambda w: reverse("invoices:check", args=[w.attested.shown_code]), nobody),
    Place("check, unknown", lambda _w: reverse("invoices:check", args=["7KQ4-M2TX-9B3D-R2QA"]), nobody, 404),
    Place("profile", _named("accounts:profile"), claire),
    Place("Chorus Pro, structure", lambda _w: reverse("chorus:settings") + "?etape=siret", lambda world: world.mayor),
    Place("Chorus Pro, service", lambda _w: reverse("chorus:settings") + "?etape=service", lambda world: world.mayor),
    Place(
        "Chorus Pro, engagement",
        lambda _w: reverse("chorus:settings") + "?etape=engagement",
        lambda world: world.mayor,
    ),
    Place("profile, read only", _named("accounts:profile"), lambda world: world.cast.accountant),
    Place("texts on invoices", _named("accounts:texts"), claire),
    Place("people with access", _named("accounts:members"), claire),
    Place("people with access, refused", _named("accounts:members"), lambda world: world.cast.accountant, 403),
    Place("security", _named("accounts:security"), claire),
    Place("sessions", _named("usersessions_list"), claire),
    Place("second factor", _named("mfa_index"), claire),
    Place("second factor, application", _named("mfa_activate_totp"), claire),
    Place("second factor, passkeys", _named("mfa_list_webauthn"), claire),
    Place("second factor, new passkey", _named("mfa_add_webauthn"), claire),
    Place("new password", _named("account_change_password"), claire),
    Place("e-mail address", _named("account_email"), claire),
    Place("sign out", _named("account_logout"), claire),
    Place("sign in again", _named("account_reauthenticate"), claire),
    Place("sign in", _named("account_login"), nobody),
    Place("sign in by code", _named("account_request_login_code"), nobody),
    Place("forgotten password", _named("account_reset_password"), nobody),
    Place("forgotten password, sent", _named("account_reset_password_done"), nobody),
    Place("sign up", _named("account_signup"), nobody),
    Place("no such page", lambda _w: "/nulle-part/", claire, 404),
    Place("no such page, signed out", lambda _w: "/nulle-part/", nobody, 404),
    Place("a bug", lambda _w: "/essai/500/", nobody, 500),
    Place("a pause", lambda _w: "/essai/503/", nobody, 503),
    Place("no right", lambda _w: "/essai/403/", claire, 403),
    Place("expired form", lambda _w: "/essai/403_csrf/", claire, 403),
    Place("too many attempts", lambda _w: "/essai/429/", nobody, 429),
    Place("unreadable request", lambda _w: "/essai/400/", claire, 400),
]

STAFF_PLACES = [
    Place("staff, exports", _named("staff:exports"), finance),
    Place("staff, connection to Chorus Pro", _named("staff:chorus_connection"), finance),
    Place("staff, Chorus Pro", _named("staff:chorus"), finance),
    Place("staff, Chorus Pro, one document", lambda _w: beside_the_list(), finance),
    Place("staff, Chorus Pro, page of a document", lambda _w: page_of_one(), finance),
    Place("staff, Chorus Pro, operations", _named("staff:chorus_operations"), finance),
    Place("staff, closings", _named("staff:closings"), finance),
    Place("staff, series", _named("staff:series"), finance),
    Place("staff, audit trail", lambda w: reverse("staff:trail", args=[w.invoice.number]), finance),
    Place("staff, contested", lambda w: reverse("staff:dispute", args=[_dispute(w).public_id]), finance),
    Place("staff, quote", lambda w: reverse("staff:quote", args=[w.quote.public_id]), finance),
    Place("staff, statement", lambda w: reverse("staff:statement", args=[w.cast.individual.reference]), finance),
    Place("staff, mandate", lambda w: reverse("staff:mandate", args=[w.mandate.public_id]), finance),
    Place("staff, bank statement", _named("staff:import_statement"), finance),
    Place("staff, reconciliation", lambda _w: _reconciling(LineState.SUGGESTED, "a-choisir"), finance),
    Place(
        "staff, reconciliation, split", lambda _w: _reconciling(LineState.SUGGESTED, "a-choisir&mode=repartir"), finance
    ),
    Place("staff, reconciliation, fee", lambda _w: _reconciling(LineState.OUT, "sorties"), finance),
]
