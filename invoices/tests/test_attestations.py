"""Attestations: nothing due, paid in a year; asked online, signed, and checked by anybody."""

from __future__ import annotations

import io
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from django.core.cache import cache
from django.db import DatabaseError, connection, transaction
from django.urls import reverse
from pypdf import PdfReader

from core import clock
from core.money import Money
from invoices import archive, checks, selectors, services
from invoices.attestation_codes import code_of, read_code
from invoices.models import Attestation
from invoices.services import NothingPaid, StillDue
from invoices.tests.making import issued, pay
from invoices.tests.reversing import Reversing, unguarded
from ledger import services as books
from outbox.models import Job
from tests.support.cast import NOON

if TYPE_CHECKING:
    from django.test import Client

    from accounts.models import Customer
    from tests.support.cast import Cast

pytestmark = pytest.mark.django_db
LATER = NOON + timedelta(days=60)


@pytest.fixture(autouse=True)
def _nobody_checked_yet() -> None:
    cache.clear()


def words_of(attestation: Attestation) -> str:
    content = archive.read(services.render_attestation(attestation.pk, at=LATER).sha256)
    text = " ".join(page.extract_text() for page in PdfReader(io.BytesIO(content)).pages)
    return " ".join(text.replace("\xa0", " ").replace("\u202f", " ").split())


def signed_well() -> bool:
    return all(check.ok for check in [*checks.attestations(), *checks.documents()])


# --- Nothing due ------------------------------------------------------------------------------------------------------
def test_nothing_due_is_certified_when_every_invoice_is_paid(customer: Customer) -> None:
    issued(customer)
    pay(customer, 4_680)

    made = services.attest_nothing_due(customer, by=None, at=NOON)

    assert (made.number, made.amount_cents, made.last_invoice) == ("AT2026-000001", 0, "FA2026-000001")
    assert Job.objects.filter(key="invoices.render:AT2026-000001").exists()
    text = words_of(made)
    for said in (
        "Attestation AT2026-000001",
        "Aucun montant dû",
        "au 30 novembre 2026",
        "Claire Martin, client C100001-51, ne nous doit aucun montant au 30 novembre 2026 à 12 h",
        made.shown_code,
        f"/verifier/{made.shown_code}/",
    ):
        assert said in text
    assert signed_well()


@pytest.mark.parametrize("paid", [0, 4_679])
def test_what_is_still_to_pay_refuses_it(customer: Customer, paid: int) -> None:
    issued(customer)
    if paid:
        pay(customer, paid)

    with pytest.raises(StillDue, match="est") as refused:
        services.attest_nothing_due(customer, by=None, at=NOON)

    assert refused.value.due == Money(4_680 - paid)
    assert not Attestation.objects.exists()


def test_money_taken_back_refuses_it_even_while_it_is_contested(customer: Customer) -> None:
    issued(customer)
    paid = Reversing.of(customer, 4_680)
    reversal = paid.take(4_680)
    books.dispute_item("FA2026-000001", disputed=True, key="d", at=LATER)

    with pytest.raises(StillDue):
        services.attest_nothing_due(customer, by=None, at=LATER)

    due = selectors.what_is_due(customer)
    assert (due.due, due.contested) == (reversal.amount, reversal.amount)


def test_asked_again_the_same_day_it_is_the_same_until_something_moves(customer: Customer) -> None:
    pay(customer, 1_000)
    first = services.attest_nothing_due(customer, by=None, at=NOON)

    assert services.attest_nothing_due(customer, by=None, at=NOON + timedelta(hours=1)) == first
    assert services.attest_nothing_due(customer, by=None, at=NOON + timedelta(days=1)) != first
    pay(customer, 1_000, ref="pi_2")
    assert services.attest_nothing_due(customer, by=None, at=NOON) != first


