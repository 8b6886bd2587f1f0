"""What must always hold of documents; `manage.py selfcheck` asks."""

from __future__ import annotations

from collections import Counter, defaultdict
from datetime import date
from typing import TYPE_CHECKING, Any

from django.db import connection
from django.db.models import (
    BigIntegerField,
    Case,
    Count,
    Exists,
    F,
    IntegerField,
    Max,
    Min,
    OuterRef,
    Q,
    Subquery,
    Sum,
    When,
)
from django.db.models.functions import Abs, Cast, Coalesce, Right

from core.checks import Check
from core.money import Money
from invoices import archive, attestation_checks, quote_checks, receipt_checks
from invoices.content import content_hash, invoice_content
from invoices.guards import expected_triggers, installed_triggers
from invoices.models import (
    Attestation,
    DocumentSeries,
    Invoice,
    InvoiceLine,
    InvoiceVat,
    Quote,
    Receipt,
    ReceiptCancellation,
    Rendition,
    Validation,
)
from invoices.states import DocumentKind, InvoiceStatus, Outcome, QuoteKind, RenditionKind, Series
from invoices.tax import Treatment
from ledger import selectors as ledger
from outbox.models import Job, JobState

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from django.db.models import QuerySet

_SHOWN = 5
_EVER = (date(2000, 1, 1), date(2099, 12, 31))
_CHUNK = 500


def documents() -> list[Check]:
    """Numbers, sums, the ledger, hashes, stored files, PDFs, and the guards of the database."""
    return [
        _numbers_follow(),
        _parts_sum_up(),
        _ledger_agrees(),
        _ledger_agrees_on_credit_notes(),
        _vat_is_booked(),
        _credit_notes_are_within(),
        _exemption_is_proven(),
        _contents_are_as_frozen(),
        _files_are_whole(),
        _every_document_has_its_pdf(),
        _checked_files_agree(),
        _guards_are_there(),
    ]


def quotes() -> list[Check]:
    """Quotes are as frozen, and became the invoices they offered."""
    return [
        _result("invoices.quotes_as_frozen", quote_checks.changed_quotes(), counted="every quote is as it was sent"),
        _result("invoices.quotes_agree", quote_checks.wrong_invoices(), counted="every accepted quote is its invoice"),
    ]


def receipts() -> list[Check]:
    """No receipt is cancelled beyond what it says, and no money came back that was not cancelled."""
    wrong = [*receipt_checks.cancelled_beyond(), *receipt_checks.restored_beyond(), *receipt_checks.not_in_the_books()]
    return [_result("invoices.cancellations_are_within", wrong, counted="each within its receipt, as booked")]


def attestations() -> list[Check]:
    """Each attestation is as it was written, its figures sum to its amount, and its code can be checked."""
    wrong = attestation_checks.wrong_attestations()
    return [_result("invoices.attestations_as_signed", wrong, counted="every one as it was signed")]


def _result(name: str, wrong: Iterable[str], *, counted: str) -> Check:
    found = list(wrong)
    more = f" and {len(found) - _SHOWN} more" if len(found) > _SHOWN else ""
    return Check(name, ok=not found, detail=", ".join(found[:_SHOWN]) + more if found else counted)


def _issued() -> QuerySet[Invoice]:
    return Invoice.objects.filter(status=InvoiceStatus.ISSUED)


def _numbers_follow() -> Check:
    """Each series runs from 1 to its last number, without a hole or a repeat, and no document is outside a series."""
    wrong = []
    found = {
        **_spans(_issued().filter(kind=DocumentKind.INVOICE), Series.INVOICE),
        **_spans(_issued().filter(kind=DocumentKind.CREDIT_NOTE), Series.CREDIT_NOTE),
        **_spans(Receipt.objects.all(), Series.RECEIPT),
        **_spans(ReceiptCancellation.objects.all(), Series.CANCELLATION),
        **_spans(Attestation.objects.all(), Series.ATTESTATION),
        **_spans(Quote.objects.filter(kind=QuoteKind.QUOTE), Series.QUOTE),
        **_spans(Quote.objects.filter(kind=QuoteKind.PROFORMA), Series.PROFORMA),
    }
    for series in DocumentSeries.objects.order_by("prefix", "year"):
        name = f"{series.prefix}{series.year}"
        first, last, count = found.pop(name, (1, 0, 0))
        if (first, last, count) != (1, series.last, series.last):
            wrong.append(f"{name}: {count} documents from {first} to {last}, {series.last} given")
    wrong += [f"{name}: not a series" for name in found]
    return _result("invoices.numbers_follow", wrong, counted="every series is complete")


def _spans(rows: QuerySet[Any], prefix: Series) -> dict[str, tuple[int, int, int]]:
    """(first, last, how many) for each year of a series."""
    serials = (
        rows.annotate(serial=Cast(Right("number", 6), IntegerField()), issued_in=F("issue_date__year"))
        .values("issued_in")
        .annotate(first=Min("serial"), last=Max("serial"), count=Count("pk"))
        .order_by("issued_in")
    )
    return {f"{prefix.value}{row['issued_in']}": (row["first"], row["last"], row["count"]) for row in serials}


