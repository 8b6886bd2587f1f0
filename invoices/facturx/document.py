"""The whole document as XML: EN 16931 in the words of UN/CEFACT CII, in the order that the schema fixes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.utils import translation

from invoices.facturx.channels import channel_of, frame_of
from invoices.facturx.elements import amount, day, document, figures, given, price, ram, reference_day, rsm, wrapped
from invoices.facturx.notes import buyer_texts, notes
from invoices.facturx.parties import buyer_party, seller_party
from invoices.parties import Buyer, Seller
from invoices.states import DocumentKind
from invoices.wording import terms_text

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from invoices.facturx.elements import Element
    from invoices.models import Invoice, InvoiceLine, InvoiceVat
    from invoices.states import Channel

GUIDELINE = "urn:cen.eu:en16931:2017"
TYPE_CODES = {DocumentKind.INVOICE: "380", DocumentKind.CREDIT_NOTE: "381"}
NAME_LENGTH = 99  # names, as Chorus Pro takes them; the whole label is then the description (BT-154)
_ONE = "C62"  # UN/ECE rec. 20: one
_TRANSFER, _CLEARED = "30", "97"  # UNTDID 4461
# BT-8: VAT is due at the invoice date (option for debits) or when it is paid (CGI art. 269, 2 c); UNTDID 2005.
_ON_INVOICE, _ON_PAYMENT = "5", "72"
OUT_OF_SCOPE = "O"


@dataclass(frozen=True, slots=True)
class _Said:
    """The frozen rows, with what is read from them once."""

    invoice: Invoice
    number: str
    issue_date: date
    due_date: date
    seller: Seller
    buyer: Buyer
    channel: Channel
    lines: Sequence[InvoiceLine]
    vat: Sequence[InvoiceVat]

    @property
    def is_settled(self) -> bool:
        """Whether the balance covered all of it when it was issued."""
        return self.invoice.paid_at_issue_cents == self.invoice.total_cents

    @property
    def is_in_scope(self) -> bool:
        """Whether VAT has anything to say: out of scope, no VAT number is written (BR-O-02)."""
        return all(self.category(group) != OUT_OF_SCOPE for group in self.vat)

    def category(self, row: InvoiceLine | InvoiceVat) -> str:
        """The VAT category. Outside the Union a seller without VAT number is out of scope: G wants one (BR-G-02)."""
        return OUT_OF_SCOPE if row.category == "G" and not self.seller.vat_number else row.category

    def rate(self, row: InvoiceLine | InvoiceVat) -> Element | None:
        """BT-152, BT-119: none when the sale is out of scope (BR-O-05)."""
        return None if self.category(row) == OUT_OF_SCOPE else ram("RateApplicablePercent", f"{row.rate:.2f}")


def facturx_xml(invoice: Invoice, lines: Sequence[InvoiceLine], vat: Sequence[InvoiceVat]) -> bytes:
    """The file factur-x.xml of an issued document, in its buyer's language. The same rows give the same bytes."""
    number, issue_date, due_date = invoice.number, invoice.issue_date, invoice.due_date
    if number is None or issue_date is None or due_date is None:
        raise TypeError(f"{invoice} is not issued")
    seller, buyer = Seller.thawed(invoice.seller), Buyer.thawed(invoice.buyer)
    said = _Said(invoice, number, issue_date, due_date, seller, buyer, channel_of(buyer), lines, vat)
    with translation.override(buyer.language):
        return document(
            _context(said),
            _head(said),
            rsm(
                "SupplyChainTradeTransaction",
                *[_line(said, line) for line in lines],
                _agreement(said),
                _delivery(said),
                _settlement(said),
            ),
        )


def _context(said: _Said) -> Element:
    frame = frame_of(said.channel, is_settled=said.is_settled)
    return rsm(
        "ExchangedDocumentContext",
        ram("BusinessProcessSpecifiedDocumentContextParameter", ram("ID", frame)),
        ram("GuidelineSpecifiedDocumentContextParameter", ram("ID", GUIDELINE)),
    )


def _head(said: _Said) -> Element:
    texts = notes(
        said.seller,
        said.buyer,
        said.channel,
        vat_on_debits=said.invoice.vat_on_debits,
        settled_on=said.issue_date if said.is_settled else None,
    )
    texts += buyer_texts(said.invoice.order_number if said.invoice.engagement_number else "", said.invoice.free_text)
    return rsm(
        "ExchangedDocument",
        ram("ID", said.number),
        ram("TypeCode", TYPE_CODES[DocumentKind(said.invoice.kind)]),
        day("IssueDateTime", said.issue_date),
        *[ram("IncludedNote", given("Content", text), ram("SubjectCode", code)) for code, text in texts],
    )


def _line(said: _Said, line: InvoiceLine) -> Element:
    """BG-25. A discount is a negative quantity at a positive price (BR-27)."""
    name = _shortened(line.label)
    return ram(
        "IncludedSupplyChainTradeLineItem",
        ram("AssociatedDocumentLineDocument", ram("LineID", str(line.position))),
        ram(
            "SpecifiedTradeProduct",
            given("Name", name),
            given("Description", "" if name == line.label else line.label),
        ),
        ram(
            "SpecifiedLineTradeAgreement", ram("NetPriceProductTradePrice", ram("ChargeAmount", price(line.unit_price)))
        ),
        ram("SpecifiedLineTradeDelivery", ram("BilledQuantity", figures(line.quantity), unitCode=_ONE)),
        ram(
            "SpecifiedLineTradeSettlement",
            ram(
                "ApplicableTradeTax",
                ram("TypeCode", "VAT"),
                ram("CategoryCode", said.category(line)),
                said.rate(line),
            ),
            _period(line.period_start, line.period_end),
            ram("SpecifiedTradeSettlementLineMonetarySummation", amount("LineTotalAmount", line.net_cents)),
        ),
    )


