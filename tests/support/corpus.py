"""Invoices and credit notes of every kind, made by chance from a seed, without a database.

Who buys is drawn for each row of the VAT table, and the table itself decides: a treatment that the drawing never
reaches fails the corpus. Amounts, VAT and credit notes come out of the product's own arithmetic.
"""

from __future__ import annotations

import random
from dataclasses import dataclass, fields, replace
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from accounts.demonstration import DEMONSTRATION_SELLER
from accounts.models import CustomerKind
from core.countries import COUNTRIES
from core.money import Money
from core.references import CustomerNumber
from invoices.crediting import BadCredit, TakenBack, take, what_is_left
from invoices.models import Invoice, InvoiceLine, InvoiceVat
from invoices.parties import Buyer, Seller
from invoices.states import DocumentKind
from invoices.tax import Evidence, NumberCheck, PlaceItem, Territory, Treatment, VatNotDecided, decide, territory_of
from invoices.totals import TaxedAmount, line_net, total_up

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

_WORDS = (
    *(
        "Hébergement",
        "Serveur",
        "Domaine",
        "Boîte aux lettres",
        "Sauvegarde",
        "œuvre.fr",
        "n° 50 Go",
        "Équipe « Pro » &",
    ),
    *("<b>", '"', "'", "– —", "Ünïcode", "Ελληνικά", "Кириллица", "עברית", "عربي", "中文", "🚀", "½ ² € 100 %"),
    *("e\u0301", "\u200d", "\u202e", "\x07"),
)
_POSTCODES = {
    Territory.FRANCE: [("FR", "69003"), ("FR", "20000"), ("FR", "")],
    Territory.MONACO: [("MC", "98000"), ("FR", "98000")],
    Territory.OVERSEAS_TAXED: [("FR", "97110"), ("FR", "97200"), ("RE", "97400"), ("MQ", "97200")],
    Territory.OVERSEAS_EXEMPT: [("FR", "97300"), ("YT", "97600")],
    Territory.OVERSEAS_THIRD: [("FR", "97150"), ("NC", "98800"), ("PF", "98714"), ("FR", "97500")],
    Territory.SPECIAL_AREA: [("ES", "35001"), ("DE", "78266"), ("IT", "23041"), ("AX", "22100")],
    Territory.EUROPEAN_UNION: [("PT", "9000"), ("PT", "9500"), ("AT", "6691"), ("EL", "10431"), ("DE", "10115")],
}
_SIRENS = ("732829320", "552100554", "356000000")
_NUMBERS = {"DE": "DE136695976", "EL": "EL094259216", "PT": "PT501964843", "AT": "ATU13585627", "ES": "ESB58378431"}
_WITH_SIREN = {Territory.FRANCE, Territory.OVERSEAS_TAXED, Territory.OVERSEAS_EXEMPT}
_MOST_CENTS = 10**12  # what a draft takes on one line


@dataclass(frozen=True, slots=True)
class Made:
    """A document with its parts, and the row of the VAT table it came from."""

    invoice: Invoice
    lines: Sequence[InvoiceLine]
    vat: Sequence[InvoiceVat]
    treatment: Treatment


def documents(count: int, *, seed: int) -> Iterator[Made]:
    """So many documents; the same seed makes the same. About every fourth is a credit note on the one before it."""
    chance = random.Random(seed)
    made = 0
    for serial in range(1, 10 * count):
        document = _invoice(chance, serial)
        if document is None:
            continue
        yield document
        made += 1
        if made < count and chance.random() < 0.35 and (note := _credit_note(chance, document, serial)):
            yield note
            made += 1
        if made >= count:
            return


