"""The decoder against mangled labels: `python -m tests.labels [count [seed]]`, 20,000 at first.

Prints one JSON line, and on stderr some of the labels that were not read; ends with status 1 when fewer than 99 in 100
readable ones are, or when a number is sure that nobody wrote.
"""

from __future__ import annotations

import json
import sys
import time
from collections import Counter

from bank.matching.decoding import decode
from tests.support.payers import exists, labels, payers

_COUNT, _SEED = 20_000, 20_261_130
_SHOWN, _PERCENT, _PAYERS = 20, 99, 2_000


def main(count: int, seed: int) -> int:
    """Read so many labels of that seed; tell what was missed or made up, then the summary."""
    numbers: Counter[str] = Counter()
    told: list[str] = []
    spent = 0.0
    for label in labels(payers(_PAYERS, seed=seed), count, seed=seed):
        start = time.process_time()
        decoded = decode(label.text)
        spent += time.process_time() - start
        checked = {one.value for mention in decoded.mentions for one in mention.candidates if one.checked}
        needed = {label.customer} if label.rule == "a" else set(label.documents)
        made_up = {one for one in checked if exists(one)} - {label.customer, *label.whole, *label.documents}
        missed = label.is_readable and not needed <= checked
        numbers += Counter(readable=label.is_readable, missed=missed, wrong=bool(made_up))
        if missed or made_up:
            told.append(f"{label.text!r}: {sorted(needed)}, read {sorted(checked)}")
    for line in told[:_SHOWN]:
        sys.stderr.write(f"{line}\n")
    read = 100 * (1 - numbers["missed"] / numbers["readable"])
    summary = {
        "ok": read >= _PERCENT and not numbers["wrong"],
        "labels": count,
        "readable": numbers["readable"],
        "read_percent": round(read, 2),
        "wrong": numbers["wrong"],
        "microseconds": round(1e6 * spent / count, 1),
        "seed": seed,
    }
    sys.stdout.write(f"{json.dumps(summary)}\n")
    return 0 if summary["ok"] else 1


if __name__ == "__main__":
    asked = [int(word) for word in sys.argv[1:]]
    sys.exit(main(*[*asked, *(_COUNT, _SEED)[len(asked) :]]))
