"""`manage.py write_docs`: write again the pages of docs/ that are made from the code."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from bank.announced_transitions import announced_states_page
from bank.order_transitions import order_states_page
from billing_portal.settings_page import settings_page
from chorus.transitions import submission_states_page
from invoices.quote_transitions import quote_states_page
from payments import dispute_transitions, refund_transitions, transitions
from payments.debit_transitions import debit_states_page
from payments.mandate_transitions import mandate_states_page
from payments.method_transitions import method_states_page
from payments.payout_transitions import payout_states_page
from payments.remittance_transitions import remittance_states_page


class Command(BaseCommand):
    help = "Write the pages of docs/ that are made from the code: settings, states."

    def handle(self, *_args: Any, **_options: Any) -> None:
        pages = {
            "settings.md": settings_page(),
            "states/payment.md": transitions.states_page(),
            "states/payout.md": payout_states_page(),
            "states/announced.md": announced_states_page(),
            "states/refund.md": refund_transitions.states_page(),
            "states/mandate.md": mandate_states_page(),
            "states/debit.md": debit_states_page(),
            "states/method.md": method_states_page(),
            "states/remittance.md": remittance_states_page(),
            "states/transfer_order.md": order_states_page(),
            "states/submission.md": submission_states_page(),
            "states/quote.md": quote_states_page(),
            "states/dispute.md": dispute_transitions.states_page(),
        }
        for name, text in pages.items():
            page = settings.BASE_DIR / "docs" / name
            page.write_text(text, encoding="utf-8")
            self.stdout.write(f"{page.relative_to(settings.BASE_DIR)} written")
