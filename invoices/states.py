"""The words of documents: their kinds, their states, and what they are stored as."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _


class DocumentKind(models.TextChoices):
    """What an invoice-like document is. Stored with the document and part of what is frozen."""

    INVOICE = "INVOICE", _("Invoice")
    CREDIT_NOTE = "CREDIT_NOTE", _("Credit note")


class InvoiceStatus(models.TextChoices):
    """A draft may change and has no number; what is issued never changes."""

    DRAFT = "DRAFT", _("Draft")
    ISSUED = "ISSUED", _("Issued")


class QuoteKind(models.TextChoices):
    """What is offered before any invoice. Neither is one, nor shares its series."""

    QUOTE = "QUOTE", _("Quote")
    PROFORMA = "PROFORMA", _("Pro forma invoice")

    @property
    def series(self) -> Series:
        return Series.QUOTE if self is QuoteKind.QUOTE else Series.PROFORMA


class QuoteStatus(models.TextChoices):
    """Where an offer stands. Its content never changes; it ends once."""

    SENT = "SENT", pgettext_lazy("quote", "Waiting for your answer")
    ACCEPTED = "ACCEPTED", pgettext_lazy("quote", "Accepted")
    REFUSED = "REFUSED", pgettext_lazy("quote", "Refused")
    EXPIRED = "EXPIRED", pgettext_lazy("quote", "Expired")
    WITHDRAWN = "WITHDRAWN", pgettext_lazy("quote", "Withdrawn")

    @property
    def tag(self) -> str:
        """The kind of tag that shows it; none for what asks for nothing."""
        return {"SENT": "due", "ACCEPTED": "ok"}.get(self.value, "")


class FreedMoney(models.TextChoices):
    """What becomes of money that had paid what a credit note takes back. It is back in its own lot in each case."""

    BALANCE = "BALANCE", _("Stays on the prepaid account")
    REFUND = "REFUND", _("Kept to be refunded")
    CORRECTED = "CORRECTED", _("Pays the corrected invoice")


class CorrectionRefused(models.TextChoices):
    """Why the billing details of an invoice cannot be corrected by a credit note and a new invoice."""

    NOT_AN_INVOICE = "NOT_AN_INVOICE", _("Only an issued invoice can be corrected.")
    REPLACED = "REPLACED", _("This invoice was corrected already.")
    CREDITED = (
        "CREDITED",
        _("Part of this invoice was taken back by a credit note. Write to us: we correct it."),
    )
    DISPUTED = "DISPUTED", _("A payment of this invoice is disputed. It can be corrected once the dispute is over.")
    PUBLIC = "PUBLIC", _("Invoices of public bodies are corrected by us: write to us.")
    LATE = "LATE", _("The time to correct this invoice by yourself is over. Write to us: we look at it.")
    UNCHANGED = "UNCHANGED", _("The billing details are those of the invoice: there is nothing to correct.")
    OTHER_VAT = "OTHER_VAT", _("With these details the VAT would be another. Write to us: we issue the right invoice.")


class AttestationKind(models.TextChoices):
    """What we certify about an account."""

    NOTHING_DUE = "NOTHING_DUE", _("Nothing due")
    PAID_IN = "PAID_IN", _("Paid in a year")


class CancelCause(models.TextChoices):
    """Why a receipt, or part of one, counts no longer."""

    DISPUTE = "DISPUTE", _("The payment was contested: the bank or the provider took the money back")
    DEBIT_RETURNED = "DEBIT_RETURNED", _("The bank returned the direct debit")
    RECALLED = "RECALLED", _("The bank of the sender took the transfer back")
    CORRECTED = "CORRECTED", _("The transfer had been credited to this account by mistake")

    @property
    def short(self) -> str:
        """The same in two words."""
        return {
            CancelCause.DISPUTE: gettext("payment contested"),
            CancelCause.DEBIT_RETURNED: gettext("direct debit returned"),
            CancelCause.RECALLED: gettext("transfer taken back"),
            CancelCause.CORRECTED: gettext("correction"),
        }[self]


class RenditionKind(models.TextChoices):
    """The forms in which a document is kept: PDF alone, XML alone, both in one file; and the copy of what is paid."""

    PDF = "PDF", "PDF"
    XML = "XML", "XML"
    FACTURX = "FACTURX", "Factur-X"
    PAID = "PAID", _("Paid copy")

    @property
    def media_type(self) -> str:
        return "application/xml" if self is RenditionKind.XML else "application/pdf"

    def file_name(self, number: str) -> str:
        """`FA2026-000001.pdf`, `factur-x_FA2026-000001.pdf` and `.xml`, `FA2026-000001-acquittee.pdf`."""
        if self is RenditionKind.PAID:
            return f"{number}-acquittee.pdf"
        end = "xml" if self is RenditionKind.XML else "pdf"
        return f"{number}.{end}" if self is RenditionKind.PDF else f"factur-x_{number}.{end}"


class Channel(models.TextChoices):
    """How an electronic document reaches its buyer: each channel has rules of its own."""

    CHORUS = "CHORUS", _("Chorus Pro, directly")
    PLATFORM = "PLATFORM", _("accredited platform")
    EUROPEAN = "EUROPEAN", _("European norm alone")


class Outcome(models.TextChoices):
    """What the checks of an electronic document said. Decided once."""

    VALID = "VALID", _("valid")
    INVALID = "INVALID", _("invalid")


class Series(models.TextChoices):
    """The prefixes of our numbers; two series never share a number (CGI ann. II art. 242 nonies A, I-7°)."""

    INVOICE = "FA", _("Invoices")
    CREDIT_NOTE = "AV", _("Credit notes")
    RECEIPT = "RC", _("Receipts")
    CANCELLATION = "AR", _("Cancellations of receipts")
    ATTESTATION = "AT", _("Attestations")
    QUOTE = "DE", _("Quotes")
    PROFORMA = "PF", _("Pro forma invoices")


class Settlement(models.TextChoices):
    """What the reader of a list of invoices wants to know. Computed from the ledger, never stored."""

    PAID = "PAID", pgettext_lazy("invoice", "Paid")
    DUE = "DUE", _("To be paid")
    LATE = "LATE", _("Late")
    WAITING = "WAITING", _("Waits for Chorus Pro")
    CREDIT_NOTE = "CREDIT_NOTE", _("Credit note")
    CREDITED = "CREDITED", _("Cancelled by credit note")

    @property
    def tag(self) -> str:
        """The kind of tag that shows it; none for what asks for nothing."""
        return {"PAID": "ok", "DUE": "due", "LATE": "late", "WAITING": "wait"}.get(self.value, "")
