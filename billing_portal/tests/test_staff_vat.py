"""What staff see and do about VAT: the answers of VIES, a draft that is held, signs of the country, rates."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest
from django.test import Client

from accounts import services
from accounts.gateways.vies import Vies, vies
from accounts.models import Customer, CustomerKind, PlaceItem, User, VatNumberCheck
from billing_portal.staff import todo
from billing_portal.staff.groups import FINANCE, SUPPORT
from billing_portal.tests.test_staff_pages import ONE_LINE, staff, words
from core import clock
from invoices.models import Invoice, VatRate
from tests.support.bank import Bank, open_bank

if TYPE_CHECKING:
    from pytest_django.fixtures import Settings

    from tests.support.cast import Cast

pytestmark = [pytest.mark.django_db, pytest.mark.once]
GERMAN = "DE136695976"


@pytest.fixture(autouse=True)
def _one_factor(settings: Settings) -> None:
    settings.STAFF_SECOND_FACTOR = False


@pytest.fixture(scope="module")
def shared_outside(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bank]:
    with open_bank(tmp_path_factory.mktemp("outside")) as outside:
        yield outside


@pytest.fixture
def outside(shared_outside: Bank, settings: Settings) -> Iterator[Bank]:
    """The sandbox's VIES, where the settings lead."""
    shared_outside.control("reset", everything=True)
    settings.VIES_API_BASE = shared_outside.settings["VIES_API_BASE"]
    vies.cache_clear()
    yield shared_outside
    vies.cache_clear()


@pytest.fixture
def berlin() -> Customer:
    return services.create_customer(
        kind=CustomerKind.COMPANY,
        name="Berliner Werkstatt GmbH",
        email="rechnung@example.org",
        at=clock.now(),
        country="DE",
        postcode="10999",
        city="Berlin",
        vat_number=GERMAN,
    )


def page_of(client: Client, customer: Customer) -> str:
    return words(client.get(f"/admin/clients/{customer.number}/"))


def test_staff_ask_vies_and_see_the_receipt(berlin: Customer, outside: Bank) -> None:
    support = staff(SUPPORT)
    assert "vérification en cours" in page_of(support, berlin)

    told = words(support.post(f"/admin/clients/{berlin.number}/vies/", follow=True))

    assert f"VIES confirme {GERMAN}." in told
    assert VatNumberCheck.objects.get().consultation_number in told
    assert "confirmé par VIES" in told


def test_staff_read_what_vies_said_when_it_does_not_confirm(berlin: Customer, outside: Bank) -> None:
    support = staff(SUPPORT)
    outside.control("vies/states/DE", error="MS_UNAVAILABLE")
    assert "pas de réponse MS_UNAVAILABLE" in words(support.post(f"/admin/clients/{berlin.number}/vies/", follow=True))

    outside.control("vies/states/DE")
    outside.control(f"vies/numbers/{GERMAN}", valid=False)

    assert "non valide dans VIES" in words(support.post(f"/admin/clients/{berlin.number}/vies/", follow=True))


def test_a_french_customer_has_no_such_part(cast: Cast) -> None:
    support = staff(SUPPORT)

    assert "Preuves pour la TVA" not in page_of(support, cast.company)
    told = words(support.post(f"/admin/clients/{cast.company.number}/vies/", follow=True))
    assert "rien à demander" in told


def test_a_draft_that_waits_for_its_proof_says_so_and_is_issued_once_vies_confirms(
    berlin: Customer, outside: Bank
) -> None:
    finance = staff(FINANCE)
    outside.control("vies/states/DE", error="MS_UNAVAILABLE")
    finance.post(f"/admin/clients/{berlin.number}/facture/", ONE_LINE)
    draft = Invoice.objects.get()
    assert "Ce brouillon ne peut pas encore être émis" in words(finance.get(f"/admin/brouillons/{draft.public_id}/"))

    held = words(finance.post(f"/admin/brouillons/{draft.public_id}/emettre/", follow=True))
    assert "VIES ne répond pas au sujet du numéro de TVA" in held
    assert not Invoice.objects.get().is_issued

    outside.control("vies/states/DE")
    finance.post(f"/admin/brouillons/{draft.public_id}/emettre/", follow=True)
    issued = Invoice.objects.get()
    assert (issued.is_issued, issued.vat_cents) == (True, 0)
    assert issued.vat_evidence["number"]["consultation_number"] in words(
        finance.get(f"/admin/invoices/invoice/{issued.pk}/change/")
    )


def test_a_draft_without_vat_is_written_again_at_the_rate_of_the_product(berlin: Customer) -> None:
    finance = staff(FINANCE)
    finance.post(f"/admin/clients/{berlin.number}/facture/", ONE_LINE)
    draft = Invoice.objects.get()

    form = words(finance.get(f"/admin/clients/{berlin.number}/facture/?brouillon={draft.public_id}"))

    assert draft.lines.get().rate == Decimal(0)
    assert ONE_LINE["form-0-label"] in form
    assert 'name="form-0-rate"' not in form  # which rate applies is decided by the law, not typed


