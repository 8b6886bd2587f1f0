"""The pages of saved methods, as their readers see them."""

from __future__ import annotations

from uuid import uuid4

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts import services as accounts
from accounts.models import Role, User
from payments.models import MethodState, Payment, SavedMethod
from payments.selectors import methods_of
from payments.tests.drawer import CO_BADGED, MASTERCARD, Drawer
from payments.tests.test_applying import owe
from payments.tests.test_methods import BOTH
from payments.tests.test_pages import FORM, words
from tests.support.bank import AMEX
from tests.support.cast import make_company
from tests.support.proof import just_proved

pytestmark = pytest.mark.once

LIST = "/moyens-de-paiement/"
ADD = f"{LIST}ajouter/"


@pytest.fixture
def claire(drawer: Drawer, client: Client) -> Client:
    """Signed in, and her password given a moment ago."""
    assert drawer is not None
    return just_proved(client, User.objects.get(email="claire@example.org"))


@pytest.fixture
def accountant(drawer: Drawer) -> Client:
    user = User.objects.create_user("cabinet@example.org", "a-long-password-for-tests")
    accounts.add_member(drawer.customer, user, Role.READ_ONLY)
    return just_proved(Client(), user)


@pytest.fixture
def stranger(drawer: Drawer) -> Client:
    make_company(drawer.at)
    return just_proved(Client(), User.objects.get(email="compta@durand.example.org"))


def page_of(method: SavedMethod, tail: str = "") -> str:
    return f"{LIST}{method.public_id}/{tail}"


# --- The list ---------------------------------------------------------------------------------------------------------
def test_without_any_the_page_says_that_this_is_fine(claire: Client) -> None:
    said = words(claire.get(LIST).content)

    assert "Aucun moyen enregistré" in said
    assert "Vous payez à la main ou par virement, et c’est très bien" in said
    assert "Ajouter une carte" in said


def test_the_list_names_each_its_expiry_and_the_default(drawer: Drawer, claire: Client) -> None:
    drawer.save()
    drawer.save(CO_BADGED, network="cartes_bancaires")
    page = claire.get(LIST)
    said = words(page.content)

    assert "Visa •• 4242 Par défaut" in said
    assert "CB •• 1001" in said
    assert "Expire fin décembre 2034" in said
    assert 'aria-current="page">Moyens de paiement' in page.content.decode()


def test_no_id_of_a_provider_is_ever_shown(drawer: Drawer, claire: Client) -> None:
    saved = drawer.save()
    shown = b"".join(claire.get(address).content for address in (LIST, page_of(saved), page_of(saved, "accord.txt")))

    for secret in (saved.object_id, saved.session_id, saved.fingerprint):
        assert secret
        assert secret.encode() not in shown


@pytest.mark.parametrize(
    ("expires", "said"), [((2020, 1), "Expirée fin janvier 2020"), ((2040, 5), "Expire fin mai 2040")]
)
def test_an_expired_card_says_so(drawer: Drawer, claire: Client, expires: tuple[int, int], said: str) -> None:
    drawer.save()
    SavedMethod.objects.update(expires_year=expires[0], expires_month=expires[1])

    assert said in words(claire.get(LIST).content)


def test_a_card_in_its_last_month_is_marked(drawer: Drawer, claire: Client) -> None:
    drawer.save()
    SavedMethod.objects.update(expires_year=drawer.at.year, expires_month=drawer.at.month)

    assert "Expire bientôt" in words(claire.get(LIST).content)


def test_what_is_due_is_offered_to_be_paid_and_saved_in_one_go(drawer: Drawer, claire: Client) -> None:
    from payments.tests.desk import Desk

    owe(Desk(drawer.customer, drawer.gateway, drawer.bank, drawer.at), 4_680)
    page = claire.get(LIST)

    assert "46,80 € sont à régler" in words(page.content)
    assert f'href="{FORM}?amount=46,80"' in page.content.decode()


