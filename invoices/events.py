"""News of this app for the apps above it. For speed alone: what hears it also sweeps the database."""

from __future__ import annotations

from django.dispatch import Signal

documents_issued = Signal()
"""Documents were issued, invoices or credit notes, and are announced. `invoice_ids`: which ones; `at`: when."""

references_changed = Signal()
"""An issued document carries other references from now on. Sent on commit. `invoice_id`: which one; `at`: when."""