# --- Paid in a year ---------------------------------------------------------------------------------------------------
def test_paid_in_a_year_counts_what_came_less_what_went_back(customer: Customer) -> None:
    paid = Reversing.of(customer, 10_000)
    pay(customer, 5_000, ref="pi_2")
    pay(customer, 7_000, ref="pi_3", at=NOON + timedelta(days=40))  # in January
    paid.take(2_500)

    made = services.attest_paid_in(customer, 2026, by=None, at=LATER)

    assert (made.year, made.amount_cents) == (2026, 12_500)
    assert made.figures == [
        {"origin": "CARD", "received_cents": 15_000, "refunded_cents": 0, "taken_back_cents": 2_500}
    ]
    text = words_of(made)
    for said in (
        "Réglé en 2026 125,00 €",
        "nous a réglé 125,00 € du 1er janvier au 31 décembre 2026",
        "Carte 150,00 € −25,00 € 125,00 €",
    ):
        assert said in text
    assert signed_well()


def test_the_year_in_progress_says_until_when(customer: Customer) -> None:
    pay(customer, 5_000)

    assert "du 1er janvier 2026 au 30 novembre 2026" in words_of(
        services.attest_paid_in(customer, 2026, by=None, at=NOON)
    )


def test_a_refund_counts_less(customer: Customer) -> None:
    lot = pay(customer, 5_000).lot_id
    piece = books.Piece(books.Journal.CARD, "Remboursement", "re_1", NOON.date(), "stripe:re_1")
    books.refund_lot(lot, Money(1_500), clearing_account="517100", piece=piece, at=NOON)

    made = services.attest_paid_in(customer, 2026, by=None, at=NOON)

    assert (made.amount_cents, made.figures[0]["refunded_cents"]) == (3_500, 1_500)


def test_a_year_without_money_is_refused(customer: Customer) -> None:
    lot = Reversing.of(customer, 5_000)
    lot.take(5_000)

    for year in (2025, 2026):
        with pytest.raises(NothingPaid):
            services.attest_paid_in(customer, year, by=None, at=LATER)
    assert not Attestation.objects.exists()


def test_what_may_still_go_back_is_said(customer: Customer) -> None:
    lot = pay(customer, 5_000).lot_id
    books.hold_outgoing(customer.pk, Money(2_000), key="dispute:1", reason="dispute", lot_id=lot, at=NOON)
    books.receive_money(
        customer.pk,
        Money(3_000),
        source=books.Source(books.Origin.DIRECT_DEBIT, "sdd_1", "sdd:1"),
        clearing_account="511300",
        journal=books.Journal.DIRECT_DEBIT,
        label="Prélèvement",
        piece_ref="sdd_1",
        piece_date=NOON.date(),
        key="money:sdd_1",
        at=NOON,
    )

    made = services.attest_nothing_due(customer, by=None, at=NOON)

    assert (made.contested_cents, made.revocable_cents) == (2_000, 3_000)
    text = words_of(made)
    assert "Un paiement est contesté : 20,00 €" in text
    assert "Les prélèvements des huit dernières semaines, 30,00 € au total" in text


def test_english_customers_read_english(cast: Cast) -> None:
    cast.individual.language = "en"
    cast.individual.save()
    pay(cast.individual, 5_000)

    assert "owes us nothing on 30 November 2026" in words_of(
        services.attest_nothing_due(cast.individual, by=None, at=NOON)
    )


def test_the_same_rows_print_the_same_bytes_whatever_the_settings(customer: Customer, settings: Any) -> None:
    made = services.attest_nothing_due(customer, by=None, at=NOON)
    first = services.render_attestation(made.pk, at=NOON)
    settings.SITE_URL, settings.SECRET_KEY = "https://elsewhere.example", "another-key" * 9

    assert services.render_attestation(made.pk, at=LATER) == first


