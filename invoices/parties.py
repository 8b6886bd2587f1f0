"""Who sells and who buys, as a document says it: copies that are frozen with it."""

from __future__ import annotations

from dataclasses import MISSING, asdict, dataclass, fields
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Self

from django.conf import settings

from accounts.models import CustomerKind, PublicKind, UnprovenVat
from core.references import CustomerNumber
from invoices.wording import iban_text, siren_text, siret_text

if TYPE_CHECKING:
    from collections.abc import Mapping

    from accounts import models


@dataclass(frozen=True, slots=True)
class _Party:
    """What both sides say of themselves."""

    name: str
    address_line1: str
    address_line2: str
    postcode: str
    city: str
    country: str
    siren: str
    siret: str
    vat_number: str

    @property
    def street_lines(self) -> list[str]:
        """The address without the name, a line each."""
        return list(filter(None, [self.address_line1, self.address_line2, f"{self.postcode} {self.city}".strip()]))

    @property
    def street(self) -> str:
        return ", ".join(self.street_lines)

    @property
    def siren_text(self) -> str:
        return siren_text(self.siren)

    @property
    def siret_text(self) -> str:
        return siret_text(self.siret)

    def frozen(self) -> dict[str, Any]:
        """As it is stored on the document."""
        return asdict(self)

    @classmethod
    def thawed(cls, stored: Mapping[str, Any]) -> Self:
        """Back from a document; a field that a later version added has its default, or is empty, on older documents."""
        empty = {field.name: "" if field.default is MISSING else field.default for field in fields(cls)}
        return cls(**{name: stored.get(name, default) for name, default in empty.items()})


@dataclass(frozen=True, slots=True)
class Seller(_Party):
    """The seller on a document, with its options for VAT on that day. `late_rate_percent` is a decimal as text."""

    brand: str
    portal: str
    legal_form: str
    registry: str
    email: str
    phone: str
    website: str
    iban: str
    bic: str
    bank_holder: str
    late_rate_percent: str
    mediator: str
    vat_franchise: bool = False
    oss: bool = False
    place_items: int = 1
    unproven_vat: str = UnprovenVat.HOLD.value

    @property
    def iban_text(self) -> str:
        return iban_text(self.iban)

    @property
    def late_rate(self) -> Decimal:
        """Rate of late payment penalties, % a year."""
        return Decimal(self.late_rate_percent)


@dataclass(frozen=True, slots=True)
class Buyer(_Party):
    """The buyer on a document. `number` is the stored customer number."""

    number: str
    kind: str
    language: str
    public_kind: str = PublicKind.STATE_LOCAL.value

    def frozen(self) -> dict[str, Any]:
        """As it is stored on the document: only a public body has a kind of public body."""
        stored = asdict(self)
        return stored if self.is_public else {name: stored[name] for name in stored if name != "public_kind"}

    @property
    def reference(self) -> CustomerNumber:
        return CustomerNumber(self.number)

    @property
    def is_consumer(self) -> bool:
        return self.kind == CustomerKind.PERSON

    @property
    def is_public(self) -> bool:
        return self.kind == CustomerKind.PUBLIC

    @property
    def days_from_receipt(self) -> int:
        """Days in which a public body pays, counted from receipt; 0 for everybody else."""
        return PublicKind(self.public_kind).days if self.is_public else 0

    @property
    def days_article(self) -> str:
        """The article of the code de la commande publique that says so."""
        return PublicKind(self.public_kind).article


def copy_seller(seller: models.Seller) -> Seller:
    """The seller in force, with the trade name and the address of the portal."""
    return Seller(
        brand=settings.SITE_NAME,
        portal=settings.SITE_URL.removeprefix("https://"),
        late_rate_percent=f"{Decimal(seller.late_rate_percent):.2f}",
        **{field.name: getattr(seller, field.name) for field in fields(Seller) if field.name not in _OURS},
    )


def copy_buyer(customer: models.Customer) -> Buyer:
    """The customer as they are now."""
    return Buyer(**{field.name: getattr(customer, field.name) for field in fields(Buyer)})


_OURS = frozenset({"brand", "portal", "late_rate_percent"})
