"""The texts that customers agree to when a method is saved, by name.

A text that was shown once is never changed here: another wording gets another name, and the old one stays. What must be
said: who may debit, when and how often, how the amount is found, and how to take it back
(docs.stripe.com/payments/save-and-reuse; GDPR art. 7: proven, and taken back as easily as given).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

SAVE: Final = "save.1"
"""The text in force, for cards and PayPal."""
COLLECT_DUE: Final = "collect.1"
"""The text in force of automatic collection, by whatever method."""
TOP_UP: Final = "top-up.1"
"""The text in force of top-up rules, by card or PayPal. Their amounts are kept beside it."""
SEPA: Final = "sepa.1"
SEPA_B2B: Final = "sepa-b2b.1"
SEPA_AT_PROVIDER: Final = "sepa-stripe.1"
"""The texts in force of mandates. The first paragraphs are the words of the schemes (EPC, SEPA Direct Debit Core and
B2B rulebooks, “Mandate”), in the official translation; the last one is ours."""

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
    },
    SEPA: {
        "fr": (
            "En signant ce formulaire de mandat, vous autorisez (A) {seller} à envoyer des instructions à votre banque "
            "pour débiter votre compte, et (B) votre banque à débiter votre compte conformément aux instructions de "
            "{seller}.\n\n"
            "Vous bénéficiez du droit d’être remboursé par votre banque selon les conditions décrites dans la "
            "convention que vous avez passée avec elle. Une demande de remboursement doit être présentée dans les "
            "8 semaines suivant la date de débit de votre compte pour un prélèvement autorisé.\n\n"
            "Chaque prélèvement vous est annoncé par courriel, avec son montant et sa date, au moins {days} jours "
            "avant. Vous pouvez révoquer ce mandat à tout moment et sans frais en supprimant ce compte."
        ),
        "en": (
            "By signing this mandate form, you authorise (A) {seller} to send instructions to your bank to debit your "
            "account and (B) your bank to debit your account in accordance with the instructions from {seller}.\n\n"
            "As part of your rights, you are entitled to a refund from your bank under the terms and conditions of "
            "your agreement with your bank. A refund must be claimed within 8 weeks starting from the date on which "
            "your account was debited.\n\n"
            "Each direct debit is announced to you by e-mail, with its amount and its date, at least {days} days "
            "before. You may revoke this mandate at any time, free of charge, by removing this account."
        ),
    },
    SEPA_AT_PROVIDER: {
        "fr": (
            "J’autorise {seller} à garder ce compte bancaire chez son prestataire Stripe et à le débiter de ce que je "
            "dois, selon le mandat de prélèvement SEPA que je signe sur la page de Stripe : à l’échéance de chaque "
            "facture, si j’active le prélèvement automatique, du montant encore dû ce jour-là. Chaque prélèvement "
            "m’est annoncé par courriel, avec son montant et sa date, au moins {days} jours avant. {seller} ne "
            "connaît que les derniers chiffres du compte. Je peux retirer cet accord à tout moment et sans frais en "
            "supprimant ce compte."
        ),
        "en": (
            "I allow {seller} to keep this bank account at its provider Stripe and to debit it for what I owe, under "
            "the SEPA direct debit mandate that I sign on Stripe’s page: on the due date of each invoice, if I turn "
            "automatic collection on, for the amount still due that day. Each debit is announced to me by e-mail, with "
            "its amount and its date, at least {days} days before. {seller} knows only the last digits of the account. "
            "I may take this agreement back at any time, free of charge, by removing this account."
        ),
    },
    SEPA_B2B: {
        "fr": (
            "En signant ce formulaire de mandat, vous autorisez (A) {seller} à envoyer des instructions à votre banque "
            "pour débiter votre compte, et (B) votre banque à débiter votre compte conformément aux instructions de "
            "{seller}.\n\n"
            "Ce mandat est dédié aux prélèvements SEPA interentreprises. Vous n’êtes pas en droit de demander à votre "
            "banque le remboursement d’un prélèvement SEPA interentreprises une fois que le montant est débité de "
            "votre compte. Vous pouvez cependant demander à votre banque de ne pas débiter votre compte jusqu’au jour "
            "de l’échéance.\n\n"
            "Votre banque doit enregistrer ce mandat avant le premier prélèvement : remettez-le-lui. Chaque "
            "prélèvement vous est annoncé par courriel, avec son montant et sa date, au moins {days} jours avant. "
            "Vous pouvez révoquer ce mandat à tout moment et sans frais en supprimant ce compte."
        ),
        "en": (
            "By signing this mandate form, you authorise (A) {seller} to send instructions to your bank to debit your "
            "account and (B) your bank to debit your account in accordance with the instructions from {seller}.\n\n"
            "This mandate is only intended for business-to-business transactions. You are not entitled to a refund "
            "from your bank after your account has been debited, but you are entitled to request your bank not to "
            "debit your account up until the day on which the payment is due.\n\n"
            "Your bank has to register this mandate before the first direct debit: hand it in there. Each direct "
            "debit is announced to you by e-mail, with its amount and its date, at least {days} days before. You may "
            "revoke this mandate at any time, free of charge, by removing this account."
        ),
    },
    COLLECT_DUE: {
        "fr": (
            "J’autorise {seller} à débiter, de lui-même, ce que je dois encore à l’échéance de chaque facture. Le "
            "montant change d’une facture à l’autre ; avant chaque prélèvement, un message m’en annonce le montant, le "
            "jour et le moyen de paiement, et jamais plus que ce montant n’est débité. Le moyen utilisé en premier est "
            "essayé d’abord ; s’il refuse, un nouvel essai a lieu quelques jours plus tard, puis les autres moyens que "
            "j’ai enregistrés sont essayés dans leur ordre. Jusqu’à deux jours avant, je peux choisir un autre jour ou "
            "un autre moyen, ou payer autrement. Je peux arrêter le prélèvement automatique à tout moment, sans frais."
        ),
        "en": (
            "I allow {seller} to debit, by itself, what I still owe on the due date of each invoice. The amount "
            "changes from one invoice to the next; before each debit a message announces its amount, its day and its "
            "payment method, and never more than that amount is debited. The method used first is tried first; if it "
            "refuses, it is tried again some days later, then the other methods that I saved are tried in their "
            "order. Until two days before I may choose another day or another method, or pay in another way. I may "
            "stop automatic collection at any time, free of charge."
        ),
    },
    TOP_UP: {
        "fr": (
            "J’autorise {seller} à créditer mon compte, de lui-même et sans autre annonce, du montant ci-dessus, "
            "chaque fois que la somme disponible passe sous le seuil ci-dessus, dans la limite du maximum ci-dessus "
            "par mois civil. Ce montant est débité aussitôt de ma carte ou de mon compte PayPal utilisé en premier, "
            "jamais d’un compte bancaire ; il paie d’abord ce que je dois, le reste est disponible. Un message "
            "m’informe de chaque crédit. Si le moyen de paiement refuse, un nouvel essai a lieu un ou plusieurs jours "
            "plus tard, puis cette règle s’arrête. Je peux la changer ou l’arrêter à tout moment, sans frais."
        ),
        "en": (
            "I allow {seller} to credit my account, by itself and without another notice, with the amount above, "
            "each time less than the threshold above is available, up to the maximum above in a calendar month. That "
            "amount is debited at once from the card or the PayPal account that I use first, never from a bank "
            "account; it pays what I owe first, the rest is available. A message tells me of each credit. If the "
            "method refuses, it is tried again one or several days later, then this rule stops. I may change it or "
            "stop it at any time, free of charge."
        ),
    },
}
