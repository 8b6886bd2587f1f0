"""A receipt whose money was taken back is cancelled by a paper of its own; money that returns has a new receipt."""

from __future__ import annotations

import html
import re
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from django.db import DatabaseError, connection, transaction
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation

from core import clock
from core.money import Money
from invoices import checks, selectors, services
from invoices.cancellation_paper import cancellation_paper
from invoices.models import Receipt, ReceiptCancellation
from invoices.paper import receipt_paper
from invoices.services import BadCancellation
from invoices.states import CancelCause
from invoices.tests.making import issued
from invoices.tests.reversing import LATER, REF, Reversing, unguarded
from outbox.models import Job, Message
from tests.support.cast import make_company

if TYPE_CHECKING:
    from django.test import Client

    from accounts.models import Customer
    from tests.support.cast import Cast

pytestmark = pytest.mark.django_db


@pytest.fixture
def paid(customer: Customer) -> Reversing:
    """50,00 € by card, which paid an invoice of 46,80 €."""
    issued(customer)
    return Reversing.of(customer, 5_000)


def words(paper: ReceiptCancellation, before: int = 0) -> str:
    with translation.override(paper.buyer["language"]):
        page = render_to_string("paper/cancellation.html", {"paper": cancellation_paper(paper, before=Money(before))})
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", page)).split())


def all_is_well() -> bool:
    return all(check.ok for check in [*checks.receipts(), *checks.documents()] if "files" not in check.name)


def test_a_cancellation_says_of_what_how_much_why_and_what_is_open_again(paid: Reversing) -> None:
    [paper] = paid.cancel(5_000)

    assert (paper.number, paper.receipt, paper.amount_cents) == ("AR2027-000001", paid.receipt, 5_000)
    assert paper.reopened == [{"document": "FA2026-000001", "amount_cents": 4_680}]
    assert (paper.missing_cents, paper.balance_after_cents) == (0, -4_680)
    assert Job.objects.filter(key="invoices.render:AR2027-000001").exists()
    text = words(paper)
    for said in (
        "Annulation de reçu AR2027-000001",
        "du reçu RC2026-000001",
        "Annulé en totalité",
        "−50,00 €",
        "paiement contesté",
        "Le paiement a été contesté : la banque ou le prestataire a repris l’argent.",
        "Référence de la banque",
        "du_1",
        "FA2026-000001 46,80 €",
        "−46,80 €",
    ):
        assert said in text
    assert all_is_well()


def test_the_customer_reads_it_in_a_mail_with_the_link(paid: Reversing) -> None:
    [paper] = paid.cancel(2_000)

    [mail] = Message.objects.filter(kind="receipt.cancelled")
    assert mail.subject.strip() == "Le reçu RC2026-000001 est annulé pour 20,00 €"
    assert reverse("invoices:cancellation_pdf", args=[paper.public_id]) in mail.text
    assert "FA2026-000001" in mail.text


def test_twice_is_once(paid: Reversing) -> None:
    reversal = paid.take(5_000)

    first = services.cancel_receipt(REF, reversal, at=LATER)

    assert services.cancel_receipt(REF, reversal, at=LATER) == first
    assert ReceiptCancellation.objects.count() == Message.objects.filter(kind="receipt.cancelled").count() == 1
    with pytest.raises(BadCancellation):
        services.cancel_receipt(REF, replace(reversal, amount=Money(1)), at=LATER)


def test_parts_add_up_and_never_beyond_the_receipt(paid: Reversing) -> None:
    paid.cancel(2_000, "du_1")
    [second] = paid.cancel(3_000, "du_2")

    assert "Annulé auparavant −20,00 €" in words(second, before=2_000)
    assert "Le reçu vaut encore pour 0,00 €" in words(second, before=2_000)
    with pytest.raises(BadCancellation):
        paid.cancel(100, "du_3")
    assert ReceiptCancellation.objects.count() == 2


