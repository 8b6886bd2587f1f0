from __future__ import annotations

import io
import json
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from django.core.management import CommandError, call_command

from accounts.models import Customer
from core.clock import local_date, now
from invoices import archive
from invoices.models import DocumentSeries, Invoice, Rendition
from invoices.services import render_invoice
from invoices.tests.making import issued, pay
from ledger import selectors as ledger

if TYPE_CHECKING:
    from pathlib import Path

    from tests.support.cast import Cast

pytestmark = pytest.mark.django_db
LINE = "Hébergement Pro, 50 Go;1;39.00;20"


def issue(customer: str, *lines: str, **options: Any) -> dict[str, Any]:
    out = io.StringIO()
    given = [f"--{name}={value}" for name, value in options.items()]
    written = [f"--line={line}" for line in lines]
    call_command("issue_invoice", f"--customer={customer}", *written, *given, "--json", stdout=out)
    answer: dict[str, Any] = json.loads(out.getvalue().splitlines()[-1])
    return answer


@pytest.mark.parametrize("form", ["stored", "compact", "shown", "rf", "rf_shown"])
def test_an_invoice_is_issued_for_a_customer_named_in_any_form(customer: Customer, form: str) -> None:
    answer = issue(getattr(customer.reference, form), LINE, "Domaine;2;6,00;20")

    assert answer["number"] == f"FA{local_date(now()).year}-000001"
    assert (answer["total_cents"], answer["balance_cents"]) == (6120, -6120)


def test_the_balance_after_is_printed(customer: Customer) -> None:
    pay(customer, 10_000)

    assert issue(customer.number, LINE) | {"due_date": ""} == {
        "number": f"FA{local_date(now()).year}-000001",
        "total_cents": 4680,
        "paid_cents": 4680,
        "balance_cents": 5320,
        "due_date": "",
    }


def test_the_date_and_the_engagement_are_those_given(cast: Cast) -> None:
    answer = issue(cast.town_hall.number, LINE, date=date(2027, 2, 28), engagement="EJ-1")

    invoice = Invoice.objects.get()
    assert (answer["number"], invoice.issue_date) == ("FA2027-000001", date(2027, 2, 28))
    assert (invoice.engagement_number, invoice.service_code) == ("EJ-1", "FACT-01")


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("Hébergement", "label;quantity"),
        ("x;1;39;5.5", "not set up"),
        ("x;1;0;20", "above zero"),
        ("x;0;39;20", "not zero"),
        ("x;-1;39;20", "nothing or less"),
        ("x;abc;39;20", "abc"),
    ],
)
def test_a_wrong_line_is_refused_and_leaves_nothing(customer: Customer, line: str, words: str) -> None:
    with pytest.raises(CommandError, match=words) as refusal:
        issue(customer.number, LINE, line)

    assert refusal.value.returncode == 1
    assert not Invoice.objects.exists()
    assert not DocumentSeries.objects.exists()
    assert not ledger.open_items(customer.pk)


@pytest.mark.parametrize("typed", ["C999999", "C10000199", "bonjour", ""])
def test_an_unknown_customer_is_refused(customer: Customer, typed: str) -> None:
    with pytest.raises(CommandError, match="customer"):
        issue(typed, LINE)


def test_a_date_before_the_last_is_refused(customer: Customer) -> None:
    issue(customer.number, LINE)

    with pytest.raises(CommandError, match="before it"):
        issue(customer.number, LINE, date=local_date(now()) - timedelta(days=2))


def test_people_read_a_sentence(customer: Customer) -> None:
    out = io.StringIO()

    call_command("issue_invoice", f"--customer={customer.number}", f"--line={LINE}", stdout=out)

    assert "46.80 EUR. Balance: -46.80 EUR." in out.getvalue()


def test_the_stored_bytes_are_exported_and_printed_first_if_need_be(customer: Customer, tmp_path: Path) -> None:
    invoice = issued(customer)

    places = {name: tmp_path / f"a.{name}" for name in ("pdf", "xml", "plain")}
    call_command("export_invoice", str(invoice.number).lower(), **places, stdout=io.StringIO())
    call_command("export_invoice", invoice.number, pdf=tmp_path / "b.pdf", stdout=io.StringIO())

    stored = {kept.kind: archive.read(kept.sha256) for kept in Rendition.objects.all()}
    assert {name: place.read_bytes() for name, place in places.items()} == {
        "pdf": stored["FACTURX"],
        "xml": stored["XML"],
        "plain": stored["PDF"],
    }
    assert (tmp_path / "b.pdf").read_bytes() == stored["FACTURX"]


