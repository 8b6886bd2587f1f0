"""The files in `files/` and what each of them says, as JSON beside it.

After a change that is meant: `python -m bank.tests.golden` writes them again; read the difference before committing it.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from bank.readers import Statement, read_file

FILES = Path(__file__).parent / "files"


def samples() -> list[Path]:
    return sorted(path for path in FILES.iterdir() if path.suffix != ".json")


def expected(path: Path) -> Path:
    return path.with_name(f"{path.name}.json")


def said(path: Path) -> list[dict[str, Any]]:
    """Each statement, without what is empty."""
    return [_statement(each) for each in read_file(path.read_bytes(), path.name)]


def _statement(statement: Statement) -> dict[str, Any]:
    head = {
        "format": str(statement.format),
        "account": statement.account,
        "currency": statement.currency,
        "id": statement.statement_id,
        "sequence": statement.sequence,
        "period": [str(statement.first_on), str(statement.last_on)],
        "opening": statement.opening.cents if statement.opening is not None else None,
        "closing": statement.closing.cents if statement.closing is not None else None,
        "left_out": statement.left_out,
    }
    return {**_filled(head), "lines": [_line(line) for line in statement.lines]}


def _line(line: Any) -> dict[str, Any]:
    return _filled(
        {
            "place": line.place,
            "booked": str(line.booked_on),
            "value": str(line.value_on or ""),
            "cents": line.amount.cents,
            "kind": str(line.kind),
            "text": line.text,
            "structured": line.structured,
            "name": line.party.name,
            "ultimate": line.party.ultimate,
            "iban": line.party.iban,
            "bic": line.party.bic,
            "reference": line.bank_reference,
            "part": f"{line.part + 1} of {line.parts}" if line.parts > 1 else "",
            "end_to_end": line.end_to_end,
            "mandate": line.mandate_ref,
            "batch": line.batch_id,
            "message": line.message_id,
            "operation": line.operation_code,
            "return": line.return_code,
            "charges": line.charges.cents,
            "raw": dict(line.raw),
        }
    )


def _filled(facts: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in facts.items() if value}


if __name__ == "__main__":
    for sample in samples():
        text = json.dumps(said(sample), ensure_ascii=False, indent=1)
        expected(sample).write_text(f"{text}\n", encoding="utf-8")
