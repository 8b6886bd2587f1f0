"""Which of our accounts a statement is of."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from accounts.models import Seller
from bank.models import BankAccount
from bank.readers import FileRefused
from core.formats import in_fours

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bank.readers import Statement

_NOISE = re.compile(r"[^A-Z0-9]")
_LEAST = 8
"""Fewer characters than this name no account."""


def own_accounts() -> list[BankAccount]:
    """Our accounts, those of the seller included: the latter are not saved before their first statement is."""
    found = {account.iban: account for account in BankAccount.objects.order_by("pk")}
    for seller in Seller.objects.exclude(iban="").order_by("-valid_from", "-pk"):
        found.setdefault(seller.iban, BankAccount(label=seller.bank_holder[:100], iban=seller.iban, bic=seller.bic))
    return list(found.values())


def account_of(statement: Statement, accounts: Sequence[BankAccount], chosen: str) -> BankAccount:
    """The account of a statement: the one that it names, else the one chosen, else the only one. Raises FileRefused."""
    told = _NOISE.sub("", statement.account.upper())
    wanted = _NOISE.sub("", chosen.upper())
    if wanted and not any(account.iban == wanted for account in accounts):
        raise FileRefused(_("%(iban)s is none of our bank accounts.") % {"iban": in_fours(wanted)})
    found = [account for account in accounts if _is(account, told)] if told else list(accounts)
    if wanted:
        found = [account for account in found if account.iban == wanted]
    if len(found) == 1:
        return found[0]
    if told:
        raise FileRefused(
            _("It is of account %(account)s, which is not ours.") % {"account": in_fours(told)},
            advice=_("Nothing was imported. If it is a new account of ours, add it to the bank accounts first."),
        )
    raise FileRefused(
        _("It does not say of which account it is."), advice=_("Nothing was imported. Say which account it is.")
    )


def _is(account: BankAccount, told: str) -> bool:
    """An IBAN, or the national account number in one, with or without its bank code and key (MT940, OFX)."""
    return told == account.iban or (len(told) >= _LEAST and told in account.iban[4:])
