from __future__ import annotations

import json
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError, transaction

from accounts.models import Customer, Seller, User
from accounts.selectors import NoSeller, current_seller
from accounts.services import BadIdentity, set_seller
from core.references import read_customer_number

if TYPE_CHECKING:
    from datetime import datetime

pytestmark = pytest.mark.django_db


def test_create_customer_prints_the_number_with_its_check_digits(capsys: pytest.CaptureFixture[str]) -> None:
    call_command(
        "create_customer", "--email", "compta@example.org", "--kind", "company", "--siret", "73282932000074", "--json"
    )

    answer = json.loads(capsys.readouterr().out)
    customer = Customer.objects.get()
    assert answer["customer_number"] == customer.number + customer.reference.check_digits
    assert read_customer_number(answer["rf_reference"]).stored == customer.number
    assert (answer["name"], answer["siren"]) == ("compta", "732829320")
    assert User.objects.filter(email="compta@example.org").exists()


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (
            ["--email", "a@example.org", "--kind", "company", "--siret", "73282932000075"],
            "siret: A SIRET has 14 digits",
        ),
        (["--email", "a@example.org", "--kind", "public"], "siret: A French public body"),
        (["--email", "nowhere", "--kind", "person"], "email: Write an e-mail address"),
        (["--email", "a@example.org", "--kind", "person", "--language", "xx"], "language: "),
    ],
)
def test_create_customer_says_what_is_wrong_and_writes_nothing(arguments: list[str], words: str) -> None:
    with pytest.raises(CommandError, match=words) as refused:
        call_command("create_customer", *arguments)

    assert refused.value.returncode == 1
    assert not Customer.objects.exists()


def test_a_new_database_has_a_complete_seller(capsys: pytest.CaptureFixture[str]) -> None:
    call_command("seller", "--json")

    answer = json.loads(capsys.readouterr().out)
    wanted = ("name", "siren", "siret", "vat_number", "iban", "bic", "ics", "address", "registry", "legal_form")
    assert all(answer[name] for name in wanted)
    assert answer["vat_on_debits"] is True


def test_the_demonstration_seller_passes_our_own_checks(noon: datetime) -> None:
    seller = current_seller(on=noon.date())
    numbers = {
        name: getattr(seller, name) for name in ("siren", "siret", "vat_number", "iban", "bic", "ics", "country")
    }

    assert set_seller(numbers, at=noon).iban == seller.iban


def test_a_change_of_seller_counts_from_today_and_keeps_the_past(noon: datetime) -> None:
    set_seller({"name": "Hébergeur SAS", "iban": "FR76 3000 6000 0112 3456 7890 189"}, at=noon)
    set_seller({"city": "Paris"}, at=noon)

    yesterday, today = noon.date() - timedelta(days=1), noon.date()
    assert current_seller(on=yesterday).name == "Hébergeur SARL"
    assert (current_seller(on=today).name, current_seller(on=today).city) == ("Hébergeur SAS", "Paris")
    assert current_seller(on=today).iban == "FR7630006000011234567890189"
    assert Seller.objects.count() == 2


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"iban": "FR7630006000011234567890188"}, "iban"),
        ({"siren": "404833048"}, "siren"),
        ({"vat_number": "FR00999999998"}, "vat_number"),
        ({"ics": "FR00ZZZ999999"}, "ics"),
        ({"bic": "X"}, "bic"),
        ({"name": ""}, "name"),
        ({"colour": "blue"}, "colour"),
        ({"payment_days": "soon"}, "payment_days"),
        ({"vat_number": ""}, "vat_number"),
        ({"place_items": "3"}, "place_items"),
        ({"unproven_vat": "MAYBE"}, "unproven_vat"),
        ({"country": "ZZ"}, "country"),
    ],
)
def test_a_wrong_change_of_seller_is_refused_and_named(noon: datetime, change: dict[str, str], field: str) -> None:
    with pytest.raises(BadIdentity) as refused:
        set_seller(change, at=noon)

    assert refused.value.field == field
    assert Seller.objects.count() == 1


def test_options_for_vat_are_dated_as_the_rest(noon: datetime) -> None:
    set_seller(
        {"oss": "yes", "vat_franchise": "1", "vat_number": "", "place_items": "2", "unproven_vat": "TAX"}, at=noon
    )

    before, after = current_seller(on=noon.date() - timedelta(days=1)), current_seller(on=noon.date())
    assert (before.oss, before.vat_franchise, before.place_items, before.unproven_vat) == (False, False, 1, "HOLD")
    assert (after.oss, after.vat_franchise, after.place_items, after.unproven_vat) == (True, True, 2, "TAX")


@pytest.mark.parametrize(
    ("change", "constraint"),
    [
        ({"vat_number": ""}, "accounts_seller_number_unless_franchise"),
        ({"place_items": 3}, "accounts_seller_place_items_one_or_two"),
        ({"unproven_vat": "NO"}, "accounts_seller_unproven_vat_known"),
    ],
)
def test_the_database_refuses_options_that_cannot_be(change: dict[str, object], constraint: str) -> None:
    with pytest.raises(DatabaseError, match=constraint), transaction.atomic():
        Seller.objects.update(**change)


def test_before_the_first_seller_there_is_none(noon: datetime) -> None:
    with pytest.raises(NoSeller):
        current_seller(on=noon.date().replace(year=2019))


def test_seller_set_needs_a_key_and_a_value() -> None:
    with pytest.raises(CommandError, match="key=value"):
        call_command("seller", "--set", "name")
