"""The texts that customers agree to when a method is saved, by name.

A text that was shown once is never changed here: another wording gets another name, and the old one stays. What must be
said: who may debit, when and how often, how the amount is found, and how to take it back
(docs.stripe.com/payments/save-and-reuse; GDPR art. 7: proven, and taken back as easily as given).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

SAVE: Final = "save.1"
"""The text in force."""

CONSENTS: Final[Mapping[str, Mapping[str, str]]] = {
    SAVE: {
        "fr": (
            "J’autorise {seller} à garder ce moyen de paiement chez son prestataire (Stripe pour une carte, "
            "PayPal pour un compte PayPal) et à s’en servir pour ce que je dois : quand je le choisis au moment "
            "de payer ; et, si j’active le prélèvement automatique, à l’échéance de chaque facture, du montant "
            "encore dû ce jour-là, qui change d’une facture à l’autre et m’est annoncé avant. {seller} ne connaît "
            "jamais le numéro de la carte. Je peux retirer cet accord à tout moment et sans frais en supprimant "
            "ce moyen de paiement : il ne peut alors plus être débité."
        ),
        "en": (
            "I allow {seller} to keep this payment method at its provider (Stripe for a card, PayPal for a PayPal "
            "account) and to use it for what I owe: when I choose it while paying; and, if I turn automatic "
            "collection on, on the due date of each invoice, for the amount still due that day, which changes "
            "from one invoice to the next and is announced to me before. {seller} never knows the card number. I "
            "may take this agreement back at any time, free of charge, by removing this payment method: it can "
            "then no longer be debited."
        ),
    }
}
