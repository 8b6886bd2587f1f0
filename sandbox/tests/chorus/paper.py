"""A small Factur-X: a page without a word, and an invoice of two lines in EN 16931."""

from __future__ import annotations

import io
from functools import cache

import pikepdf

FIELDS = {
    "number": "FA2026-000001",
    "type": "380",
    "frame": "A1",
    "level": "urn:cen.eu:en16931:2017",
    "issued": "20261127",
    "seller": "99999999800019",
    "buyer": "21690123100011",
    "service": "FACT-01",
    "engagement": "EJ-2026-00421",
    "market": "",
    "means": "30",
    "original": "",
    "net": "100.00",
    "vat": "20.00",
    "total": "120.00",
    "prepaid": "0.00",
    "due": "120.00",
}
_PARTY = (
    "<ram:{role}TradeParty><ram:Name>{name}</ram:Name><ram:SpecifiedLegalOrganization>"
    '<ram:ID schemeID="0002">{siret}</ram:ID></ram:SpecifiedLegalOrganization><ram:PostalTradeAddress>'
    "<ram:PostcodeCode>69001</ram:PostcodeCode><ram:LineOne>1 rue de l’Essai</ram:LineOne>"
    "<ram:CityName>Lyon</ram:CityName><ram:CountryID>FR</ram:CountryID></ram:PostalTradeAddress></ram:{role}TradeParty>"
)
_LINE = (
    "<ram:IncludedSupplyChainTradeLineItem><ram:AssociatedDocumentLineDocument><ram:LineID>{place}</ram:LineID>"
    "</ram:AssociatedDocumentLineDocument><ram:SpecifiedTradeProduct><ram:Name>{name}</ram:Name>"
    "</ram:SpecifiedTradeProduct><ram:SpecifiedLineTradeAgreement><ram:NetPriceProductTradePrice>"
    "<ram:ChargeAmount>{net}</ram:ChargeAmount></ram:NetPriceProductTradePrice></ram:SpecifiedLineTradeAgreement>"
    '<ram:SpecifiedLineTradeDelivery><ram:BilledQuantity unitCode="C62">1</ram:BilledQuantity>'
    "</ram:SpecifiedLineTradeDelivery><ram:SpecifiedLineTradeSettlement><ram:ApplicableTradeTax>"
    "<ram:TypeCode>VAT</ram:TypeCode><ram:CategoryCode>S</ram:CategoryCode>"
    "<ram:RateApplicablePercent>20.00</ram:RateApplicablePercent></ram:ApplicableTradeTax>"
    "<ram:SpecifiedTradeSettlementLineMonetarySummation><ram:LineTotalAmount>{net}</ram:LineTotalAmount>"
    "</ram:SpecifiedTradeSettlementLineMonetarySummation></ram:SpecifiedLineTradeSettlement>"
    "</ram:IncludedSupplyChainTradeLineItem>"
)
_STANDARD = "urn:un:unece:uncefact:data:standard"


def xml(**changes: str) -> bytes:
    """The XML of an invoice; an empty field is left out."""
    said = FIELDS | changes
    lines = _LINE.format(place=1, name="Hébergement", net=said["net"]) + _LINE.format(
        place=2, name="Assistance", net="0.00"
    )
    return (
        "<?xml version='1.0' encoding='UTF-8'?>"
        f'<rsm:CrossIndustryInvoice xmlns:rsm="{_STANDARD}:CrossIndustryInvoice:100"'
        f' xmlns:ram="{_STANDARD}:ReusableAggregateBusinessInformationEntity:100"'
        f' xmlns:udt="{_STANDARD}:UnqualifiedDataType:100">'
        f"<rsm:ExchangedDocumentContext>{_frame(said)}<ram:GuidelineSpecifiedDocumentContextParameter>"
        f"<ram:ID>{said['level']}</ram:ID></ram:GuidelineSpecifiedDocumentContextParameter>"
        "</rsm:ExchangedDocumentContext><rsm:ExchangedDocument>"
        f"<ram:ID>{said['number']}</ram:ID><ram:TypeCode>{said['type']}</ram:TypeCode><ram:IssueDateTime>"
        f'<udt:DateTimeString format="102">{said["issued"]}</udt:DateTimeString></ram:IssueDateTime>'
        f"</rsm:ExchangedDocument><rsm:SupplyChainTradeTransaction>{lines}{_agreement(said)}"
        "<ram:ApplicableHeaderTradeDelivery><ram:ActualDeliverySupplyChainEvent><ram:OccurrenceDateTime>"
        f'<udt:DateTimeString format="102">{said["issued"]}</udt:DateTimeString></ram:OccurrenceDateTime>'
        "</ram:ActualDeliverySupplyChainEvent></ram:ApplicableHeaderTradeDelivery>"
        f"{_settlement(said)}</rsm:SupplyChainTradeTransaction></rsm:CrossIndustryInvoice>"
    ).encode()


