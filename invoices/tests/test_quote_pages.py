"""What customers see of quotes: the list, the page, the answer, the paper; and who may."""

from __future__ import annotations

import io
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from django.urls import reverse
from pypdf import PdfReader

from core import clock
from invoices import archive, pdf, services
from invoices.models import Invoice, Quote
from invoices.services import NewLine, render_quote
from invoices.states import QuoteKind, QuoteStatus
from invoices.tests.making import HOSTING, MAILBOXES, quoted

if TYPE_CHECKING:
    from django.test import Client

    from tests.support.cast import Cast

pytestmark = [pytest.mark.django_db, pytest.mark.once]


@pytest.fixture
def today() -> datetime:
    return clock.now()


@pytest.fixture
def signed_in(client: Client, cast: Cast) -> Client:
    client.force_login(cast.claire)
    return client


def read(response: Any) -> str:
    return str(response.content.decode()).replace("\xa0", " ").replace("\u202f", " ")


def address(name: str, quote: Quote) -> str:
    return reverse(f"invoices:{name}", args=[quote.public_id])


def words_of(content: bytes) -> str:
    text = " ".join(page.extract_text() for page in PdfReader(io.BytesIO(content)).pages)
    return " ".join(text.replace("\xa0", " ").replace("\u202f", " ").split())


def test_the_list_says_what_waits_and_what_is_over(signed_in: Client, cast: Cast, today: datetime) -> None:
    assert "Pas encore de devis" in read(signed_in.get(reverse("invoices:quotes")))
    open_one = quoted(cast.individual, at=today)
    late = quoted(cast.individual, kind=QuoteKind.PROFORMA, at=today - timedelta(days=40))

    text = read(signed_in.get(reverse("invoices:quotes")))

    assert (open_one.number in text, late.number in text) == (True, True)
    assert ("En attente de réponse" in text, "Expiré" in text) == (True, True)
    assert reverse("invoices:quotes") in read(signed_in.get(reverse("invoices:list")))


def test_the_page_accepts_once_and_leads_to_the_invoice(signed_in: Client, cast: Cast, today: datetime) -> None:
    quote = quoted(cast.individual, HOSTING, MAILBOXES, at=today)
    page = read(signed_in.get(address("quote", quote)))
    assert f"J’accepte {quote.number} pour 92,88 € TTC" in page

    answers = [
        signed_in.post(address("accept_quote", quote), {"agree": "on"}, headers={"user-agent": "Firefox"}) for _ in "12"
    ]

    invoice = Invoice.objects.get()
    assert [answer["Location"] for answer in answers] == [reverse("invoices:detail", args=[invoice.public_id])] * 2
    kept = Quote.objects.get()
    assert (kept.decided_by, kept.decided_from, kept.decided_with) == (cast.claire, "127.0.0.1", "Firefox")
    assert kept.agreed_text.startswith(f"J’accepte {quote.number} pour 92,88")
    after = read(signed_in.get(address("quote", quote)))
    assert (str(invoice.number) in after, "J’accepte" in after) == (True, False)


def test_without_the_tick_nothing_is_issued(signed_in: Client, cast: Cast, today: datetime) -> None:
    quote = quoted(cast.individual, at=today)

    answer = signed_in.post(address("accept_quote", quote))

    assert answer.status_code == 422
    assert "Cochez la case" in read(answer)
    assert not Invoice.objects.exists()


def test_a_late_yes_is_told_and_issues_nothing(signed_in: Client, cast: Cast, today: datetime) -> None:
    quote = quoted(cast.individual, at=today - timedelta(days=40))

    answer = signed_in.post(address("accept_quote", quote), {"agree": "on"}, follow=True)

    assert ("était valable jusqu’au" in read(answer), "J’accepte" in read(answer)) == (True, False)
    assert not Invoice.objects.exists()


def test_refusing_says_that_nothing_is_owed(signed_in: Client, cast: Cast, today: datetime) -> None:
    quote = quoted(cast.individual, at=today)

    answer = signed_in.post(address("refuse_quote", quote), {"reason": "Trop cher"}, follow=True)

    assert "est refusé. Rien n’est dû" in read(answer)
    assert (Quote.objects.get().status, Quote.objects.get().reason) == (QuoteStatus.REFUSED, "Trop cher")


