"""Seller and buyer in the XML: names, identities, addresses, as each channel wants them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings

from core.countries import country_code
from invoices.facturx.elements import given, ram, wrapped
from invoices.states import Channel

if TYPE_CHECKING:
    from invoices.facturx.elements import Element
    from invoices.parties import Buyer, Seller

_COUNTRIES = {"XK": "1A"}  # Kosovo, in the code list of EN 16931
SIREN, SIRET, E_ADDRESS = "0002", "0009", "0225"  # ISO 6523 and the EAS list


def seller_party(seller: Seller, channel: Channel, *, with_vat: bool) -> Element:
    """BG-4. Without its VAT number when the sale is out of scope (BR-O-02)."""
    return ram(
        "SellerTradeParty",
        given("GlobalID", seller.siret, schemeID=SIRET),
        given("Name", seller.name),
        given("Description", ", ".join(filter(None, [seller.legal_form, seller.registry]))),
        _legal(channel, seller.siren, seller.siret),
        wrapped(
            "DefinedTradeContact",
            given("DepartmentName", seller.brand),
            wrapped("TelephoneUniversalCommunication", given("CompleteNumber", seller.phone)),
            wrapped("EmailURIUniversalCommunication", given("URIID", seller.email)),
        ),
        _address(seller),
        _electronic(channel, seller.siren),
        _vat(seller.vat_number) or _registered(seller.siren) if with_vat else None,
    )


def buyer_party(buyer: Buyer, channel: Channel, *, with_vat: bool) -> Element:
    """BG-7. One identifier only (FX-SCH-A-000164): the SIRET, or else the customer number."""
    is_french = channel is not Channel.EUROPEAN
    siret = buyer.siret if is_french else ""
    return ram(
        "BuyerTradeParty",
        None if siret else given("ID", buyer.reference.compact),
        given("GlobalID", siret, schemeID=SIRET),
        given("Name", buyer.name),
        _legal(channel, buyer.siren, buyer.siret) if is_french else None,
        _address(buyer),
        _electronic(channel, buyer.siren),
        _vat(buyer.vat_number) if with_vat else None,
    )


def _legal(channel: Channel, siren: str, siret: str) -> Element | None:
    """BT-30, BT-47. Chorus Pro wants fourteen digits and refuses nine; the platforms the other way round."""
    if channel is Channel.CHORUS:
        return wrapped("SpecifiedLegalOrganization", given("ID", siret, schemeID=settings.CHORUS_SIRET_SCHEME))
    return wrapped("SpecifiedLegalOrganization", given("ID", siren, schemeID=SIREN))


def _address(party: Seller | Buyer) -> Element:
    """BG-5, BG-8. The order is the schema's."""
    return ram(
        "PostalTradeAddress",
        given("PostcodeCode", party.postcode),
        given("LineOne", party.address_line1),
        given("LineTwo", party.address_line2),
        given("CityName", party.city),
        given("CountryID", _COUNTRIES.get(code := country_code(party.country), code)),
    )


def _electronic(channel: Channel, siren: str) -> Element | None:
    """BT-34, BT-49: where a platform delivers (BR-FR-12, 13, 21). Chorus Pro delivers by SIRET."""
    if channel is not Channel.PLATFORM:
        return None
    return wrapped("URIUniversalCommunication", given("URIID", siren, schemeID=E_ADDRESS))


def _registered(siren: str) -> Element | None:
    """BT-32, for a seller who has no VAT number: exempt sales want one or the other (BR-E-02)."""
    return wrapped("SpecifiedTaxRegistration", given("ID", siren, schemeID="FC"))


def _vat(number: str) -> Element | None:
    return wrapped("SpecifiedTaxRegistration", given("ID", number, schemeID="VA"))