def _frame(said: dict[str, str]) -> str:
    name = "BusinessProcessSpecifiedDocumentContextParameter"
    return f"<ram:{name}><ram:ID>{said['frame']}</ram:ID></ram:{name}>" if said["frame"] else ""


def _agreement(said: dict[str, str]) -> str:
    def reference(name: str, text: str) -> str:
        return f"<ram:{name}><ram:IssuerAssignedID>{text}</ram:IssuerAssignedID></ram:{name}>" if text else ""

    service = f"<ram:BuyerReference>{said['service']}</ram:BuyerReference>" if said["service"] else ""
    return (
        f"<ram:ApplicableHeaderTradeAgreement>{service}"
        f"{_PARTY.format(role='Seller', name='Hébergeur SARL', siret=said['seller'])}"
        f"{_PARTY.format(role='Buyer', name='Mairie', siret=said['buyer'])}"
        f"{reference('BuyerOrderReferencedDocument', said['engagement'])}"
        f"{reference('ContractReferencedDocument', said['market'])}</ram:ApplicableHeaderTradeAgreement>"
    )


def _settlement(said: dict[str, str]) -> str:
    means, name = "", "SpecifiedTradeSettlementPaymentMeans"
    if said["means"]:
        means = f"<ram:{name}><ram:TypeCode>{said['means']}</ram:TypeCode></ram:{name}>"
    original, name = "", "InvoiceReferencedDocument"
    if said["original"]:
        original = f"<ram:{name}><ram:IssuerAssignedID>{said['original']}</ram:IssuerAssignedID></ram:{name}>"
    return (
        "<ram:ApplicableHeaderTradeSettlement><ram:InvoiceCurrencyCode>EUR</ram:InvoiceCurrencyCode>"
        f"{means}<ram:ApplicableTradeTax><ram:CalculatedAmount>{said['vat']}</ram:CalculatedAmount>"
        f"<ram:TypeCode>VAT</ram:TypeCode><ram:BasisAmount>{said['net']}</ram:BasisAmount>"
        "<ram:CategoryCode>S</ram:CategoryCode><ram:RateApplicablePercent>20.00</ram:RateApplicablePercent>"
        "</ram:ApplicableTradeTax><ram:SpecifiedTradeSettlementHeaderMonetarySummation>"
        f"<ram:LineTotalAmount>{said['net']}</ram:LineTotalAmount>"
        f"<ram:TaxBasisTotalAmount>{said['net']}</ram:TaxBasisTotalAmount>"
        f'<ram:TaxTotalAmount currencyID="EUR">{said["vat"]}</ram:TaxTotalAmount>'
        f"<ram:GrandTotalAmount>{said['total']}</ram:GrandTotalAmount>"
        f"<ram:TotalPrepaidAmount>{said['prepaid']}</ram:TotalPrepaidAmount>"
        f"<ram:DuePayableAmount>{said['due']}</ram:DuePayableAmount>"
        f"</ram:SpecifiedTradeSettlementHeaderMonetarySummation>{original}</ram:ApplicableHeaderTradeSettlement>"
    )


def pdf(content: bytes | None = None, *, name: str = "factur-x.xml") -> bytes:
    """A PDF that carries this file, or none."""
    with pikepdf.new() as made:
        made.add_blank_page()
        if content is not None:
            made.attachments[name] = pikepdf.AttachedFileSpec(made, content, filename=name)
        target = io.BytesIO()
        made.save(target)
    return target.getvalue()


@cache
def _written(changes: tuple[tuple[str, str], ...]) -> bytes:
    return pdf(xml(**dict(changes)))


def facturx(**changes: str) -> bytes:
    """The invoice as it is deposited."""
    return _written(tuple(sorted(changes.items())))
