"""Which column of a table is what, by the usual French and English headings, or as a person said it once."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Mapping, Sequence
from typing import Final

from django.utils.translation import gettext as _

from bank.readers.refusing import FileRefused

Columns = Mapping[str, Sequence[int]]
"""For each role the places of its columns, from 0. Only texts may have several."""
ROLES: Final = (
    "booked_on",
    "value_on",
    "amount",
    "debit",
    "credit",
    "text",
    "name",
    "iban",
    "reference",
    "end_to_end",
    "currency",
)
_HEADINGS: Final[Mapping[str, str]] = {
    "booked_on": "DATE DATEOPERATION DATEDOPERATION DATEDELOPERATION DATECOMPTABLE DATECOMPTA DATEDECOMPTABILISATION "
    "DATEOPE DATEOP DATEDECRITURE DATEECRITURE DATEMOUVEMENT BOOKINGDATE BOOKEDON BOOKED TRANSACTIONDATE POSTINGDATE "
    "POSTDATE "
    "DATEPOSTED COMPLETEDDATE JOUR",
    "value_on": "DATEVALEUR DATEDEVALEUR VALEUR VALUEDATE VALUE DATEVAL",
    "amount": "MONTANT MONTANTOPERATION MONTANTDELOPERATION MONTANTTTC AMOUNT TRANSACTIONAMOUNT SOMME NETAMOUNT",
    "debit": "DEBIT DEBITS MONTANTDEBIT MONTANTAUDEBIT SORTIE SORTIES PAIDOUT MONEYOUT WITHDRAWALS DEBITAMOUNT",
    "credit": "CREDIT CREDITS MONTANTCREDIT MONTANTAUCREDIT ENTREE ENTREES PAIDIN MONEYIN DEPOSITS CREDITAMOUNT",
    "text": "LIBELLE LIBELLES LIBELLEOPERATION LIBELLEDELOPERATION LIBELLESIMPLIFIE LIBELLECOMPLET "
    "LIBELLECOMPLEMENTAIRE "
    "DESCRIPTION DETAIL DETAILS MOTIF COMMUNICATION INFORMATIONSCOMPLEMENTAIRES INFORMATIONCOMPLEMENTAIRE REFERENCE "
    "COMMENTAIRE NATURE NATUREDELOPERATION OPERATION INTITULE LABEL MEMO NARRATIVE REMITTANCE REMITTANCETEXT "
    "REMITTANCEINFORMATION PAYMENTREFERENCE REFERENCECLIENT",
    "name": "NOM TIERS CONTREPARTIE NOMCONTREPARTIE NOMDELACONTREPARTIE "
    "DONNEURDORDRE NOMDUDONNEURDORDRE EMETTEUR BENEFICIAIRE PAYEUR "
    "COUNTERPARTY COUNTERPARTYNAME PAYER PAYEE NAME",
    "iban": "IBAN IBANCONTREPARTIE COMPTECONTREPARTIE IBANTIERS IBANEMETTEUR COUNTERPARTYIBAN "
    "COUNTERPARTYACCOUNT PAYERIBAN",
    "reference": "REFERENCEBANQUE REFERENCEBANCAIRE REFERENCEOPERATION REFERENCEDELOPERATION NUMEROOPERATION "
    "NUMERODOPERATION IDENTIFIANT ID TRANSACTIONID BANKREFERENCE FITID",
    "end_to_end": "REFERENCEDEBOUTENBOUT BOUTENBOUT ENDTOENDID ENDTOENDREFERENCE ENDTOEND E2E",
    "currency": "DEVISE CURRENCY MONNAIE",
}
_ROLE_OF: Final = {word: role for role, words in _HEADINGS.items() for word in words.split()}
_UNIT: Final = re.compile(r"\(.*?\)|\bEN\b|\bEUROS?\b|\bEUR\b|€")
_NOT_A_LETTER: Final = re.compile(r"[^A-Z0-9]+")
_SHOWN: Final = 5


class ColumnsUnknown(FileRefused):
    """A table whose headings are not known: a person says once what its columns are. Keeps what to show them."""

    def __init__(self, headings: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
        super().__init__(
            _("The columns of this table are not known: %(headings)s.") % {"headings": ", ".join(headings)[:200]},
            advice=_(
                "Nothing was imported. Import it on the page of bank statements, which asks what its columns are."
            ),
        )
        self.headings, self.rows = tuple(headings), tuple(tuple(row) for row in rows[:_SHOWN])


def fingerprint(headings: Sequence[str]) -> str:
    """What recognises a layout again."""
    return hashlib.sha256("|".join(_word(each) for each in headings).encode()).hexdigest()


def recognised(headings: Sequence[str]) -> Columns | None:
    """What the columns are, if that is clear: a date, and an amount or a debit and a credit."""
    found: dict[str, list[int]] = {}
    for place, heading in enumerate(headings):
        role = _ROLE_OF.get(_word(heading))
        if role is not None:
            found.setdefault(role, []).append(place)
    return found if is_enough(found) else None


def is_enough(columns: Columns) -> bool:
    """Whether these columns make lines. Two dates of booking, or two amounts, would be a guess."""
    one = {role: len(columns.get(role, ())) for role in ROLES}
    amounts = one["amount"] == 1 or (not one["amount"] and one["debit"] == one["credit"] == 1)
    return one["booked_on"] == 1 and amounts


def _word(heading: str) -> str:
    plain = unicodedata.normalize("NFKD", heading).upper()
    plain = "".join(sign for sign in plain if not unicodedata.combining(sign))
    return _NOT_A_LETTER.sub("", _UNIT.sub(" ", plain))
