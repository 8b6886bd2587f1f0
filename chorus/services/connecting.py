"""Try every key to Chorus Pro, say which one is wrong, and remind staff of the password before it ends."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final

from django.conf import settings
from django.urls import reverse

from accounts.notify import notify_staff
from accounts.selectors import NoSeller, current_seller
from chorus import wiring
from chorus.gateways.base import AuthenticationRefused, ChorusError, Key, NotAllowed, Transient
from chorus.models import Connection, KeyOutcome, Problem
from core.clock import local_date

if TYPE_CHECKING:
    from datetime import datetime

    from chorus.gateways.base import Directory, Supplier, Transport

STEPS: Final = (30, 15, 5, 1, 0)
"""Days before the end of the password on which staff are reminded; and the day itself."""
PAGE: Final = "staff:chorus_connection"
_PATIENCE_SECONDS: Final = 8
_EACH: Final = timedelta(days=1)
_NO_SUCH_NUMBER: Final = "TEST-CONNEXION"
_LONGEST_WORD: Final = 300
_NOT_TRIED: Final[Mapping[str, Any]] = {
    "client": KeyOutcome.UNTRIED,
    "account": KeyOutcome.UNTRIED,
    "not_subscribed": [],
    "no_right": [],
}
_TROUBLES: Final = (Problem.PISTE, Problem.ACCOUNT, Problem.NOT_SUBSCRIBED, Problem.NO_RIGHT, Problem.SUPPLIER)


@dataclass(slots=True)
class _Finding:
    """What a walk through the keys learnt so far."""

    facts: dict[str, Any] = field(default_factory=dict)
    suppliers: list[Supplier] = field(default_factory=list)


class _Stop(Exception):
    """Nothing after this can be tried."""

    def __init__(self, problem: Problem, error: ChorusError | None = None) -> None:
        super().__init__(problem)
        self.problem, self.error = problem, error


def check_connection(*, at: datetime) -> Connection:
    """Try the keys in their order and keep what was found: the row says which one is wrong.

    Settings, token, technical account, each API, our SIRET among the suppliers, the day on which the password ends.
    Asks only, for at most half a minute. Raises nothing of the network: silence is a finding too.
    """
    missing = wiring.missing_keys()
    finding = _Finding(facts={**_NOT_TRIED, "missing": missing})
    if missing:
        return _keep(finding.facts, Problem.SETTINGS, None, at=at)
    try:
        _walk(finding, wiring.transport(_PATIENCE_SECONDS), wiring.directory(_PATIENCE_SECONDS), at=at)
    except _Stop as stop:
        return _keep(finding.facts, stop.problem, stop.error, at=at)
    return _keep(finding.facts, "", None, at=at)


def look_after_connection(*, at: datetime) -> Connection | None:
    """Once a day, and each hour while something is wrong: try the keys, and remind of what ends soon.

    None when no setting of Chorus Pro is written: then there is nothing to look after.
    """
    if len(wiring.missing_keys()) == len(wiring.KEYS):
        return None
    known = Connection.objects.filter(environment=wiring.environment()).first()
    if known is None or known.problem or at - known.checked_at >= _EACH:
        known = check_connection(at=at)
    remind_of_password(known, at=at)
    return known


def remind_of_password(connection: Connection, *, at: datetime) -> int:
    """Write to staff 30, 15, 5 and 1 days before the password ends, and on its day; each once. Returns the mails."""
    ends = connection.password_expires_on
    if ends is None:
        return 0
    left = (ends - local_date(at)).days
    due = [step for step in STEPS if left <= step]
    if not due:
        return 0
    context = {"ends": ends, "left": max(left, 0), "page": _page()}
    return len(notify_staff("staff.chorus_password", context, key=f"chorus.password:{ends}:{min(due)}", at=at))


def _walk(finding: _Finding, transport: Transport, directory: Directory, *, at: datetime) -> None:
    """Every API is asked something harmless, the one of our structures first: it proves both pairs of keys."""
    probes: Mapping[str, Callable[[], object]] = {
        "transverses": lambda: finding.suppliers.extend(directory.suppliers()),
        "factures": lambda: transport.find(_NO_SUCH_NUMBER),
        "structures": lambda: _consult(finding, directory, at=at),
        "engagementsJuridiques": lambda: directory.engagements("0", supplier_id=_supplier_id(finding)),
    }
    closed: dict[bool, list[str]] = {False: [], True: []}
    first: NotAllowed | None = None
    for api, probe in probes.items():
        try:
            _try(finding, probe)
        except NotAllowed as error:
            first = first or error
            closed[error.subscribed].append(api)
    finding.facts |= {"not_subscribed": closed[False], "no_right": closed[True]}
    if first is not None:
        raise _Stop(Problem.NOT_SUBSCRIBED if closed[False] else Problem.NO_RIGHT, first)
    if not finding.facts.get("supplier_id"):
        raise _Stop(Problem.SUPPLIER)


def _supplier_id(finding: _Finding) -> int:
    return int(finding.facts.get("supplier_id") or 0)


def _try(finding: _Finding, probe: Callable[[], object]) -> None:
    """Ask; an answer proves both pairs of keys, a 403 the first one. Raises NotAllowed or _Stop."""
    try:
        probe()
    except AuthenticationRefused as error:
        if error.key is Key.PISTE:
            finding.facts["client"] = KeyOutcome.REFUSED
            raise _Stop(Problem.PISTE, error) from None
        finding.facts |= {"client": KeyOutcome.GOOD, "account": KeyOutcome.REFUSED}
        raise _Stop(Problem.ACCOUNT, error) from None
    except NotAllowed:
        finding.facts["client"] = KeyOutcome.GOOD
        raise
    except Transient as error:
        raise _Stop(Problem.UNREACHABLE, error) from None
    except ChorusError as error:
        raise _Stop(Problem.OTHER, error) from None
    finding.facts |= {"client": KeyOutcome.GOOD, "account": KeyOutcome.GOOD}


def _consult(finding: _Finding, directory: Directory, *, at: datetime) -> None:
    """Our own structure: which one it is, until when the password is good. Without an answer, what was known stays."""
    try:
        siret = current_seller(on=local_date(at)).siret
    except NoSeller:
        siret = ""
    ours = next((each for each in finding.suppliers if each.siret == siret), None)
    known = ours or next(iter(finding.suppliers), None)
    ends = None
    if known is not None:
        ends = directory.structure(known.chorus_id).password_expires_on
    else:
        directory.find_structure(siret or "0" * 14)
    finding.facts |= {
        "password_expires_on": ends,
        "supplier_id": ours.chorus_id if ours else None,
        "supplier_siret": ours.siret if ours else "",
        "supplier_name": ours.name if ours else "",
    }


def _keep(facts: dict[str, Any], problem: str, error: ChorusError | None, *, at: datetime) -> Connection:
    """Write the row. While Chorus Pro is silent, what was known of the keys stays."""
    before = Connection.objects.filter(environment=wiring.environment()).first()
    told = {
        "problem": problem,
        "word": str(error or "")[:_LONGEST_WORD],
        "correlation_id": error.correlation_id if error else "",
        "checked_at": at,
        "down_since": None,
    }
    if problem == Problem.UNREACHABLE:
        facts = {"missing": []}
        told["down_since"] = (before and before.down_since) or at
    if not problem:
        told["ok_at"] = at
    row, _created = Connection.objects.update_or_create(environment=wiring.environment(), defaults=facts | told)
    if problem in _TROUBLES and before is not None and not before.problem:
        context = {"problem": Problem(problem).label, "page": _page()}
        notify_staff("staff.chorus_connection", context, key=f"chorus.connection:{at.isoformat()}", at=at)
    return row


def _page() -> str:
    return f"{settings.SITE_URL}{reverse(PAGE)}"
