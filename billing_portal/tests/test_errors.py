from __future__ import annotations

import logging
import re

import pytest
from django.db import OperationalError
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.test import Client
from django.urls import path
from django.utils import translation

from accounts.permissions import public
from billing_portal import urls
from billing_portal.errors import new_incident

INCIDENT = re.compile(r"[2-9A-HJ-NP-Z]{4}-[2-9A-HJ-NP-Z]{4}")


@public
def broken(request: HttpRequest) -> HttpResponse:
    raise RuntimeError("a secret of the program")


@public
def away(request: HttpRequest) -> HttpResponse:
    raise OperationalError("could not connect to 10.0.0.5")


urlpatterns = [*urls.urlpatterns, path("casse/", broken), path("absente/", away)]
handler500 = urls.handler500


@pytest.fixture
def visitor(settings: object) -> Client:
    settings.ROOT_URLCONF = __name__  # type: ignore[attr-defined]
    return Client(raise_request_exception=False)


def test_a_bug_gives_a_number_that_is_also_in_the_log(visitor: Client, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.ERROR, logger="billing_portal.errors"):
        response = visitor.get("/casse/", headers={"accept-language": "fr"})

    text = response.content.decode()
    shown = INCIDENT.search(text)
    assert response.status_code == 500
    assert shown
    assert shown[0] in caplog.text
    assert "vérifiez vos transactions avant de recommencer" in text
    assert "a secret of the program" not in text


def test_a_bug_asks_nothing_of_the_database(visitor: Client) -> None:
    # No `db` mark: a query would fail this test.
    assert visitor.get("/casse/").status_code == 500


def test_an_absent_database_is_told_as_a_pause(visitor: Client) -> None:
    response = visitor.get("/absente/", headers={"accept-language": "en"})

    assert response.status_code == 503
    assert response["Retry-After"] == "120"
    assert "closed for a few minutes" in response.content.decode()
    assert "10.0.0.5" not in response.content.decode()


def test_the_page_of_a_bug_speaks_the_readers_language(visitor: Client) -> None:
    assert (
        "Something went wrong on our side" in visitor.get("/casse/", headers={"accept-language": "en"}).content.decode()
    )


@pytest.mark.django_db
def test_an_unknown_address_says_that_nothing_was_charged(client: Client) -> None:
    response = client.get("/nulle-part/", headers={"accept-language": "fr"})

    assert response.status_code == 404
    assert "Cette page n’existe pas" in response.content.decode()
    assert "rien n’a été débité" in response.content.decode()


@pytest.mark.django_db
def test_a_form_without_its_token_says_that_nothing_was_recorded() -> None:
    response = Client(enforce_csrf_checks=True).post("/account/login/", headers={"accept-language": "fr"})

    assert response.status_code == 403
    assert "Ce formulaire a expiré" in response.content.decode()
    assert "Rien n’a été enregistré" in response.content.decode()


@pytest.mark.parametrize("code", ["400", "403", "403_csrf", "404", "429", "500", "503"])
@pytest.mark.parametrize(("language", "words"), [("fr", ["débité"]), ("en", ["charged", "paying"])])
def test_every_page_of_error_says_whether_money_moved(code: str, language: str, words: list[str]) -> None:
    with translation.override(language):
        text = render_to_string(f"{code}.html", {"incident": new_incident()})

    assert any(word in text for word in [*words, "payer"])
    assert text.count("<h1>") == 1
