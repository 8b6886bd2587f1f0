"""`manage.py create_customer`: open an account, for scripts and checks. Status 1: asked wrongly; 2: bad usage."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from django.core.management.base import BaseCommand, CommandError, no_translations

from accounts import services
from accounts.models import Customer, CustomerKind
from core import clock

if TYPE_CHECKING:
    from argparse import ArgumentParser

_FIELDS = (
    "siret",
    "siren",
    "country",
    "vat_number",
    "service_code",
    "engagement_number",
    "market_number",
    "language",
    "address_line1",
    "address_line2",
    "postcode",
    "city",
)


class Command(BaseCommand):
    help = "Open a customer's account; its owner signs in with the e-mail address."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--email", required=True, help="Address of the owner, who also receives the invoices.")
        parser.add_argument("--kind", required=True, choices=[kind.lower() for kind in CustomerKind.values])
        parser.add_argument("--name", default="", help="Name on invoices. Default: what stands before the @.")
        for field in _FIELDS:
            parser.add_argument(f"--{field.replace('_', '-')}", default="")
        parser.add_argument("--json", action="store_true", help="Answer with one JSON object.")

    @no_translations
    def handle(self, *_args: Any, **options: Any) -> None:
        fields = {field: options[field] for field in _FIELDS if options[field]}
        try:
            customer = services.create_customer(
                kind=CustomerKind(options["kind"].upper()),
                name=options["name"] or options["email"].partition("@")[0],
                email=options["email"],
                at=clock.now(),
                **fields,
            )
        except services.BadIdentity as error:
            raise CommandError(f"{error.field}: {error}") from error
        self._answer(_facts(customer), as_json=options["json"])

    def _answer(self, facts: dict[str, str], *, as_json: bool) -> None:
        if as_json:
            self.stdout.write(json.dumps(facts, ensure_ascii=False))
            return
        for name, value in facts.items():
            self.stdout.write(f"{name}: {value}")


def _facts(customer: Customer) -> dict[str, str]:
    reference = customer.reference
    return {
        "customer_number": reference.compact,
        "rf_reference": reference.rf,
        "kind": customer.kind.lower(),
        "name": customer.name,
        "siren": customer.siren,
        "siret": customer.siret,
        "vat_number": customer.vat_number,
        "country": customer.country,
        "service_code": customer.service_code,
        "language": customer.language,
    }