def _invoice(chance: random.Random, serial: int) -> Made | None:
    """None where the table refuses the sale: that is its answer, too."""
    on = date(2024, 9, 1) + timedelta(days=chance.randrange(1200))
    seller, buyer = _seller(chance), _buyer(chance)
    try:
        decision = decide(seller, buyer, on=on, evidence=_evidence(chance, buyer, on))
    except VatNotDecided:
        return None
    lines = _lines(chance, on, decision.rate, decision.category)
    totals = total_up([TaxedAmount(Money(line.net_cents), line.rate, line.category) for line in lines])
    if totals.total.cents <= 0:
        return None
    vat = [
        InvoiceVat(
            category=group.category, rate=group.rate, base_cents=group.base.cents, vat_cents=group.vat.cents,
            mention=decision.mention_in(buyer.language), reason_code=decision.reason_code,
        )
        for group in totals.groups
    ]  # fmt: skip
    paid = chance.choice([0, 0, totals.total.cents, chance.randrange(totals.total.cents)])
    invoice = Invoice(
        number=f"FA{on.year}-{serial:06d}", seller=seller.frozen(), buyer=buyer.frozen(), issue_date=on,
        due_date=on + timedelta(days=chance.choice([0, 30, 45])), issued_at=datetime.combine(on, time(12), tzinfo=UTC),
        net_cents=totals.net.cents, vat_cents=totals.vat.cents, total_cents=totals.total.cents,
        paid_at_issue_cents=paid, vat_on_debits=chance.random() < 0.7, **_references(chance),
    )  # fmt: skip
    return Made(invoice, lines, vat, decision.treatment)


