"""What a page costs the database. Every page of customers is visited: a new address is found here by itself."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import URLResolver, get_resolver, resolve

from accounts.models import User
from tests.browser.places import PLACES, Place
from tests.support.session import open_session

if TYPE_CHECKING:
    from collections.abc import Iterator

    from django.test import Client

    from tests.browser.world import World

MOST_QUERIES = 10
STAFF = ("admin:", "staff:")
POSTS = {
    *("accounts:change_member", "accounts:change_text", "accounts:language", "accounts:switch"),
    *("invoices:accept_quote", "invoices:refuse_quote", "payments:change_method", "payments:change_debit"),
    *("payments:pay_debit", "payments:sign_mandate", "bank:announce", "bank:withdraw"),
    *("chorus:add_engagement", "chorus:end_engagement", "chorus:detach"),
}
FILES = {
    *("invoices:csv", "invoices:xlsx", "invoices:zip", "invoices:pdf", "invoices:plain_pdf", "invoices:xml"),
    *(
        "invoices:paid_copy",
        "invoices:cancellation_pdf",
        "invoices:quote_pdf",
        "invoices:receipt_pdf",
        "invoices:statement",
    ),
    *(
        "ledger:transactions_csv",
        "payments:consent",
        "invoices:attestation_pdf",
        "payments:mandate_pdf",
        "security_txt",
        "bank:slip",
        "chorus:attachment",
    ),
}
MACHINES = {"healthz", "payments:webhook_paypal", "payments:webhook_stripe"}
WITHIN_A_FLOW = {
    *("account_confirm_login_code", "account_email_verification_sent", "account_inactive", "account_set_password"),
    *("account_reset_password_from_key", "account_reset_password_from_key_done", "mfa_authenticate"),
    *("mfa_deactivate_totp", "mfa_download_recovery_codes", "mfa_edit_webauthn", "mfa_generate_recovery_codes"),
    *("mfa_login_webauthn", "mfa_reauthenticate", "mfa_reauthenticate_webauthn", "mfa_remove_webauthn"),
    "mfa_view_recovery_codes",
}
"""Pages of the login package that one reaches only by a mail or a second factor; they read one user."""
OF_A_DEBIT = {"payments:mandate", "payments:sign_mandate", "payments:replace_account", "payments:debit"}
"""Pages that nobody counts yet: the world that is visited has no mandate and no debit."""
NO_PAGES = POSTS | FILES | MACHINES | WITHIN_A_FLOW | OF_A_DEBIT
HERE = [place for place in PLACES if place.status == 200]
ONE_SESSION = {"sessions"}
"""The login package asks once for each session that a person has open: visited by somebody with one."""
_TRANSACTION = ("BEGIN", "COMMIT", "SAVEPOINT", "RELEASE")


def names(resolver: URLResolver, space: str = "") -> Iterator[str]:
    for pattern in resolver.url_patterns:
        if isinstance(pattern, URLResolver):
            yield from names(pattern, f"{space}{pattern.namespace}:" if pattern.namespace else space)
        elif pattern.name:
            yield f"{space}{pattern.name}"


@pytest.fixture(scope="module")
def clients() -> dict[User | None, Client]:
    """One session for each person."""
    return {}


def test_every_page_is_visited(world: World) -> None:
    visited = {resolve(place.path(world).partition("?")[0]).view_name for place in HERE}
    known = {name for name in names(get_resolver()) if not name.startswith(STAFF)}

    assert sorted(known - visited - NO_PAGES) == []
    assert known >= NO_PAGES


@pytest.mark.parametrize("place", HERE, ids=lambda place: place.name)
def test_a_page_costs_few_queries(world: World, clients: dict[User | None, Client], place: Place) -> None:
    who, path = place.who(world), place.path(world)
    if place.name in ONE_SESSION:
        who = User.objects.create_user("alone@example.org")
    client = clients.get(who) or clients.setdefault(who, open_session(who))
    client.get(path)  # what is kept in memory is read by now

    with CaptureQueriesContext(connection) as asked:
        answer = client.get(path)

    questions = [query["sql"] for query in asked.captured_queries if not query["sql"].startswith(_TRANSACTION)]
    assert answer.status_code == place.status
    assert len(questions) <= MOST_QUERIES, "\n".join(questions)
