"""What becomes of a deposit and of its invoice: told by the controls, else written in the number, else it is judged.

The fate of a number comes before that of the next deposit. Our numbers bear no suffix, so the controls are needed.
"""

from __future__ import annotations

import re
from enum import StrEnum

from sandbox.store import Json, Store

_FATES = "chorus.fates"
NEXT = "next"
"""The key of the fate of whatever deposit comes next."""
SLOW_SECONDS = 3600


class Fate(StrEnum):
    NORMAL = ""
    INCIDENT = "incident"  # the flow ends IN_INCIDENTE: nothing integrated, to be sent again
    PARTIAL = "partial"  # IN_INTEGRE_PARTIEL, and this invoice is one of those that were not kept
    PARTIAL_KEPT = "partial_kept"  # IN_INTEGRE_PARTIEL, and this invoice was kept
    REJECTED = "rejected"  # IN_REJETE, with `text`
    TECHNICAL = "technical"  # IN_REJETE, irrecevable, with `text`
    SLOW = "slow"  # judged `seconds` later than others
    STUCK = "stuck"  # never ends
    REPROCESSING = "reprocessing"  # waits for somebody at the State's
    LOST_REPORT = "lost_report"  # goes its way, and its report is never found
    SUSPENDED = "suspended"  # integrated, then suspended by the buyer, for `text`
    TO_RECYCLE = "to_recycle"
    REFUSED = "refused"
    PAID = "paid"


_SUFFIXES = {
    "INCIDENT": Fate.INCIDENT,
    "PARTIAL": Fate.PARTIAL,
    "SLOW": Fate.SLOW,
    "SUSP": Fate.SUSPENDED,
    "RECY": Fate.TO_RECYCLE,
    "REJ": Fate.REFUSED,
    "PAY": Fate.PAID,
}
_WRITTEN = re.compile(rf".*-({'|'.join(_SUFFIXES)})")
_ONCE = {Fate.INCIDENT, Fate.PARTIAL}


def told(options: Json) -> Json:
    """A fate from a control: `kind`, `text`, `seconds`, `times` (−1: always)."""
    kind = Fate(str(options.get("kind", "")))
    return {
        "kind": kind.value,
        "text": str(options.get("text", ""))[:1000],
        "seconds": int(options.get("seconds", SLOW_SECONDS)),
        "times": int(options.get("times", 1)),
    }


def tell(store: Store, key: str, fate: Json) -> None:
    """Decide what becomes of the next deposits, or of those of one invoice number."""
    store.set_setting(_FATES, {**decided(store), key: fate})


def decided(store: Store) -> Json:
    return dict(store.setting(_FATES, {}))


def take(store: Store, number: str, *, first: bool) -> Json:
    """The fate of a deposit of this number; one use of it is spent. What the number itself says ends happens once."""
    fates = decided(store)
    for key in (number, NEXT):
        if key in fates and fates[key]["times"]:
            fate: Json = fates[key]
            if fate["times"] > 0:
                tell(store, key, {**fate, "times": fate["times"] - 1})
            return fate
    written = _WRITTEN.fullmatch(number)
    kind = _SUFFIXES[written[1]] if written else Fate.NORMAL
    return told({"kind": kind if first or kind not in _ONCE else Fate.NORMAL})


def restore(store: Store) -> None:
    """Every deposit is judged by its content."""
    store.set_setting(_FATES, {})
