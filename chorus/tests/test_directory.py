"""The directory: what is asked, when, what is kept of it, and who hears of a closed door."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from django.db import IntegrityError, transaction

from chorus.models import Structure, StructureService
from chorus.requirements import missing_of
from chorus.selectors.directory import customers_without_a_receiver, requirement_for, requirement_of, structure_of
from chorus.services.directory import look_up, refresh, refresh_before_deposit, want
from chorus.states import Missing, StructureState
from chorus.tests.directory_desk import TOWN_HALL, Listed, MemoryDirectory, town_hall
from core.clock import local_date
from outbox.models import Message
from tests.support.cast import NOON, make_town_hall

if TYPE_CHECKING:
    from accounts.models import Customer

pytestmark = pytest.mark.django_db
LATER = NOON + timedelta(days=1)


@pytest.fixture
def mayor(db: None) -> Customer:
    return make_town_hall()


def lacks(directory: MemoryDirectory, service: str = "", engagement: str = "", siret: str = TOWN_HALL) -> list[Missing]:
    structure = look_up(siret, at=NOON, directory=directory, service_code=service)
    return missing_of(requirement_for(structure, service, at=NOON), structure, service, engagement)


@pytest.mark.parametrize(
    ("either", "service", "engagement", "with_none", "with_service", "with_engagement"),
    [
        (True, True, True, [Missing.EITHER], [], []),
        (True, False, False, [Missing.EITHER], [], []),
        (False, True, True, [Missing.SERVICE, Missing.ENGAGEMENT], [Missing.ENGAGEMENT], [Missing.SERVICE]),
        (False, True, False, [Missing.SERVICE], [], [Missing.SERVICE]),
        (False, False, True, [Missing.ENGAGEMENT], [Missing.ENGAGEMENT], []),
        (False, False, False, [], [], []),
    ],
)
def test_the_table_of_requirements(  # noqa: PLR0917 - a row of the table
    either: bool,
    service: bool,
    engagement: bool,
    with_none: list[Missing],
    with_service: list[Missing],
    with_engagement: list[Missing],
) -> None:
    directory = MemoryDirectory(Listed(TOWN_HALL, either=either, service=service, engagement=engagement).has("COMPTA"))

    assert lacks(directory) == with_none
    assert lacks(directory, "COMPTA") == with_service
    assert lacks(directory, "", "EJ-1") == with_engagement
    assert lacks(directory, "COMPTA", "EJ-1") == []


def test_one_service_may_require_an_engagement_number_for_itself_alone() -> None:
    directory = MemoryDirectory(Listed(TOWN_HALL).has("COMPTA").has("MARCHES", engagement=True))

    assert lacks(directory, "COMPTA") == []
    assert lacks(directory, "MARCHES") == [Missing.ENGAGEMENT]


def test_a_service_that_is_closed_unknown_or_for_public_bodies_alone_takes_nothing() -> None:
    ended = Listed(TOWN_HALL).has("ANCIEN", is_active=False).has("FINI", ends_on=local_date(NOON) - timedelta(days=1))
    directory = MemoryDirectory(ended.has("FACTURES_PUBLIQUES").has("COMPTA"))

    closed = {code: lacks(directory, code) for code in ("ANCIEN", "FINI", "FACTURES_PUBLIQUES", "INCONNU", "COMPTA")}

    refused = [Missing.SERVICE_CLOSED]
    assert closed == {
        "ANCIEN": refused,
        "FINI": refused,
        "FACTURES_PUBLIQUES": refused,
        "INCONNU": refused,
        "COMPTA": [],
    }
    assert not StructureService.objects.filter(code="FACTURES_PUBLIQUES").exists()


@pytest.mark.parametrize(
    ("listed", "state"),
    [
        (Listed(TOWN_HALL), StructureState.ACTIVE),
        (Listed(TOWN_HALL, is_public=None), StructureState.ACTIVE),
        (Listed(TOWN_HALL, is_active=False), StructureState.CLOSED),
        (Listed(TOWN_HALL, is_public=False), StructureState.PRIVATE),
        (Listed("73282932000074"), StructureState.NOT_FOUND),
    ],
)
def test_what_the_directory_says_of_a_siret(listed: Listed, state: StructureState) -> None:
    directory = MemoryDirectory(listed)

    structure = look_up(TOWN_HALL, at=NOON, directory=directory)

    assert structure.state == state
    assert missing_of(requirement_for(structure, "", at=NOON), structure, "", "") == (
        [] if state == StructureState.ACTIVE else [Missing.STRUCTURE]
    )


def test_without_an_answer_it_is_asked_again_and_nothing_is_required_meanwhile(mayor: Customer) -> None:
    directory = MemoryDirectory(town_hall())
    directory.goes_down()

    structure = look_up(TOWN_HALL, at=NOON, directory=directory)

    assert (structure.state, structure.last_error, structure.wanted_at) == (
        StructureState.UNCHECKED,
        "no answer",
        NOON,
    )
    assert requirement_of(mayor, at=NOON).known_at is None
    assert refresh(at=NOON, directory=directory) == 0

    directory.comes_back()
    assert refresh(at=LATER, directory=directory) == 1
    known = structure_of(mayor)
    assert known is not None
    assert (known.state, known.last_error, known.wanted_at) == (StructureState.ACTIVE, "", None)
    assert requirement_of(mayor, at=LATER).engagement_required


def test_silence_does_not_forget_what_was_known(mayor: Customer) -> None:
    directory = MemoryDirectory(town_hall())
    look_up(TOWN_HALL, at=NOON, directory=directory)
    directory.goes_down()

    structure = look_up(TOWN_HALL, at=LATER, directory=directory)

    assert (structure.state, structure.checked_at) == (StructureState.ACTIVE, NOON)
    assert requirement_of(mayor, at=LATER).service_required


def test_the_daily_turn_asks_about_those_that_customers_use_and_once_a_day(mayor: Customer) -> None:
    directory = MemoryDirectory(town_hall(), Listed("73282932000074"))
    look_up("73282932000074", at=NOON, directory=directory)

    assert refresh(at=NOON, directory=directory) == 1
    assert refresh(at=NOON + timedelta(hours=1), directory=directory) == 0
    assert refresh(at=LATER, directory=directory) == 1


def test_the_first_deposit_of_the_day_asks_again_and_the_next_ones_rest_on_it() -> None:
    directory = MemoryDirectory(town_hall())
    structure = look_up(TOWN_HALL, at=NOON, directory=directory)
    directory.calls.clear()

    refresh_before_deposit(structure, at=NOON + timedelta(hours=2), directory=directory)
    assert directory.calls == []
    again = refresh_before_deposit(structure, at=LATER, directory=directory)
    assert again.checked_at == LATER


def test_a_structure_that_closes_is_told_once_to_its_customers(mayor: Customer) -> None:
    directory = MemoryDirectory(town_hall())
    look_up(TOWN_HALL, at=NOON, directory=directory)
    directory.listed[TOWN_HALL].is_active = False

    look_up(TOWN_HALL, at=LATER, directory=directory)
    look_up(TOWN_HALL, at=LATER + timedelta(hours=1), directory=directory)

    letter = Message.objects.get(kind="chorus.structure_closed")
    assert letter.recipients == ["mairie@example.org"]
    assert TOWN_HALL in letter.text
    assert list(customers_without_a_receiver(on=local_date(LATER))) == [mayor]


@pytest.mark.parametrize("how", ["inactive", "listed no more"])
def test_a_service_that_closes_is_told_once_to_those_who_chose_it(mayor: Customer, how: str) -> None:
    directory = MemoryDirectory(town_hall())
    look_up(TOWN_HALL, at=NOON, directory=directory)
    services = directory.listed[TOWN_HALL].services
    if how == "inactive":
        services["FACT-01"] = replace(services["FACT-01"], is_active=False)
    else:
        del services["FACT-01"]
    services["ST-VOIRIE"] = replace(services["ST-VOIRIE"], is_active=False)

    look_up(TOWN_HALL, at=LATER, directory=directory)
    look_up(TOWN_HALL, at=LATER + timedelta(hours=1), directory=directory)

    assert Message.objects.get(kind="chorus.service_closed").subject.startswith("Le service FACT-01")
    assert list(customers_without_a_receiver(on=local_date(LATER))) == [mayor]


def test_an_older_answer_does_not_replace_a_newer_one() -> None:
    directory = MemoryDirectory(town_hall())
    look_up(TOWN_HALL, at=LATER, directory=directory)
    directory.listed.clear()

    assert look_up(TOWN_HALL, at=NOON, directory=directory).state == StructureState.ACTIVE


def test_a_flag_is_asked_for_of_services_in_use_only(mayor: Customer) -> None:
    directory = MemoryDirectory(town_hall().has("AUTRE", engagement=True))

    look_up(TOWN_HALL, at=NOON, directory=directory)

    flags = dict(StructureService.objects.values_list("code", "engagement_required"))
    assert flags == {"FACT-01": False, "ST-VOIRIE": None, "AUTRE": None}


@pytest.mark.parametrize(
    ("name", "wrong"),
    [
        ("chorus_structure_siret_form", {"siret": "2169012310001"}),
        ("chorus_structure_state_known", {"state": "ODD", "checked_at": NOON}),
        ("chorus_structure_known_when_checked", {"checked_at": NOON}),
        ("chorus_structure_found_has_an_id", {"state": "ACTIVE", "checked_at": NOON}),
    ],
)
def test_the_database_refuses_what_a_structure_cannot_be(name: str, wrong: dict[str, object]) -> None:
    want(TOWN_HALL, at=NOON)

    with pytest.raises(IntegrityError, match=name), transaction.atomic():
        Structure.objects.update(**wrong)


@pytest.mark.parametrize(
    ("name", "wrong"),
    [
        ("chorus_service_has_a_code", {"code": ""}),
        ("chorus_service_takes_our_invoices", {"code": "FACTURES_PUBLIQUES"}),
        ("chorus_service_days_in_order", {"starts_on": "2026-02-01", "ends_on": "2026-01-01"}),
        ("chorus_service_once|UNIQUE", {"code": "FACT-01"}),
    ],
)
def test_the_database_refuses_what_a_service_cannot_be(name: str, wrong: dict[str, object]) -> None:
    structure = look_up(TOWN_HALL, at=NOON, directory=MemoryDirectory(town_hall()))

    with pytest.raises(IntegrityError, match=name), transaction.atomic():
        structure.services.filter(code="ST-VOIRIE").update(**wrong)
