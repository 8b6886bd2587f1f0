"""The agent's page, without JavaScript."""

from __future__ import annotations

import pytest
import requests

from sandbox.chorus.invoices import NEXT
from sandbox.chorus.saying import STATUSES, VERBS
from sandbox.tests.chorus.conftest import Supplier
from sandbox.tests.chorus.paper import facturx, xml
from sandbox.tests.conftest import Control, Visitor


def test_the_sandbox_leads_to_the_agent_who_sees_what_was_received(
    supplier: Supplier, invoice: int, visitor: Visitor
) -> None:
    supplier.deposit(number="FA2026-000002", service="ECOLES")

    page = visitor.get("/chorus/").body

    assert '<a href="/chorus/">' in visitor.get("/").body
    assert "Facture FA2026-000001 · 120,00\u00a0€" in page
    assert "Mairie de Saint-Étienne-du-Bois" in page
    assert "[SIM] Le code service ECOLES n&#x27;est pas actif" in page
    assert page.count("<h1>") == 1
    assert "<script" not in page
    assert "Invoice FA2026-000001" in visitor.get("/chorus/", **{"Accept-Language": "en"}).body


@pytest.mark.parametrize("status", ["PRISE_EN_COMPTE_DESTINATAIRE", "SERVICE_FAIT", "MANDATEE", "MISE_EN_PAIEMENT"])
def test_an_agent_accepts_with_a_button(supplier: Supplier, invoice: int, visitor: Visitor, status: str) -> None:
    sent = visitor.post(f"/chorus/invoices/{invoice}/status", {"status": status})

    assert (sent.status, sent.location) == (303, f"/chorus/#i{invoice}")
    assert supplier.find()["statut"] == status


def test_an_agent_suspends_with_a_reason_and_not_without(supplier: Supplier, invoice: int, visitor: Visitor) -> None:
    without = visitor.post(f"/chorus/invoices/{invoice}/status", {"status": "SUSPENDUE", "reason": ""})
    before = supplier.find()["statut"]
    visitor.post(f"/chorus/invoices/{invoice}/status", {"status": "SUSPENDUE", "reason": "Bon de livraison manquant"})

    assert (without.status, before) == (409, "MISE_A_DISPOSITION")
    assert "Le motif est obligatoire" in without.body
    assert supplier.find()["commentaireEtatCourant"] == "Bon de livraison manquant"
    assert "Bon de livraison manquant" in visitor.get("/chorus/").body


def test_the_page_offers_what_may_be_done_and_refuses_the_rest(
    supplier: Supplier, invoice: int, visitor: Visitor, control: Control
) -> None:
    control("chorus/status", id=invoice, status="MANDATEE")

    page = visitor.get("/chorus/").body
    refused = visitor.post(f"/chorus/invoices/{invoice}/status", {"status": "SERVICE_FAIT"})

    assert 'value="COMPTABILISEE"' in page
    assert 'value="SERVICE_FAIT"' not in page
    assert "GDP_MSG_11.001" in refused.body
    assert visitor.post(f"/chorus/invoices/{invoice}/status", {"status": "COMPLETEE"}).status == 404
    assert visitor.post("/chorus/invoices/404/status", {"status": "MANDATEE"}).status == 409


def test_what_was_received_downloads_as_it_was_deposited(supplier: Supplier, invoice: int, visitor: Visitor) -> None:
    pdf = requests.get(f"{visitor.origin}/chorus/invoices/{invoice}.pdf", timeout=5)

    assert (pdf.content, pdf.headers["Content-Type"]) == (facturx(), "application/pdf")
    assert requests.get(f"{visitor.origin}/chorus/invoices/{invoice}.xml", timeout=5).content == xml()
    assert visitor.get("/chorus/invoices/404.pdf").status == 404
    assert visitor.get("/chorus/nothing").status == 404


def test_another_site_moves_nothing(supplier: Supplier, invoice: int, visitor: Visitor) -> None:
    sent = visitor.post(f"/chorus/invoices/{invoice}/status", {"status": "MANDATEE"}, Origin="https://evil.example")

    assert sent.status == 403
    assert supplier.find()["statut"] == "MISE_A_DISPOSITION"


def test_an_empty_page_and_a_word_of_tomorrow_are_shown(supplier: Supplier, visitor: Visitor, control: Control) -> None:
    assert "Rien pour l’instant." in visitor.get("/chorus/").body
    control("chorus/pace", seconds=0)
    supplier.deposit()
    supplier.find()
    control("chorus/status", number="FA2026-000001", status="STATUT_NOUVEAU")

    assert "STATUT_NOUVEAU" in visitor.get("/chorus/").body


def test_each_status_and_verb_has_words_in_both_languages() -> None:
    assert set(STATUSES["fr"]) == set(STATUSES["en"]) == set(NEXT)
    assert all(set(said) == {"fr", "en"} for said in VERBS.values())