def _parts_sum_up() -> Check:
    """Lines sum to the total before VAT, and so do the bases; VAT by rate sums to the VAT."""
    wrong = (
        _issued()
        .annotate(
            of_lines=_sum(InvoiceLine, "net_cents"),
            of_bases=_sum(InvoiceVat, "base_cents"),
            of_vat=_sum(InvoiceVat, "vat_cents"),
        )
        .exclude(of_lines=F("net_cents"), of_bases=F("net_cents"), of_vat=F("vat_cents"))
    )
    return _result("invoices.parts_sum_up", map(str, wrong), counted="lines and VAT sum to every total")


def _sum(model: type[InvoiceLine] | type[InvoiceVat], column: str) -> Coalesce:
    rows = model.objects.filter(invoice=OuterRef("pk")).order_by().values("invoice")
    return Coalesce(Subquery(rows.annotate(total=Sum(column)).values("total")), 0)


def _ledger_agrees() -> Check:
    """What an invoice asks is what the ledger debited, of the same customer, in the transaction it names."""
    wrong, count = [], 0
    for some in _in_chunks(_issued().filter(kind=DocumentKind.INVOICE).order_by("pk")):
        count += len(some)
        booked = ledger.booked_documents([str(invoice.number) for invoice in some])
        wrong += [str(invoice) for invoice in some if booked.get(str(invoice.number)) != _as_booked(invoice)]
    return _result("invoices.ledger_agrees", wrong, counted=f"{count} invoices debited to the cent")


def _as_booked(invoice: Invoice) -> ledger.BookedDocument:
    return ledger.BookedDocument(invoice.customer_id, invoice.ledger_tx_id or 0, Money(invoice.total_cents))


def _ledger_agrees_on_credit_notes() -> Check:
    """What a credit note takes back is what the ledger took off its invoice, in the transaction it names."""
    wrong, count = [], 0
    notes = _issued().filter(kind=DocumentKind.CREDIT_NOTE).select_related("original").order_by("pk")
    for some in _in_chunks(notes):
        count += len(some)
        booked = ledger.booked_credit_notes([note.ledger_tx_id or 0 for note in some])
        wrong += [str(note) for note in some if booked.get(note.ledger_tx_id or 0) != _as_taken_back(note)]
    return _result("invoices.ledger_agrees_on_credit_notes", wrong, counted=f"{count} credit notes to the cent")


def _as_taken_back(note: Invoice) -> ledger.BookedCreditNote:
    original = str(note.original)
    return ledger.BookedCreditNote(note.customer_id, str(note), original, Money(note.total_cents))


def _vat_is_booked() -> Check:
    """Documents whose VAT is due at once, account by account, against what documents booked on the accounts 4457."""
    back = When(invoice__kind=DocumentKind.CREDIT_NOTE, then=-F("vat_cents"))
    signed = Case(back, default=F("vat_cents"), output_field=BigIntegerField())
    due = InvoiceVat.objects.filter(invoice__status=InvoiceStatus.ISSUED, invoice__vat_on_debits=True, vat_cents__gt=0)
    rows = due.values("vat_account").annotate(cents=Sum(signed)).order_by("vat_account")
    left = Counter({row["vat_account"]: int(row["cents"]) for row in rows})
    for booked in ledger.vat_booked(*_EVER):
        if booked.by == ledger.DOCUMENTS:
            left[booked.account] -= booked.amount.cents
    wrong = [
        f"{account}: {cents} cents of documents are not booked" for account, cents in sorted(left.items()) if cents
    ]
    return _result("invoices.vat_is_booked", wrong, counted=f"{len(left)} accounts to the cent")


def _credit_notes_are_within() -> Check:
    """No line and no VAT of an invoice is taken back beyond what it is."""
    lines = InvoiceLine.objects.filter(taken_back__invoice__status=InvoiceStatus.ISSUED).annotate(
        taken=Sum("taken_back__net_cents")
    )
    too_much = lines.annotate(asked=Abs("net_cents"), back=Abs("taken")).filter(back__gt=F("asked"))
    taken = InvoiceVat.objects.filter(
        invoice__original=OuterRef("invoice"),
        invoice__status=InvoiceStatus.ISSUED,
        category=OuterRef("category"),
        rate=OuterRef("rate"),
    )
    by_invoice = taken.order_by().values("invoice__original")
    groups = InvoiceVat.objects.filter(invoice__credit_notes__isnull=False).annotate(
        base=Subquery(by_invoice.annotate(total=Sum("base_cents")).values("total")),
        back=Subquery(by_invoice.annotate(total=Sum("vat_cents")).values("total")),
    )
    beyond = groups.filter(Q(base__gt=F("base_cents")) | Q(back__gt=F("vat_cents")))
    numbers = {*too_much.values_list("invoice__number", flat=True), *beyond.values_list("invoice__number", flat=True)}
    return _result("invoices.credit_notes_are_within", sorted(map(str, numbers)), counted="none takes back too much")


