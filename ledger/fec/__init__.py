"""The journal as the tax administration asks for it: fichier des écritures comptables (LPF art. L47 A, I; A47 A-1)."""

from __future__ import annotations

from ledger.fec.checking import FecRefused
from ledger.fec.writing import FecFile, FecWritten, NotYet, period_file, write_fec, year_file

__all__ = ["FecFile", "FecRefused", "FecWritten", "NotYet", "period_file", "write_fec", "year_file"]
