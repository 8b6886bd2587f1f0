"""`manage.py check_vat_number`: ask VIES about a customer's VAT number, now. Status 1: VIES does not confirm it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from django.core.management.base import BaseCommand, CommandError, no_translations

from accounts import selectors, services
from accounts.gateways.vies import vies
from accounts.models import Customer
from core import clock
from core.references import NotACustomerNumber, read_customer_number

if TYPE_CHECKING:
    from argparse import ArgumentParser

    from accounts.models import VatNumberCheck


class Command(BaseCommand):
    help = "Ask VIES about a customer’s VAT number, and keep the answer with its consultation number."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("customer", help="Customer number, in any form.")
        parser.add_argument("--json", action="store_true", help="Answer with one JSON object.")

    @no_translations
    def handle(self, *_args: Any, **options: Any) -> None:
        customer = _customer(options["customer"])
        check = services.check_vat_number(customer.pk, gateway=vies(), at=clock.now())
        if check is None:
            raise CommandError(f"{customer.reference.shown} has no VAT number of another member state: nothing to ask.")
        facts = _facts(check)
        shown = json.dumps(facts) if options["json"] else "\n".join(f"{name}: {value}" for name, value in facts.items())
        self.stdout.write(shown)
        if not check.is_valid:
            raise CommandError(f"VIES does not confirm {check.number}: {check.get_outcome_display()} {check.reason}")


def _customer(typed: str) -> Customer:
    try:
        return selectors.get_customer(read_customer_number(typed))
    except (NotACustomerNumber, Customer.DoesNotExist):
        raise CommandError(f"No customer has the number {typed}.") from None


def _facts(check: VatNumberCheck) -> dict[str, str]:
    return {
        "number": check.number,
        "outcome": check.outcome.lower(),
        "reason": check.reason,
        "consultation_number": check.consultation_number,
        "name": check.name,
        "address": check.address,
        "checked_at": check.checked_at.isoformat(timespec="seconds"),
    }