def test_money_that_comes_back_has_a_receipt_of_its_own_which_a_later_loss_cancels(paid: Reversing) -> None:
    [first] = paid.cancel(5_000)
    back = paid.give_back(first.tx_id, 5_000)

    [again] = services.restore_receipt(back, at=LATER)

    assert (again.number, again.amount_cents, again.restores) == ("RC2027-000001", 5_000, first)
    assert again.settled == [{"document": "FA2026-000001", "amount_cents": 4_680}]
    assert services.restore_receipt(back, at=LATER) == [again]
    assert selectors.receipt_for(REF) == paid.receipt
    with translation.override("fr"):
        page = render_to_string("paper/receipt.html", {"paper": receipt_paper(again)})
    assert "AR2027-000001 avait annulé le reçu RC2026-000001" in html.unescape(page)

    [second] = paid.cancel(5_000, "du_2")

    assert second.receipt == again
    assert all_is_well()


def test_a_partial_return_stands_beside_what_was_never_taken(paid: Reversing) -> None:
    [first] = paid.cancel(3_000)
    back = paid.give_back(first.tx_id, 3_000)
    services.restore_receipt(replace(back, amount=Money(1_000)), at=LATER)

    papers = services.cancel_receipt(REF, paid.take(2_500, "du_2"), at=LATER)

    assert [(each.receipt.number, each.amount_cents) for each in papers] == [
        ("RC2027-000001", 1_000),
        ("RC2026-000001", 1_500),
    ]
    assert papers[1].reopened == []  # said once, on the first


def test_more_never_comes_back_on_paper_than_was_cancelled(paid: Reversing) -> None:
    [first] = paid.cancel(3_000)
    back = paid.give_back(first.tx_id, 3_000)

    with pytest.raises(BadCancellation):
        services.restore_receipt(replace(back, amount=Money(3_001)), at=LATER)


def test_a_returned_debit_is_cancelled_by_the_same_verb(paid: Reversing) -> None:
    reversal = replace(paid.take(5_000), cause=CancelCause.DEBIT_RETURNED, reference="MD06")

    [paper] = services.cancel_receipt(REF, reversal, at=LATER)

    assert "La banque a rejeté le prélèvement." in words(paper)
    assert "MD06" in words(paper)


def test_money_without_a_receipt_has_none_to_cancel(paid: Reversing) -> None:
    reversal = paid.take(5_000)

    assert services.cancel_receipt("P-unknown", reversal, at=LATER) == []
    assert services.restore_receipt(paid.give_back(reversal.tx_id, 5_000), at=LATER) == []


def test_english_customers_read_english(cast: Cast) -> None:
    cast.individual.language = "en"
    cast.individual.save()
    paper = Reversing.of(cast.individual, 5_000).cancel(2_000)[0]

    assert "Cancellation of receipt AR2027-000001 of the receipt RC2026-000001 Cancelled in part" in words(paper)
    assert "not an invoice (Ce document n’est pas une facture)" in words(paper)


def test_the_same_rows_print_the_same_bytes_once(paid: Reversing) -> None:
    [paper] = paid.cancel(5_000)

    first = services.render_cancellation(paper.pk, at=LATER)

    assert services.render_cancellation(paper.pk, at=LATER) == first
    assert selectors.cancellation_file(paper) == first


@pytest.mark.parametrize(
    ("statement", "guard"),
    [
        ("UPDATE invoices_receiptcancellation SET amount_cents = 1", "invoices_cancellation_append_only"),
        ("DELETE FROM invoices_receiptcancellation", "invoices_cancellation_append_only"),
    ],
)
def test_a_cancellation_stays(paid: Reversing, statement: str, guard: str) -> None:
    paid.cancel(5_000)

    with pytest.raises(DatabaseError, match=guard), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)


def copy_of(paper: ReceiptCancellation | Receipt, **changes: object) -> None:
    """The same row again, otherwise."""
    fields = {each.attname: getattr(paper, each.attname) for each in paper._meta.concrete_fields if each.name != "id"}
    fields["public_id"] = "00000000-0000-0000-0000-000000000001"
    with transaction.atomic():
        type(paper)._default_manager.create(**(fields | changes))


