"""Accounts of the chart that come with the business: one for each bank account of ours."""

from __future__ import annotations

from typing import Final

from ledger.models import Account

_BANK: Final = "512"
_NAME_LENGTH: Final = 100


class NotABankAccount(ValueError):
    """Only accounts of the class 512 are opened by themselves."""


def open_bank_account(code: str, name: str) -> None:
    """See to it that an account 512… exists. One that does keeps its name. Raises NotABankAccount."""
    if not code.startswith(_BANK):
        raise NotABankAccount(code)
    Account.objects.get_or_create(code=code, defaults={"name": name[:_NAME_LENGTH]})
