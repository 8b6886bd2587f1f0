"""How people write our numbers down: customers, creditor references, invoices, quotes."""

from __future__ import annotations

import random

from sandbox.bank.signs import Signs, likely, misread, owned, plain


def customer(chance: random.Random, number: str, check: str, *, typed: str = "") -> Signs:
    """`C104273-40`, as people put spaces and signs; `typed`: the digits as somebody remembers them."""
    digits = typed or number[1:]
    written = chance.choice(
        (
            f"C{digits}-{check}",
            f"C{digits}{check}",
            f"C{digits} {check}",
            f"C {digits} {check}",
            f"c{digits}-{check}",
            f"C {digits[:3]} {digits[3:]} {check}",
            f"C {digits[:2]} {digits[2:4]} {digits[4:]} {check}",
            f"C{digits}/{check}",
            f"C{digits}.{check}",
            f"C-{digits}-{check}",
            f"C{digits[:4]} {digits[4:]}{check}",
            f"C_{digits}_{check}",
        )
    )
    before = chance.choice(("", "", "", "CLIENT ", "N° ", "client n° ", "REF ", "réf. ", "REF:", "NO "))
    return [*plain(before), *owned(_perhaps_misread(chance, written), number)]


def said_customer(chance: random.Random, number: str, check: str) -> Signs:
    """Without its letter, after the word customer."""
    word = chance.choice(("CLIENT ", "client n° ", "CLT ", "N° client : ", "CUSTOMER "))
    digits = number[1:]
    return [
        *plain(word),
        *owned(
            chance.choice((f"{digits}-{check}", f"{digits}{check}", f"{digits} {check}")),
            number,
        ),
    ]


def creditor_reference(chance: random.Random, number: str, check: str) -> Signs:
    """`RF40 C104 273`."""
    whole = f"RF{check}{number}"
    grouped = " ".join(whole[start : start + 4] for start in range(0, len(whole), 4))
    written = chance.choice(
        (whole, grouped, whole.lower(), f"RF{check} {number}", grouped.replace(" ", "-"), f"RF {whole[2:]}")
    )
    before = chance.choice(("", "", "REF ", "/RFB/", "référence "))
    return [*plain(before), *owned(_perhaps_misread(chance, written), number)]


def document(chance: random.Random, number: str, *, bare: bool = True) -> Signs:
    """`FA2026-000042`; `bare`: perhaps without its two letters, after the word invoice."""
    prefix, year, serial = number[:2], number[2:6], number[7:]
    forms = [
        number,
        number,
        f"{prefix}{year}{serial}",
        f"{prefix} {year} {serial}",
        number.lower(),
        f"{prefix}{year}/{serial}",
        f"{prefix} {year}-{serial}",
        f"{prefix}-{year}-{serial}",
        f"{prefix}{year} {serial}",
        f"{prefix}{year}_{serial}",
    ]
    word = {
        "FA": ("facture ", "FACT ", "Fact. n° ", "INV ", "FACTURE N "),
        "DE": ("devis ", "DEVIS N° "),
        "PF": ("pro forma ", "PROFORMA "),
    }
    said = chance.choice(word[prefix])
    if bare and likely(chance, 15):
        return [*plain(said), *owned(_perhaps_misread(chance, f"{year}-{serial}", places=slice(5, None)), number)]
    written = _perhaps_misread(chance, chance.choice(forms), places=slice(3, None))
    return [*plain(chance.choice(("", "", said))), *owned(written, number)]


def _perhaps_misread(chance: random.Random, written: str, places: slice = slice(1, None)) -> str:
    """Now and then a digit is taken for a letter; never the first ones, by which a reference is known."""
    if not likely(chance, 12):
        return written
    return written[: places.start] + misread(chance, written[places])
