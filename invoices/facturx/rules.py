"""What the schema and the schematrons let pass and the channels refuse.

The rules read the finished XML, not the rows: they also catch what we wrote wrong. Sources: AIFE, Chorus Pro external
specifications, annexe EDI (lengths, BT-23, BT-81, SIRET); XP Z12-012 (notes, SIREN, electronic addresses).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from lxml import etree  # type: ignore[import-untyped]

from invoices.facturx.elements import NAMESPACES
from invoices.facturx.findings import Finding, Stage
from invoices.states import Channel

if TYPE_CHECKING:
    from collections.abc import Callable

FILE_BYTES_AT_MOST = 10_000_000  # Chorus Pro, deposer/flux: 10 Mo
_MEANS = frozenset(["01", "10", "20", "30", "31", "42", "48", "49", "58", "59", "97"])
_EVERY = frozenset(Channel)
_FRENCH = frozenset({Channel.CHORUS, Channel.PLATFORM})
_DIRECT = frozenset({Channel.CHORUS})
_PLATFORM = frozenset({Channel.PLATFORM})
_CREDIT_NOTE = "381"
_HEAD = "rsm:ExchangedDocument"
_TRADE = "rsm:SupplyChainTradeTransaction"
_AGREED = f"{_TRADE}/ram:ApplicableHeaderTradeAgreement"
_SETTLED = f"{_TRADE}/ram:ApplicableHeaderTradeSettlement"
_SUMS = f"{_SETTLED}/ram:SpecifiedTradeSettlementHeaderMonetarySummation"
_MEANS_OF = f"{_SETTLED}/ram:SpecifiedTradeSettlementPaymentMeans"
_PARTIES = ("Seller", "Buyer")
_DAY = "udt:DateTimeString"


class Reader:
    """Questions to the XML, by paths below its root."""

    def __init__(self, xml: bytes) -> None:
        self._root = etree.fromstring(xml)

    def texts(self, path: str) -> list[str]:
        return [element.text or "" for element in self._found(path)]

    def text(self, path: str) -> str:
        """The first text there, or nothing."""
        return next(iter(self.texts(path)), "")

    def number(self, path: str) -> Decimal:
        return Decimal(self.text(path) or 0)

    def _found(self, path: str) -> list[Any]:
        return list(self._root.xpath(path, namespaces=NAMESPACES))


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule: where it holds, and how it is tested: what is wrong, or nothing. Its words are in advice.py."""

    name: str
    channels: frozenset[Channel]
    test: Callable[[Reader, Channel], str | None]


def preflight(xml: bytes, channel: Channel) -> list[Finding]:
    """Every rule of that channel that the document breaks."""
    read = Reader(xml)
    found = ((rule, rule.test(read, channel)) for rule in RULES.values() if channel in rule.channels)
    return [Finding(Stage.PREFLIGHT, rule.name, detail) for rule, detail in found if detail is not None]


def file_findings(size: int, channel: Channel) -> list[Finding]:
    """What is wrong with the finished file of that many bytes."""
    if channel is Channel.CHORUS and size > FILE_BYTES_AT_MOST:
        return [Finding(Stage.PREFLIGHT, FILE_SIZE, f"{size} bytes")]
    return []


def _form(path: str, pattern: str) -> Callable[[Reader, Channel], str | None]:
    """The text there has that form; what it is otherwise."""

    def test(read: Reader, _channel: Channel) -> str | None:
        text = read.text(path)
        return None if re.fullmatch(pattern, text) else text or "–"

    return test


def _at_most(length: int, *paths: str) -> Callable[[Reader, Channel], str | None]:
    """No text there is longer."""

    def test(read: Reader, _channel: Channel) -> str | None:
        long = [text for path in paths for text in read.texts(path) if len(text) > length]
        return f"{len(long[0])} > {length}: {long[0]}" if long else None

    return test


def _frame(read: Reader, channel: Channel) -> str | None:
    path = "rsm:ExchangedDocumentContext/ram:BusinessProcessSpecifiedDocumentContextParameter/ram:ID"
    frame = read.text(path)
    unpaid, paid = ("A1", "A2") if channel is Channel.CHORUS else ("S1", "S2")
    nothing_due = not read.number(f"{_SUMS}/ram:DuePayableAmount")
    all_paid = read.number(f"{_SUMS}/ram:TotalPrepaidAmount") == read.number(f"{_SUMS}/ram:GrandTotalAmount")
    return None if frame == (paid if nothing_due and all_paid else unpaid) else frame or "–"


def _notes(read: Reader, _channel: Channel) -> str | None:
    codes = read.texts(f"{_HEAD}/ram:IncludedNote/ram:SubjectCode")
    wrong = [f"{code}: {codes.count(code)}" for code in ("PMT", "PMD", "AAB") if codes.count(code) != 1]
    return ", ".join(wrong) or None


def _means(read: Reader, _channel: Channel) -> str | None:
    code = read.text(f"{_MEANS_OF}/ram:TypeCode")
    if read.text(f"{_HEAD}/ram:TypeCode") == _CREDIT_NOTE and not code:
        return None
    return None if code in _MEANS else code or "–"


def _iban(read: Reader, _channel: Channel) -> str | None:
    """A transfer needs the account it goes to (BT-84), written without spaces."""
    if read.text(f"{_MEANS_OF}/ram:TypeCode") != "30":
        return None
    return _form(f"{_MEANS_OF}/ram:PayeePartyCreditorFinancialAccount/ram:IBANID", r"[A-Z0-9]{15,27}")(read, _channel)


