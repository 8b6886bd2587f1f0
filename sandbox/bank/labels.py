"""Labels of transfers as French people and banks write them, with the truth about each, from a seed.

    labels(payers, 2_000, seed=7)

A `Payer` brings numbers as texts: who it is, what it owes, what was offered to it. The writer chooses what the payer
means to pay and how it says so; people misspell, banks cut. A `Label` keeps what was meant, and which references were
still whole in the end: the writer knows, because each sign of a reference remembers to which one it belongs.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from sandbox.bank import surroundings
from sandbox.bank.signs import Signs, counted, cut, join, likely, owned, plain, spread, text_of, without_accents
from sandbox.bank.writing import creditor_reference, customer, document, said_customer

WIDTHS = (27, 31, 35, 70)
LENGTHS = (35, 70, 140)
_SEPARATORS = (" ", " ", " ", " - ", ", ", " / ", ". ", " : ")
_LISTED = (", ", "/", " / ", " et ", " ET ", "+", " + ", " ", ";", " & ")


@dataclass(frozen=True, slots=True)
class Payer:
    """A customer of the portal as an outsider knows it: `C104273`, `40`, and open documents with their cents."""

    number: str
    check: str
    name: str = ""
    invoices: tuple[tuple[str, int], ...] = ()
    quotes: tuple[tuple[str, int], ...] = ()
    public: bool = False


@dataclass(frozen=True, slots=True)
class Label:
    """A label with its amount, and the truth about it.

    `customer` paid for `documents` (none: for the account); `rule` tells by what it may be booked without a person: a
    (a checked customer number), b (invoices and their exact amount), c (a quote and its exact amount), or nothing.
    `whole` are the references that stand there complete, `parts` what is left of others, `written` names both.
    """

    text: str
    name: str
    cents: int
    customer: str
    documents: tuple[str, ...]
    rule: str
    whole: tuple[str, ...]
    parts: tuple[str, ...]
    way: str

    @property
    def is_readable(self) -> bool:
        return bool(self.rule)


@dataclass(slots=True)
class _Draft:
    """What is about to be written: references with their text, and which of them are short or wrong from the start."""

    parts: list[Signs]
    documents: tuple[str, ...] = ()
    cents: int = 0
    broken: tuple[str, ...] = ()
    conflicting: bool = False
    sums: bool = False


def labels(payers: Sequence[Payer], count: int, *, seed: int, once: bool = False) -> Iterator[Label]:
    """So many labels; the same seed and payers make the same.

    `once`: nobody writes two, so that what they owe is true until they pay it.
    """
    chance = random.Random(seed)  # noqa: S311 - the same again is the point
    weights = [weight for weight, _way in _WAYS.values()]
    writers = chance.sample(payers, count) if once else chance.choices(payers, k=count)
    for payer in writers:
        draft = None
        while draft is None:
            way = chance.choices(list(_WAYS), weights)[0]
            draft = _WAYS[way][1](chance, payer, payers)
        yield _finished(chance, payer, draft, way)


def write(payer: Payer, *, seed: int, way: str = "") -> Label:
    """One label of a payer, for people who try things out; `way` is one of `ways()`, else any that suits."""
    chance = random.Random(seed)  # noqa: S311 - the same again is the point
    while True:
        chosen = way or chance.choice(list(_WAYS))
        draft = _WAYS[chosen][1](chance, payer, (payer,))
        if draft is not None:
            return _finished(chance, payer, draft, chosen)
        if way:
            raise ValueError(f"{payer.number} has nothing to pay like that")


def ways() -> list[str]:
    """The names of the ways in which a label is written."""
    return list(_WAYS)


def _finished(chance: random.Random, payer: Payer, draft: _Draft, way: str) -> Label:
    name = surroundings.office(chance) if payer.public else payer.name or surroundings.name(chance)
    around = [plain(surroundings.number(chance)) for _ in range(chance.choice((0, 0, 1, 1, 2, 3)))]
    around += [plain(chance.choice(surroundings.THANKS)) for _ in range(chance.choice((0, 0, 1)))]
    if payer.public:
        around.append(plain(surroundings.warrant(chance)))
    parts = [*draft.parts, *around]
    chance.shuffle(parts)
    message = join(parts, lambda: chance.choice(_SEPARATORS))
    asked = counted(message)
    cuts = not draft.conflicting  # what is cut out of a conflict may be none
    signs = _banked(chance, _mangled(chance, message, cuts=cuts), name, cuts=cuts)
    left = counted(signs)
    whole = tuple(sorted(each for each in asked if left[each] == asked[each] and each not in draft.broken))
    text = text_of(signs)
    cents = draft.cents or chance.randrange(500, 90_000)
    rule = "" if draft.conflicting else _rule(payer, draft, whole, set(left))
    parts_left = tuple(sorted(set(left) - set(whole)))
    return Label(text, name, cents, payer.number, draft.documents, rule, whole, parts_left, way)


def _rule(payer: Payer, draft: _Draft, whole: tuple[str, ...], left: set[str]) -> str:
    """By what the label may be booked without a person, given what is left in it."""
    if payer.number in whole:
        return "a"
    if payer.number in left or not draft.sums or not draft.documents or set(draft.documents) - set(whole):
        return ""
    return "b" if draft.documents[0].startswith("FA") else "c"


def _mangled(chance: random.Random, message: Signs, *, cuts: bool) -> Signs:
    """What happens between the payer and us: capitals, no accents, lines, and an end."""
    if likely(chance, 50):
        message = without_accents(message)
    if cuts and likely(chance, 14):
        message = cut(message, chance.choice(LENGTHS))
    if likely(chance, 45):
        message = spread(chance, message, chance.choice(WIDTHS))
    return message


def _banked(chance: random.Random, message: Signs, name: str, *, cuts: bool) -> Signs:
    """The words of the bank around the message; some banks cut the whole once more."""
    upper = "".join(sign for sign, _ in without_accents(plain(name)))
    before, after = chance.choice(
        (
            ("", ""),
            ("", ""),
            (f"VIR SEPA RECU /DE {upper} /MOTIF ", " /REF NOTPROVIDED"),
            (f"VIREMENT DE {upper} ", ""),
            (f"VIREMENT DE M OU MME {upper} ", ""),
            ("/INV/", ""),
            ("+RFB+", ""),
            ("/RFB/", "/EREF/NOTPROVIDED"),
            (
                f"VIR INST RE {surroundings.digits(chance, 12)} DE {upper} MOTIF: ",
                f" ID {surroundings.digits(chance, 12)}",
            ),
            (f"VIR RECU {surroundings.digits(chance, 10)}S DE: {upper} MOTIF: ", ""),
            (f"/NAME/{upper}/REMI/", ""),
        )
    )
    signs = [*plain(before), *message, *plain(after)]
    return cut(signs, 140) if cuts and likely(chance, 10) else signs


# What payers mean to pay


def _account(chance: random.Random, payer: Payer, _all: Sequence[Payer]) -> _Draft:
    return _Draft([customer(chance, payer.number, payer.check)])


def _said_account(chance: random.Random, payer: Payer, _all: Sequence[Payer]) -> _Draft:
    return _Draft([said_customer(chance, payer.number, payer.check)])


def _by_reference(chance: random.Random, payer: Payer, _all: Sequence[Payer]) -> _Draft:
    return _Draft([creditor_reference(chance, payer.number, payer.check)])


def _chosen(chance: random.Random, payer: Payer, most: int) -> list[tuple[str, int]]:
    return chance.sample(payer.invoices, chance.randint(1, min(most, len(payer.invoices)))) if payer.invoices else []


def _both(chance: random.Random, payer: Payer, _all: Sequence[Payer]) -> _Draft | None:
    chosen = _chosen(chance, payer, 2)
    if not chosen:
        return None
    head = chance.choice((customer, creditor_reference))(chance, payer.number, payer.check)
    documents = [document(chance, number) for number, _cents in chosen]
    return _draft([head, *documents], chosen, cents=_some(chance, chosen))


def _some(chance: random.Random, chosen: Sequence[tuple[str, int]]) -> int:
    """The exact sum, or less, or more."""
    total = sum(cents for _number, cents in chosen)
    return chance.choice((total, total, max(1, total - 100), total + 500))


def _draft(
    parts: list[Signs], chosen: Sequence[tuple[str, int]], *, cents: int = 0, broken: tuple[str, ...] = ()
) -> _Draft:
    total = sum(each for _number, each in chosen)
    return _Draft(parts, tuple(number for number, _cents in chosen), cents or total, broken, sums=cents in {0, total})


def _one_invoice(chance: random.Random, payer: Payer, _all: Sequence[Payer]) -> _Draft | None:
    chosen = _chosen(chance, payer, 1)
    return _draft([document(chance, chosen[0][0])], chosen) if chosen else None


def _several(chance: random.Random, payer: Payer, _all: Sequence[Payer]) -> _Draft | None:
    chosen = _chosen(chance, payer, 4)
    if len(chosen) < 2:  # noqa: PLR2004 - several
        return None
    listed = join([document(chance, number, bare=False) for number, _cents in chosen], lambda: chance.choice(_LISTED))
    return _draft([listed], chosen)


def _continued(chance: random.Random, payer: Payer, _all: Sequence[Payer]) -> _Draft | None:
    """`FA2026-000041, 000042`: six digits each, the year once."""
    year = payer.invoices[0][0][:6] if payer.invoices else ""
    chosen = [each for each in payer.invoices if each[0].startswith(year)][:3]
    if len(chosen) < 2:  # noqa: PLR2004 - several
        return None
    first, *others = [number for number, _cents in chosen]
    between = chance.choice((",", "/", ", ", " et ", "+"))
    parts = [owned(first, first), *(owned(number[7:], number) for number in others)]
    return _draft([join(parts, lambda: between)], chosen)


def _short(chance: random.Random, payer: Payer, _all: Sequence[Payer]) -> _Draft | None:
    chosen = _chosen(chance, payer, 1)
    if not chosen:
        return None
    number = chosen[0][0]
    year, serial = number[2:6], int(number[7:])
    forms = (
        f"FA{year}-{serial}",
        f"FACT {year}-{serial}",
        f"facture n° {year}-{serial}",
        f"FA {year} {serial}",
        f"FA{year}-{serial:04d}",
    )
    return _draft([owned(chance.choice(forms), number)], chosen, broken=(number,))


def _offer(chance: random.Random, payer: Payer, _all: Sequence[Payer]) -> _Draft | None:
    if not payer.quotes:
        return None
    chosen = [chance.choice(payer.quotes)]
    return _draft([document(chance, chosen[0][0])], chosen)


def _mistyped(chance: random.Random, payer: Payer, _all: Sequence[Payer]) -> _Draft | None:
    """From memory: a digit wrong, or two that changed places; the check digits do not hold."""
    digits = list(payer.number[1:])
    place = chance.randrange(5)
    if likely(chance, 50):
        digits[place], digits[place + 1] = digits[place + 1], digits[place]
    else:
        digits[place] = str((int(digits[place]) + chance.randrange(1, 10)) % 10)
    wrong = "".join(digits)
    if wrong == payer.number[1:] or wrong.startswith("0"):
        return None
    return _Draft([customer(chance, payer.number, payer.check, typed=wrong)], broken=(payer.number,))


def _without_check(chance: random.Random, payer: Payer, _all: Sequence[Payer]) -> _Draft:
    written = chance.choice((payer.number, f"C {payer.number[1:]}", f"client {payer.number[1:]}"))
    return _Draft([owned(written, payer.number)], broken=(payer.number,))


def _of_another(chance: random.Random, payer: Payer, everybody: Sequence[Payer]) -> _Draft | None:
    """The own number with another's invoice: nobody but a person knows."""
    other = chance.choice(everybody)
    if other.number == payer.number or not other.invoices:
        return None
    number, cents = chance.choice(other.invoices)
    return _Draft(
        [customer(chance, payer.number, payer.check), document(chance, number)], cents=cents, conflicting=True
    )


