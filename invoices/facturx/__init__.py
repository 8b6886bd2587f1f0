"""Factur-X: an issued document as EN 16931 XML (UN/CEFACT CII), for the channel by which it leaves, and its checks.

Nothing here asks the database or the clock: the same frozen rows and routing references give the same bytes.
"""

from __future__ import annotations

from invoices.facturx.advice import advice, problem
from invoices.facturx.channels import channel_of
from invoices.facturx.document import facturx_xml
from invoices.facturx.findings import Finding, Stage
from invoices.facturx.rules import file_findings, preflight

__all__ = ["Finding", "Stage", "advice", "channel_of", "facturx_xml", "file_findings", "preflight", "problem"]
