"""The settings page of a public body: SIRET, service, engagement, whoever answers."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from django.urls import reverse

from accounts import services
from accounts.models import Engagement, Role, User
from chorus import wiring
from chorus.gateways.base import EngagementFound
from chorus.models import Structure
from chorus.settings_forms import SiretForm
from chorus.tests.directory_desk import TOWN_HALL, Listed, MemoryDirectory, town_hall
from core import clock
from core.money import Money
from invoices.wording import siret_text
from tests.support.cast import NOON, make_town_hall

if TYPE_CHECKING:
    from django.http import HttpResponse
    from django.test import Client

    from accounts.models import Customer
    from tests.support.cast import Cast

pytestmark = [pytest.mark.django_db, pytest.mark.once]
OTHER = "12345678200028"
STATE = "11000201100044"
POSTE = "35600000049837"


@pytest.fixture
def mayor(db: None) -> Customer:
    return make_town_hall()


@pytest.fixture
def directory(monkeypatch: pytest.MonkeyPatch) -> MemoryDirectory:
    """A Chorus Pro to ask: the town hall of the cast, and one whose second service closed."""
    closed = Listed(OTHER, "Commune d’Exempleville", service=True).has("COMPTA")
    memory = MemoryDirectory(
        town_hall(), closed.has("ECOLES", is_active=False, ends_on=clock.local_date(NOON) - timedelta(days=153))
    )
    monkeypatch.setattr(wiring, "is_configured", lambda: True)
    monkeypatch.setattr(wiring, "directory", lambda: memory)
    return memory


@pytest.fixture
def browser(client: Client, mayor: Customer) -> Client:
    client.force_login(User.objects.get(email="mairie@example.org"))
    return client


def page(browser: Client, step: str = "") -> str:
    answer = browser.get(reverse("chorus:settings") + (f"?etape={step}" if step else ""))
    assert answer.status_code == 200
    return answer.content.decode()


def send(browser: Client, step: str, **typed: str) -> HttpResponse:
    return browser.post(reverse("chorus:settings"), {"etape": step, **typed})  # type: ignore[return-value]


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("216 901 231 00011", TOWN_HALL),
        ("216.901.231-00011", TOWN_HALL),
        ("216\u202f901\u00a0231 00011", TOWN_HALL),
        (POSTE, POSTE),
        ("21690123100012", "Le dernier chiffre"),
        ("2169012310001", "14 chiffres ; vous en avez écrit 13"),
        ("216901231000110", "14 chiffres ; vous en avez écrit 15"),
        ("216901231", "sont un SIREN"),
        ("SIRET", "que des chiffres"),
        ("٢١٦٩٠١٢٣١٠٠٠١١", "que des chiffres"),
        ("", "obligatoire"),
    ],
)
def test_a_siret_is_read_as_people_type_it(typed: str, read: str) -> None:
    form = SiretForm({"siret": typed})

    assert read in (form.cleaned_data["siret"] if form.is_valid() else str(form.errors["siret"]))


def test_the_name_of_the_body_is_shown_back_and_its_services_are_offered(
    browser: Client, mayor: Customer, directory: MemoryDirectory
) -> None:
    answer = send(browser, "siret", siret="123 456 782 00028")

    assert answer.status_code == 303
    mayor.refresh_from_db()
    assert (mayor.siret, mayor.service_code) == (OTHER, "")
    shown = page(browser, "service")
    assert "Commune d’Exempleville" in shown
    assert "Elle demande un code service." in shown
    assert 'value="COMPTA"' in shown
    assert "Fermé dans Chorus Pro depuis le 30 juin 2026" in shown

    assert send(browser, "service", service_code="ECOLES").status_code == 422
    assert send(browser, "service", service_code="").status_code == 422
    assert send(browser, "service", service_code="COMPTA").status_code == 303
    mayor.refresh_from_db()
    assert mayor.service_code == "COMPTA"


@pytest.mark.parametrize(
    ("listed", "words"),
    [
        (Listed(OTHER, "Commune", is_active=False), "Commune est fermée dans Chorus Pro"),
        (Listed(OTHER, "Société", is_public=False), "Société n’est pas un organisme public"),
        (Listed(TOWN_HALL), "Chorus Pro ne connaît pas ce SIRET"),
    ],
)
def test_a_structure_that_takes_no_invoice_says_what_to_do(
    browser: Client, directory: MemoryDirectory, listed: Listed, words: str
) -> None:
    directory.listed = {listed.siret: listed}

    send(browser, "siret", siret=OTHER)

    assert words in page(browser)


def test_when_chorus_is_down_the_settings_are_saved_and_checked_later(
    browser: Client, mayor: Customer, directory: MemoryDirectory
) -> None:
    directory.goes_down()

    assert send(browser, "siret", siret=OTHER).status_code == 303
    assert "Enregistré, vérifié plus tard" in page(browser, "service")
    assert send(browser, "service", service_code="COMPTA").status_code == 303

    mayor.refresh_from_db()
    assert (mayor.siret, mayor.service_code) == (OTHER, "COMPTA")
    assert Structure.objects.get(siret=OTHER).wanted_at is not None


def test_without_a_chorus_pro_it_is_the_same(browser: Client, mayor: Customer) -> None:
    assert send(browser, "siret", siret=OTHER).status_code == 303
    assert "Enregistré, vérifié plus tard" in page(browser, "service")


def test_nothing_typed_is_lost(browser: Client, directory: MemoryDirectory) -> None:
    answer = send(browser, "siret", siret="216 901 231 00012")

    assert answer.status_code == 422
    assert 'value="216 901 231 00012"' in answer.content.decode()


def test_sirets_are_looked_up_so_many_times_an_hour(
    browser: Client, directory: MemoryDirectory, settings: pytest.FixtureRequest
) -> None:
    settings.SIRET_CHECKS_PER_HOUR = 1  # type: ignore[attr-defined]
    assert send(browser, "siret", siret=OTHER).status_code == 303

    answer = send(browser, "siret", siret=STATE)

    assert answer.status_code == 429
    assert int(answer["Retry-After"]) > 0
    assert STATE in answer.content.decode()
    assert send(browser, "siret", siret=OTHER).status_code == 303


def test_more_than_fifteen_services_are_one_list_to_pick_from(browser: Client, directory: MemoryDirectory) -> None:
    for number in range(20):
        directory.listed[TOWN_HALL].has(f"S-{number:02}")
    send(browser, "siret", siret=TOWN_HALL)

    shown = page(browser, "service")

    assert '<option value="S-19">' in shown
    assert 'type="radio"' not in shown


def test_a_number_for_every_invoice_or_asked_each_time(
    browser: Client, mayor: Customer, directory: MemoryDirectory
) -> None:
    assert send(browser, "engagement", rule="same", engagement_number="").status_code == 422
    assert send(browser, "engagement", rule="same", engagement_number="EJ/1", market_number="M-1").status_code == 303
    mayor.refresh_from_db()
    assert (mayor.engagement_number, mayor.market_number) == ("EJ/1", "M-1")

    assert send(browser, "engagement", rule="each", engagement_number="EJ/1", market_number="M-1").status_code == 303
    mayor.refresh_from_db()
    assert (mayor.engagement_number, mayor.market_number) == ("", "M-1")


def test_the_siret_is_shown_in_groups_and_taken_as_shown(browser: Client, mayor: Customer) -> None:
    shown = siret_text(mayor.siret)
    assert f'value="{shown}"' in page(browser, "siret")

    assert send(browser, "siret", siret=shown).status_code == 303
    mayor.refresh_from_db()
    assert (mayor.siret, mayor.service_code) == (TOWN_HALL, "FACT-01")


def test_an_engagement_whose_days_are_over_is_not_offered_to_be_ended(browser: Client, mayor: Customer) -> None:
    last = clock.local_date(clock.now()) - timedelta(days=1)
    first = last - timedelta(days=30)
    services.add_engagement(mayor, "EJ-OLD", valid_from=first, valid_until=last, by=None, at=NOON)

    shown = page(browser, "engagement")
    assert "EJ-OLD" in shown
    assert "Mettre fin" not in shown


def test_engagements_are_added_listed_with_what_is_left_and_ended(browser: Client, mayor: Customer) -> None:
    typed = {"number": "EJ/2026/1", "valid_from": "2026-01-01", "ceiling": "1 200,50"}

    assert browser.post(reverse("chorus:add_engagement"), typed).status_code == 303
    again = browser.post(reverse("chorus:add_engagement"), typed | {"number": "EJ-2"})
    assert again.status_code == 422
    assert "L’engagement EJ/2026/1 est déjà en vigueur" in again.content.decode()
    assert 'value="EJ-2"' in again.content.decode()

    row = Engagement.objects.get()
    assert (row.number, row.ceiling_cents, row.created_by) == ("EJ/2026/1", 120050, User.objects.get())
    assert "En vigueur" in page(browser, "engagement")

    assert browser.post(reverse("chorus:end_engagement", args=[row.pk])).status_code == 303
    assert "Terminé" in page(browser, "engagement")


@pytest.mark.parametrize(
    ("siret", "found", "words"),
    [
        (STATE, [], "ne connaît pas encore le numéro EJ-1"),
        (STATE, [EngagementFound("EJ-1")], "connaît le numéro EJ-1."),
        (STATE, [EngagementFound("EJ-1", left=Money(50_000))], "500,00"),
        (TOWN_HALL, [], ""),
    ],
)
def test_the_state_is_asked_about_a_number_and_never_blocks_it(  # noqa: PLR0917 - a row of the table
    browser: Client,
    mayor: Customer,
    directory: MemoryDirectory,
    siret: str,
    found: list[EngagementFound],
    words: str,
) -> None:
    services.update_profile(mayor, name=mayor.name, at=NOON, siret=siret)
    directory.engaged = {"EJ-1": found}
    directory.calls.clear()

    browser.post(reverse("chorus:add_engagement"), {"number": "EJ-1", "valid_from": "2026-01-01"})

    assert Engagement.objects.get().number == "EJ-1"
    assert ("engagements" in directory.calls) == bool(words)
    assert words in page(browser, "engagement")


def test_a_reader_may_look_and_not_change(client: Client, mayor: Customer, directory: MemoryDirectory) -> None:
    reader = User.objects.create_user("tresor@example.org", "a-long-password-for-tests")
    services.add_member(mayor, reader, Role.READ_ONLY)
    client.force_login(reader)

    shown = page(client, "engagement")
    assert '<fieldset class="stack" disabled>' in shown
    assert reverse("chorus:add_engagement") not in shown
    assert send(client, "siret", siret=OTHER).status_code == 403
    assert client.post(reverse("chorus:add_engagement"), {"number": "EJ-1"}).status_code == 403


def test_others_have_no_such_page(client: Client, cast: Cast, directory: MemoryDirectory) -> None:
    row = services.add_engagement(cast.town_hall, "EJ-1", valid_from=clock.local_date(NOON), by=None, at=NOON)
    client.force_login(cast.claire)

    assert client.get(reverse("chorus:settings")).status_code == 404
    assert client.post(reverse("chorus:end_engagement", args=[row.pk])).status_code == 404
    assert reverse("chorus:settings") not in client.get(reverse("accounts:profile")).content.decode()


def test_it_reads_in_english_too(browser: Client, directory: MemoryDirectory) -> None:
    browser.cookies["django_language"] = "en"

    assert "Always the same" in page(browser, "engagement")
