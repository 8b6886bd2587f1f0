"""Files that leave inside the Factur-X of a document."""

from __future__ import annotations

from io import BytesIO
from typing import TYPE_CHECKING

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, transaction
from django.urls import reverse
from pypdf import PdfReader

from accounts.models import Role, User
from accounts.services import add_member
from chorus.models import Attachment
from chorus.services.attaching import attach, attachments_of, detach, media_type_of
from chorus.services.completing import BadAnswer, Piece
from chorus.services.completing_references import AlreadySent
from chorus.services.preparing import routing_of
from chorus.states import SubmissionState
from chorus.tests.customer_desk import stands
from invoices import archive
from invoices.selectors import files_of
from invoices.services import render_invoice
from tests.support.cast import NOON

if TYPE_CHECKING:
    from django.test import Client

    from chorus.models import Submission
    from tests.support.cast import Cast

pytestmark = pytest.mark.django_db
ORDER = Piece("commande-12.pdf", b"%PDF-1.7 order")
NOTE = Piece("bon de livraison.pdf", b"%PDF-1.7 delivered")
WHO = "mairie@example.org"


@pytest.fixture
def ready(cast: Cast) -> Submission:
    return stands(cast.town_hall, SubmissionState.READY)


def test_the_deposited_rendition_carries_them_and_says_so(ready: Submission) -> None:
    bare = render_invoice(ready.invoice_id, at=NOON).facturx
    for piece in (ORDER, NOTE):
        attach(ready.pk, piece, by=WHO, at=NOON)

    made = render_invoice(ready.invoice_id, at=NOON).facturx

    assert made is not None
    assert bare is not None
    inside = PdfReader(BytesIO(archive.read(made.sha256))).attachments
    assert {name: content[0] for name, content in inside.items() if name != "factur-x.xml"} == {
        ORDER.name: ORDER.content,
        NOTE.name: NOTE.content,
    }
    assert "factur-x.xml" in inside
    assert made.routing["attachments"] == [row.sha256 for row in attachments_of(ready)]
    assert "attachments" not in bare.routing
    assert made.routing == routing_of(ready.invoice)
    assert files_of(ready.invoice).facturx == made


def test_taken_back_it_leaves_no_more_and_the_earlier_file_serves_again(ready: Submission) -> None:
    bare = render_invoice(ready.invoice_id, at=NOON).facturx
    row = attach(ready.pk, ORDER, by=WHO, at=NOON)
    render_invoice(ready.invoice_id, at=NOON)
    for _ in range(2):
        detach(ready.pk, row.pk, at=NOON)

    assert files_of(ready.invoice).facturx == bare
    assert not attachments_of(ready)


def test_the_same_file_twice_is_one_and_another_of_its_name_is_refused(ready: Submission) -> None:
    assert attach(ready.pk, ORDER, by=WHO, at=NOON) == attach(ready.pk, ORDER, by=WHO, at=NOON)

    with pytest.raises(BadAnswer, match="existe déjà"):
        attach(ready.pk, Piece("COMMANDE-12.pdf", b"%PDF-1.7 other"), by=WHO, at=NOON)


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("virus.exe", b"MZ"),
        ("facture.pdf", b"MZ\x90\x00 an executable"),
        ("image.png", b"%PDF-1.7"),
        ("notes.txt", b"\x00\x01binary"),
        ("sans-extension", b"x"),
        (f"{'n' * 47}.pdf", b"%PDF"),
        ("vide.pdf", b""),
        ("gros.pdf", b"%PDF" + b"0" * 10_000_000),
        ("lourd.pdf", b"%PDF-" + b"0" * 8_000_000),
        ("../autre.pdf", b"%PDF-1.7"),
        ("factur-x.xml", b"<x/>"),
    ],
)
def test_what_chorus_pro_does_not_take_is_refused_before_it_is_sent(
    ready: Submission, name: str, content: bytes
) -> None:
    with pytest.raises(BadAnswer):
        attach(ready.pk, Piece(name, content), by=WHO, at=NOON)

    assert not Attachment.objects.exists()


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("a.docx", b"PK\x03\x04...", "application/zip"),
        ("a.JPG", b"\xff\xd8\xff\xe0", "image/jpeg"),
        ("a.csv", "é;1".encode(), "text/plain"),
        ("a.xls", b"\xd0\xcf\x11\xe0", "application/x-ole-storage"),
    ],
)
def test_a_file_is_known_by_its_first_bytes(name: str, content: bytes, said: str) -> None:
    assert media_type_of(Piece(name, content, "application/x-lie")) == said


