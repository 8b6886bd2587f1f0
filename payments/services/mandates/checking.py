"""Check an account number that a customer types: so many an hour, for us and for nobody else's account."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction

from accounts.selectors import current_seller
from core.clock import local_date
from ledger import services as ledger
from payments.iban import Account, read_account
from payments.services import attempts

if TYPE_CHECKING:
    from datetime import datetime

    from accounts.models import Customer


def check_account(customer: Customer, typed: str, *, bic: str = "", address: str = "", at: datetime) -> Account:
    """The account that was typed, with its bank. Raises TooManyTopUps (too many checks in an hour), BadAccount.

    Nothing that it says depends on the mandates of other customers.
    """
    with transaction.atomic():
        ledger.lock_customers([customer.pk])
        attempts.refuse_too_many_checks(customer, address=address, at=at)
        attempts.note_check(customer, address=address, at=at)
    return read_account(typed, bic=bic, ours=[current_seller(on=local_date(at)).iban])
