"""The database says no to a wrong mandate and to another word in a signed one, whatever program writes."""

from __future__ import annotations

from collections.abc import Callable
from uuid import uuid4

import pytest
from django.db import DatabaseError, IntegrityError, connection, models, transaction

from core.crypto import encrypt
from payments.guards import installed_triggers
from payments.models import Mandate, MandateEvent
from payments.tests.mandate_desk import AGRICOLE, BNP, MandateDesk, method_of


def change(**columns: object) -> Callable[[MandateDesk], object]:
    return lambda desk: Mandate.objects.filter(pk=desk.sign().pk).update(**columns)


def draft(**columns: object) -> Callable[[MandateDesk], object]:
    return lambda desk: Mandate.objects.filter(pk=desk.prepare().pk).update(**columns)


def copied(**columns: object) -> Callable[[MandateDesk], object]:
    """A row of its own, like a draft but for these columns: the words of one that is there do not change."""

    def run(desk: MandateDesk) -> object:
        known = desk.prepare()
        row = {field.attname: getattr(known, field.attname) for field in Mandate._meta.concrete_fields}
        del row["id"], row["public_id"]
        return Mandate.objects.create(**(row | {"reference": "C999999-001"} | columns))

    return run


def itself(desk: MandateDesk) -> object:
    known = desk.prepare()
    return Mandate.objects.filter(pk=known.pk).update(replaces=known.pk)


def in_force_twice(desk: MandateDesk) -> object:
    """Only the account is there twice: the second row has a method of its own."""
    signed, method = desk.sign(), method_of(desk.sign(AGRICOLE))
    method.pk, method.public_id, method.object_id = None, uuid4(), "C999999-001"
    method.fingerprint, method.is_default = "f" * 64, False
    method.save(force_insert=True)
    row = {field.attname: getattr(signed, field.attname) for field in Mandate._meta.concrete_fields}
    del row["id"], row["public_id"]
    return Mandate.objects.create(**(row | {"reference": "C999999-001", "method_id": method.pk}))


ATTEMPTS: dict[str, Callable[[MandateDesk], object]] = {
    "payments_mandate_state_known": change(state="LOST", ended_at="2026-11-30T12:00Z"),
    "payments_mandate_scheme_known": copied(scheme="COR1"),
    "payments_mandate_kept_by_one": copied(iban=None),
    "payments_mandate_signed_or_not": draft(state="ACTIVE"),
    "payments_mandate_online_is_proven": draft(signed_how="ONLINE"),
    "payments_mandate_ended_or_not": change(ended_at="2026-11-30T12:00Z"),
    "payments_mandate_no_account_number": copied(iban_last4="FR7630004000031234567890143"),
    "payments_mandate_reference_form": copied(reference="c104273 001"),
    "payments_mandate_registered_if_b2b": change(registered_on="2026-11-30"),
    "payments_mandate_replaces_another": itself,
    "payments_mandate_once_an_account": in_force_twice,
}


def test_each_constraint_is_tried() -> None:
    named = {
        constraint.name
        for model in (Mandate, MandateEvent)
        for constraint in model._meta.constraints
        if isinstance(constraint, models.CheckConstraint | models.UniqueConstraint)
    }

    assert named == ATTEMPTS.keys()


@pytest.mark.parametrize("name", ATTEMPTS)
def test_the_constraint_refuses(mandates: MandateDesk, name: str) -> None:
    with pytest.raises(DatabaseError) as refusal, transaction.atomic():
        ATTEMPTS[name](mandates)

    if connection.vendor == "postgresql" and name != "payments_mandate_no_account_number":
        assert name in str(refusal.value)


def test_a_reference_is_given_once(mandates: MandateDesk) -> None:
    known = mandates.prepare()

    with pytest.raises(IntegrityError), transaction.atomic():
        copied(reference=known.reference)(mandates)


@pytest.mark.parametrize(
    ("guard", "columns"),
    [
        ("payments_mandate_words_stay", {"reference": "C999999-009"}),
        ("payments_mandate_words_stay", {"ics": "FR72ZZZ123456"}),
        ("payments_mandate_words_stay", {"debtor_name": "Somebody Else"}),
        ("payments_mandate_words_stay", {"creditor_address": "elsewhere"}),
        ("payments_mandate_account_stays", {"iban_index": "0" * 64}),
        ("payments_mandate_account_stays", {"bic": "AGRIFRPPXXX"}),
        ("payments_mandate_signature_stays", {"signed_on": "2020-01-01"}),
        ("payments_mandate_signature_stays", {"consent_sha256": "0" * 64}),
        ("payments_mandate_signature_stays", {"consent_address": "192.0.2.99"}),
        ("payments_mandate_signature_stays", {"signed_at_place": "Paris"}),
        ("payments_mandate_signature_stays", {"actor": None, "consent_agent": "another"}),
    ],
)
def test_a_signed_mandate_keeps_each_word_of_it(mandates: MandateDesk, guard: str, columns: dict[str, object]) -> None:
    signed = mandates.sign()

    with pytest.raises(DatabaseError, match=guard), transaction.atomic():
        Mandate.objects.filter(pk=signed.pk).update(**columns)


def test_a_draft_keeps_its_words_too_and_no_mandate_is_deleted(mandates: MandateDesk) -> None:
    known = mandates.prepare()

    with pytest.raises(DatabaseError, match="payments_mandate_words_stay"), transaction.atomic():
        Mandate.objects.filter(pk=known.pk).update(debtor_name="Somebody Else")
    with pytest.raises(DatabaseError, match="payments_mandate_stays"), transaction.atomic(), connection.cursor() as raw:
        raw.execute("DELETE FROM payments_mandate")


def test_what_ended_stays_ended_and_the_document_stays(mandates: MandateDesk) -> None:
    ended = mandates.revoke(mandates.sign())
    Mandate.objects.filter(pk=ended.pk).update(pdf_sha256="a" * 64)

    for guard, columns in (
        ("payments_mandate_end_stays", {"state": "ACTIVE", "ended_at": None}),
        ("payments_mandate_document_stays", {"pdf_sha256": "b" * 64}),
    ):
        with pytest.raises(DatabaseError, match=guard), transaction.atomic():
            Mandate.objects.filter(pk=ended.pk).update(**columns)


def test_the_number_may_be_written_again_under_another_key(mandates: MandateDesk) -> None:
    signed = mandates.sign()

    Mandate.objects.filter(pk=signed.pk).update(iban=encrypt(BNP))

    signed.refresh_from_db()
    assert signed.iban == BNP


def test_the_history_is_never_changed(mandates: MandateDesk) -> None:
    mandates.sign()

    for statement in ("UPDATE payments_mandateevent SET name = 'x'", "DELETE FROM payments_mandateevent"):
        with pytest.raises(IntegrityError, match="never changed"), transaction.atomic(), connection.cursor() as raw:
            raw.execute(statement)


@pytest.mark.django_db
def test_the_guards_are_installed() -> None:
    names = {f"payments_mandate_{tail}" for tail in ("stays", "words_stay", "account_stays", "signature_stays")}

    assert names | {"payments_mandate_end_stays", "payments_mandate_document_stays"} <= installed_triggers(connection)
