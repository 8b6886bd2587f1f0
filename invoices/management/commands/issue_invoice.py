"""`manage.py issue_invoice`: issue one invoice and debit the customer's account."""

from __future__ import annotations

import json
from datetime import date
from typing import TYPE_CHECKING, Any

from django.core.management.base import BaseCommand, CommandError, no_translations
from django.db import transaction

from accounts.gateways.vies import vies
from accounts.models import Customer
from accounts.selectors import NoSeller, get_customer
from accounts.services import refresh_vat_number
from core import clock
from core.clock import DateRefused, moment_for
from core.money import Money
from core.references import NotACustomerNumber, read_customer_number
from invoices import services
from ledger import selectors as ledger

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from django.core.management.base import CommandParser

    from invoices.models import Invoice

_REFUSALS = (
    services.BadLine,
    services.BadReference,
    services.DateBeforeLast,
    services.NothingToBill,
    services.VatNotDecided,
    NoSeller,
    DateRefused,
)


class Command(BaseCommand):
    help = "Issue one invoice and debit the customer's account."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--customer", required=True, help="Customer number, in any form.")
        parser.add_argument(
            "--line",
            dest="lines",
            action="append",
            required=True,
            metavar='"label;quantity;unit price HT;VAT rate"',
            help="A line to bill, with a decimal comma or point; may be repeated. Without a rate: the standard one.",
        )
        parser.add_argument("--date", type=date.fromisoformat, help="Issue date, YYYY-MM-DD. Default: today in Paris.")
        parser.add_argument("--engagement", help="Engagement number of the buyer. Default: the customer's own.")
        parser.add_argument("--json", action="store_true", dest="as_json", help="Print one JSON object.")

    @no_translations  # what the verbs refuse is said in the language of the command
    def handle(
        self, *, customer: str, lines: list[str], date: date | None, engagement: str | None, **options: Any
    ) -> None:
        buyer = _customer(customer)
        try:
            at = moment_for(date)
            refresh_vat_number(buyer, gateway=vies(), at=max(at, clock.now()))
            issued = _issue(buyer, lines, engagement=engagement, at=at)
        except _REFUSALS as refusal:
            raise CommandError(str(refusal)) from refusal
        balance = ledger.get_balance(buyer.pk).balance
        if options["as_json"]:
            answer = {
                "number": issued.number,
                "total_cents": issued.total_cents,
                "balance_cents": balance.cents,
                "paid_cents": issued.paid_at_issue_cents,
                "due_date": str(issued.due_date),
            }
            self.stdout.write(json.dumps(answer))
        else:
            total = Money(issued.total_cents)
            self.stdout.write(f"{issued.number}: {total.euros:.2f} EUR. Balance: {balance.euros:.2f} EUR.")


def _customer(typed: str) -> Customer:
    try:
        return get_customer(read_customer_number(typed))
    except NotACustomerNumber:
        raise CommandError(f"{typed} is not a customer number. Write it as C104273, C104273-40 or C10427340.") from None
    except Customer.DoesNotExist:
        raise CommandError(f"No customer has the number {typed}.") from None


@transaction.atomic
def _issue(buyer: Customer, lines: Sequence[str], *, engagement: str | None, at: datetime) -> Invoice:
    """Draft and issue at once: a line that is refused leaves nothing behind."""
    written = services.draft(buyer, [services.read_line(line) for line in lines], at=at, engagement_number=engagement)
    return services.issue(written, at=at)