def _shortened(label: str) -> str:
    if len(label) <= NAME_LENGTH:
        return label
    return label[: NAME_LENGTH - 1].rstrip() + "…"


def _period(start: date | None, end: date | None) -> Element | None:
    if start is None or end is None:
        return None
    return ram("BillingSpecifiedPeriod", day("StartDateTime", start), day("EndDateTime", end))


def _agreement(said: _Said) -> Element:
    """Who sells to whom, under which references of the buyer: service code, engagement or order, market.

    BT-10, BT-13, BT-12. An engagement is the order of a public body: its order number is then a note.
    """
    invoice = said.invoice
    return ram(
        "ApplicableHeaderTradeAgreement",
        given("BuyerReference", invoice.service_code),
        seller_party(said.seller, said.channel, with_vat=said.is_in_scope),
        buyer_party(said.buyer, said.channel, with_vat=said.is_in_scope),
        wrapped(
            "BuyerOrderReferencedDocument", given("IssuerAssignedID", invoice.engagement_number or invoice.order_number)
        ),
        wrapped("ContractReferencedDocument", given("IssuerAssignedID", invoice.market_number)),
    )


def _delivery(said: _Said) -> Element:
    """BT-72, never empty (PEPPOL R008): the last day of what is billed, or the day of issue."""
    ends = [line.period_end for line in said.lines if line.period_end]
    return ram(
        "ApplicableHeaderTradeDelivery",
        ram("ActualDeliverySupplyChainEvent", day("OccurrenceDateTime", max(ends, default=said.issue_date))),
    )


def _settlement(said: _Said) -> Element:
    """How, when and how much is paid. What is paid already was due when it was paid (BT-9, BR-FR-CO-09)."""
    starts = [line.period_start for line in said.lines if line.period_start]
    ends = [line.period_end for line in said.lines if line.period_end]
    return ram(
        "ApplicableHeaderTradeSettlement",
        ram("PaymentReference", said.buyer.reference.rf),
        ram("InvoiceCurrencyCode", said.invoice.currency),
        _means(said),
        *[_tax(said, group) for group in said.vat],
        _period(min(starts, default=None), max(ends, default=None)),
        ram(
            "SpecifiedTradePaymentTerms",
            given("Description", _terms(said)),
            day("DueDateDateTime", said.issue_date if said.is_settled else said.due_date),
        ),
        _totals(said.invoice),
        _preceding(said.invoice.original),
    )


def _terms(said: _Said) -> str:
    """BT-20: a public body pays so many days after receipt, whatever the date says. None on what asks for nothing."""
    asks = not said.is_settled and not said.invoice.is_credit_note
    return terms_text(said.buyer.days_from_receipt) if asks else ""


def _preceding(original: Invoice | None) -> Element | None:
    """BG-3: what a credit note takes back, by number and date (CGI art. 289, I-5; BR-FR-CO-05)."""
    if original is None or original.number is None or original.issue_date is None:
        return None
    return ram(
        "InvoiceReferencedDocument",
        ram("IssuerAssignedID", original.number),
        reference_day("FormattedIssueDateTime", original.issue_date),
    )


def _means(said: _Said) -> Element | None:
    """BT-81, which Chorus Pro wants on every invoice: a transfer, or cleared by the balance. None on credit notes."""
    if said.invoice.is_credit_note:
        return None
    if said.is_settled:
        return ram("SpecifiedTradeSettlementPaymentMeans", ram("TypeCode", _CLEARED))
    return ram(
        "SpecifiedTradeSettlementPaymentMeans",
        ram("TypeCode", _TRANSFER),
        ram(
            "PayeePartyCreditorFinancialAccount",
            given("IBANID", said.seller.iban),
            given("AccountName", said.seller.bank_holder),
        ),
        wrapped("PayeeSpecifiedCreditorFinancialInstitution", given("BICID", said.seller.bic)),
    )


def _tax(said: _Said, group: InvoiceVat) -> Element:
    """BG-23: one for each (category, rate), with the provision that exempts."""
    category, due = said.category(group), _ON_INVOICE if said.invoice.vat_on_debits else _ON_PAYMENT
    reason = "" if category != group.category else group.reason_code  # a code names its category
    return ram(
        "ApplicableTradeTax",
        amount("CalculatedAmount", group.vat_cents),
        ram("TypeCode", "VAT"),
        given("ExemptionReason", group.mention),
        amount("BasisAmount", group.base_cents),
        ram("CategoryCode", category),
        given("ExemptionReasonCode", reason),
        ram("DueDateTypeCode", due) if group.vat_cents else None,
        said.rate(group),
    )


def _totals(invoice: Invoice) -> Element:
    paid = invoice.paid_at_issue_cents
    return ram(
        "SpecifiedTradeSettlementHeaderMonetarySummation",
        amount("LineTotalAmount", invoice.net_cents),
        amount("TaxBasisTotalAmount", invoice.net_cents),
        amount("TaxTotalAmount", invoice.vat_cents, currencyID=invoice.currency),
        amount("GrandTotalAmount", invoice.total_cents),
        amount("TotalPrepaidAmount", paid) if paid else None,
        amount("DuePayableAmount", invoice.total_cents - paid),
    )