def _exemption_is_proven() -> Check:
    """No business of the Union owes its VAT itself without an answer of VIES, frozen on the invoice, about its number.

    A credit note has the treatment of its invoice, and rests on what is frozen there.
    """
    rows = InvoiceVat.objects.filter(
        treatment=Treatment.REVERSE_CHARGE, invoice__status=InvoiceStatus.ISSUED, invoice__kind=DocumentKind.INVOICE
    ).order_by("pk")
    wrong, count = [], 0
    facts = rows.values_list("invoice__number", "invoice__buyer__vat_number", "invoice__vat_evidence__number")
    for number, vat_number, proof in facts.iterator(_CHUNK):
        count += 1
        if not (proof and proof["valid"] and proof["number"] == vat_number):
            wrong.append(str(number))
    return _result("invoices.exemption_is_proven", wrong, counted=f"{count} proven by VIES")


def _contents_are_as_frozen() -> Check:
    """The hash of each document, computed again."""
    wrong, count = [], 0
    for some in _in_chunks(_issued().select_related("original", "replaces").order_by("pk")):
        lines, vat = _children(some)
        hashes = {i: content_hash(invoice_content(i, lines[i.pk], vat[i.pk])) for i in some}
        wrong += [str(invoice) for invoice, found in hashes.items() if found != invoice.content_hash]
        count += len(some)
    receipts, changed = receipt_checks.changed_papers()
    count += receipts
    wrong += changed
    return _result("invoices.contents_are_as_frozen", wrong, counted=f"{count} documents hashed")


def _children(invoices: list[Invoice]) -> tuple[dict[int, list[InvoiceLine]], dict[int, list[InvoiceVat]]]:
    lines: dict[int, list[InvoiceLine]] = defaultdict(list)
    vat: dict[int, list[InvoiceVat]] = defaultdict(list)
    for line in InvoiceLine.objects.filter(invoice__in=invoices).select_related("original").order_by("position"):
        lines[line.invoice_id].append(line)
    for group in InvoiceVat.objects.filter(invoice__in=invoices).order_by("-rate", "category"):
        vat[group.invoice_id].append(group)
    return lines, vat


def _files_are_whole() -> Check:
    """Every stored file is there, with the bytes of its name."""
    stored = Rendition.objects.order_by("pk").values_list("sha256", flat=True).distinct()
    wrong, count = [], 0
    for sha256 in stored.iterator(_CHUNK):
        count += 1
        if not archive.is_whole(sha256):
            wrong.append(sha256)
    return _result("invoices.files_are_whole", wrong, counted=f"{count} files")


def _every_document_has_its_pdf() -> Check:
    """Each document has its PDF, and an invoice the outcome of its checks; or a job that has not given up."""
    renditions = Rendition.objects.filter(kind=RenditionKind.PDF)
    bare = [
        *_issued().exclude(renditions__in=renditions).values_list("number", flat=True),
        *_issued().filter(renditions__in=renditions, validations__isnull=True).values_list("number", flat=True),
        *Receipt.objects.exclude(renditions__in=renditions).values_list("number", flat=True),
        *ReceiptCancellation.objects.exclude(renditions__in=renditions).values_list("number", flat=True),
        *Attestation.objects.exclude(renditions__in=renditions).values_list("number", flat=True),
        *Quote.objects.exclude(renditions__in=renditions).values_list("number", flat=True),
    ]
    keys = {f"invoices.render:{number}": str(number) for number in bare}
    alive = set(Job.objects.filter(key__in=keys).exclude(state=JobState.FAILED).values_list("key", flat=True))
    wrong = [number for key, number in keys.items() if key not in alive]
    return _result("invoices.every_document_has_its_pdf", wrong, counted=f"{len(bare)} being prepared")


def _checked_files_agree() -> Check:
    """Each outcome has its XML; a valid one its Factur-X too; an invalid one what is wrong."""
    same = Rendition.objects.filter(invoice=OuterRef("invoice"), validation__xml_sha256=OuterRef("xml_sha256"))
    outcomes = Validation.objects.annotate(
        has_xml=Exists(same.filter(kind=RenditionKind.XML)), has_facturx=Exists(same.filter(kind=RenditionKind.FACTURX))
    )
    bare = outcomes.filter(Q(has_xml=False) | Q(outcome=Outcome.VALID, has_facturx=False))
    silent = [v.pk for v in outcomes.filter(outcome=Outcome.INVALID).iterator(_CHUNK) if not v.findings]
    wrong = outcomes.filter(Q(pk__in=bare.values("pk")) | Q(pk__in=silent)).order_by("pk")
    numbers = wrong.values_list("invoice__number", flat=True)
    return _result("invoices.checked_files_agree", map(str, numbers), counted=f"{outcomes.count()} outcomes")


def _guards_are_there() -> Check:
    missing = expected_triggers(connection.vendor) - installed_triggers(connection)
    return _result("invoices.guards_are_there", sorted(missing), counted="every trigger is installed")


def _in_chunks(rows: QuerySet[Invoice]) -> Iterator[list[Invoice]]:
    """The rows, some at a time, each time after the last one seen."""
    last = 0
    while some := list(rows.filter(pk__gt=last)[:_CHUNK]):
        yield some
        last = some[-1].pk