def test_a_document_that_is_invalid_has_its_plain_pdf_only(cast: Cast, tmp_path: Path) -> None:
    Customer.objects.filter(pk=cast.town_hall.pk).update(name="M" * 120)
    invoice = issued(cast.town_hall)

    with pytest.raises(CommandError, match="call the electronic form of this invoice invalid"):
        call_command("export_invoice", invoice.number, pdf=tmp_path / "a.pdf", plain=tmp_path / "a.plain")
    assert list(tmp_path.glob("a.*")) == []
    call_command("export_invoice", invoice.number, plain=tmp_path / "a.plain", stdout=io.StringIO())

    assert (tmp_path / "a.plain").read_bytes().startswith(b"%PDF-")


def test_a_damaged_document_is_not_exported(customer: Customer, tmp_path: Path, archive_folder: Path) -> None:
    invoice = issued(customer)
    stored = render_invoice(invoice.pk, at=now()).pdf.sha256
    next(archive_folder.rglob(stored)).unlink()

    with pytest.raises(CommandError, match="missing"):
        call_command("export_invoice", invoice.number, plain=tmp_path / "a.pdf")

    assert not (tmp_path / "a.pdf").exists()


@pytest.mark.parametrize("number", ["FA2026-000404", "x"])
def test_an_unknown_number_is_refused(db: None, number: str, tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="No invoice has the number"):
        call_command("export_invoice", number, pdf=tmp_path / "a.pdf")


def test_the_place_for_the_file_is_asked_for(customer: Customer, tmp_path: Path) -> None:
    invoice = issued(customer)
    render_invoice(invoice.pk, at=now())

    with pytest.raises(CommandError, match="--pdf FILE"):
        call_command("export_invoice", invoice.number)
    with pytest.raises(CommandError, match="cannot be written"):
        call_command("export_invoice", invoice.number, plain=tmp_path / "no" / "a.pdf")


def take_back(number: str, *given: str) -> dict[str, Any]:
    out = io.StringIO()
    call_command("issue_credit_note", number, "--reason=Erreur", *given, "--json", stdout=out)
    answer: dict[str, Any] = json.loads(out.getvalue().splitlines()[-1])
    return answer


def test_a_credit_note_takes_back_lines_and_amounts(customer: Customer) -> None:
    pay(customer, 10_000, at=now())
    number = issue(customer.number, LINE, "Boîte;12;3,20;20")["number"]

    answer = take_back(number, "--amount=1;10,00", "--line=2;5")

    assert answer == {
        "number": f"AV{local_date(now()).year}-000001",
        "total_cents": 3120,
        "freed_cents": 3120,
        "balance_cents": 10_000 - 9288 + 3120,
    }
    assert take_back(number, "--amount=1;10,00", "--line=2;5") == answer
    assert take_back(number, "--refund")["total_cents"] == 9288 - 3120
    assert ledger.get_balance(customer.pk).outgoing.cents == 9288 - 3120


def test_the_stored_bytes_of_a_credit_note_are_exported(customer: Customer, tmp_path: Path) -> None:
    number = take_back(issue(customer.number, LINE)["number"])["number"]

    call_command("export_invoice", number.lower(), f"--pdf={tmp_path / 'a.pdf'}", f"--xml={tmp_path / 'a.xml'}")

    assert (tmp_path / "a.pdf").read_bytes() == archive.read(Rendition.objects.get(kind="FACTURX").sha256)
    assert "<ram:TypeCode>381</ram:TypeCode>" in (tmp_path / "a.xml").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("given", "words"),
    [
        (["--line=9"], "Nothing is left of line 9"),
        (["--line=a"], "Write a line as"),
        (["--line=1;b"], "Write a line as"),
        (["--amount=1"], "Write an amount as"),
        (["--amount=1;-5"], "above zero"),
        (["--amount=1;39,01"], "More than is left"),
    ],
)
def test_what_cannot_be_taken_back_is_said(customer: Customer, given: list[str], words: str) -> None:
    number = issue(customer.number, LINE)["number"]

    with pytest.raises(CommandError, match=words):
        take_back(number, *given)
    with pytest.raises(CommandError, match="No invoice has the number"):
        take_back("FA1999-000001")
