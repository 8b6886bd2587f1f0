# ruff: noqa: E501 - a page as people write them
"""PDFs and Factur-X of 3 and of 25 lines, in CPU time, against a usual invoice printed the usual way: all read again each time."""

from __future__ import annotations

import tempfile
import time
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

from fontTools.ttLib import TTFont  # type: ignore[import-untyped]
from weasyprint import HTML

from accounts.demonstration import DEMONSTRATION_SELLER
from accounts.models import Customer, CustomerKind, Seller
from bench.ledger_world import answer
from core.money import Money
from invoices.facturx import facturx_xml
from invoices.models import Invoice, InvoiceLine, InvoiceVat
from invoices.parties import copy_buyer, copy_seller
from invoices.pdf import invoice_pdf_and_facturx
from invoices.press import PAPER
from invoices.totals import TaxedAmount, line_net, total_up

if TYPE_CHECKING:
    from collections.abc import Callable

_AT = datetime(2026, 11, 30, 11, tzinfo=UTC)
_ROUNDS = 9
# The usual way: flex boxes, collapsed borders, a small line under each label, a style sheet and TTF fonts read each time.
_STYLE = """
@font-face{font-family:Plex;font-weight:400;src:url(regular.ttf)}
@font-face{font-family:Plex;font-weight:600;src:url(semibold.ttf)}
@page{size:A4;margin:18mm 16mm 30mm 16mm;
@bottom-left{content:element(legal);width:78%;vertical-align:top;padding-top:3mm}
@bottom-right{content:"Page " counter(page) " / " counter(pages);font:400 7.5pt Plex;color:#5b6575;vertical-align:top;
padding-top:3mm;text-align:right}}
@page{@top-left{content:"Facture " string(no);font:600 8.5pt Plex;color:#5b6575}}
@page :first{@top-left{content:none}}
html{font:400 9pt/1.4 Plex,sans-serif;color:#1b2330;font-feature-settings:"kern","liga"} body{margin:0}
#legal{position:running(legal);font-size:6.8pt;line-height:1.35;color:#5b6575}
header{display:flex;justify-content:space-between;align-items:flex-start;margin-bottom:9mm}
h1{font-size:20pt;font-weight:600;margin:0;letter-spacing:-.01em;string-set:no attr(data-no)}
.meta{text-align:right} .meta table{width:auto;margin:3mm 0 0 auto}
.meta th{font-weight:400;color:#5b6575;text-align:right;padding:.2mm 4mm .2mm 0}
.meta td{font-weight:600;text-align:right;padding:.2mm 0}
.parties{display:flex;gap:8mm;margin-bottom:8mm}
.party{flex:1;border:.3mm solid #d9dee6;border-radius:1.5mm;padding:4mm;break-inside:avoid} .party.to{background:#f4f6f9}
.party h2{font-size:7.5pt;text-transform:uppercase;letter-spacing:.06em;color:#5b6575;margin:0 0 1.5mm;font-weight:600}
.party p{margin:0} .party strong{font-weight:600}
table{width:100%;border-collapse:collapse} thead{display:table-header-group}
.lines th{text-align:left;font-size:7.5pt;font-weight:600;color:#fff;padding:1.8mm 2mm} .lines thead tr{background:#1f3a68}
.lines td{padding:1.7mm 2mm;border-bottom:.2mm solid #e3e7ed;vertical-align:top} .lines tr{break-inside:avoid}
.lines small{display:block;font-size:7.5pt;color:#5b6575} .num{text-align:right !important;white-space:nowrap}
.after{display:flex;justify-content:space-between;gap:10mm;margin-top:7mm;break-inside:avoid}
.vat{width:78mm} .vat th,.vat td{font-size:8pt;padding:1.2mm 2mm;border-bottom:.2mm solid #e3e7ed}
.vat th{text-align:left;color:#5b6575;font-weight:600}
.totals{width:70mm} .totals td{padding:1.4mm 2mm} .totals .grand{background:#1f3a68}
.totals .grand td{color:#fff;font-size:11pt;font-weight:600;padding:2.4mm 2mm}
.pay{margin-top:8mm;border-left:1mm solid #2f7d5b;padding:2mm 4mm;background:#f1f8f4;break-inside:avoid}
.pay p{margin:0 0 1mm}
"""
_USUAL_LINE = (
    '<tr><td class="num">{n}</td><td>Serveur privé virtuel, machine {n}<small>du 01/11/2026 au 30/11/2026</small></td>'
    '<td class="num">3</td><td class="num">94,25 €</td><td class="num">20,0 %</td><td class="num">282,75 €</td></tr>'
)
_USUAL = """<!doctype html><html lang="fr"><head><meta charset="utf-8"><title>Facture</title>
<link rel="stylesheet" href="usual.css"></head><body>
<div id="legal">Hébergeur SARL au capital de 50 000 € – RCS Lyon 999 999 998 – 12 rue des Filatures, 69001 Lyon. En cas de
retard de paiement : pénalités au taux de 12,15 % l’an et indemnité forfaitaire de 40 € (art. L441-10 C. com.).</div>
<header><p>Hébergeur</p><div class="meta"><h1 data-no="FA2026-000001">Facture</h1><table><tbody>
<tr><th>Numéro</th><td>FA2026-000001</td></tr><tr><th>Date</th><td>30/11/2026</td></tr>
<tr><th>Échéance</th><td>30/12/2026</td></tr><tr><th>Compte client</th><td>C104273</td></tr></tbody></table></div></header>
<section class="parties"><div class="party"><h2>Émetteur</h2><p><strong>Hébergeur SARL</strong><br>12 rue des Filatures<br>
TVA : FR11999999998</p></div><div class="party to"><h2>Facturé à</h2><p><strong>Atelier Durand SARL</strong><br>12 quai de la
Fosse<br>44000 Nantes</p></div></section>
<table class="lines"><thead><tr><th class="num">#</th><th>Désignation</th><th class="num">Qté</th>
<th class="num">P.U. HT</th><th class="num">TVA</th><th class="num">Montant HT</th></tr></thead><tbody>{lines}</tbody></table>
<div class="after"><table class="vat"><thead><tr><th>Taux de TVA</th><th class="num">Base HT</th><th class="num">TVA</th></tr>
</thead><tbody><tr><td>20 %</td><td class="num">7 068,75 €</td><td class="num">1 413,75 €</td></tr></tbody></table>
<table class="totals"><tbody><tr><td>Total HT</td><td class="num">7 068,75 €</td></tr><tr><td>Total TVA</td>
<td class="num">1 413,75 €</td></tr><tr class="grand"><td>Net à payer TTC</td><td class="num">8 482,50 €</td></tr></tbody>
</table></div><section class="pay"><p><strong>Règlement :</strong> débit du compte prépayé. Virement : IBAN FR76 9999 9000
0100 0123 4567 809, référence <strong>FA2026-000001</strong>.</p><p>Prestations de services.</p></section></body></html>"""