def test_the_database_refuses_to_cancel_more_than_a_receipt_or_for_somebody_else(paid: Reversing) -> None:
    [paper] = paid.cancel(3_000)
    other = paid.take(1_000, "du_2").tx_id

    for wrong in ({"amount_cents": 2_001}, {"amount_cents": 1, "customer_id": make_company().pk}):
        with pytest.raises(DatabaseError, match="invoices_cancellation_within_receipt"):
            copy_of(paper, number="AR2027-000002", tx_id=other, **wrong)
    badly_formed: dict[str, dict[str, object]] = {
        "invoices_cancellation_positive": {"amount_cents": 0},
        "invoices_cancellation_missing_positive": {"missing_cents": -1},
        "invoices_cancellation_says_why": {"cause": "OTHER"},
        "invoices_cancellation_number_form": {"number": "RC2027-000002"},
        "invoices_cancellation_hashed": {"content_hash": "0"},
    }
    good: dict[str, object] = {"number": "AR2027-000002", "tx_id": other, "amount_cents": 1}
    for name, bad in badly_formed.items():
        with pytest.raises(DatabaseError, match=name):
            copy_of(paper, **(good | bad))
    with pytest.raises(DatabaseError, match=r"tx|invoices_cancellation_once"):
        copy_of(paper, number="AR2027-000002", amount_cents=1)


def test_the_database_refuses_a_second_receipt_of_one_payment_and_more_than_was_cancelled(paid: Reversing) -> None:
    [paper] = paid.cancel(3_000)
    new = {"number": "RC2026-000002", "key": "other"}

    with pytest.raises(DatabaseError, match=r"payment_ref|invoices_receipt_payment_once"):
        copy_of(paid.receipt, **new)
    for wrong in (
        {"amount_cents": 3_001},
        {"amount_cents": 1, "payment_ref": "P-other"},
        {"amount_cents": 1, "customer_id": make_company().pk},
    ):
        with pytest.raises(DatabaseError, match="invoices_receipt_restores_within"):
            copy_of(paid.receipt, **new, restores_id=paper.pk, **wrong)


def test_selfcheck_names_what_was_changed_behind_the_guards(paid: Reversing) -> None:
    paid.cancel(3_000)
    unguarded("UPDATE invoices_receiptcancellation SET amount_cents = 6000")

    [within] = checks.receipts()
    assert not within.ok
    assert "RC2026-000001" in within.detail
    assert "transaction" in within.detail
    [hashed] = [check for check in checks.documents() if check.name == "invoices.contents_are_as_frozen"]
    assert "AR2027-000001" in hashed.detail


def test_it_shows_beside_its_receipt_and_in_the_zip_to_its_customer_alone(client: Client, cast: Cast) -> None:
    now = clock.now()
    paid = Reversing.of(cast.individual, 5_000, at=now)
    paid.at = now
    [paper] = paid.cancel(2_000)
    rendition = services.render_cancellation(paper.pk, at=now)
    page = reverse("invoices:cancellation_pdf", args=[paper.public_id])

    client.force_login(cast.accountant)
    shown = client.get(reverse("invoices:receipts")).content.decode()
    assert page in shown
    assert paper.number in shown
    assert client.get(page).content.startswith(b"%PDF")
    index = b"".join(client.get(reverse("invoices:zip"), {"year": now.year}).streaming_content)  # type: ignore[attr-defined]
    assert f"{paper.number}.pdf".encode() in index
    assert rendition.sha256.encode() in index

    client.force_login(cast.outsider)
    assert client.get(page).status_code == 404


def test_a_cancellation_that_is_not_printed_yet_says_so(client: Client, cast: Cast) -> None:
    [paper] = Reversing.of(cast.individual, 5_000).cancel(5_000)
    client.force_login(cast.claire)

    assert client.get(reverse("invoices:cancellation_pdf", args=[paper.public_id])).status_code == 202
