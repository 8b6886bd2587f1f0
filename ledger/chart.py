"""The chart of accounts (plan comptable général, ANC 2014-03) and the few accounts that the ledger names itself."""

from __future__ import annotations

from typing import Final

RECEIVABLE: Final = "411000"
PREPAID: Final = "419100"
DOUBTFUL: Final = "416000"
COMMISSIONS_DUE: Final = "467100"
VAT_WAITING: Final = "445870"

# The result of earlier years: only where an exercise starts with what is carried over, never posted to.
RETAINED_PROFIT: Final = "110000"
RETAINED_LOSS: Final = "119000"
PROFIT: Final = "120000"
LOSS: Final = "129000"
RESULTS: Final = {
    RETAINED_PROFIT: "Report à nouveau (solde créditeur)",
    RETAINED_LOSS: "Report à nouveau (solde débiteur)",
    PROFIT: "Résultat de l'exercice (bénéfice)",
    LOSS: "Résultat de l'exercice (perte)",
}

# Accounts whose entries must say which customer they belong to (auxiliary accounts).
AUXILIARY: Final = frozenset({RECEIVABLE, PREPAID, COMMISSIONS_DUE})

# Each member state has its share of the quarterly return of the one-stop shop, and its account.
_MEMBER_STATES: Final = (
    *("AT", "BE", "BG", "CY", "CZ", "DE", "DK", "EE", "ES", "FI", "GR", "HR", "HU"),
    *("IE", "IT", "LT", "LU", "LV", "MT", "NL", "PL", "PT", "RO", "SE", "SI", "SK"),
)

CHART: Final = {
    RECEIVABLE: "Clients",
    DOUBTFUL: "Clients douteux",
    PREPAID: "Clients - avances et acomptes reçus",
    "445200": "TVA due intracommunautaire",
    "445660": "TVA déductible sur autres biens et services",
    "445662": "TVA déductible intracommunautaire",
    "445711": "TVA collectée 20 %",
    "445712": "TVA collectée 8,5 %",
    "445713": "TVA collectée Monaco",
    "445740": "TVA collectée guichet unique OSS",
    **{f"445740{state}": f"TVA collectée guichet unique OSS {state}" for state in _MEMBER_STATES},
    VAT_WAITING: "TVA en attente d'encaissement",
    COMMISSIONS_DUE: "Parrainages - commissions à payer",
    "471000": "Compte d'attente",
    "487000": "Produits constatés d'avance",
    "511300": "Prélèvements à l'encaissement",
    "512000": "Banque",
    "517100": "Stripe",
    "517200": "PayPal",
    "580000": "Virements internes",
    "622200": "Commissions de parrainage",
    "627100": "Frais bancaires",
    "627800": "Frais des prestataires de paiement",
    "654000": "Pertes sur créances irrécouvrables",
    "658000": "Charges diverses de gestion courante",
    "706000": "Prestations de services sans TVA (franchise en base)",
    "706100": "Prestations de services France 20 %",
    "706120": "Prestations de services DOM 8,5 %",
    "706130": "Prestations de services Guyane et Mayotte",
    "706200": "Prestations de services UE entre assujettis",
    "706300": "Prestations de services UE consommateurs (OSS)",
    "706400": "Prestations de services hors UE",
    "707000": "Ventes de marchandises",
    "708000": "Produits des activités annexes",
    "758000": "Produits divers de gestion courante",
    "763100": "Intérêts de retard",
    "890000": "Bilan d'ouverture",
}
