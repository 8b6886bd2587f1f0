"""What stands around a reference in a label: names, words of banks, and every other number of a French life."""

from __future__ import annotations

import random
from collections.abc import Callable

from sandbox.bank.signs import likely

TOWNS = ("PARIS", "LYON", "SAINT-ÉTIENNE", "NANTES", "ORLÉANS", "LA BAULE-ESCOUBLAC", "BÈGLES")
FAMILIES = ("MARTIN", "DURAND", "LEFÈVRE", "CORDIER", "OLIVIERO", "GUÉRIN", "DA SILVA", "COLLIN", "N’GUYEN", "CLOLUS")
FIRST = ("Anne", "Benoît", "Chloé", "Fadila", "Loïc", "Odile", "Ingrid", "Cécile", "C.", "Jean-François")
COMPANIES = ("Atelier {}", "SARL {} & Fils", "{} Conseil", "SCI des {}", "Menuiserie {}", "Cabinet {} et Associés")
THANKS = ("merci", "cordialement", "bonne réception", "règlement", "solde de tout compte", "hébergement", "Noël", "IL")
OFFICES = (
    "DGFIP",
    "TRESORERIE DE {}",
    "SGC DE {}",
    "DRFIP {}",
    "DDFIP 42",
    "PAIERIE DEPARTEMENTALE",
    "SERVICE DE GESTION COMPTABLE {}",
    "TRESOR PUBLIC {}",
    "CENTRE DES FINANCES PUBLIQUES {}",
)
MONTHS = ("janvier", "février", "mars", "avril", "mai", "juin", "juillet", "août", "septembre", "octobre", "novembre")


def name(chance: random.Random) -> str:
    """Who writes: a person or a company."""
    if likely(chance, 40):
        return chance.choice(COMPANIES).format(chance.choice(FAMILIES).title())
    return f"{chance.choice(FIRST)} {chance.choice(FAMILIES)}"


def office(chance: random.Random) -> str:
    """A public accountant."""
    return chance.choice(OFFICES).format(chance.choice(TOWNS))


def warrant(chance: random.Random) -> str:
    """How a public accountant names his order to pay."""
    number, slip = chance.randrange(1, 9_999), chance.randrange(1, 400)
    return chance.choice(
        (
            f"MANDAT 2026-{number} BORD {slip}",
            f"MANDAT {number} BORDEREAU {slip} EXERCICE 2026",
            f"MDT ADM {number}/{slip}",
            f"MANDAT ADMINISTRATIF {number}",
            f"MDT {number} BORD {slip} ENGT {chance.randrange(10**9):09d}",
        )
    )


def number(chance: random.Random) -> str:
    """A number that is no reference of ours."""
    return chance.choice(_NUMBERS)(chance)


def digits(chance: random.Random, count: int) -> str:
    return "".join(str(chance.randrange(10)) for _ in range(count))


def _phone(chance: random.Random) -> str:
    pairs = [chance.choice(("01", "04", "06", "07")), *(digits(chance, 2) for _ in range(4))]
    return chance.choice(("TEL ", "", "Tél. ", "C ")) + chance.choice((" ", "", ".", "-")).join(pairs)


def _siret(chance: random.Random) -> str:
    first, last = digits(chance, 9), f"000{digits(chance, 2)}"
    spaced = f"{first[:3]} {first[3:6]} {first[6:]} {last}"
    return chance.choice(("SIRET ", "", "SIREN ")) + chance.choice((first + last, spaced))


def _iban(chance: random.Random) -> str:
    whole = f"FR{digits(chance, 25)}"
    spaced = " ".join(whole[start : start + 4] for start in range(0, len(whole), 4))
    return chance.choice(
        (whole, spaced, f"IBAN {spaced}", f"IBAN ...{whole[-4:]}", f"/IBAN/{whole}", f"CPT {whole[-11:]}")
    )


def _day(chance: random.Random) -> str:
    day, month, year = chance.randrange(1, 29), chance.randrange(1, 12), chance.choice((2025, 2026))
    return chance.choice(
        (
            f"{day:02}/{month:02}/{year}",
            f"du {day} {MONTHS[month - 1]} {year}",
            f"{year}-{month:02}-{day:02}",
            f"{day:02}.{month:02}.{year % 100}",
            f"{day:02}{month:02}{year % 100}",
            f"{MONTHS[month - 1]} {year}",
            str(year),
            f"{day:02} {month:02} {year}",
        )
    )


def _amount(chance: random.Random) -> str:
    euros, cents = chance.randrange(5, 4_000), chance.randrange(100)
    return chance.choice(
        (f"{euros},{cents:02} EUR", f"{euros}.{cents:02}EUR", f"{euros},{cents:02} €", f"{euros} EUR", f"EUR {euros}")
    )


def _place(chance: random.Random) -> str:
    code, town = f"{chance.randrange(1, 96):02}{digits(chance, 3)}", chance.choice(TOWNS)
    road = chance.choice(("rue", "avenue", "bd", "place"))
    street = f"{chance.randrange(1, 140)} {road} {chance.choice(FAMILIES).title()}"
    return chance.choice(
        (f"{code} {town}", f"{street} {code} {town}", f"C {code} {town}", f"BAT C {code}", f"{town} CEDEX 0{code[4]}")
    )


def _contract(chance: random.Random) -> str:
    eight = digits(chance, 8)
    return chance.choice(
        (
            f"CONTRAT {eight}",
            f"CTR-2026-{eight[:3]}",
            f"CDE 45{eight}",
            f"BC2026-{eight[:4]}",
            f"COMMANDE C2026{eight[:3]}",
            f"POLICE {eight}{eight[:4]}",
            f"DOSSIER 2026/{eight[:5]}",
            f"LOT C{eight[:3]}",
            f"APPT C{eight[:2]} ETG {eight[2]}",
            f"REF 2026112{eight}{eight[:3]}",
            f"RUM ADW-{eight[:6]}-001",
            f"CB{eight[:4]}",
            f"BP {eight[:5]}",
            f"RC2026-{eight[:6]}",
            f"CONTRAT 2026-{eight[:6]}",
            f"CAISSE C {eight[:4]} {eight} {eight[4:]}",
            f"AV2026-{eight[:6]}",
            f"VIR {eight}{eight[:3]}",
            f"DOC{eight}",
            f"COMPTE {eight}{eight[:3]}",
            f"F.A. {eight}",
            f"DE {eight[0]} A {eight[1]}",
            f"CLE {eight[:2]}",
        )
    )


_NUMBERS: tuple[Callable[[random.Random], str], ...] = (
    _phone,
    _siret,
    _iban,
    _day,
    _day,
    _amount,
    _place,
    _contract,
    _contract,
)