def _identity(party: str, digits: int) -> Callable[[Reader, Channel], str | None]:
    """Legal identifier of that many digits, and the SIRET beside it when there is one."""
    base = f"{_AGREED}/ram:{party}TradeParty"

    def test(read: Reader, _channel: Channel) -> str | None:
        legal, siret = read.text(f"{base}/ram:SpecifiedLegalOrganization/ram:ID"), read.text(f"{base}/ram:GlobalID")
        holds = re.fullmatch(rf"\d{{{digits}}}", legal) and (not siret or re.fullmatch(rf"{legal[:9]}\d{{5}}", siret))
        return None if holds else f"{legal or '–'} {siret}".strip()

    return test


def _address(party: str) -> Callable[[Reader, Channel], str | None]:
    """The whole address in France; of a buyer in Chorus Pro its country will do: the SIRET leads to it (BR-11)."""
    base = f"{_AGREED}/ram:{party}TradeParty/ram:PostalTradeAddress"
    whole = _FRENCH if party == "Seller" else _PLATFORM

    def test(read: Reader, channel: Channel) -> str | None:
        wanted = ("CountryID", "LineOne", "PostcodeCode", "CityName") if channel in whole else ("CountryID",)
        return ", ".join(name for name in wanted if not read.text(f"{base}/ram:{name}")) or None

    return test


def _preceding(read: Reader, _channel: Channel) -> str | None:
    """A credit note names one document and its date (CGI art. 289, I-5; BR-FR-CO-05); an invoice names none."""
    base = f"{_SETTLED}/ram:InvoiceReferencedDocument"
    numbers, days = read.texts(f"{base}/ram:IssuerAssignedID"), read.texts(f"{base}/*/qdt:DateTimeString")
    wanted = 1 if read.text(f"{_HEAD}/ram:TypeCode") == _CREDIT_NOTE else 0
    return None if len(numbers) == len(days) == wanted else ", ".join(numbers) or "–"


def _positive(read: Reader, _channel: Channel) -> str | None:
    """The kind of document says which way the money goes, never the sign."""
    totals = ("TaxBasisTotalAmount", "TaxTotalAmount", "GrandTotalAmount", "DuePayableAmount")
    wrong = [name for name in totals if read.number(f"{_SUMS}/ram:{name}") < 0]
    return ", ".join(wrong) or None


FILE_SIZE = "CPP-FILE-SIZE"
RULES: dict[str, Rule] = {
    rule.name: rule
    for rule in [
        Rule("FX-BT-1", _EVERY, _form(f"{_HEAD}/ram:ID", r"[A-Za-z0-9+_/-]{1,20}")),
        Rule("FX-BT-3", _EVERY, _form(f"{_HEAD}/ram:TypeCode", "380|381")),
        Rule("FX-BT-23", _EVERY, _frame),
        Rule("FX-BT-25", _EVERY, _preceding),
        Rule(
            "FX-BT-72",
            _EVERY,
            _form(
                f"{_TRADE}/ram:ApplicableHeaderTradeDelivery/ram:ActualDeliverySupplyChainEvent/ram:OccurrenceDateTime/{_DAY}",
                r"20\d{6}",
            ),
        ),
        Rule("FX-BT-81", _EVERY, _means),
        Rule("FX-BT-84", _EVERY, _iban),
        Rule("FX-SIGN", _EVERY, _positive),
        Rule("FX-SELLER-ADDRESS", _EVERY, _address("Seller")),
        Rule("FX-BUYER-ADDRESS", _EVERY, _address("Buyer")),
        Rule("FR-NOTES", _FRENCH, _notes),
        Rule("CPP-SELLER-SIRET", _DIRECT, _identity("Seller", 14)),
        Rule("CPP-BUYER-SIRET", _DIRECT, _identity("Buyer", 14)),
        Rule("PA-SELLER-SIREN", _PLATFORM, _identity("Seller", 9)),
        Rule("PA-BUYER-SIREN", _PLATFORM, _identity("Buyer", 9)),
        *[
            Rule(
                f"PA-{party.upper()}-ADDRESS",
                _PLATFORM,
                _form(
                    f"{_AGREED}/ram:{party}TradeParty/ram:URIUniversalCommunication/ram:URIID", r"\d{9}[A-Za-z0-9._-]*"
                ),
            )
            for party in _PARTIES
        ],
        Rule(
            "CPP-REFERENCES",
            _DIRECT,
            _at_most(
                50,
                f"{_AGREED}/ram:BuyerOrderReferencedDocument/ram:IssuerAssignedID",
                f"{_AGREED}/ram:ContractReferencedDocument/ram:IssuerAssignedID",
            ),
        ),
        Rule("CPP-SERVICE", _DIRECT, _at_most(100, f"{_AGREED}/ram:BuyerReference")),
        Rule("CPP-SELLER-NAME", _DIRECT, _at_most(99, f"{_AGREED}/ram:SellerTradeParty/ram:Name")),
        Rule("CPP-BUYER-NAME", _DIRECT, _at_most(99, f"{_AGREED}/ram:BuyerTradeParty/ram:Name")),
        Rule("CPP-ITEM-NAME", _DIRECT, _at_most(99, ".//ram:SpecifiedTradeProduct/ram:Name")),
        Rule("CPP-STREET", _DIRECT, _at_most(400, ".//ram:LineOne", ".//ram:LineTwo", ".//ram:CityName")),
        Rule(
            "CPP-TEXTS",
            _DIRECT,
            _at_most(
                1024,
                f"{_HEAD}/ram:IncludedNote/ram:Content",
                ".//ram:SpecifiedTradeProduct/ram:Description",
                ".//ram:ExemptionReason",
            ),
        ),
    ]
}
