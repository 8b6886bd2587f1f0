"""`manage.py balance CUSTOMER`: where a customer stands, in cents, in the customer's sense. Status 1: nobody."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from django.core.management.base import BaseCommand, CommandError, no_translations

from accounts.models import Customer
from core.references import NotACustomerNumber, read_customer_number
from ledger.selectors import get_balance

if TYPE_CHECKING:
    from argparse import ArgumentParser


class Command(BaseCommand):
    help = "Say where a customer stands, in cents. Any form of the number will do: C104273-40, RF40 C104273."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("customer", metavar="CUSTOMER", help="Customer number or RF reference.")
        parser.add_argument("--json", action="store_true", help="Answer with one JSON object.")

    @no_translations
    def handle(self, *_args: Any, **options: Any) -> None:
        facts = _facts(_customer(options["customer"]))
        if options["json"]:
            self.stdout.write(json.dumps(facts))
            return
        for name, value in facts.items():
            self.stdout.write(f"{name}: {value}")


def _customer(typed: str) -> Customer:
    try:
        return Customer.objects.get(number=str(read_customer_number(typed)))
    except (NotACustomerNumber, Customer.DoesNotExist) as error:
        raise CommandError(f"{typed}: no customer has this number.") from error


def _facts(customer: Customer) -> dict[str, object]:
    balance = get_balance(customer.pk)
    return {
        "customer_number": customer.reference.compact,
        "prepaid_cents": balance.prepaid.cents,
        "receivable_cents": balance.receivable.cents,
        "held_cents": balance.outgoing.cents,
        "incoming_cents": balance.incoming.cents,
        "balance_cents": balance.balance.cents,
    }
