"""`manage.py seller`: the seller's identity in force, and its changes. Status 1 when asked wrongly."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, no_translations
from django.forms.models import model_to_dict

from accounts import selectors, services
from core import clock

if TYPE_CHECKING:
    from argparse import ArgumentParser
    from collections.abc import Sequence

    from accounts.models import Seller


class Command(BaseCommand):
    help = "Print the seller’s identity in force. With --set, change it from today on."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--set",
            dest="changes",
            nargs="+",
            action="extend",
            default=[],
            metavar="key=value",
            help="Fields to change; an IBAN, a SIRET … must hold its check digits.",
        )
        parser.add_argument("--json", action="store_true", help="Answer with one JSON object.")

    @no_translations
    def handle(self, *_args: Any, **options: Any) -> None:
        now = clock.now()
        try:
            changes = _pairs(options["changes"])
            seller = (
                services.set_seller(changes, at=now) if changes else selectors.current_seller(on=clock.local_date(now))
            )
        except services.BadIdentity as error:
            raise CommandError(f"{error.field}: {error}") from error
        except selectors.NoSeller as error:
            raise CommandError(str(error)) from error
        self._answer(_facts(seller), as_json=options["json"])

    def _answer(self, facts: dict[str, object], *, as_json: bool) -> None:
        if as_json:
            self.stdout.write(json.dumps(facts, ensure_ascii=False, default=str))
            return
        for name, value in facts.items():
            self.stdout.write(f"{name}: {value}")


def _pairs(typed: Sequence[str]) -> dict[str, str]:
    wrong = [pair for pair in typed if "=" not in pair]
    if wrong:
        raise CommandError(f"{wrong[0]!r} is not a change. Write key=value.")
    return {key.strip(): value for key, _, value in (pair.partition("=") for pair in typed)}


def _facts(seller: Seller) -> dict[str, object]:
    facts = model_to_dict(seller, exclude=["id"])
    lines = [seller.address_line1, seller.address_line2, f"{seller.postcode} {seller.city}", seller.country]
    in_force = {"ics": settings.SEPA_ICS or seller.ics}
    return {**facts, **in_force, "address": ", ".join(filter(None, lines))}
