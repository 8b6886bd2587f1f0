"""Chorus Pro itself keeps the promises of a transport; its directory; and what its answers may lack."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from pytest_django.fixtures import Settings

from chorus import wiring
from chorus.gateways import mapping, reading
from chorus.gateways.base import (
    Directory,
    FlowOutcome,
    NotConfigured,
    Refused,
    Transient,
    Transport,
)
from chorus.gateways.direct import ChorusDirect
from chorus.gateways.paging import all_rows
from chorus.tests.transport_contract import TransportContract
from core.money import Money
from tests.support.bank import Bank

pytestmark = pytest.mark.once


@pytest.fixture
def transport(chorus_sandbox: Bank) -> Transport:
    return wiring.transport()


@pytest.fixture
def directory(chorus_sandbox: Bank) -> Directory:
    return wiring.directory()


class TestChorusDirect(TransportContract):
    """The contract, over loopback."""


# --- The directory ----------------------------------------------------------------------------------------------------
def test_a_structure_is_found_by_its_siret_closed_or_not(directory: Directory) -> None:
    open_one = directory.find_structure("21690123100011")
    closed = directory.find_structure("21350994600017")

    assert open_one is not None
    assert (open_one.name, open_one.is_active) == ("Mairie de Saint-Étienne-du-Bois", True)
    assert closed is not None
    assert not closed.is_active
    assert directory.find_structure("00000000000000") is None


@pytest.mark.parametrize(
    ("siret", "wants"),
    [
        ("12345678200051", (False, False, False)),
        ("12345678200036", (False, True, False)),
        ("12345678200028", (True, False, False)),
        ("12345678200044", (True, True, False)),
        ("21350990400016", (False, False, True)),
    ],
)
def test_a_structure_says_what_it_requires(directory: Directory, siret: str, wants: tuple[bool, bool, bool]) -> None:
    found = directory.find_structure(siret)
    assert found is not None

    seen = directory.structure(found.chorus_id)

    assert (seen.service_required, seen.engagement_required, seen.either_required) == wants
    assert (seen.siret, seen.is_public, seen.payment_not_reported) == (siret, True, False)
    assert seen.address == ("Place de la Mairie", "35000 EXEMPLEVILLE")
    assert seen.password_expires_on is None


def test_all_twenty_five_services_are_told(directory: Directory) -> None:
    assert len(_services(directory, "21350995300013")) == 25
    assert _services(directory, "12345678200051") == {}


def test_closed_services_are_told_as_such_and_those_between_public_bodies_not_at_all(directory: Directory) -> None:
    old, narrow = _services(directory, "21350991200019"), _services(directory, "21350992000012")

    assert (old["MAIRIE"].is_active, old["PISCINE"].is_active) == (True, False)
    assert old["PISCINE"].ends_on == date(2025, 12, 31)
    assert set(narrow) == {"FINANCES"}


def test_a_service_may_require_an_engagement_by_itself(directory: Directory) -> None:
    found = directory.find_structure("21350993800014")
    assert found is not None
    services = _services(directory, "21350993800014")

    wants = {code: directory.service(found.chorus_id, each.chorus_id) for code, each in services.items()}

    assert {code: each.engagement_required for code, each in wants.items()} == {"MARCHES": True, "CULTURE": False}
    assert wants["CULTURE"].name == "Culture"


def test_engagements_of_the_state_are_told_with_what_is_left(directory: Directory) -> None:
    ours = next(each for each in directory.suppliers() if each.siret == "99999999800019")

    (known,) = directory.engagements("1512345678", supplier_id=ours.chorus_id)

    assert (known.number, known.left) == ("1512345678", Money(500_000))
    assert directory.engagements("0000000000", supplier_id=ours.chorus_id) == []


def test_our_structures_are_told_and_the_day_on_which_the_password_ends(
    directory: Directory, chorus_sandbox: Bank
) -> None:
    chorus_sandbox.control("chorus/password", expires="2027-03-04T23:30:00+00:00")
    ours = {each.siret: each for each in directory.suppliers()}

    seen = directory.structure(ours["99999999800019"].chorus_id)

    assert set(ours) == {"99999999800019", "33254021516357"}
    assert seen.password_expires_on == date(2027, 3, 5), "the day in Paris"


def test_without_a_structure_of_ours_there_is_an_empty_list(directory: Directory, chorus_sandbox: Bank) -> None:
    for siret in ("99999999800019", "33254021516357"):
        chorus_sandbox.control(f"chorus/structures/{siret}/attach", attached=False)

    assert directory.suppliers() == []


def _services(directory: Directory, siret: str) -> dict[str, Any]:
    found = directory.find_structure(siret)
    assert found is not None
    return {each.code: each for each in directory.services(found.chorus_id)}


# --- Which Chorus Pro -------------------------------------------------------------------------------------------------
def test_without_its_settings_nothing_is_asked(settings: Settings) -> None:
    for name in wiring.KEYS:
        setattr(settings, name, "")

    with pytest.raises(NotConfigured, match="PISTE_SECRET"):
        wiring.transport()
    with pytest.raises(NotConfigured):
        wiring.directory()
    assert not wiring.is_configured()


def test_other_settings_are_another_client(chorus_sandbox: Bank, settings: Settings) -> None:
    first = wiring.transport()
    settings.CHORUS_PASSWORD = "another"

    assert wiring.transport() != first
    assert "another" not in repr(wiring.transport())


# --- Answers that lack something --------------------------------------------------------------------------------------
class Teller:
    """A PISTE that answers from a list; the last answer repeats."""

    def __init__(self, *answers: dict[str, Any]) -> None:
        self.answers = list(answers)

    def read(self, path: str, question: object) -> dict[str, Any]:
        assert path
        assert question
        return self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]


def _direct(*answers: dict[str, Any]) -> ChorusDirect:
    return ChorusDirect(Teller(*answers))  # type: ignore[arg-type]


def test_missing_null_and_strange_fields_never_stop_us() -> None:
    rows = [
        {},
        {"identifiantFactureCPP": None, "numeroFacture": "A"},
        {"identifiantFactureCPP": 7, "numeroFacture": None, "montantTTC": "douze", "dateHeureEtatCourant": "hier"},
        {"identifiantFactureCPP": "8", "numeroFacture": "A", "montantTTC": "12,50", "statut": ["?"]},
        {"identifiantFactureCPP": 9, "numeroFacture": "B"},
        "nothing",
    ]
    found = _direct({"listeFactures": rows, "parametresRetour": {"pages": 1}}).find("a")

    assert [(each.chorus_id, each.total, each.at) for each in found] == [(7, None, None), (8, Money(1_250), None)]
    assert _direct({}).find("A") == []
    assert _direct({"listeFactures": None}).history(7) == []


def test_pages_go_on_while_nobody_says_how_many_there_are() -> None:
    pages = [{"listeFactures": [{"identifiantFactureCPP": number}]} for number in (1, 2, 3)]

    assert [each.chorus_id for each in _direct(*pages).changed_since(_NOW, _NOW)] == [1, 2, 3]


def test_a_list_without_end_is_not_read_for_ever() -> None:
    def ask(page: int) -> dict[str, Any]:
        return {"rows": [{"page": page}], "parametresRetour": {"pages": 10**9}}

    with pytest.raises(Transient, match="TOO_MANY_PAGES"):
        list(all_rows(ask, "rows"))


def test_another_no_in_the_middle_of_a_list_is_not_an_empty_list() -> None:
    def ask(_page: int) -> dict[str, Any]:
        raise Refused(20001, "GDP_MSG_11.005", "no right")

    with pytest.raises(Refused):
        list(all_rows(ask, "rows"))


@pytest.mark.parametrize(
    ("state", "outcome"),
    [
        ("IN_INTEGRE", FlowOutcome.INTEGRATED),
        ("INTEGRE", FlowOutcome.INTEGRATED),
        (" in_rejete", FlowOutcome.REJECTED),
        ("QP_IRRECEVABLE", FlowOutcome.REJECTED),
        ("IN_EN_ATTENTE_RETRAITEMENT_CPP", FlowOutcome.PENDING),
        ("IN_DE_DEMAIN", FlowOutcome.PENDING),
        ("", FlowOutcome.PENDING),
    ],
)
def test_states_of_flows_are_read_with_their_prefix_or_without(state: str, outcome: FlowOutcome) -> None:
    assert mapping.outcome_of(state) is outcome


_NOW = datetime(2026, 11, 2, 8, 41, tzinfo=UTC)


@pytest.mark.parametrize(
    "text",
    [
        "2026-11-02 09:41",
        "2026-11-02T09:41",
        "2026-11-02T09:41:00.000+01:00",
        "2026-11-02T08:41:00Z",
        1_793_608_860_000,
    ],
)
def test_moments_are_read_in_all_their_forms(text: object) -> None:
    assert reading.moment({"at": text}, "at") == _NOW


@pytest.mark.parametrize(
    ("told", "money"),
    [
        (Decimal("0.1"), Money(10)),
        (1200, Money(120_000)),
        ("1200.00", Money(120_000)),
        (Decimal("1E+999999"), None),
        ("NaN", None),
        (True, None),
        (None, None),
    ],
)
def test_amounts_are_read_without_floats(told: object, money: Money | None) -> None:
    assert reading.money({"amount": told}, "amount") == money


def test_a_step_without_its_date_is_left_out() -> None:
    steps = [{"histoStatutCode": "DEPOSEE", "histoStatutDatePassage": None}, {"histoStatutDatePassage": "2026-11-02"}]

    assert _direct({"historiquesDesStatuts": {"histoStatut": steps}}).history(7) == []
