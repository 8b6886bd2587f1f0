"""Somebody who lets us debit bank accounts: what happens to their mandates, in one word each."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import TYPE_CHECKING

from payments.iban import read_account
from payments.models import Mandate, MandateState, SavedMethod, Scheme
from payments.services import mandates
from payments.services.mandates import MandateWish, PaperSignature
from payments.services.methods import Agreement

if TYPE_CHECKING:
    from datetime import datetime

    from accounts.models import Customer, User

BNP = "FR7630004000031234567890143"
AGRICOLE = "FR7630006000011234567890189"
COMMERZBANK = "DE89370400440532013000"
AGREED = Agreement("fr", address="192.0.2.7", agent="Firefox")


@dataclass(frozen=True, slots=True)
class MandateDesk:
    """Time does not pass here unless a verb is told a later moment."""

    customer: Customer
    at: datetime

    def of(self, customer: Customer) -> MandateDesk:
        return replace(self, customer=customer)

    def wish(self, iban: str = BNP, **changes: object) -> MandateWish:
        wish = MandateWish(read_account(iban), holder=self.customer.name, language="fr")
        return replace(wish, **changes)  # type: ignore[arg-type]

    def prepare(self, iban: str = BNP, **changes: object) -> Mandate:
        return mandates.prepare_mandate(self.customer, self.wish(iban, **changes), at=self.at)

    def agree(self, mandate: Mandate, agreement: Agreement = AGREED, *, later: timedelta = timedelta()) -> Mandate:
        return mandates.sign_online(mandate.pk, agreement, at=self.at + later)

    def sign(self, iban: str = BNP, **changes: object) -> Mandate:
        """The whole way, online."""
        return self.agree(self.prepare(iban, **changes))

    def sign_b2b(self, iban: str = BNP) -> Mandate:
        return self.sign(iban, scheme=Scheme.B2B)

    def enter(self, mandate: Mandate, on: date, by: User, *, later: timedelta = timedelta()) -> Mandate:
        return mandates.enter_paper(mandate.pk, PaperSignature(on, "Lyon", by), at=self.at + later)

    def end(self, mandate: Mandate, to: MandateState, reason: str = "") -> Mandate:
        return mandates.end_mandate(mandate.pk, to, reason=reason, at=self.at)

    def revoke(self, mandate: Mandate) -> Mandate:
        return mandates.revoke(mandate.pk, at=self.at)


def method_of(mandate: Mandate) -> SavedMethod:
    """The saved method of a signed mandate, as it is now."""
    return SavedMethod.objects.get(mandate=mandate)
