"""The work of payments that the outbox does: ids in, one verb."""

from __future__ import annotations

import logging
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from django.conf import settings

from core.clock import local_date
from outbox.registry import job
from payments import selectors, services
from payments.gateways.base import Unsure
from payments.services import collecting, disputes, mandates, remitting
from payments.services.disputes.answering import SEND_EVIDENCE
from payments.services.disputes.applying import MAKE_PACK
from payments.services.disputes.giving_in import ACCEPT
from payments.services.disputes.looking import ASK_DISPUTE, FIND_DISPUTES
from payments.services.inbox import APPLY, TRIES
from payments.services.mandates.waking import PRINT
from payments.services.refunding.sweeping import ADVANCE
from payments.services.sweeping import ASK
from payments.services.waking import ASK_METHOD, REVIEW_CUSTOMER
from payments.wiring import gateway_for, providers

if TYPE_CHECKING:
    from datetime import datetime

    from payments.models import Provider

logger = logging.getLogger(__name__)
DOCUMENTS = "documents"
CATCH_UP = "payments.catch_up"
SYNC = "payments.sync_till"
PLAN = "payments.plan_debits"
REMIT = "payments.remit"


@job(APPLY, attempts=TRIES)
def apply_event(*, event_id: int, at: datetime, provider: str = "") -> dict[str, str]:
    gateway = gateway_for(provider or selectors.provider_of_event(event_id))  # jobs of an older release do not say it
    event = services.apply_event(event_id, gateway=gateway, at=at)
    return {"state": event.state}


def _question_failed(*, payment_id: int, at: datetime) -> None:
    services.give_up_question(payment_id, at=at)


@job(ASK, attempts=3, on_failed=_question_failed)
def ask(*, payment_id: int, at: datetime) -> dict[str, str]:
    payment = services.ask(payment_id, gateway=gateway_for(selectors.provider_of(payment_id)), at=at)
    return {"status": payment.status}


def _refund_failed(*, refund_id: int, at: datetime) -> None:
    services.give_up_refund_turn(refund_id, at=at)


@job(ADVANCE, attempts=3, on_failed=_refund_failed)
def advance_refund(*, refund_id: int, at: datetime) -> dict[str, str]:
    gateway = gateway_for(selectors.provider_of_refund(refund_id))
    return {"status": services.advance_refund(refund_id, gateway=gateway, at=at).status}


@job(collecting.COLLECT, attempts=3)
def collect(*, debit_id: int, at: datetime) -> dict[str, str]:
    debit = collecting.start(debit_id, gateways=gateway_for, on=local_date(at), at=at)
    return {"state": debit.state}


@job(collecting.TOP_UP, attempts=3)
def top_up(*, customer_id: int, at: datetime) -> dict[str, str]:
    debit = collecting.top_up(customer_id, gateways=gateway_for, at=at)
    return {"state": debit.state if debit is not None else "nothing to do"}


@job(PLAN)
def plan(*, at: datetime) -> dict[str, int]:
    """Stop what is needless, then plan what is missing."""
    reviewed = collecting.review(at=at)
    return {"reviewed": reviewed, "planned": collecting.plan_debits(at=at)}


@job(REVIEW_CUSTOMER)
def review_customer(*, customer_id: int, at: datetime) -> dict[str, int]:
    reviewed = collecting.review_customer(customer_id, at=at)
    return {"reviewed": reviewed, "planned": collecting.plan_customer(customer_id, at=at)}


@job(ASK_METHOD, attempts=3)
def ask_method(*, method_id: int, at: datetime) -> dict[str, str]:
    gateway = gateway_for(selectors.provider_of_method(method_id))
    method = services.methods.ask_method(method_id, gateway=gateway, at=at)
    return {"state": method.state}


@job(CATCH_UP)
def catch_up(*, at: datetime) -> dict[str, int]:
    """The events that did not reach us, then the objects that are open: one provider's silence stops no other."""
    new = repaired = 0
    for provider in providers():
        with suppress(Unsure):  # nothing is lost: the next turn asks for the same events
            new += services.catch_up(gateway=gateway_for(provider), provider=provider, at=at)
            repaired += services.repair(gateway=gateway_for(provider), provider=provider, at=at)
    return {"new": new, "repaired": repaired}


@job(SYNC)
def sync_till(*, at: datetime, deep: bool = False) -> dict[str, str]:
    """What each provider holds and what moved it; then how that compares with the books."""
    return {provider.value: _synchronised(provider, at=at, deep=deep) for provider in providers()}


def _synchronised(provider: Provider, *, at: datetime, deep: bool) -> str:
    gateway = gateway_for(provider)
    try:
        services.sync_till(provider, gateway=gateway, at=at, deep=deep)
        reading = services.read_till(provider, gateway=gateway, at=at)
    except Unsure as doubt:  # nothing is lost: the next turn begins where this one ended
        return f"no answer: {doubt}"
    if reading.agrees:
        return "agrees"
    said = (
        f"holds {reading.total.cents}, its movements {reading.movements_cents}, our books {reading.books_cents} cents"
    )
    logger.log(logging.ERROR if deep else logging.WARNING, "The proof of %s does not hold: %s", provider.label, said)
    return said


def _dispute_question_failed(*, dispute_id: int, at: datetime) -> None:
    disputes.give_up_dispute(dispute_id, at=at)


@job(ASK_DISPUTE, attempts=3, on_failed=_dispute_question_failed)
def ask_dispute(*, dispute_id: int, at: datetime) -> dict[str, str]:
    gateway = gateway_for(selectors.provider_of_dispute(dispute_id))
    return {"status": disputes.ask_dispute(dispute_id, gateway=gateway, at=at).status}


@job(FIND_DISPUTES)
def find_disputes(*, at: datetime) -> dict[str, int]:
    new = 0
    for provider in providers():
        with suppress(Unsure):  # the next day asks for the same ones
            new += disputes.find_untold(provider, gateway=gateway_for(provider), at=at)
    return {"new": new}


@job(MAKE_PACK, queue=DOCUMENTS)
def dispute_pack(*, dispute_id: int, at: datetime) -> dict[str, str]:
    return {"sha256": disputes.make_pack(dispute_id, at=at).pack_sha256}


@job(SEND_EVIDENCE, queue=DOCUMENTS)
def send_evidence(*, dispute_id: int, at: datetime) -> dict[str, str]:
    gateway = gateway_for(selectors.provider_of_dispute(dispute_id))
    return {"status": disputes.send_evidence(dispute_id, gateway=gateway, at=at).status}


@job(ACCEPT)
def accept_dispute(*, dispute_id: int, at: datetime) -> dict[str, str]:
    gateway = gateway_for(selectors.provider_of_dispute(dispute_id))
    return {"status": disputes.accept(dispute_id, gateway=gateway, at=at).status}


@job(PRINT, queue=DOCUMENTS)
def print_mandate(*, mandate_id: int, at: datetime) -> dict[str, str]:
    return {"sha256": mandates.print_mandate(mandate_id, at=at)}


@job(REMIT)
def remit(*, at: datetime) -> dict[str, list[str]]:
    """The file of the day, and those that never left, into the folder of the bank."""
    remitting.make_remittances(on=local_date(at), at=at)
    left = remitting.drop(Path(settings.SEPA_FOLDER), at=at)
    return {"files": [remittance.message_id for remittance in left]}
