"""Our own documents, through our own client, to the imitation of Chorus Pro and back: both understand each other."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from chorus import wiring
from chorus.gateways.base import Addressed, FileToDeposit, FlowOutcome, PieceToAdd, Refused
from core.money import Money
from invoices import archive, services
from invoices.services import Request, render_invoice
from invoices.tests.making import HOSTING, MAILBOXES, issued, pay
from tests.support.cast import NOON, TOWN_HALL_SIRET

if TYPE_CHECKING:
    from chorus.gateways.base import FlowReport, Found
    from invoices.models import Invoice
    from tests.support.bank import Bank
    from tests.support.cast import Cast

pytestmark = [pytest.mark.django_db, pytest.mark.once]


def deposited(document: Invoice) -> FlowReport:
    """What Chorus Pro reports of the document, as it is rendered."""
    made = render_invoice(document.pk, at=NOON)
    assert made.facturx is not None, made.validation.findings
    file = FileToDeposit(f"{document.number}.pdf", archive.read(made.facturx.sha256))
    transport = wiring.transport()
    return transport.report(transport.deposit(file).flow_number)


def found(document: Invoice) -> Found:
    assert document.number is not None
    (only,) = wiring.transport().find(document.number)
    return only


def test_an_invoice_and_its_credit_note_pass_every_check(cast: Cast, chorus_sandbox: Bank) -> None:
    invoice = issued(cast.town_hall, HOSTING, MAILBOXES, engagement_number="EJ-2026-00421", market_number="M-2")
    credit = services.issue_credit_note(invoice, None, Request("Résiliation", "k"), at=NOON)

    reports = [deposited(document) for document in (invoice, credit)]

    assert [(report.outcome, report.errors) for report in reports] == [(FlowOutcome.INTEGRATED, ())] * 2
    told = found(invoice)
    assert (told.status, told.total, told.buyer) == ("MISE_A_DISPOSITION", Money(invoice.total_cents), TOWN_HALL_SIRET)
    assert (told.service_code, told.engagement_number) == ("FACT-01", "EJ-2026-00421")
    assert found(credit).is_credit_note
    history = wiring.transport().history(told.chorus_id)
    assert [step.code for step in history] == ["DEPOSEE", "EN_COURS_ACHEMINEMENT", "MISE_A_DISPOSITION"]


def test_an_invoice_that_the_balance_paid_passes_as_paid(cast: Cast, chorus_sandbox: Bank) -> None:
    pay(cast.town_hall, 100_000)

    report = deposited(issued(cast.town_hall, engagement_number="EJ-2026-00421"))

    assert (report.outcome, report.errors) == (FlowOutcome.INTEGRATED, ())


def test_a_missing_engagement_is_told_in_the_report(cast: Cast, chorus_sandbox: Bank) -> None:
    report = deposited(issued(cast.town_hall))

    assert report.outcome == FlowOutcome.REJECTED
    assert "engagement" in report.errors[0].text


def test_a_suspended_and_an_astray_invoice_are_mended_and_a_rejection_is_acknowledged(
    cast: Cast, chorus_sandbox: Bank
) -> None:
    invoice, transport = issued(cast.town_hall, engagement_number="EJ-2026-00421"), wiring.transport()
    deposited(invoice)
    identifier = found(invoice).chorus_id
    piece = PieceToAdd("bl-118.pdf", b"%PDF-1.7", "application/pdf", label="BL 118")

    chorus_sandbox.control("chorus/status", id=identifier, status="SUSPENDUE", comment="Bon de livraison manquant")
    suspended = found(invoice)
    transport.complete(identifier, comment="Le voici", pieces=[(transport.attach(piece), piece)])
    completed = found(invoice)
    chorus_sandbox.control("chorus/status", id=identifier, status="A_RECYCLER")
    transport.recycle(identifier, Addressed(TOWN_HALL_SIRET, "ST-VOIRIE", "EJ-2026-00422"), comment="Voirie")
    recycled = found(invoice)
    chorus_sandbox.control("chorus/status", id=identifier, status="REJETEE", comment="Prix faux")
    transport.acknowledge([identifier])

    assert (suspended.status, suspended.comment) == ("SUSPENDUE", "Bon de livraison manquant")
    assert (completed.status, recycled.status) == ("COMPLETEE", "MISE_A_DISPOSITION")
    assert (recycled.service_code, recycled.engagement_number) == ("ST-VOIRIE", "EJ-2026-00422")
    assert found(invoice).rejection_acknowledged
    with pytest.raises(Refused) as refused:
        transport.complete(identifier, comment="Trop tard")
    assert refused.value.message_code == "GDP_MSG_11.033"


def test_the_directory_is_read_as_it_is_written(chorus_sandbox: Bank) -> None:
    directory = wiring.directory()
    town_hall = directory.find_structure(TOWN_HALL_SIRET)
    assert town_hall is not None
    seen, offered = directory.structure(town_hall.chorus_id), directory.services(town_hall.chorus_id)
    ours = {supplier.siret: supplier for supplier in directory.suppliers()}
    engagement = directory.engagements("1512345678", supplier_id=ours["99999999800019"].chorus_id)

    assert (town_hall.name, town_hall.is_active) == ("Mairie de Saint-Étienne-du-Bois", True)
    assert (seen.is_public, seen.service_required, seen.engagement_required, seen.either_required) == (
        True,
        True,
        True,
        False,
    )
    assert {service.code: service.is_active for service in offered} == {
        "FACT-01": True,
        "ST-VOIRIE": True,
        "ECOLES": False,
    }
    assert not directory.service(town_hall.chorus_id, offered[0].chorus_id).engagement_required
    assert directory.structure(ours["33254021516357"].chorus_id).password_expires_on is not None
    assert [found.left for found in engagement] == [Money(500_000)]
    assert directory.find_structure("00000000000000") is None
