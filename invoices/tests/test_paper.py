"""What is written on documents, before it is printed."""

from __future__ import annotations

import html
import re
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest
from django.template.loader import render_to_string
from django.utils import translation

from accounts.models import Seller
from invoices.models import Invoice, Receipt
from invoices.paper import invoice_paper, receipt_paper
from invoices.tests.making import HOSTING, MAILBOXES, issued, pay, receipt

if TYPE_CHECKING:
    from accounts.models import Customer
    from invoices.services import NewLine
    from tests.support.cast import Cast

pytestmark = [pytest.mark.django_db, pytest.mark.once]
NOVEMBER = (date(2026, 11, 1), date(2026, 11, 30))
YEAR = (date(2026, 11, 3), date(2027, 11, 2))


def during(line: NewLine, period: tuple[date, date]) -> NewLine:
    return replace(line, period_start=period[0], period_end=period[1])


def words(document: Invoice | Receipt) -> str:
    """The page as text, every space a plain one."""
    with translation.override(document.buyer["language"]):
        if isinstance(document, Invoice):
            lines, vat = list(document.lines.order_by("position")), list(document.vat.order_by("-rate"))
            page = render_to_string("paper/invoice.html", {"paper": invoice_paper(document, lines, vat)})
        else:
            page = render_to_string("paper/receipt.html", {"paper": receipt_paper(document)})
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", page)).split())


def test_a_company_reads_every_mention_of_the_law(cast: Cast) -> None:
    page = words(issued(cast.company, during(HOSTING, NOVEMBER), MAILBOXES))

    for mention in (
        "Hébergeur SARL, SARL au capital de 50 000 € – RCS Lyon 999 999 998 – TVA FR11999999998",
        "12 rue des Filatures, 69001 Lyon",
        "SIREN 999 999 998",
        "Facture FA2026-000001",
        "Atelier Durand SARL 12 quai de la Fosse 44000 NANTES",
        "Date d’émission Période Client Votre SIREN",
        "30 novembre 2026 1er au 30 novembre 2026 C100002-24 732 829 320",
        "Hébergement Pro, 50 Go 1 39,00 20 % 39,00",
        "Boîte aux lettres 50 Go 12 3,20 20 % 38,40",
        "Total HT 77,40 €",
        "TVA 20 % sur 77,40 € 15,48 €",
        "Total TTC à régler 92,88 €",
        "avant le 30 décembre 2026",
        "Prestation de services. Option pour le paiement de la taxe d’après les débits.",
        "pénalités au taux de 12,15 % l’an exigibles sans rappel (art. L. 441-10 C. com.)",
        "indemnité forfaitaire pour frais de recouvrement de 40 € (art. D. 441-5)",
        "Pas d’escompte pour paiement anticipé.",
        "IBAN FR76 9999 9000 0100 0123 4567 809",
        "Numéro de client C100002-24 Référence RF24 C100 002",
        "Les chèques ne sont pas acceptés.",
    ):
        assert mention in page


def test_a_consumer_reads_prices_with_vat_and_no_penalty(cast: Cast) -> None:
    page = words(issued(cast.individual, HOSTING, MAILBOXES))

    assert "Prix unitaire TTC TVA Montant TTC, €" in page
    assert "Boîte aux lettres 50 Go 12 3,84 20 % 46,08" in page
    assert "Total TTC 92,88 € dont TVA 20 % sur 77,40 € 15,48 € Total HT 77,40 €" in page
    assert "médiateur de la consommation : Médiateur de la consommation, 12 rue des Filatures" in page
    for absent in ("de 40 €", "pénalités", "SIREN 7", "Votre SIREN"):
        assert absent not in page


def test_a_public_body_reads_its_references_and_the_code_of_public_orders(cast: Cast) -> None:
    page = words(issued(cast.town_hall, engagement_number="EJ-2026-00421"))

    assert "À mandater 46,80 €" in page
    assert "Code service Engagement FACT-01 EJ-2026-00421" in page
    assert "Votre SIRET" in page
    assert "art. R. 2192-10 du code de la commande publique" in page
    assert "L. 441-10" not in page
    assert (
        "Indiquez le numéro de client C100003-94 et le numéro de facture FA2026-000001 "
        "dans le libellé du mandat administratif. Les chèques ne sont pas acceptés."
    ) in page
    assert "Par carte" not in page


def test_an_invoice_covered_by_the_balance_says_it_is_settled(customer: Customer) -> None:
    pay(customer, 4680)

    page = words(issued(customer))

    assert "Réglée 46,80 € le 30 novembre 2026 par votre solde prépayé. Rien d’autre à payer." in page
    assert "Débit du solde, 30 novembre 2026 −46,80 € Net à payer 0,00 €" in page
    assert "Facture réglée par débit du compte prépayé le 30 novembre 2026. Net à payer : 0,00 €." in page
    assert "Régler par virement" not in page