def test_staff_note_where_a_consumer_is(berlin: Customer) -> None:
    support = staff(SUPPORT)
    address = f"/admin/clients/{berlin.number}/indice/"
    wrong = support.post(address, {"kind": "BANK", "country": "ZZ", "source": "carte"})
    assert (wrong.status_code, PlaceItem.objects.exists()) == (422, False)

    page = words(support.post(address, {"kind": "BANK", "country": "de", "source": "carte •• 4242"}, follow=True))

    item = PlaceItem.objects.get()
    assert (item.country, item.noted_by and item.noted_by.email) == ("DE", "support@example.org")
    assert "carte •• 4242" in page


@pytest.mark.parametrize("what", ["vies", "indice"])
def test_nobody_else_touches_the_evidence(berlin: Customer, cast: Cast, what: str) -> None:
    address = f"/admin/clients/{berlin.number}/{what}/"
    for person in (cast.claire, cast.accountant, User.objects.get(email="rechnung@example.org")):
        client = Client()
        client.force_login(person)
        assert client.post(address).status_code in {302, 403, 404}
    reader = Client()
    reader.force_login(User.objects.create_user("reader@example.org", "a-long-password-for-tests", is_staff=True))
    assert reader.post(address).status_code == 403

    assert not VatNumberCheck.objects.exists()
    assert not PlaceItem.objects.exists()


def test_what_vies_does_not_confirm_waits_for_staff(berlin: Customer, outside: Bank) -> None:
    def waiting() -> dict[str, int]:
        return {queue.name: queue.count for queue in todo.queues(at=clock.now()) if "VIES" in queue.name}

    assert waiting() == {"Numéros de TVA que VIES ne confirme pas": 1, "Questions que VIES refuse": 0}
    outside.control("vies/states/ALL", error="IP_BLOCKED")
    services.check_vat_number(berlin.pk, gateway=Vies(outside.settings["VIES_API_BASE"], 1), at=clock.now())
    assert waiting()["Questions que VIES refuse"] == 1

    outside.control("vies/states/ALL")
    services.check_vat_number(berlin.pk, gateway=Vies(outside.settings["VIES_API_BASE"], 1), at=clock.now())

    assert waiting()["Numéros de TVA que VIES ne confirme pas"] == 0


def test_evidence_is_read_and_never_edited_in_the_admin(berlin: Customer, outside: Bank) -> None:
    services.check_vat_number(berlin.pk, gateway=vies(), at=clock.now())
    check = VatNumberCheck.objects.get()
    support = staff(SUPPORT)

    assert GERMAN in words(support.get("/admin/accounts/vatnumbercheck/"))
    assert support.get("/admin/accounts/vatnumbercheck/add/").status_code == 403
    assert support.post(f"/admin/accounts/vatnumbercheck/{check.pk}/change/", {"number": "X"}).status_code == 403
    assert support.post(f"/admin/accounts/vatnumbercheck/{check.pk}/delete/", {"post": "yes"}).status_code == 403


def test_finance_writes_a_rate_to_come_and_no_other(db: None) -> None:
    finance, today = staff(FINANCE), clock.local_date(clock.now())

    def write(**changes: Any) -> int:
        facts = {"zone": "DE", "rate": "20", "since": str(today + timedelta(days=1)), **changes}
        finance.post("/admin/invoices/vatrate/add/", facts)
        return VatRate.objects.count()

    assert write(since=str(today - timedelta(days=1))) == 0
    assert write(zone="ZZ") == 0
    assert write(rate="0") == 0
    assert write() == 1
    assert write() == 1  # once for each day
    assert staff(SUPPORT).post("/admin/invoices/vatrate/add/", {"zone": "FR"}).status_code == 403


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        ("", "En cours de vérification dans le registre européen"),
        ("valid", "Vérifié : le registre européen (VIES) a confirmé ce numéro"),
        ("invalid", "n’est pas valide. Corrigez-le"),
        ("silent", "ne répond pas depuis"),
    ],
)
def test_a_business_reads_whether_its_number_is_checked(
    berlin: Customer, outside: Bank, answer: str, said: str
) -> None:
    owner = Client()
    owner.force_login(User.objects.get(email="rechnung@example.org"))
    outside.control(f"vies/numbers/{GERMAN}", valid=answer == "valid")
    outside.control("vies/states/DE", error="TIMEOUT" if answer == "silent" else "")
    if answer:
        services.check_vat_number(berlin.pk, gateway=vies(), at=clock.now())

    assert said in words(owner.get("/parametres/"))


def test_a_business_types_its_number_and_it_is_asked_about(outside: Bank) -> None:
    services.create_customer(
        kind=CustomerKind.COMPANY, name="Atelier", email="a@example.org", at=clock.now(), country="BE"
    )
    owner = Client()
    owner.force_login(User.objects.get(email="a@example.org"))
    facts = {"name": "Atelier SPRL", "country": "be", "vat_number": "be 0428.759.497", "language": "fr"}

    page = words(owner.post("/parametres/", facts, follow=True))

    assert "BE0428759497" in page
    assert "En cours de vérification" in page
    assert services.recheck_vat_numbers(at=clock.now()) == 1