@pytest.mark.parametrize("state", [SubmissionState.SENDING, SubmissionState.DEPOSITED, SubmissionState.UNKNOWN])
def test_once_it_is_on_its_way_nothing_is_added_or_taken_back(cast: Cast, state: SubmissionState) -> None:
    submission = stands(cast.town_hall, SubmissionState.READY)
    row = attach(submission.pk, ORDER, by=WHO, at=NOON)
    stands(cast.town_hall, state, of=submission.invoice)

    with pytest.raises(AlreadySent):
        attach(submission.pk, NOTE, by=WHO, at=NOON)
    with pytest.raises(AlreadySent):
        detach(submission.pk, row.pk, at=NOON)


@pytest.mark.parametrize(
    ("columns", "constraint"),
    [
        ({"size": 0}, "chorus_attachment_size"),
        ({"size": 10_000_001}, "chorus_attachment_size"),
        ({"sha256": "x"}, "chorus_attachment_hashed"),
        ({"name": "no-extension"}, "chorus_attachment_named"),
        ({"name": "a/b.pdf"}, "chorus_attachment_named"),
    ],
)
def test_the_database_refuses_wrong_rows(ready: Submission, columns: dict[str, object], constraint: str) -> None:
    row = {"name": "a.pdf", "media_type": "x", "sha256": "0" * 64, "size": 1, "added_by": WHO, "added_at": NOON}

    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        Attachment.objects.create(submission=ready, **{**row, **columns})


def test_the_database_refuses_two_of_a_name(ready: Submission) -> None:
    row = attach(ready.pk, ORDER, by=WHO, at=NOON)
    row.pk = None

    with pytest.raises(IntegrityError), transaction.atomic():
        row.save(force_insert=True)


def test_the_page_adds_hands_out_and_takes_back(client: Client, cast: Cast, ready: Submission) -> None:
    client.force_login(User.objects.get(email=WHO))
    address = reverse("chorus:attachments", args=[ready.invoice.public_id])
    client.post(address, {"files": SimpleUploadedFile("commande-12.pdf", ORDER.content)})
    row = Attachment.objects.get()
    assert "commande-12.pdf" in client.get(address).content.decode()

    file = client.get(reverse("chorus:attachment", args=[ready.invoice.public_id, row.pk]))
    assert file.content == ORDER.content
    assert file["Content-Disposition"].startswith("attachment")
    refused = client.post(address, {"files": SimpleUploadedFile("virus.exe", b"MZ")})
    assert (refused.status_code, "virus.exe" in refused.content.decode()) == (422, True)
    assert client.post(address, {}).status_code == 422

    client.post(reverse("chorus:detach", args=[ready.invoice.public_id, row.pk]))
    assert "Aucun fichier" in client.get(address).content.decode()


def test_strangers_find_nothing_and_who_may_look_changes_nothing(client: Client, cast: Cast, ready: Submission) -> None:
    row = attach(ready.pk, ORDER, by=WHO, at=NOON)
    there = [
        reverse("chorus:attachments", args=[ready.invoice.public_id]),
        reverse("chorus:attachment", args=[ready.invoice.public_id, row.pk]),
    ]
    taken_back = reverse("chorus:detach", args=[ready.invoice.public_id, row.pk])
    client.force_login(cast.outsider)
    assert [client.get(address).status_code for address in there] == [404, 404]
    assert client.post(taken_back).status_code == 404

    add_member(cast.town_hall, cast.accountant, Role.READ_ONLY)
    client.force_login(cast.accountant)
    client.post(reverse("accounts:switch"), {"customer": cast.town_hall.number})
    assert [client.get(address).status_code for address in there] == [200, 200]
    assert client.post(there[0], {"files": SimpleUploadedFile("a.pdf", b"%PDF")}).status_code == 403
    assert client.post(taken_back).status_code == 403
    assert attachments_of(ready)[0] == row