def test_an_invoice_covered_in_part_says_what_is_left(cast: Cast) -> None:
    pay(cast.company, 1000)

    page = words(issued(cast.company))

    assert "Reste à régler 36,80 €" in page
    assert "10,00 € réglés par débit du compte prépayé le 30 novembre 2026. Net à payer : 36,80 €." in page


def test_an_english_reader_reads_english_and_the_french_words_of_the_law(cast: Cast) -> None:
    cast.company.language = "en"
    cast.company.save()

    page = words(issued(cast.company))

    assert "Invoice FA2026-000001" in page
    assert "Amount due €46.80 by 30 December 2026" in page
    assert "Hébergement Pro, 50 Go 1 39.00 20% 39.00" in page
    assert "VAT paid on debits by option (Option pour le paiement de la taxe d’après les débits)." in page
    assert "penalty at 12.15% a year" in page


def test_vat_on_encaissements_prints_no_option(customer: Customer) -> None:
    Seller.objects.update(vat_on_debits=False)

    assert "d’après les débits" not in words(issued(customer))


def test_the_period_of_a_line_is_said_when_it_is_its_own(cast: Cast) -> None:
    lines = [during(HOSTING, NOVEMBER), during(MAILBOXES, NOVEMBER), during(replace(HOSTING, label="Domaine"), YEAR)]

    page = words(issued(cast.company, *lines))

    assert "Services, novembre 2026" in page
    assert page.count("1er au 30 novembre 2026") == 1
    assert "Domaine 3 nov. 2026 – 2 nov. 2027" in page


def test_totals_are_carried_from_page_to_page(cast: Cast) -> None:
    invoice = issued(cast.company, *[replace(HOSTING, label=f"Serveur {n}") for n in range(3)])
    paper = invoice_paper(invoice, list(invoice.lines.order_by("position")), list(invoice.vat.all()))

    assert [line.carried for line in paper.lines] == ["39,00", "78,00", "117,00"]


def test_a_receipt_bears_no_vat_and_says_it_is_not_an_invoice(customer: Customer) -> None:
    issued(customer)

    page = words(receipt(customer, 15000))

    assert "Reçu de paiement RC2026-000001" in page
    assert "Reçu 150,00 € le 30 novembre 2026 à 12 h 00 Moyen : Visa •• 4242" in page
    assert "Ce document n’est pas une facture. La TVA est facturée lors de l’utilisation du solde." in page
    assert "Solde avant le paiement 30 nov. 2026 −46,80 €" in page
    assert "Nouveau solde 103,20 €" in page
    assert "Factures réglées par ce paiement FA2026-000001 46,80 €" in page
    assert not re.search(r"TVA \d|20 %|HT|TTC", page)


def test_a_long_name_is_written_smaller_and_in_full(cast: Cast) -> None:
    cast.company.name = "Syndicat intercommunal " * 8
    cast.company.save()
    invoice = issued(cast.company)

    paper = invoice_paper(invoice, list(invoice.lines.all()), list(invoice.vat.all()))

    assert paper.head.address_is_long
    assert paper.head.address.count("Syndicat intercommunal") == 8


def test_a_buyer_abroad_has_the_country_on_the_last_line(cast: Cast) -> None:
    cast.company.country, cast.company.postcode, cast.company.city = "MC", "98000", "Monaco"
    cast.company.save()

    assert "98000 MONACO MONACO" in words(issued(cast.company))


@pytest.mark.parametrize("name", ['<img src="http://127.0.0.1:9/x">', "{{7*7}} {% load x %}", "]]> & <!-- \"'"])
def test_names_are_words_never_markup(cast: Cast, name: str) -> None:
    cast.company.name = name
    cast.company.save()
    invoice = issued(cast.company, replace(HOSTING, label=name, quantity=Decimal(2)))
    paper = invoice_paper(invoice, list(invoice.lines.all()), list(invoice.vat.all()))

    page = render_to_string("paper/invoice.html", {"paper": paper})

    assert page.count(html.escape(name)) == 3
    assert name not in page or html.escape(name) == name


@pytest.mark.parametrize(
    ("siren", "vat_number", "shown"),
    [
        ("732829320", "FR44732829320", "Votre SIREN – TVA 30 novembre 2026 C100002-24 732 829 320 FR44732829320"),
        ("", "FR44732829320", "Votre numéro de TVA 30 novembre 2026 C100002-24 FR44732829320"),
        ("", "", "Date d’émission Client 30 novembre 2026 C100002-24 Désignation"),
    ],
)
def test_a_company_reads_the_numbers_it_gave(cast: Cast, siren: str, vat_number: str, shown: str) -> None:
    cast.company.siren, cast.company.vat_number = siren, vat_number
    cast.company.save()

    assert shown in words(issued(cast.company))


def test_only_what_is_issued_is_written_on_paper() -> None:
    with pytest.raises(TypeError):
        invoice_paper(Invoice(seller={}, buyer={}), [], [])
