from __future__ import annotations

import re
from datetime import date, timedelta
from typing import Any

import pytest
from django.utils import translation

from billing_portal.standing import Claim, Situation, Standing, standing
from core.money import ZERO, Money

TODAY = date(2026, 12, 1)
OWED = Money(4680)


def claim(reference: str = "FA2026-000123", *, cents: int = 4680, due_in: int = 11, disputed: bool = False) -> Claim:
    return Claim(reference, Money(cents), TODAY + timedelta(days=due_in), disputed)


def say(*claims: Claim, language: str = "fr", **facts: Any) -> Standing:
    total = sum(each.open.cents for each in claims if not each.disputed)
    known = {"today": TODAY, "balance": Money(-total), "to_pay": Money(total), "claims": claims, **facts}
    with translation.override(language):
        return standing(Situation(**known))


def text(html: str) -> str:
    return re.sub(r"<[^>]+>", "", html).replace("\u00a0", " ")


def test_nothing_to_pay_is_up_to_date() -> None:
    said = say()

    assert (said.kind, text(said.sentence), said.amount) == ("ok", "À jour", None)


def test_a_balance_that_waits_for_the_next_invoices_is_named() -> None:
    assert "53,20 €" in text(say(balance=Money(5320)).explanation)


def test_what_is_due_is_told_with_its_day() -> None:
    said = say(claim())

    assert (said.kind, text(said.sentence)) == ("due", "46,80 € à régler avant le 12 décembre")
    assert said.amount == OWED
    assert text(said.explanation).startswith("La facture FA2026-000123 attend.")


def test_the_english_sentence_is_as_short() -> None:
    assert text(say(claim(), language="en").sentence) == "€46.80 to pay by 12 December"


def test_several_dates_tell_the_total_and_the_nearest() -> None:
    said = say(claim(), claim("FA2026-000124", cents=1000, due_in=30))

    assert text(said.sentence) == "56,80 € à régler, dont 46,80 € avant le 12 décembre"
    assert said.amount == Money(5680)


def test_due_today_is_not_late_and_the_next_day_is() -> None:
    assert say(claim(due_in=0)).kind == "due"
    assert say(claim(due_in=-1)).kind == "late"


@pytest.mark.parametrize(
    ("days", "french", "english"),
    [
        (1, "En retard d’un jour. 46,80 € à régler", "1 day late. €46.80 to pay"),
        (6, "En retard de 6 jours. 46,80 € à régler", "6 days late. €46.80 to pay"),
    ],
)
def test_late_counts_the_days_since_the_oldest_due_date(days: int, french: str, english: str) -> None:
    assert text(say(claim(due_in=-days)).sentence) == french
    assert text(say(claim(due_in=-days), language="en").sentence) == english


def test_late_counts_from_the_oldest_and_asks_for_everything() -> None:
    said = say(claim(due_in=-6), claim("FA2026-000120", due_in=-40), claim("FA2026-000130", cents=100, due_in=9))

    assert text(said.sentence) == "En retard de 40 jours. 94,60 € à régler"
    assert said.amount == Money(9460)
    assert "FA2026-000130" not in said.explanation  # that one is not late


def test_a_payment_being_checked_comes_before_everything() -> None:
    said = say(claim(due_in=-6), checking=OWED)

    assert said.kind == "wait"
    assert text(said.sentence) == "Paiement en cours de vérification. Ne payez pas une seconde fois."
    assert said.amount is None  # no button: it would charge twice


def test_money_on_its_way_offers_no_second_payment() -> None:
    said = say(claim(due_in=-6), to_pay=ZERO)

    assert (said.kind, said.amount) == ("wait", None)
    assert "46,80 €" in text(said.sentence)


def test_a_disputed_invoice_makes_nobody_late() -> None:
    said = say(claim(due_in=-40, disputed=True))

    assert (said.kind, said.amount) == ("ok", None)
    assert "FA2026-000123" in said.explanation


def test_a_negative_balance_alone_is_not_late() -> None:
    assert say(balance=Money(-4680), to_pay=ZERO).kind == "ok"


def test_somebody_who_only_reads_is_told_why_there_is_no_button() -> None:
    said = say(claim(), can_pay=False)

    assert said.amount is None
    assert "en lecture seule" in said.explanation


def test_a_public_body_is_sent_to_its_transfer() -> None:
    said = say(claim(), pays_by_transfer=True)

    assert said.amount is None
    assert "virement" in said.explanation


def test_each_document_leads_to_its_page_and_strange_references_stay_text() -> None:
    said = say(claim("<b>1</b>"), claim("FA2026-000124"), links={"FA2026-000124": "/factures/x/"})

    assert '<a href="/factures/x/">FA2026-000124</a>' in said.explanation
    assert "&lt;b&gt;1&lt;/b&gt;" in said.explanation


def test_many_documents_are_named_up_to_three() -> None:
    claims = [claim(f"FA2026-00010{i}", due_in=5 + i) for i in range(6)]

    assert text(say(*claims).explanation).startswith(
        "Les factures FA2026-000100, FA2026-000101, FA2026-000102 et 3 autres attendent."
    )