# --- The check --------------------------------------------------------------------------------------------------------
def test_a_code_is_read_as_people_type_it(customer: Customer) -> None:
    code = services.attest_nothing_due(customer, by=None, at=NOON).code

    assert read_code(f" {code[:4].lower()}-{code[4:8]} {code[8:]} ") == code
    assert read_code("OIL0-0000-0000-0000") == "0110000000000000"
    for wrong in ("", "123", "U" * 16, code + "0", "é" * 16):
        assert read_code(wrong) == ""


def test_anybody_sees_that_it_is_ours_and_nothing_else(client: Client, customer: Customer) -> None:
    pay(customer, 4_321)
    made = services.attest_nothing_due(customer, by=None, at=NOON)

    for answer in (
        client.get(reverse("invoices:check", args=[made.shown_code])),
        client.get(reverse("invoices:check_form"), {"code": made.shown_code.lower()}),
    ):
        page = answer.content.decode()
        assert answer.status_code == 200
        for said in ("Authentique", made.number, "30 novembre 2026", "Claire Martin", "Aucun montant n’était dû"):
            assert said in page
        for kept in ("43,21", "C100001", customer.address_line1 or "claire@", "@example.org", str(made.public_id)):
            assert kept not in page
        assert answer["X-Robots-Tag"] == "noindex, nofollow"
        assert "no-store" in answer["Cache-Control"]
        assert 'name="robots" content="noindex, nofollow"' in page


@pytest.mark.parametrize("code", ["7KQ4-M2TX-9B3D-R2QA", "nonsense", "%00", "é" * 50])
def test_what_we_did_not_write_is_unknown(client: Client, code: str) -> None:
    answer = client.get(reverse("invoices:check_form"), {"code": code})

    assert answer.status_code == 404
    assert "Inconnue" in answer.content.decode()


def test_a_row_that_was_changed_or_not_signed_is_unknown(client: Client, customer: Customer) -> None:
    made = services.attest_nothing_due(customer, by=None, at=NOON)
    unguarded("UPDATE invoices_attestation SET number = 'AT2026-000009'")

    assert client.get(reverse("invoices:check", args=[made.shown_code])).status_code == 404
    assert not checks.attestations()[0].ok


def test_an_earlier_key_still_vouches_for_old_papers(client: Client, customer: Customer, settings: Any) -> None:
    made = services.attest_nothing_due(customer, by=None, at=NOON)
    page = reverse("invoices:check", args=[made.shown_code])
    before, settings.SECRET_KEY = settings.SECRET_KEY, "another-key" * 9

    assert code_of(made.content_hash) != made.code
    assert client.get(page).status_code == 404
    settings.SECRET_KEY_FALLBACKS = [before]
    assert client.get(page).status_code == 200


def test_it_says_when_a_payment_of_that_time_was_taken_back_since_and_when_it_came_back(
    client: Client, customer: Customer
) -> None:
    issued(customer)
    paid = Reversing.of(customer, 4_680)
    papers = [
        services.attest_nothing_due(customer, by=None, at=NOON),
        services.attest_paid_in(customer, 2026, by=None, at=NOON),
    ]

    def told() -> list[bool]:
        pages = [client.get(reverse("invoices:check", args=[each.code])).content.decode() for each in papers]
        return ["la situation a changé" in page for page in pages]

    assert told() == [False, False]
    taken = paid.take(4_680)
    assert told() == [True, True]
    paid.give_back(taken.tx_id, 4_680)
    assert told() == [False, False]


def test_money_of_later_changes_nothing(client: Client, customer: Customer) -> None:
    pay(customer, 1_000)
    made = services.attest_paid_in(customer, 2026, by=None, at=NOON)
    later = Reversing.of(customer, 2_000, at=NOON + timedelta(days=3))
    later.take(2_000)

    checked = selectors.check_attestation(made.code)
    assert checked is not None
    assert not checked.changed


