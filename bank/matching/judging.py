"""Judge a line by what it names and what is known: candidates with their reasons, and whether one of them is certain.

Pure: nothing is looked up and nothing is written. A line is posted by itself only when it is unambiguous and supported
by a checked reference; everything else is a suggestion, with its reasons, for a person.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from bank.matching.reading import Reading, read
from bank.matching.rules import Chip, Ground
from bank.matching.sums import documents_for
from bank.words import Verdict

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bank.matching.decoding import Decoded
    from bank.matching.known import Known, KnownItem
    from bank.matching.rules import Rules

_MOST_CANDIDATES: Final = 5
_SHARED_BY: Final = 2


@dataclass(frozen=True, slots=True)
class Facts:
    """What a line says: so many cents came, from whom, and what its text names."""

    cents: int
    decoded: Decoded
    payer: int | None = None
    payer_name: str = ""


@dataclass(frozen=True, slots=True)
class Part:
    """So many cents for a customer, for these documents."""

    customer_id: int
    cents: int
    documents: tuple[str, ...] = ()


@dataclass(slots=True)
class Candidate:
    """One way to credit the line, with its reasons: (chip, its value in words)."""

    parts: tuple[Part, ...]
    chips: list[tuple[str, str]] = field(default_factory=list)
    quote: str = ""
    score: int = 0

    def stored(self) -> dict[str, Any]:
        """As a judgement keeps it."""
        parts = [{"customer": p.customer_id, "cents": p.cents, "documents": list(p.documents)} for p in self.parts]
        return {"parts": parts, "chips": [list(chip) for chip in self.chips], "quote": self.quote, "score": self.score}


@dataclass(frozen=True, slots=True)
class Judged:
    """The verdict on a line; candidates are ordered, the best first."""

    verdict: Verdict
    candidates: tuple[Candidate, ...]
    met: tuple[str, ...] = ()
    quote: str = ""

    @property
    def score(self) -> int:
        return self.candidates[0].score if self.candidates else 0

    @property
    def margin(self) -> int:
        return self.score - (self.candidates[1].score if len(self.candidates) > 1 else 0)


def judge(facts: Facts, known: Known, rules: Rules) -> Judged:
    """Say what may become of a line."""
    reading = read(facts.decoded, known)
    met = tuple(ground for ground in _grounds(facts, reading))
    candidates = [_named(customer_id, facts, reading, known, rules) for customer_id in reading.customers]
    if len(reading.customers) > 1:
        candidates += _split(facts, reading)
    else:
        candidates += [_guessed(each, facts, known, rules) for each in _others(facts, known, reading)]
    for candidate in candidates:
        candidate.score = score(candidate.chips, rules)
    ranked = tuple(sorted(candidates, key=lambda each: -each.score)[:_MOST_CANDIDATES])
    return Judged(_verdict(ranked, met, reading, rules), ranked, met, reading.quote if Ground.QUOTE in met else "")


def score(chips: Sequence[Sequence[str]], rules: Rules) -> int:
    """The points of these reasons, each counted once."""
    return max(0, sum(rules.worth(chip) for chip in {chip for chip, _value in chips}))


def verdict_of(scores: Sequence[int], *, rules: Rules) -> Verdict:
    """What is left to a person: sure, or to choose from; nothing at all."""
    if not scores or scores[0] <= 0:
        return Verdict.UNMATCHED
    margin = scores[0] - (scores[1] if len(scores) > 1 else 0)
    is_sure = scores[0] >= rules.limits["sure_score"] and margin >= rules.limits["sure_margin"]
    return Verdict.SURE if is_sure else Verdict.SUGGESTED


def _verdict(ranked: Sequence[Candidate], met: Sequence[str], reading: Reading, rules: Rules) -> Verdict:
    if any(rules.allows(ground) for ground in met):
        return Verdict.AUTO
    if len(reading.customers) > 1:
        return Verdict.SEVERAL
    return verdict_of([each.score for each in ranked], rules=rules)


def _grounds(facts: Facts, reading: Reading) -> list[str]:
    """On which grounds the line is certain (house rule of matching)."""
    if len(reading.customers) != 1 or reading.is_torn:
        return []
    met: list[str] = []
    quote_fits = reading.quote_cents == facts.cents if reading.quote else not reading.quotes
    if reading.checked and quote_fits:
        met.append(Ground.CUSTOMER)
    open_items = [item for item in reading.items if item.open_cents]
    whole = len(open_items) == len(reading.items) and sum(item.open_cents for item in open_items) == facts.cents
    if open_items and whole and reading.items_are_checked and not reading.quotes:
        met.append(Ground.INVOICES)
    if reading.quote and reading.quote_cents == facts.cents and not reading.items:
        met.append(Ground.QUOTE)
    return met


def _named(customer_id: int, facts: Facts, reading: Reading, known: Known, rules: Rules) -> Candidate:
    """A customer whom the text names: by number, or by a document."""
    chips: list[tuple[str, str]] = []
    customer = known.by_id.get(customer_id)
    if customer_id in reading.checked:
        chips.append((Chip.CUSTOMER_CHECKED, customer.number if customer else ""))
    elif customer_id in reading.unchecked:
        chips.append((Chip.CUSTOMER_READ, customer.number if customer else ""))
    own = [item for item in reading.items if item.customer_id == customer_id]
    open_items = [item for item in own if item.open_cents]
    if own:
        chip = Chip.INVOICE_NAMED if reading.items_are_checked else Chip.INVOICE_READ
        chips.append((chip, ", ".join(item.document for item in own)))
    chips += [(Chip.ALREADY_PAID, item.document) for item in own if not item.open_cents]
    if open_items and sum(item.open_cents for item in open_items) == facts.cents:
        chips.append((Chip.AMOUNT_NAMED, str(len(open_items))))
    quote = reading.quote if reading.quote_owner == customer_id else ""
    if quote:
        chips.append((Chip.QUOTE_NAMED, quote))
        chips += [(Chip.AMOUNT_NAMED, "1")] if reading.quote_cents == facts.cents else []
    if len(reading.customers) > 1:
        chips.append((Chip.CONFLICT, ""))
    documents = tuple(item.document for item in open_items)
    if not documents and not quote and customer_id not in reading.checked:
        found, chips_of_amount = _by_amount(facts.cents, known.open_of.get(customer_id, []))
        documents, chips = found, [*chips, *chips_of_amount]
    chips += _around(customer_id, facts, known, rules)
    return Candidate(
        (Part(customer_id, facts.cents, documents),), chips, quote if reading.quote_cents == facts.cents else ""
    )


def _guessed(customer_id: int, facts: Facts, known: Known, rules: Rules) -> Candidate:
    """A customer whom nothing names: by payer, announcement, name or amount."""
    documents, chips = _by_amount(facts.cents, known.open_of.get(customer_id, []))
    return Candidate((Part(customer_id, facts.cents, documents),), [*chips, *_around(customer_id, facts, known, rules)])


def _by_amount(cents: int, open_items: Sequence[KnownItem]) -> tuple[tuple[str, ...], list[tuple[str, str]]]:
    """The open documents that the amount pays exactly, and the reason; none when several ways would."""
    exact = [item.document for item in open_items if item.open_cents == cents]
    if len(exact) == 1:
        return (exact[0],), [(Chip.AMOUNT_EXACT, exact[0])]
    if exact:
        return (), [(Chip.AMOUNT_EXACT, str(len(exact)))]
    if open_items and sum(item.open_cents for item in open_items) == cents:
        return tuple(item.document for item in open_items), [(Chip.AMOUNT_DUE, str(len(open_items)))]
    found = documents_for(cents, open_items)
    return found, [(Chip.AMOUNT_SUM, ", ".join(found))] if found else []


def _around(customer_id: int, facts: Facts, known: Known, rules: Rules) -> list[tuple[str, str]]:
    """What else speaks for a customer: the payer, an announcement, the name, a public accountant."""
    chips: list[tuple[str, str]] = []
    payers = known.payers.get(facts.payer or 0)
    if payers and payers[customer_id]:
        is_known = payers[customer_id] >= rules.limits["payer_confirmations"]
        chips.append((Chip.PAYER_KNOWN if is_known else Chip.PAYER_SEEN, str(payers[customer_id])))
        chips += [(Chip.PAYER_SHARED, str(len(payers)))] if len(payers) >= _SHARED_BY else []
    if facts.cents in known.announced.get(customer_id, []):
        chips.append((Chip.ANNOUNCED, ""))
    if customer_id in known.named.get(facts.payer_name, []):
        chips.append((Chip.NAME_SAME, facts.payer_name))
    customer = known.by_id.get(customer_id)
    if facts.decoded.from_public and customer is not None and customer.is_public:
        chips.append((Chip.PUBLIC, ""))
    return chips


def _others(facts: Facts, known: Known, reading: Reading) -> list[int]:
    """Customers whom nothing names, once each; none beside a checked reference."""
    if reading.checked or (reading.items and reading.items_are_checked) or reading.quote:
        return []
    payers = known.payers.get(facts.payer or 0)
    paid_for = [customer_id for customer_id, _times in payers.most_common()] if payers else []
    by_amount = [item.customer_id for item in known.by_amount.get(facts.cents, [])]
    everyone = [*paid_for, *known.named.get(facts.payer_name, []), *by_amount]
    return [each for each in dict.fromkeys(everyone) if each not in reading.customers][:_MOST_CANDIDATES]


def _split(facts: Facts, reading: Reading) -> list[Candidate]:
    """One line that pays documents of several customers, to the cent."""
    open_items = [item for item in reading.items if item.open_cents]
    owners = list(dict.fromkeys(item.customer_id for item in open_items))
    if len(owners) < _SHARED_BY or sum(item.open_cents for item in open_items) != facts.cents:
        return []
    parts = tuple(
        Part(
            owner,
            sum(item.open_cents for item in open_items if item.customer_id == owner),
            tuple(item.document for item in open_items if item.customer_id == owner),
        )
        for owner in owners
    )
    named = ", ".join(item.document for item in open_items)
    chips: list[tuple[str, str]] = [(Chip.INVOICE_NAMED, named), (Chip.AMOUNT_NAMED, str(len(open_items)))]
    return [Candidate(parts, chips)]
