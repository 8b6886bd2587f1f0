"""The desk at which the stories of the ledger are told."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from ledger.tests.desk import Desk

if TYPE_CHECKING:
    from accounts.models import Customer


@pytest.fixture
def desk(customer: Customer) -> Desk:
    """The individual's account, and the verbs that act on it."""
    return Desk(customer)
