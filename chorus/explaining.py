"""What Chorus Pro says is wrong, in words that tell what to fix and who fixes it.

Its reports name XML paths, cut at about 200 characters, several messages joined by `|`. What is known of them is in one
table; anything else stays as told, for staff. The texts of checks that nobody published were met through the simulator.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from django.db import models
from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from collections.abc import Sequence

    from django_stubs_ext import StrOrPromise


class Who(models.TextChoices):
    """Who can fix it."""

    CUSTOMER = "CUSTOMER", _("the customer")
    STAFF = "STAFF", _("a member of staff")
    US = "US", _("whoever looks after the portal")


class Field(models.TextChoices):
    """The one thing to correct, where it is one."""

    NONE = "", _("nothing by hand")
    SIRET = "siret", "SIRET"
    SERVICE = "service_code", _("service code")
    ENGAGEMENT = "engagement_number", _("engagement number")
    MARKET = "market_number", _("market number")
    ATTACHMENTS = "attachments", _("attachments")
    SELLER = "seller", _("our identity")


@dataclass(frozen=True, slots=True)
class Cause:
    """One thing that can be wrong: what it is, what each side does about it."""

    name: str
    who: Who
    field: Field
    what: StrOrPromise
    for_customer: StrOrPromise
    for_staff: StrOrPromise


@dataclass(frozen=True, slots=True)
class Explained:
    """One message: `raw` as told, and what it means."""

    raw: str
    cause: Cause

    @property
    def what(self) -> str:
        return str(self.cause.what)

    @property
    def is_for_customer(self) -> bool:
        return self.cause.who is Who.CUSTOMER

    @property
    def is_known(self) -> bool:
        """False when the words of Chorus Pro are all that there is."""
        return self.cause is not UNKNOWN


_NOTHING = _("There is nothing for you to do: we correct it and send it again.")
_BUG = _("This should not leave us: hand the words below to whoever looks after the portal, then send it again.")


def _ours(name: str, what: StrOrPromise) -> Cause:
    return Cause(name, Who.US, Field.NONE, what, _NOTHING, _BUG)


PAYMENT_MEANS: Final = _ours("payment means", _("The file does not say how the invoice is paid."))
NUMBER: Final = _ours(
    "number", _("The number of the document is too long (20 characters at most) or has others than allowed.")
)
FRAME: Final = _ours("billing frame", _("The billing frame of the file is none that Chorus Pro takes."))
TOTALS: Final = _ours("totals", _("The totals of the file do not agree."))
ORIGINAL: Final = _ours("original", _("The credit note does not name the invoice that it takes back."))
FILE: Final = _ours("file", _("The file itself could not be read by Chorus Pro."))
TOO_LONG: Final = _ours("too long", _("One of the texts of the file is longer than Chorus Pro takes."))
DUPLICATE: Final = Cause(
    "duplicate",
    Who.STAFF,
    Field.NONE,
    _("Chorus Pro already has a document of this number."),
    _("There is nothing for you to do: we compare the two."),
    _("Look it up there: with the same amount it is this one and counts as received; with another, hold it back."),
)
SELLER: Final = Cause(
    "seller",
    Who.STAFF,
    Field.SELLER,
    _("Chorus Pro does not know us as a supplier under the SIRET of the document."),
    _("There is nothing for you to do: we correct it and send it again."),
    _("Compare the SIRET of the seller with the structure of the technical account, then send it again."),
)
BUYER: Final = Cause(
    "buyer",
    Who.CUSTOMER,
    Field.SIRET,
    _("The SIRET of the invoice is unknown to Chorus Pro, or its structure is no longer active there."),
    _("Check your SIRET in your settings. The invoice names its buyer, so we may have to issue it again."),
    _("Ask the customer for the right SIRET. It is part of the invoice: correct it by a credit note and a new one."),
)
SERVICE: Final = Cause(
    "service",
    Who.CUSTOMER,
    Field.SERVICE,
    _("The service code is missing, or its service is not active."),
    _("Choose an active service of your structure: the invoice then leaves by itself, with the same number."),
    _("Choose an active service with the customer, then send it again with the same number."),
)
ENGAGEMENT: Final = Cause(
    "engagement",
    Who.CUSTOMER,
    Field.ENGAGEMENT,
    _("Your administration requires an engagement number, and the one given is missing or unknown to it."),
    _("Give the engagement number of the order: the invoice then leaves by itself, with the same number."),
    _("Ask the customer for the engagement number, then send it again with the same number."),
)
EITHER: Final = Cause(
    "service or engagement",
    Who.CUSTOMER,
    Field.ENGAGEMENT,
    _("Your administration requires a service code or an engagement number; there is neither."),
    _("Give one of the two: the invoice then leaves by itself, with the same number."),
    _("Ask the customer for one of the two, then send it again with the same number."),
)
MARKET: Final = Cause(
    "market",
    Who.CUSTOMER,
    Field.MARKET,
    _("The market number is not one that Chorus Pro takes."),
    _("Correct or remove the market number: the invoice then leaves by itself, with the same number."),
    _("Correct or remove the market number with the customer, then send it again with the same number."),
)
SIZE: Final = Cause(
    "size",
    Who.CUSTOMER,
    Field.ATTACHMENTS,
    _("The file with its attachments is larger than Chorus Pro takes (10 MB)."),
    _("Remove or shrink attachments: the invoice then leaves by itself, with the same number."),
    _("Remove attachments, then send it again with the same number."),
)
ATTACHMENT: Final = Cause(
    "attachment",
    Who.CUSTOMER,
    Field.ATTACHMENTS,
    _("One of the attachments is of a kind, or has a name, that Chorus Pro does not take."),
    _("Remove or replace it: the invoice then leaves by itself, with the same number."),
    _("Remove or replace it, then send it again with the same number."),
)
UNKNOWN: Final = Cause(
    "unknown",
    Who.STAFF,
    Field.NONE,
    _("Chorus Pro did not take it in, for a reason that we have to look at."),
    _("There is nothing for you to do: we look at it and write to you if something is needed."),
    _("These words are new to us. The support of Chorus Pro asks for the correlation and the number of the flow."),
)

# Patterns are tried in order on the folded text (no accents, lower case): the precise ones come first.
_TABLE: Final[Sequence[tuple[str, Cause]]] = (
    (r"paymentmeans.*typecode|moyen de paiement|mode de paiement", PAYMENT_MEANS),
    (r"businessprocess|cadre de facturation", FRAME),
    (r"existe deja|deja (?:ete )?(?:integre|depose|presente?)|doublon|already exists", DUPLICATE),
    (r"20 caracteres|exchangeddocument\.id\b", NUMBER),
    (r"gdp_msg_11\.022|10 ?mo\b|trop volumineu|taille (?:maximale|du f)", SIZE),
    (r"piece jointe|pieces? complementaire|extension", ATTACHMENT),
    (r"irrecevab|cvc-|err_xsd|xsd\b|illisible|pdf|xml absent|syntaxe", FILE),
    (r"fournisseur.*(?:reference|rattache|inconnu|habilite)|identifiant fournisseur", SELLER),
    (r"facture (?:d.)?origine|invoicereferenceddocument|bt-25|avoir sans", ORIGINAL),
    (r"service\b.*\bou\b.*\b(?:engagement|bon de commande)|engagement\b.*\bou\b.*\bservice", EITHER),
    (r"depasse|trop long|ne doit pas depasser", TOO_LONG),
    (r"engagement|bon de commande|buyerorder|bt-13\b", ENGAGEMENT),
    (r"\bmarche\b|contractreferenced|bt-12\b", MARKET),
    (r"services?\b|factures_publiques|buyerreference|bt-10\b", SERVICE),
    (r"destinataire|la structure|acheteur|buyertradeparty", BUYER),
    (r"total|montant|somme|bt-1(?:06|09|10|12|13|15)\b", TOTALS),
)
_RULES: Final = [(re.compile(pattern), cause) for pattern, cause in _TABLE]


def explain(told: str) -> list[Explained]:
    """Each message of a report, in its order, once. Nothing told is one unknown cause with no words."""
    seen = dict.fromkeys(filter(None, (part.strip() for part in re.split(r"[|\n]", told))))
    return [Explained(raw, _cause(raw)) for raw in seen] or [Explained("", UNKNOWN)]


def customer_must_act(told: str) -> bool:
    """Whether something of what was told is for the customer to fix."""
    return any(each.is_for_customer for each in explain(told))


def _cause(raw: str) -> Cause:
    folded = _fold(raw)
    return next((cause for pattern, cause in _RULES if pattern.search(folded)), UNKNOWN)


def _fold(text: str) -> str:
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
    return " ".join(plain.lower().split())
