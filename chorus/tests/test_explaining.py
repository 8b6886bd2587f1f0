"""Reports of Chorus Pro, as they are met, and who is told to fix what."""

from __future__ import annotations

import pytest

from chorus.explaining import Field, Who, customer_must_act, explain

PATH = "FichierXml.SupplyChainTradeTransaction.ApplicableHeaderTradeSettlement"
TOLD = [
    (f"L'element {PATH}.SpecifiedTradeSettlementPaymentMeans.TypeCode.value est obligatoire.", "payment means"),
    (
        "Le champ identifiant de la facture (FichierXml.ExchangedDocument.ID.value) ne doit pas depasser 20 caracteres",
        "number",
    ),
    ("Le champ FichierXml.ExchangedDocument.ID.value contient un caractère interdit", "number"),
    (
        "L'identifiant fournisseur de la demande de paiement (balise : FichierXml.SellerTradeParty.ID) "
        "n'est pas reference dans notre systeme.",
        "seller",
    ),
    ("L'identifiant destinataire de la demande de paiement n'est pas reference dans notre systeme.", "buyer"),
    ("La structure 12345678200028 n'est pas active.", "buyer"),
    ("Le code service SERVICE_X n'existe pas ou n'est pas actif.", "service"),
    ("Le service FACTURES_PUBLIQUES est réservé aux factures entre structures publiques.", "service"),
    ("La structure destinataire exige un code service.", "service"),
    ("Le numéro d'engagement est obligatoire pour la structure destinataire.", "engagement"),
    ("Le bon de commande est obligatoire.", "engagement"),
    ("Un code service ou un numéro d'engagement est obligatoire.", "service or engagement"),
    ("Le numéro de marché n'est pas valide.", "market"),
    ("Le numero d'engagement ne doit pas depasser 50 caracteres.", "too long"),
    ("La facture FA2026-000001 existe deja pour ce fournisseur.", "duplicate"),
    ("Une demande de paiement a déjà été intégrée sous ce numéro.", "duplicate"),
    ("GDP_MSG_11.022", "size"),
    ("Le fichier dépasse 10 Mo.", "size"),
    ("L'extension de la pièce jointe n'est pas autorisée.", "attachment"),
    (
        "IRRECEVABILITE: cvc-datatype-valid.1.2.1: '12,00' is not a valid value for 'decimal'. - ligne: 150",
        "file",
    ),
    ("Le cadre de facturation S1 n'est pas autorise.", "billing frame"),
    ("Le montant total TTC ne correspond pas a la somme des lignes.", "totals"),
    ("Un avoir doit porter le numero de la facture d'origine.", "original"),
    ("Erreur interne ZZ-9", "unknown"),
    ("", "unknown"),
]


@pytest.mark.parametrize(("told", "cause"), TOLD)
def test_a_message_is_known_by_its_words(told: str, cause: str) -> None:
    [explained] = explain(told)

    assert explained.cause.name == cause
    assert explained.raw == told
    assert explained.is_known == (cause != "unknown")


def test_messages_joined_by_a_bar_are_told_apart_each_once() -> None:
    told = "Le bon de commande est obligatoire.| Erreur ZZ-9 |Le bon de commande est obligatoire.||"

    assert [(each.raw, each.cause.name) for each in explain(told)] == [
        ("Le bon de commande est obligatoire.", "engagement"),
        ("Erreur ZZ-9", "unknown"),
    ]


@pytest.mark.parametrize(
    ("told", "who", "field"),
    [
        ("code service inactif", Who.CUSTOMER, Field.SERVICE),
        ("engagement", Who.CUSTOMER, Field.ENGAGEMENT),
        ("La structure est inactive", Who.CUSTOMER, Field.SIRET),
        ("identifiant fournisseur n'est pas reference", Who.STAFF, Field.SELLER),
        ("PaymentMeans.TypeCode obligatoire", Who.US, Field.NONE),
        ("jamais vu", Who.STAFF, Field.NONE),
    ],
)
def test_each_cause_says_who_fixes_which_field(told: str, who: Who, field: Field) -> None:
    [explained] = explain(told)

    assert (explained.cause.who, explained.cause.field) == (who, field)
    assert customer_must_act(told) == (who is Who.CUSTOMER)


def test_a_message_cut_in_its_middle_is_still_known() -> None:
    told = f"L'element {PATH}.SpecifiedTradeSettlementPaymentMeans.TypeCode.value est obligatoire."

    [explained] = explain(told[:150])

    assert explained.cause.name == "payment means"