# --- Adding -----------------------------------------------------------------------------------------------------------
@BOTH
def test_adding_leads_to_the_provider_and_back_to_a_page_that_says_it_is_saved(drawer: Drawer, claire: Client) -> None:
    answer = claire.post(ADD, {"kind": drawer.kind, "agreed": "on"}, headers={"user-agent": "Firefox 140"})
    begun = SavedMethod.objects.get()
    assert (answer.status_code, answer["Location"]) == (303, begun.page_url)
    assert (begun.consent_address, begun.consent_agent) == ("127.0.0.1", "Firefox 140")

    drawer.consent(begun)
    said = words(claire.get(page_of(begun)).content)

    assert "Visa •• 4242" in said or "PayPal c•••@example.fr" in said
    assert "J’autorise" in said
    assert begun.actor == User.objects.get(email="claire@example.org")


def test_without_agreement_nothing_is_saved(claire: Client) -> None:
    page = claire.post(ADD, {"kind": "CARD"})

    assert "Sans votre accord rien n’est enregistré" in words(page.content)
    assert not SavedMethod.objects.exists()


def test_the_box_is_not_ticked_for_the_customer(claire: Client) -> None:
    assert b"checked" not in claire.get(ADD).content.split(b'name="agreed"')[1].split(b">")[0]
    assert b"checked" not in claire.get(FORM).content.split(b'name="save"')[1].split(b">")[0]


@pytest.mark.parametrize("address", [ADD, "remove"])
def test_who_it_is_is_asked_again_before_adding_or_removing(drawer: Drawer, client: Client, address: str) -> None:
    saved = drawer.save()
    user = User.objects.get(email="claire@example.org")
    user.set_password("a-long-password-for-tests")
    user.save()
    client.force_login(user)
    asked = ADD if address == ADD else page_of(saved, "supprimer/")

    for answer in (client.get(asked), client.post(asked, {"kind": "CARD", "agreed": "on"})):
        assert (answer.status_code, answer["Location"].startswith("/account/reauthenticate/")) == (302, True)
    saved.refresh_from_db()
    assert (saved.state, SavedMethod.objects.count()) == (MethodState.ACTIVE, 1)

    client.post(asked, {"kind": "CARD", "agreed": "on"})
    client.post("/account/reauthenticate/", {"password": "a-long-password-for-tests", "next": asked})
    saved.refresh_from_db()
    assert saved.state == MethodState.REMOVED if address != ADD else SavedMethod.objects.count() == 2


def test_coming_back_without_saving_says_so_and_offers_to_go_on(drawer: Drawer, claire: Client) -> None:
    begun = drawer.begin()
    page = claire.get(page_of(begun) + "?cancelled=1")

    assert "Rien n’est enregistré. Vous êtes revenu sans enregistrer" in words(page.content)
    assert begun.page_url in page.content.decode()


def test_silence_is_being_checked(drawer: Drawer, claire: Client) -> None:
    begun = drawer.consent(drawer.begin())
    drawer.silence()
    page = claire.get(page_of(begun)).content.decode()

    assert "Ne l’enregistrez pas une seconde fois." in words(page)
    assert 'data-poll="5"' in page
    assert "en cours de vérification" in words(claire.get(LIST).content)


def test_another_brand_is_refused_politely(drawer: Drawer, claire: Client) -> None:
    said = words(claire.get(page_of(drawer.save(AMEX, any_brand=True))).content)

    assert "Cette carte n’est pas acceptée." in said
    assert "Nous acceptons CB, Visa et Mastercard. Rien n’a été débité" in said


# --- Changing ---------------------------------------------------------------------------------------------------------
def test_the_owner_names_orders_and_chooses(drawer: Drawer, claire: Client) -> None:
    first, second = drawer.save(), drawer.save(CO_BADGED, network="cartes_bancaires")

    claire.post(page_of(second, "modifier/"), {"action": "label", "label": "Carte du bureau"})
    claire.post(page_of(second, "modifier/"), {"action": "up"})
    claire.post(page_of(second, "modifier/"), {"action": "default"})
    claire.post(page_of(second, "modifier/"), {"action": "network", "network": "visa"})

    second.refresh_from_db()
    assert list(methods_of(drawer.customer)) == [second, first]
    assert (second.label, second.is_default, second.title) == ("Carte du bureau", True, "Visa •• 1001")


