"""`manage.py issue_credit_note`: take back an issued invoice, or parts of its lines."""

from __future__ import annotations

import json
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Any

from django.core.management.base import BaseCommand, CommandError, no_translations

from accounts.selectors import NoSeller
from core.clock import DateRefused, moment_for
from core.money import Money, NotAnAmount, parse_euros
from invoices import selectors, services
from invoices.models import Invoice
from invoices.services import Request, TakenBack
from invoices.states import FreedMoney
from ledger import selectors as ledger

if TYPE_CHECKING:
    from django.core.management.base import CommandParser

_REFUSALS = (services.BadCredit, services.CreditKeyReused, services.DateBeforeLast, NoSeller, DateRefused)


class Command(BaseCommand):
    help = "Issue a credit note for an invoice: all that is left of it, or parts of its lines."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("number", help="Number of the invoice, as FA2026-000001.")
        parser.add_argument("--reason", required=True, help="Why, as the customer reads it on the credit note.")
        parser.add_argument(
            "--line",
            dest="lines",
            action="append",
            default=[],
            metavar='"position[;quantity]"',
            help="A line to take back, whole or so many units. Without --line and --amount: all that is left.",
        )
        parser.add_argument(
            "--amount",
            dest="amounts",
            action="append",
            default=[],
            metavar='"position;amount"',
            help="An amount before VAT to take back of a line.",
        )
        parser.add_argument("--refund", action="store_true", help="Keep the money that this frees for its refund.")
        parser.add_argument("--key", help="The same key issues once. Default: the number, what is taken, and the day.")
        parser.add_argument("--date", type=date.fromisoformat, help="Issue date, YYYY-MM-DD. Default: today in Paris.")
        parser.add_argument("--json", action="store_true", dest="as_json", help="Print one JSON object.")

    @no_translations  # what the verbs refuse is said in the language of the command
    def handle(self, *, number: str, lines: list[str], amounts: list[str], **options: Any) -> None:
        taken = [_line(typed) for typed in lines] + [_amount(typed) for typed in amounts]
        freed = FreedMoney.REFUND if options["refund"] else FreedMoney.BALANCE
        try:
            at = moment_for(options["date"])
            key = options["key"] or f"command:{number}:{sorted(lines)}:{sorted(amounts)}:{at.date()}"
            request = Request(options["reason"], key[:200], freed, "command")
            note = services.issue_credit_note(_invoice(number), taken or None, request, at=at)
        except _REFUSALS as refusal:
            raise CommandError(str(refusal)) from refusal
        balance = ledger.get_balance(note.customer_id).balance
        if options["as_json"]:
            answer = {
                "number": note.number,
                "total_cents": note.total_cents,
                "freed_cents": note.freed_cents,
                "balance_cents": balance.cents,
            }
            self.stdout.write(json.dumps(answer))
        else:
            total = Money(note.total_cents)
            self.stdout.write(f"{note.number}: {total.euros:.2f} EUR of {number}. Balance: {balance.euros:.2f} EUR.")


def _invoice(number: str) -> Invoice:
    try:
        return selectors.invoice_by_number(number)
    except Invoice.DoesNotExist:
        raise CommandError(f"No invoice has the number {number}.") from None


def _line(typed: str) -> TakenBack:
    position, _, quantity = typed.partition(";")
    try:
        return TakenBack(int(position), quantity=Decimal(quantity.replace(",", ".")) if quantity.strip() else None)
    except (ValueError, InvalidOperation):
        raise CommandError(f'Write a line as "2" or "2;1.5": its position, and how many units. Not: {typed}') from None


def _amount(typed: str) -> TakenBack:
    position, _, amount = typed.partition(";")
    try:
        return TakenBack(int(position), amount=parse_euros(amount))
    except (ValueError, NotAnAmount):
        raise CommandError(f'Write an amount as "2;10.00": the position of its line, and euros. Not: {typed}') from None