def test_too_many_checks_from_one_place_wait(client: Client, settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.ATTESTATION_CHECKS_PER_MINUTE = 2
    monkeypatch.setattr(clock, "now", lambda: datetime(2026, 11, 30, 12, tzinfo=UTC))
    page = reverse("invoices:check", args=["7KQ4-M2TX-9B3D-R2QA"])

    assert [client.get(page).status_code for _ in range(3)] == [404, 404, 429]
    assert client.get(page, REMOTE_ADDR="192.0.2.9").status_code == 404
    assert client.get(reverse("invoices:check_form")).status_code == 200  # the empty form asks nothing


# --- The pages of customers -------------------------------------------------------------------------------------------
def test_the_accountant_asks_and_reads_and_the_stranger_does_not(client: Client, cast: Cast) -> None:
    pay(cast.individual, 5_000, at=clock.now())
    page = reverse("invoices:attestations")
    client.force_login(cast.accountant)

    assert client.post(page, {"kind": "NOTHING_DUE"}).status_code == 302
    assert client.post(page, {"kind": "PAID_IN", "year": clock.now().year}).status_code == 302
    assert client.post(page, {"kind": "PAID_IN", "year": "1999"}).status_code == 422
    second, first = selectors.attestations_of(cast.individual)
    assert (first.kind, second.kind, first.asked_by) == ("NOTHING_DUE", "PAID_IN", cast.accountant)
    shown = client.get(page).content.decode()
    assert first.number in shown
    assert second.number in shown
    pdf = reverse("invoices:attestation_pdf", args=[first.public_id])
    assert client.get(pdf).status_code == 202
    services.render_attestation(first.pk, at=clock.now())
    assert client.get(pdf).content.startswith(b"%PDF")

    client.force_login(cast.outsider)
    assert client.get(pdf).status_code == 404
    assert first.number not in client.get(page).content.decode()


def test_the_page_says_what_is_due_and_leads_to_paying_it(client: Client, cast: Cast) -> None:
    invoice = issued(cast.individual, at=clock.now())
    page = reverse("invoices:attestations")
    client.force_login(cast.claire)

    refused = client.post(page, {"kind": "NOTHING_DUE"})

    assert refused.status_code == 409
    text = refused.content.decode()
    assert str(invoice.number) in text
    assert reverse("payments:top_up") in text
    assert "aucune attestation n’a été établie" in text
    client.force_login(cast.accountant)
    assert "Régler ce qui est dû" not in client.get(page).content.decode()


# --- The database -----------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    "statement", ["UPDATE invoices_attestation SET number = 'AT2026-000009'", "DELETE FROM invoices_attestation"]
)
def test_an_attestation_stays(customer: Customer, statement: str) -> None:
    services.attest_nothing_due(customer, by=None, at=NOON)

    with (
        pytest.raises(DatabaseError, match="invoices_attestation_append_only"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(statement)


@pytest.mark.parametrize(
    ("name", "changes"),
    [
        ("invoices_attestation_number_form", {"number": "FA2026-000002"}),
        ("invoices_attestation_says_what", {"amount_cents": 1}),
        ("invoices_attestation_says_what", {"year": 2026}),
        ("invoices_attestation_says_what", {"kind": "OTHER"}),
        ("invoices_attestation_reserves_positive", {"contested_cents": -1}),
        ("invoices_attestation_can_be_checked", {"site": ""}),
        ("invoices_attestation_code_form", {"code": "U" * 16}),
        ("invoices_attestation_hashed", {"content_hash": "0"}),
    ],
)
def test_the_database_refuses_a_wrong_attestation(customer: Customer, name: str, changes: dict[str, Any]) -> None:
    made = services.attest_nothing_due(customer, by=None, at=NOON)
    fields = {each.attname: getattr(made, each.attname) for each in made._meta.concrete_fields if each.name != "id"}
    fields |= {
        "public_id": "00000000-0000-0000-0000-000000000001",
        "number": "AT2026-000002",
        "key": "other",
        "code": "0" * 16,
    }

    with pytest.raises(DatabaseError, match=name), transaction.atomic():
        Attestation.objects.create(**(fields | changes))