def test_a_network_of_another_card_is_refused(drawer: Drawer, claire: Client) -> None:
    saved = drawer.save(CO_BADGED)
    page = claire.post(page_of(saved, "modifier/"), {"action": "network", "network": "mastercard"})

    assert "Choisissez l’un des réseaux de cette carte." in words(page.content)


def test_a_name_that_is_too_long_is_kept_and_explained(drawer: Drawer, claire: Client) -> None:
    page = claire.post(page_of(drawer.save(), "modifier/"), {"action": "label", "label": "x" * 61})

    assert "x" * 61 in page.content.decode()
    assert "au plus 60 caractères" in words(page.content)


@pytest.mark.parametrize("label", ["<script>alert(1)</script>", '"><img src=x>', "{{ 7*7 }}"])
def test_a_name_is_text_and_nothing_else(drawer: Drawer, claire: Client, label: str) -> None:
    saved = drawer.save()
    claire.post(page_of(saved, "modifier/"), {"action": "label", "label": label})

    shown = claire.get(LIST).content.decode() + claire.get(page_of(saved)).content.decode()
    assert "<script>alert" not in shown
    assert "<img src=x>" not in shown


def test_other_columns_cannot_be_posted(drawer: Drawer, claire: Client) -> None:
    saved = drawer.save()
    hostile = {"state": "REMOVED", "customer": "1", "object_id": "pm_x", "last4": "0000", "consent": "1"}
    claire.post(page_of(saved, "modifier/"), {"action": "label", "label": "ok", **hostile})

    after = SavedMethod.objects.get()
    assert (after.state, after.object_id, after.last4, after.label) == (saved.state, saved.object_id, "4242", "ok")


# --- Removing ---------------------------------------------------------------------------------------------------------
def test_removing_says_what_follows_and_then_does_it(drawer: Drawer, claire: Client) -> None:
    saved = drawer.save()
    drawer.save(MASTERCARD)
    asked = words(claire.get(page_of(saved, "supprimer/")).content)
    assert "Supprimer Visa •• 4242 ?" in asked
    assert "Mastercard •• 4444 sert en premier à partir de maintenant" in asked

    done = claire.post(page_of(saved, "supprimer/"), follow=True)

    assert "Visa •• 4242 : supprimé." in words(done.content)
    assert drawer.gateway.read_instrument(saved.object_id) is None
    assert "Supprimé par le client" in words(claire.get(page_of(saved)).content)


def test_the_last_one_is_said_to_be_the_last(drawer: Drawer, claire: Client) -> None:
    assert "C’est le dernier" in words(claire.get(page_of(drawer.save(), "supprimer/")).content)


def test_a_silent_provider_does_not_keep_it_in_use(drawer: Drawer, claire: Client) -> None:
    saved = drawer.save()
    drawer.silence()
    done = claire.post(page_of(saved, "supprimer/"), follow=True)

    assert "n’est plus utilisé. Son prestataire n’a pas encore confirmé" in words(done.content)
    assert "suppression en cours" in words(done.content)


# --- Paying with one --------------------------------------------------------------------------------------------------
def test_the_form_offers_saved_methods_the_default_first(drawer: Drawer, claire: Client) -> None:
    saved = drawer.save()
    page = claire.get(FORM).content.decode()

    assert f'value="saved:{saved.public_id}" checked' in page
    assert "Visa •• 4242" in words(page)


@pytest.mark.parametrize("drawer", ["paypal"], indirect=True)
def test_a_saved_paypal_pays_at_once_and_the_next_page_says_so(drawer: Drawer, claire: Client) -> None:
    saved = drawer.save()
    answer = claire.post(FORM, {"amount": "46,80", "method": f"saved:{saved.public_id}"}, follow=True)

    assert "46,80 € ajoutés à votre compte" in words(answer.content)


def test_a_saved_card_goes_by_the_providers_page(drawer: Drawer, claire: Client) -> None:
    saved = drawer.save()
    answer = claire.post(FORM, {"amount": "46,80", "method": f"saved:{saved.public_id}", "save": "1"})

    payment = Payment.objects.get()
    assert (answer["Location"], payment.used_method) == (payment.checkout_url, saved)
    assert SavedMethod.objects.count() == 1  # what is saved is not saved again


