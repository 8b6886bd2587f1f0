from __future__ import annotations

import re

import pytest
import stripe

from sandbox.pages.words import ENGLISH, FRENCH, language
from sandbox.tests.conftest import Control, Product, Visitor, eventually, paid, top_up


def test_the_front_page_shows_what_happened(
    client: stripe.StripeClient, visitor: Visitor, control: Control, product: Product, look: Control
) -> None:
    waiting, done = top_up(client), top_up(client)
    control(f"pay/{done.id}")
    eventually(lambda: look("state")["outstanding"] == 0)
    control("faults", kind="drop", times=3, path="/v1/refunds")

    page = visitor.get("/").body

    assert f'href="/checkout/{waiting.id}"' in page
    assert f'href="/checkout/{done.id}"' not in page
    assert "50,00\u00a0€" in page
    assert "checkout.session.completed" in page
    assert "reçu par le portail 200" in page
    assert "agir, puis couper × 3" in page
    assert product.url in page


def test_its_forms_work_without_javascript(client: stripe.StripeClient, visitor: Visitor, look: Control) -> None:
    intent = paid(client)

    assert visitor.post(f"/_control/refund/{intent.id}").location == "/"
    visitor.post("/_control/webhooks", {"late": "1.5", "copies": "2", "reordered": "true", "lost": "", "stale": "0"})
    visitor.post("/_control/faults", {"kind": "status", "times": "2", "path": "", "seconds": "", "status": "503"})
    visitor.post("/_control/clock", {"advance": "60"})

    state = look("state")
    assert (state["webhooks"]["late"], state["webhooks"]["copies"], state["webhooks"]["reordered"]) == (1.5, 2, True)
    assert (state["faults"][0]["status"], state["faults"][0]["times"], state["clock_offset"]) == (503, 2, 60)
    assert look("totals")["refunded_cents"] == 5000
    assert visitor.get("/").status == 200
    visitor.post("/_control/reset")
    assert look("state")["faults"] == []


def test_an_empty_sandbox_has_a_front_page(visitor: Visitor) -> None:
    page = visitor.get("/").body

    assert page.count("<h1>") == 1
    assert "Rien pour l’instant." in page


@pytest.mark.parametrize("asked", ["en", "en-GB,fr;q=0.5", "de,en;q=0.7"])
def test_pages_speak_english_on_demand(visitor: Visitor, asked: str) -> None:
    assert '<html lang="en">' in visitor.get("/", **{"Accept-Language": asked}).body


def test_french_is_spoken_to_everyone_else() -> None:
    assert [language(asked) for asked in ("", "de", "fr-CA,en")] == ["fr", "fr", "fr"]


def test_both_languages_say_the_same_things() -> None:
    assert set(FRENCH) == set(ENGLISH)
    assert [name for name in FRENCH if FRENCH[name] == ENGLISH[name]] == [
        "iban",
        "chorus",
        "date",
        "actions",
        "net",
    ]


def test_each_field_has_a_label(client: stripe.StripeClient, visitor: Visitor) -> None:
    page = visitor.get(f"/checkout/{top_up(client).id}").body

    fields = re.findall(r'<(?:input|select) id="(\w+)"', page)
    assert fields
    assert [field for field in fields if f'<label for="{field}">' not in page] == []
    assert "<script" not in page
    assert visitor.get("/style.css").headers["content-type"].startswith("text/css")


def test_a_charge_has_the_providers_receipt(client: stripe.StripeClient, visitor: Visitor) -> None:
    charge = client.v1.charges.retrieve(str(paid(client).latest_charge))

    assert "50,00\u00a0€" in visitor.get(str(charge.receipt_url)).body
    assert visitor.get("/receipts/ch_nothing").status == 404