def _two_accounts(chance: random.Random, payer: Payer, everybody: Sequence[Payer]) -> _Draft | None:
    other = chance.choice(everybody)
    if other.number == payer.number:
        return None
    return _Draft(
        [customer(chance, payer.number, payer.check), customer(chance, other.number, other.check)], conflicting=True
    )


def _wrong_amount(chance: random.Random, payer: Payer, _all: Sequence[Payer]) -> _Draft | None:
    chosen = _chosen(chance, payer, 1)
    return _draft([document(chance, chosen[0][0])], chosen, cents=chosen[0][1] + 37) if chosen else None


def _nothing(chance: random.Random, payer: Payer, _all: Sequence[Payer]) -> _Draft:
    chosen = _chosen(chance, payer, 1)
    words = ("facture novembre", "hébergement site", "loyer serveur 2026", "facture", "virement", "acompte 30%", "C")
    return _draft([plain(chance.choice(words))], chosen)


_Way = Callable[[random.Random, Payer, Sequence[Payer]], _Draft | None]
_WAYS: dict[str, tuple[int, _Way]] = {
    "account": (20, _account),
    "said_account": (5, _said_account),
    "reference": (15, _by_reference),
    "both": (14, _both),
    "invoice": (18, _one_invoice),
    "several": (9, _several),
    "continued": (3, _continued),
    "offer": (4, _offer),
    "short": (6, _short),
    "mistyped": (6, _mistyped),
    "without_check": (4, _without_check),
    "of_another": (3, _of_another),
    "two_accounts": (2, _two_accounts),
    "wrong_amount": (3, _wrong_amount),
    "nothing": (8, _nothing),
}