def test_a_method_removed_meanwhile_or_of_somebody_else_cannot_be_chosen(drawer: Drawer, claire: Client) -> None:
    saved, theirs = drawer.save(), drawer.of(make_company(drawer.at)).save()
    drawer.remove(saved)

    for method in (saved, theirs):
        page = claire.post(FORM, {"amount": "46,80", "method": f"saved:{method.public_id}"})
        assert "method" in page.context["form"].errors
    assert not Payment.objects.exists()


@BOTH
def test_ticking_the_box_while_paying_saves_it(drawer: Drawer, claire: Client) -> None:
    claire.post(FORM, {"amount": "46,80", "method": drawer.kind, "save": "1"})
    payment = Payment.objects.get()
    drawer.paid(payment)

    claire.get(f"/paiements/{payment.public_id}/")

    assert methods_of(drawer.customer).get().state == MethodState.ACTIVE


# --- Who may ----------------------------------------------------------------------------------------------------------
def test_the_accountant_sees_and_cannot_change(drawer: Drawer, accountant: Client) -> None:
    saved = drawer.save()
    for address in (LIST, page_of(saved)):
        page = accountant.get(address).content.decode()
        main = page[page.index("<main") : page.index("</main>")]
        assert "Visa •• 4242" in main
        assert "<form" not in main
        assert "supprimer/" not in main
    assert accountant.get(page_of(saved, "accord.txt")).status_code == 200

    for address in (page_of(saved, "supprimer/"), page_of(saved, "modifier/"), ADD):
        assert accountant.post(address, {"action": "label", "label": "x"}).status_code == 403
    saved.refresh_from_db()
    assert (saved.state, saved.label) == (MethodState.ACTIVE, "")


def test_the_stranger_finds_nothing(drawer: Drawer, stranger: Client) -> None:
    saved = drawer.save()

    for tail in ("", "supprimer/", "accord.txt"):
        assert stranger.get(page_of(saved, tail)).status_code == 404
    for tail in ("supprimer/", "modifier/"):
        assert stranger.post(page_of(saved, tail), {"action": "default"}).status_code == 404
    assert stranger.get(f"{LIST}{uuid4()}/").status_code == 404
    assert "Visa" not in words(stranger.get(LIST).content)


def test_nobody_sees_them_without_signing_in(drawer: Drawer) -> None:
    saved = drawer.save()

    for address in (LIST, ADD, page_of(saved), page_of(saved, "supprimer/"), page_of(saved, "accord.txt")):
        assert Client().get(address)["Location"].startswith("/account/login/?next=")


def test_nothing_changes_by_looking(drawer: Drawer, claire: Client) -> None:
    saved = drawer.save()

    assert claire.get(page_of(saved, "modifier/")).status_code == 405
    claire.get(page_of(saved, "supprimer/"))
    saved.refresh_from_db()
    assert saved.state == MethodState.ACTIVE


def test_the_agreement_is_kept_as_text(drawer: Drawer, claire: Client) -> None:
    saved = drawer.save()
    answer = claire.get(page_of(saved, "accord.txt"))

    assert answer["Content-Type"] == "text/plain; charset=utf-8"
    assert answer.content.decode().startswith(saved.consent.text)
    assert saved.consent_sha256 in answer.content.decode()
    assert answer["Content-Disposition"].startswith("attachment")


def test_english_readers_read_english(drawer: Drawer, claire: Client) -> None:
    User.objects.filter(email="claire@example.org").update(language="en")
    drawer.save()

    assert "Good until the end of December 2034." in words(claire.get(LIST).content)
    assert "I allow" in words(claire.get(ADD).content)


def test_pages_ask_few_questions(drawer: Drawer, claire: Client) -> None:
    saved = drawer.save()
    drawer.save(MASTERCARD)

    for address in (LIST, page_of(saved), ADD):
        with CaptureQueriesContext(connection) as asked:
            assert claire.get(address).status_code == 200
        assert len(asked) <= 12, (address, [query["sql"][:90] for query in asked])