@pytest.mark.parametrize("name", ["quote", "quote_pdf", "accept_quote", "refuse_quote"])
def test_a_stranger_finds_nothing(client: Client, cast: Cast, today: datetime, name: str) -> None:
    quote = quoted(cast.individual, at=today)
    client.force_login(cast.outsider)

    ask = client.post if name.endswith("_quote") else client.get

    assert ask(address(name, quote), {"agree": "on"}).status_code == 404
    assert Quote.objects.get().status == QuoteStatus.SENT


@pytest.mark.parametrize("name", ["accept_quote", "refuse_quote"])
def test_the_accountant_looks_and_does_not_answer(client: Client, cast: Cast, today: datetime, name: str) -> None:
    quote = quoted(cast.individual, at=today)
    client.force_login(cast.accountant)

    assert client.post(address(name, quote), {"agree": "on"}).status_code == 403
    page = read(client.get(address("quote", quote)))

    assert ("peut l’accepter" in page, "J’accepte" in page) == (True, False)
    assert Quote.objects.get().status == QuoteStatus.SENT


def test_the_stored_file_is_what_downloads(signed_in: Client, cast: Cast, today: datetime) -> None:
    quote = quoted(cast.individual, at=today)
    assert signed_in.get(address("quote_pdf", quote)).status_code == 202
    rendition = render_quote(quote.pk, at=today)

    answer = signed_in.get(address("quote_pdf", quote))

    assert answer.content == archive.read(rendition.sha256)
    assert f"{quote.number}.pdf" in answer["Content-Disposition"]


# --- Paper ----------------------------------------------------------------------------------------------------------
def test_a_quote_on_paper_is_no_invoice_and_has_room_to_sign(cast: Cast) -> None:
    text = words_of(pdf.quote_pdf(quoted(cast.company, HOSTING, MAILBOXES, subject="Migration")))

    for words in (
        "Devis DE2026-000001",
        "Migration",
        "92,88 €",
        "valable jusqu’au 30 décembre 2026",
        "Bon pour accord",
    ):
        assert words in text
    assert "Ce devis n’est pas une facture et n’ouvre pas droit à déduction de la TVA" in text
    assert "IBAN" not in text


def test_a_pro_forma_on_paper_says_so_and_how_to_pay(cast: Cast) -> None:
    text = words_of(pdf.quote_pdf(quoted(cast.individual, kind=QuoteKind.PROFORMA)))

    for words in ("Facture pro forma PF2026-000001", "Ne vaut pas facture", "IBAN", "à côté de la référence"):
        assert words in text
    assert "L. 441-10" not in text  # of businesses only


def test_a_quote_is_printed_in_the_language_of_its_customer(cast: Cast) -> None:
    cast.company.language = "en"
    cast.company.save()

    text = words_of(pdf.quote_pdf(quoted(cast.company)))

    assert "Quote DE2026-000001" in text
    assert "This quote is not an invoice" in text


def test_a_quote_of_eighty_lines_turns_its_pages(cast: Cast) -> None:
    lines = [NewLine(f"Service {n}", HOSTING.quantity, HOSTING.unit_price, HOSTING.rate) for n in range(80)]

    printed = PdfReader(io.BytesIO(pdf.quote_pdf(quoted(cast.company, *lines))))

    assert len(printed.pages) > 2
    assert "À reporter" in printed.pages[0].extract_text()


def test_the_references_of_a_public_body_go_from_the_quote_to_the_invoice(cast: Cast, today: datetime) -> None:
    quote = quoted(cast.town_hall, at=today, engagement_number="ENG-7")
    agreement = services.Agreement(cast.claire, "", "", "Oui")

    invoice = services.accept(quote, agreement, at=today)

    assert (invoice.engagement_number, invoice.service_code) == ("ENG-7", "FACT-01")
    assert "ENG-7" in words_of(pdf.quote_pdf(quote))