def pdf_small() -> dict[str, Any]:
    """One page, three lines, settled by the prepaid account."""
    return _against_the_usual(3, most=Decimal("0.30"), settled=True)


def pdf() -> dict[str, Any]:
    """Two pages, twenty-five lines, to be paid by transfer (with the code to scan)."""
    return _against_the_usual(25, most=Decimal("0.60"), settled=False)


def _against_the_usual(count: int, *, most: Decimal, settled: bool) -> dict[str, Any]:
    invoice, lines, vat = _invoice(count)
    invoice.paid_at_issue_cents = invoice.total_cents if settled else 0

    def ours() -> tuple[bytes, bytes]:
        """All that is made of an invoice: its XML, its PDF, its Factur-X."""
        return invoice_pdf_and_facturx(invoice, lines, vat, facturx_xml(invoice, lines, vat))

    with tempfile.TemporaryDirectory() as folder:
        page = _usual_page(Path(folder))
        base = Path(folder).as_uri() + "/"

        def usual() -> object:
            return HTML(string=page, base_url=base).write_pdf(pdf_variant="pdf/a-3a")

        same = ours() == ours()
        usual()
        value, reference = _cpu_ms(ours, usual)
    ok = same and Decimal(value) <= most * Decimal(reference)
    goal = f"ratio <= {most}, the same bytes twice"
    return answer(value, "ms of CPU", reference=reference, goal=goal, ok=ok, same_bytes=same, kb=len(ours()[1]) // 1000)


def _cpu_ms(*calls: Callable[[], object]) -> list[float]:
    """The least CPU of each, turn by turn: a busy neighbour only ever adds."""
    spent: list[list[float]] = [[] for _ in calls]
    for _ in range(_ROUNDS):
        for call, times in zip(calls, spent, strict=True):
            start = time.process_time()
            call()
            times.append((time.process_time() - start) * 1000)
    return [min(times) for times in spent]


def _usual_page(folder: Path) -> str:
    for name, file in (("Regular", "regular.ttf"), ("SemiBold", "semibold.ttf")):
        font = TTFont(PAPER / "fonts" / f"IBMPlexSans-{name}.woff2")
        font.flavor = None
        font.save(folder / file)
    lines = "".join(_USUAL_LINE.format(n=number) for number in range(1, 26))
    (folder / "usual.css").write_text(_STYLE, encoding="utf-8")
    return _USUAL.format(lines=lines)


def _invoice(count: int) -> tuple[Invoice, list[InvoiceLine], list[InvoiceVat]]:
    """An invoice as its rows are, without a database."""
    lines = [_line(number) for number in range(1, count + 1)]
    totals = total_up([TaxedAmount(Money(line.net_cents), line.rate, line.category) for line in lines])
    vat = [
        InvoiceVat(category=group.category, rate=group.rate, base_cents=group.base.cents, vat_cents=group.vat.cents)
        for group in totals.groups
    ]
    seller = Seller(valid_from=date(2020, 1, 1), late_rate_percent="12.15", **DEMONSTRATION_SELLER)
    buyer = Customer(
        number="C104273", kind=CustomerKind.COMPANY, name="Atelier Durand SARL", address_line1="12 quai de la Fosse",
        postcode="44000", city="Nantes", siren="732829320", vat_number="FR44732829320", language="fr",
    )  # fmt: skip
    invoice = Invoice(
        number="FA2026-000001", seller=copy_seller(seller).frozen(), buyer=copy_buyer(buyer).frozen(),
        net_cents=totals.net.cents, vat_cents=totals.vat.cents, total_cents=totals.total.cents,
        issue_date=date(2026, 11, 30), due_date=date(2026, 12, 30), issued_at=_AT, created_at=_AT,
    )  # fmt: skip
    return invoice, lines, vat


def _line(number: int) -> InvoiceLine:
    quantity, price = Decimal(3), Decimal("94.25")
    return InvoiceLine(
        position=number, label=f"Serveur privé virtuel, machine {number}", quantity=quantity, unit_price=price,
        rate=Decimal(20), category="S", net_cents=line_net(quantity, price).cents,
        period_start=date(2026, 11, 1), period_end=date(2026, 11, 29 + number % 2),
    )  # fmt: skip


SCENARIOS = {"pdf_small": pdf_small, "pdf": pdf}
