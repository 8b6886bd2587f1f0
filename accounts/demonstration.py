"""The seller of a new database: complete and fictitious, so that the first invoice can be issued at once.

Every number holds its check digits and belongs to nobody: SIREN of the range 99999999x, bank code 99999.
"""

from __future__ import annotations

from typing import Any

DEMONSTRATION_SIREN = "999999998"
DEMONSTRATION_SELLER: dict[str, Any] = {
    "name": "Hébergeur SARL",
    "legal_form": "SARL au capital de 50 000 €",
    "registry": "RCS Lyon 999 999 998",
    "siren": DEMONSTRATION_SIREN,
    "siret": "99999999800019",
    "vat_number": "FR11999999998",
    "address_line1": "12 rue des Filatures",
    "postcode": "69001",
    "city": "Lyon",
    "country": "FR",
    "email": "facturation@hebergeur.example",
    "phone": "+33 4 99 99 99 99",
    "website": "https://hebergeur.example",
    "iban": "FR7699999000010001234567809",
    "bic": "HEBGFR2LXXX",
    "bank_holder": "Hébergeur SARL",
    "ics": "FR53ZZZ999999",
    "vat_on_debits": True,
    "payment_days": 30,
    "correction_days": 30,
    "mediator": "Médiateur de la consommation, 12 rue des Filatures, 69001 Lyon, mediateur.example",
}
