"""The checks at integration: what Chorus Pro refuses that no schema catches.

Where the real words are known they are those; `[SIM]` begins the others, so that nobody mistakes them for real ones.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal

from sandbox.chorus import directory, facturx
from sandbox.chorus.facturx import Document, Unreadable
from sandbox.chorus.seeds import BETWEEN_PUBLIC_BODIES
from sandbox.chorus.words import FACTURX, FRAMES
from sandbox.store import Json, Store

LONGEST_TEXT = 200
"""The messages about one invoice are joined, and cut."""
_NUMBER = re.compile(r"[A-Za-z0-9 +_/-]{1,20}")
_LONGEST_NUMBER, _LONGEST_REFERENCE, _LONGEST_SERVICE = 20, 50, 100
_SIRET = re.compile(r"[0-9]{14}")
_TOTALS = ("LineTotal", "TaxBasisTotal", "GrandTotal", "DuePayable")


@dataclass(frozen=True, slots=True)
class Verdict:
    """What becomes of a deposit: errors of the file, errors of the invoice, or neither."""

    facts: Json = field(default_factory=dict)
    technical: list[Json] = field(default_factory=list)
    business: str = ""

    @property
    def is_good(self) -> bool:
        return not self.technical and not self.business


def judge(store: Store, syntax: str, xml: bytes, *, known: bool) -> Verdict:
    """Check a deposit; `known`: whether an invoice of that supplier and number was integrated already."""
    if syntax != FACTURX:
        return unreadable(f"la syntaxe {syntax} ne correspond pas au fichier")
    try:
        document = facturx.parse(xml)
        fault = facturx.fault_of(document)
    except Unreadable as error:
        return unreadable(str(error))
    if fault:
        words = f"IRRECEVABILITE: {fault.message} - ligne: {fault.line} - position: {fault.column}"
        return Verdict(document.facts, technical=[technical("ERR_XSD_001", words)])
    found = [*_of_the_content(document), *_of_the_parties(store, document)]
    if known:
        found.append(f"[SIM] Doublon : la demande de paiement {document.number} existe deja pour ce fournisseur.")
    return Verdict(document.facts, business=joined(found))


def joined(messages: list[str]) -> str:
    return "|".join(messages)[:LONGEST_TEXT]


def unreadable(words: str) -> Verdict:
    return Verdict(technical=[technical("ERR_IRR_001", f"IRRECEVABILITE: [SIM] {words}")])


def technical(code: str, words: str) -> Json:
    return {"natureErreur": "IRRECEVABILITE", "codeErreur": code, "libelleErreur": words}


def _of_the_content(document: Document) -> Iterator[str]:
    if len(document.number) > _LONGEST_NUMBER:
        yield (
            "Le champ identifiant de la facture (FichierXml.ExchangedDocument.ID.value)"
            " ne doit pas depasser 20 caracteres"
        )
    elif not _NUMBER.fullmatch(document.number):
        yield "[SIM] Le champ identifiant de la facture (ExchangedDocument.ID.value) a des caracteres interdits"
    if document.frame not in FRAMES:
        yield (
            "[SIM] L'element BusinessProcessSpecifiedDocumentContextParameter.ID.value"
            f" ({document.frame[:10]}) n'est pas un cadre de facturation"
        )
    if not document.means and not document.is_credit_note:
        yield (
            "L'element FichierXml.SupplyChainTradeTransaction.ApplicableHeaderTradeSettlement"
            ".SpecifiedTradeSettlementPaymentMeans.TypeCode.value est obligatoire."
        )
    yield from _of_the_references(document)
    yield from _of_the_amounts(document)


def _of_the_references(document: Document) -> Iterator[str]:
    if len(document.engagement) > _LONGEST_REFERENCE:
        yield "[SIM] Le numero d'engagement (bon de commande) ne doit pas depasser 50 caracteres"
    if len(document.market) > _LONGEST_REFERENCE:
        yield "[SIM] Le numero de marche ne doit pas depasser 50 caracteres"
    if len(document.service) > _LONGEST_SERVICE:
        yield "[SIM] Le code service executant ne doit pas depasser 100 caracteres"
    if document.is_credit_note and not document.original:
        yield "[SIM] Le numero de la facture d'origine est obligatoire sur un avoir"


def _of_the_amounts(document: Document) -> Iterator[str]:
    if any(document.sum(name) < 0 for name in _TOTALS):
        yield "[SIM] Les montants d'une facture ou d'un avoir ne peuvent pas etre negatifs"
    elif not _adds_up(document):
        yield "[SIM] Les montants totaux de la demande de paiement sont incoherents"
    if document.frame == "A2" and document.sum("DuePayable"):
        yield "[SIM] Le montant a payer d'une facture deja payee (A2) doit etre nul"


def _adds_up(document: Document) -> bool:
    total = document.sum
    net = total("LineTotal") - total("AllowanceTotal") + total("ChargeTotal")
    lines, taxes = document.lines, document.taxes
    return all(
        (
            not lines or sum((Decimal(line["net"]) for line in lines), Decimal()) == total("LineTotal"),
            not document.says("LineTotal") or net == total("TaxBasisTotal"),
            not taxes or sum((Decimal(tax["base"]) for tax in taxes), Decimal()) == total("TaxBasisTotal"),
            not taxes or sum((Decimal(tax["vat"]) for tax in taxes), Decimal()) == total("TaxTotal"),
            total("TaxBasisTotal") + total("TaxTotal") == total("GrandTotal"),
            total("GrandTotal") - total("TotalPrepaid") + total("Rounding") == total("DuePayable"),
        )
    )


def _of_the_parties(store: Store, document: Document) -> Iterator[str]:
    seller = directory.find(store, document.seller)
    if seller is None or not _SIRET.fullmatch(document.seller):
        yield _unknown("fournisseur", "Seller")
    elif not directory.acts_for(store, document.seller):
        yield f"[SIM] Le fournisseur {document.seller} n'est pas rattache au compte du deposant"
    buyer = directory.find(store, document.buyer)
    if buyer is None or not _SIRET.fullmatch(document.buyer):
        yield _unknown("destinataire", "Buyer")
    elif not buyer["active"]:
        yield f"[SIM] La structure destinataire {document.buyer} n'est pas active"
    elif not buyer["public"]:
        yield f"[SIM] La structure destinataire {document.buyer} n'est pas publique"
    else:
        yield from faults_of_references(buyer, document.service, document.engagement)


def _unknown(who: str, role: str) -> str:
    return (
        f"L'identifiant {who} de la demande de paiement (balise : {role}TradeParty.SpecifiedLegalOrganization.ID)"
        " n'est pas reference dans notre systeme."
    )


def faults_of_references(buyer: Json, code: str, engagement: str) -> Iterator[str]:
    """What a buyer has against a service code and an engagement number."""
    service = directory.service_of(buyer, code) if code else None
    if code and service is None:
        yield f"[SIM] Le code service {code[:40]} n'existe pas pour le destinataire"
    elif service and not service["active"]:
        yield f"[SIM] Le code service {code} n'est pas actif"
    elif code == BETWEEN_PUBLIC_BODIES:
        yield f"[SIM] Le code service {code} est reserve aux factures entre structures publiques"
    if buyer["either_required"]:
        if not code and not engagement:
            yield "[SIM] Le code service ou le numero d'engagement est obligatoire pour le destinataire"
        return
    if buyer["service_required"] and not code:
        yield "[SIM] Le code service est obligatoire pour le destinataire"
    if not engagement and (buyer["engagement_required"] or (service and service["engagement"])):
        yield "[SIM] Le numero d'engagement (bon de commande) est obligatoire pour le destinataire"