def _credit_note(chance: random.Random, made: Made, serial: int) -> Made | None:
    """All of the invoice, or a part of one of its lines; None when nothing can be taken back like that."""
    left = what_is_left(made.lines, made.vat, taken_lines=[], taken_vat=[])
    line = chance.choice(made.lines)
    asked = TakenBack(line.position, amount=Money(max(1, abs(line.net_cents) // chance.randrange(1, 5))))
    try:
        taken = take(left, chance.choice([None, [asked], [TakenBack(line.position)]]))
    except BadCredit:
        return None
    if not taken.total:
        return None
    lines = [
        InvoiceLine(
            position=position, label=one.line.label, period_start=one.line.period_start, period_end=one.line.period_end,
            quantity=one.quantity, unit_price=one.unit_price, rate=one.line.rate, category=one.line.category,
            net_cents=one.net.cents,
        )
        for position, one in enumerate(taken.lines, 1)
    ]  # fmt: skip
    vat = [
        InvoiceVat(
            category=one.group.category, rate=one.group.rate, base_cents=one.base.cents, vat_cents=one.vat.cents,
            mention=one.group.mention, reason_code=one.group.reason_code,
        )
        for one in taken.groups
    ]  # fmt: skip
    original, on = made.invoice, made.invoice.issue_date
    if on is None:
        raise TypeError("an invoice of the corpus is issued")
    day = on + timedelta(days=chance.randrange(90))
    note = Invoice(
        kind=DocumentKind.CREDIT_NOTE, original=original, reason="Erreur", number=f"AV{day.year}-{serial:06d}",
        seller=original.seller, buyer=original.buyer, issue_date=day, due_date=day,
        issued_at=datetime.combine(day, time(12), tzinfo=UTC), net_cents=taken.net.cents, vat_cents=taken.vat.cents,
        total_cents=taken.total.cents, vat_on_debits=original.vat_on_debits, **_references(chance),
    )  # fmt: skip
    return Made(note, lines, vat, made.treatment)


def _seller(chance: random.Random) -> Seller:
    known = {name: value for name, value in DEMONSTRATION_SELLER.items() if name in {f.name for f in fields(Seller)}}
    seller = Seller.thawed({"brand": "Hébergeur", "portal": "hebergeur.example", "late_rate_percent": "12.15"} | known)
    small = chance.random() < 0.15
    return replace(
        seller,
        oss=not small and chance.random() < 0.6,
        vat_franchise=small,
        vat_number="" if small and chance.random() < 0.5 else seller.vat_number,
        address_line2=chance.choice(["", "Bâtiment B"]),
        phone=chance.choice(["", seller.phone]),
    )


def _buyer(chance: random.Random) -> Buyer:
    territory = chance.choice(list(Territory))
    country, postcode = chance.choice(_POSTCODES.get(territory) or _elsewhere(territory))
    kind = chance.choice(list(CustomerKind))
    is_french = kind != CustomerKind.PERSON and territory in _WITH_SIREN
    siren = chance.choice(_SIRENS) if is_french else ""
    siret = f"{siren}00074" if siren and (kind == CustomerKind.PUBLIC or chance.random() < 0.5) else ""
    number = _NUMBERS.get(country, "") if kind != CustomerKind.PERSON and chance.random() < 0.7 else ""
    return Buyer.thawed(
        {
            "name": _text(chance, 99 if kind == CustomerKind.PUBLIC else 200),
            "address_line1": _text(chance, 100) if is_french or chance.random() < 0.8 else "",
            "address_line2": _text(chance, 60) if chance.random() < 0.2 else "",
            "postcode": postcode or ("75001" if is_french else ""),
            "city": _text(chance, 60) if is_french or chance.random() < 0.8 else "",
            "country": country,
            "siren": siren,
            "siret": siret,
            "vat_number": number,
            "number": CustomerNumber(f"C{chance.randrange(100_001, 999_999)}").stored,
            "kind": kind.value,
            "language": chance.choice(["fr", "en"]),
        }
    )


def _elsewhere(territory: Territory) -> list[tuple[str, str]]:
    found = [(code, "") for code in COUNTRIES if territory_of(code, "") is territory]
    return found or [("US", "94103")]


def _evidence(chance: random.Random, buyer: Buyer, on: date) -> Evidence:
    check = NumberCheck(buyer.vat_number, valid=chance.random() < 0.9, checked_on=on) if buyer.vat_number else None
    place = tuple(PlaceItem(kind, buyer.country, "test", on) for kind in ("IP", "CARD"))
    return Evidence(check=check, place=place)


def _references(chance: random.Random) -> dict[str, Any]:
    """The buyer's own words, as long as they may be."""
    if chance.random() < 0.5:
        return {}
    return {
        "service_code": _text(chance, 100),
        "engagement_number": _text(chance, 50),
        "market_number": _text(chance, 50),
    }


def _lines(chance: random.Random, on: date, rate: Decimal, category: str) -> list[InvoiceLine]:
    lines = [_line(chance, position, on, rate, category) for position in range(1, chance.choice([2, 4, 8, 40]))]
    if chance.random() < 0.3:  # a discount on the first line
        first = lines[0]
        quantity, price = Decimal(-1), max(Decimal("0.01"), (first.unit_price / 3).quantize(Decimal("0.01")))
        discount = InvoiceLine(
            position=len(lines) + 1, label="Remise", quantity=quantity, unit_price=price, rate=rate, category=category,
            net_cents=line_net(quantity, price).cents,
        )  # fmt: skip
        lines.append(discount)
    return lines


def _line(chance: random.Random, position: int, on: date, rate: Decimal, category: str) -> InvoiceLine:
    quantity = Decimal(chance.randrange(1, 10 ** chance.choice([1, 4, 7]))).scaleb(-chance.choice([0, 0, 2, 4]))
    price = Decimal(chance.randrange(1, 10 ** chance.choice([3, 6, 9]))).scaleb(-chance.choice([0, 2, 2, 6]))
    while line_net(quantity, price).cents > _MOST_CENTS:
        price = (price / 1000).quantize(Decimal("0.000001"))
    start = on - timedelta(days=chance.randrange(60))
    has_period = chance.random() < 0.6
    return InvoiceLine(
        position=position, label=_text(chance, 300), quantity=quantity, unit_price=price, rate=rate, category=category,
        net_cents=line_net(quantity, price).cents, period_start=start if has_period else None,
        period_end=start + timedelta(days=chance.randrange(366)) if has_period else None,
    )  # fmt: skip


def _text(chance: random.Random, most: int) -> str:
    """Some words, now and then as long as the column."""
    words = [chance.choice(_WORDS) for _ in range(chance.choice([1, 3, 6, 60]))]
    return ("X" + " ".join(words))[:most].strip()


def long_document(lines: int, *, seed: int) -> Made:
    """An invoice of so many lines, with the parties of the first one of that seed."""
    made = next(documents(1, seed=seed))
    first, invoice = made.lines[0], made.invoice
    rows = [
        InvoiceLine(
            position=position, label=f"Machine {position}", quantity=Decimal(3), unit_price=Decimal("94.25"),
            rate=first.rate, category=first.category, net_cents=28_275,
        )
        for position in range(1, lines + 1)
    ]  # fmt: skip
    [group] = total_up([TaxedAmount(Money(row.net_cents), row.rate, row.category) for row in rows]).groups
    made.vat[0].base_cents, made.vat[0].vat_cents = group.base.cents, group.vat.cents
    invoice.net_cents, invoice.vat_cents = group.base.cents, group.vat.cents
    invoice.total_cents, invoice.paid_at_issue_cents = group.base.cents + group.vat.cents, 0
    return Made(invoice, rows, made.vat[:1], made.treatment)
