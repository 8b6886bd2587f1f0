"""Locks of bank accounts, in one order."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bank.models import BankAccount

if TYPE_CHECKING:
    from collections.abc import Iterable


def lock_accounts(keys: Iterable[int]) -> list[BankAccount]:
    """One import at a time writes the lines of an account."""
    return list(BankAccount.objects.select_for_update().filter(pk__in=list(keys)).order_by("pk"))
