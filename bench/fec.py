"""A year of a million lines in FEC layout, against COPY of the same joined columns. BENCH_FEC_LINES: another size."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from datetime import date
from typing import Any

from django.db import connection

from bench.ledger_world import answer, customers
from ledger.selectors.journal import Span, journal_question

_LINES = int(os.environ.get("BENCH_FEC_LINES", "1000000"))
_LINES_OF_A_TURN = 7  # money in, invoice, settlement
_CUSTOMERS = 10_000
_YEAR = 2025
_MOST_MEGABYTES = 200
# Straight into the tables, past the guards: a turn is a top-up of 12.00, an invoice of 10.00 + 2.00, its settlement.
_TX = """
  INSERT INTO ledger_tx (id, journal, kind, label, piece_ref, piece_date, effective_on, recorded_at, customer_id, key,
                         fingerprint, actor)
  SELECT 3 * n + %s, %s, %s, %s || n, %s || n, d, d, d + interval '11 hours', c, 'turn:' || n || %s, '\\x00', ''
    FROM (SELECT n, date '2025-01-01' + (n::bigint * 364 / %s)::int AS d, 1 + n %% %s AS c
            FROM generate_series(1, %s) n) turn"""
_OTHERS = (
    """INSERT INTO ledger_entry (tx_id, seq, account_id, customer_id, amount_cents)
       SELECT 3 * n + t, seq, account, CASE WHEN account IN ('411000', '419100') THEN 1 + n %% %s END, cents
         FROM generate_series(1, %s) n CROSS JOIN (VALUES
              (0, 1, '517100', 1200), (0, 2, '419100', -1200), (1, 1, '411000', 1200), (1, 2, '706100', -1000),
              (1, 3, '445711', -200), (2, 1, '419100', 1200), (2, 2, '411000', -1200)) leg (t, seq, account, cents)""",
    """INSERT INTO ledger_lot (id, customer_id, tx_id, origin, reference, refundable_to, received_on, amount_cents,
                               remaining_cents)
       SELECT n, 1 + n %% %s, 3 * n, 'CARD', 'pi_' || n, '', date '2025-01-01', 1200, 0
         FROM generate_series(1, %s) n""",
    """INSERT INTO ledger_openitem (id, customer_id, tx_id, document_ref, kind, issued_on, due_date, amount_cents,
                                    paid_cents, credited_cents, written_off_cents, open_cents, settles_by_itself,
                                    disputed)
       SELECT n, 1 + n %% %s, 3 * n + 1, 'FA' || n, 'INVOICE', date '2025-01-01', date '2025-12-31', 1200, 1200, 0, 0,
              0, true, false FROM generate_series(1, %s) n""",
    """INSERT INTO ledger_allocation (tx_id, item_id, kind, lot_id, source_ref, amount_cents)
       SELECT 3 * n + 2, n, 'MONEY', n, '', 1200 FROM generate_series(1, %s) n""",
)
_COPY = """
  COPY (SELECT f.c3, f.c3, f.c2, f.c4, f.c6, a.name, f.c7, f.c8, f.c9, f.c10, f.c11, greatest(f.c12, 0),
               greatest(-f.c12, 0), f.c13, f.c14, f.c5, '', ''
          FROM ({question}) f JOIN ledger_account a ON a.code = f.c6 WHERE f.c1 > 0) TO STDOUT"""


def export() -> dict[str, Any]:
    """Lines a second; memory must be that of a month."""
    lines = _write_books()
    copied = _copy()
    seconds, peak = _command("--year", str(_YEAR))
    _, peak_of_a_month = _command("--period", f"{_YEAR}-06")
    value = lines / seconds
    flat = peak <= _MOST_MEGABYTES and peak <= peak_of_a_month + 50
    return answer(
        value, "lines/s", reference=lines / copied, goal=f">= 0.25 x COPY, <= {_MOST_MEGABYTES} MB, flat",
        ok=value >= 0.25 * lines / copied and flat, lines=lines, seconds=round(seconds, 1),
        copy_seconds=round(copied, 1), peak_mb=peak, peak_mb_of_a_month=peak_of_a_month,
    )  # fmt: skip


def _write_books() -> int:
    turns = _LINES // _LINES_OF_A_TURN
    people = len(customers(_CUSTOMERS))
    kinds = (
        ("CB", "TOP_UP", "Carte ", "pi_"),
        ("VE", "INVOICE", "Facture ", "FA"),
        ("OD", "SETTLEMENT", "Imputation ", "FA"),
    )
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")
        for place, (journal, kind, label, ref) in enumerate(kinds):
            cursor.execute(_TX, [place, journal, kind, label, ref, f"#{place}", turns, people, turns])
        for sql in _OTHERS:
            cursor.execute(sql, [people, turns] if sql.count("%s") == 2 else [turns])
        cursor.execute("SET session_replication_role = origin")
        cursor.execute("VACUUM ANALYZE")
    return turns * _LINES_OF_A_TURN


def _copy() -> float:
    question, params = journal_question(Span(date(_YEAR, 1, 1), date(_YEAR, 12, 31), is_exercise=True))
    with tempfile.TemporaryFile() as target, connection.cursor() as cursor:
        start = time.perf_counter()
        with cursor.copy(_COPY.format(question=question), params) as rows:
            for part in rows:
                target.write(part)
        return time.perf_counter() - start


def _command(*which: str) -> tuple[float, int]:
    """Seconds of the command, and the peak of its memory in MB."""
    connection.close()
    with tempfile.TemporaryDirectory() as folder:
        start = time.perf_counter()
        process = subprocess.Popen(
            [sys.executable, "manage.py", "export_fec", *which, "--out", folder], stdout=subprocess.DEVNULL
        )
        _, status, used = os.wait4(process.pid, 0)
        if status:
            raise RuntimeError(f"export_fec ended with status {status}")
        return time.perf_counter() - start, used.ru_maxrss // 1024


SCENARIOS = {"fec": export}
