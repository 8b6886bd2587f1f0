"""A corpus of invoices and credit notes through every check: `python -m tests.corpus [count [seed [lines]]]`.

600 at first, and at the end one of 10,000 lines is checked and printed. Prints one JSON line; ends with status 1 when a
document breaks a rule, or a row of the VAT table was never reached.
"""

from __future__ import annotations

import json
import os
import resource
import sys
import time
from collections import Counter

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "billing_portal.settings")
_COUNT, _SEED, _LINES = 600, 20261130, 10_000
_SHOWN = 10


def main(count: int, seed: int, lines: int) -> int:
    """Check so many documents of that seed and a long one; tell what is wrong, then the summary."""
    django.setup()
    from invoices.services.checking import check
    from invoices.tax import Treatment
    from tests.support.corpus import documents

    start = time.monotonic()
    treatments: Counter[str] = Counter()
    channels: Counter[str] = Counter()
    wrong: list[str] = []
    for made in documents(count, seed=seed):
        checked = check(made.invoice, made.lines, made.vat)
        treatments[made.treatment] += 1
        channels[f"{checked.channel} {made.invoice.kind}"] += 1
        if checked.findings:
            rules = "; ".join(finding.words for finding in checked.findings[:3])
            wrong.append(f"{made.invoice.number} ({made.treatment}, {checked.channel}): {rules}")
    longest, broken = _longest(lines, seed)
    wrong += broken
    unreached = sorted(set(Treatment.values) - set(treatments))
    for line in [*wrong[:_SHOWN], *(f"no document of {name}" for name in unreached)]:
        sys.stderr.write(f"{line}\n")
    summary = {
        "ok": not wrong and not unreached,
        "documents": sum(treatments.values()),
        "invalid": len(wrong),
        "treatments": dict(sorted(treatments.items())),
        "channels": dict(sorted(channels.items())),
        "longest": longest,
        "seed": seed,
        "seconds": round(time.monotonic() - start),
    }
    sys.stdout.write(f"{json.dumps(summary)}\n")
    return 0 if summary["ok"] else 1


def _longest(lines: int, seed: int) -> tuple[dict[str, int], list[str]]:
    """Check and print a document of so many lines: what it took, and the rules that it breaks."""
    from invoices.pdf import invoice_pdf_and_facturx
    from invoices.services.checking import check, check_file
    from tests.support.corpus import long_document

    start, made = time.process_time(), long_document(lines, seed=seed)
    checked = check(made.invoice, made.lines, made.vat)
    _, hybrid = invoice_pdf_and_facturx(made.invoice, made.lines, made.vat, checked.xml)
    took = {
        "lines": lines,
        "cpu_seconds": round(time.process_time() - start),
        "xml_kb": len(checked.xml) // 1000,
        "pdf_kb": len(hybrid) // 1000,
        "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
    }
    return took, [f"{lines} lines: {finding.words}" for finding in check_file(checked, len(hybrid)).findings]


if __name__ == "__main__":
    asked = [int(word) for word in sys.argv[1:]]
    sys.exit(main(*[*asked, *(_COUNT, _SEED, _LINES)[len(asked) :]]))
