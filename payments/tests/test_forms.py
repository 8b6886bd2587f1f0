from __future__ import annotations

import pytest
from django.http import QueryDict
from hypothesis import given
from hypothesis import strategies as st
from pytest_django.fixtures import Settings

from core.money import Money
from payments.forms import TopUpForm, suggestions, typed, within_limits


def form(**answers: str) -> TopUpForm:
    query = QueryDict(mutable=True)
    query.update({"method": "CARD", **answers})
    return TopUpForm(query)


def understood(**answers: str) -> Money | str:
    """The amount that was understood, or what the person reads."""
    read = form(**answers)
    return read.money if read.is_valid() else " ".join(map(str, read.errors["amount"])).replace("\u00a0", " ")


@pytest.mark.parametrize(
    ("amount", "cents"),
    [
        ("46,80", 4_680),
        ("46.80", 4_680),
        ("5", 500),
        ("5,1", 510),
        ("4999,99", 499_999),
        ("5 000,00", 500_000),
        ("5\u00a0000,00", 500_000),
        ("5\u202f000,00", 500_000),
        (" 50 € ", 5_000),
        ("5€", 500),
        ("+50", 5_000),
    ],
)
def test_an_amount_is_read_as_people_type_it(amount: str, cents: int) -> None:
    assert understood(amount=amount) == Money(cents)


BAD = {
    "": "Saisissez le montant à payer.",
    "0": "entre 5,00 € et 5 000,00 €",
    "-5": "entre 5,00 € et 5 000,00 €",
    "\u221250": "entre 5,00 € et 5 000,00 €",
    "4,99": "entre 5,00 € et 5 000,00 €",
    "5000,01": "entre 5,00 € et 5 000,00 €",
    "5.001": "sans séparateur de milliers",
    "1.000,00": "sans séparateur de milliers",
    "1,000.00": "sans séparateur de milliers",
    "46,8012": "deux décimales",
    "-0": "entre 5,00 € et 5 000,00 €",
    "\u22120,00": "entre 5,00 € et 5 000,00 €",
    "5,001": "sans séparateur de milliers",
    "1 000 000 000": "entre 5,00 € et 5 000,00 €",
    "1e3": "en chiffres",
    "1e9": "en chiffres",
    "Infinity": "en chiffres",
    "-Infinity": "en chiffres",
    "\u0665\u0660": "en chiffres",
    "5\u0000": "caractère nul",
    "0x32": "en chiffres",
    "5_000": "en chiffres",
    "NaN": "en chiffres",
    "inf": "en chiffres",
    "\uff10\uff15": "en chiffres",
    "5 USD": "en chiffres",
    "$5": "en chiffres",
    "5,4,3": "en chiffres",
    "<script>": "en chiffres",
    "99999999999999999999": "en chiffres",
    "9" * 65: "au plus 64 caractères",
}


@pytest.mark.parametrize("amount", BAD)
def test_what_is_no_amount_is_said_in_words(amount: str) -> None:
    said = understood(amount=amount)

    assert isinstance(said, str)
    assert BAD[amount] in said.replace("\u202f", " ")


@given(st.one_of(st.text(max_size=24), st.from_regex(r"[ +\-\u2212]?[0-9 \u00a0\u202f.,]{0,14}", fullmatch=True)))
def test_whatever_is_typed_becomes_an_amount_within_the_limits_or_a_sentence(amount: str) -> None:
    read = form(amount=amount)

    if read.is_valid():
        assert isinstance(read.money.cents, int)
        assert Money(500) <= read.money <= Money(500_000)
    else:
        assert all(str(said) for said in read.errors["amount"])


def test_nothing_typed_is_lost() -> None:
    assert form(amount="1.000,00")["amount"].value() == "1.000,00"


def test_two_answers_to_one_question_are_refused() -> None:
    asked = TopUpForm(QueryDict("amount=5&amount=9&method=CARD"))

    assert not asked.is_valid()
    assert "plusieurs réponses" in str(asked.errors["amount"])


@pytest.mark.parametrize(
    ("answers", "cents"),
    [
        ({"suggestion": "46,80", "shown": "46,80", "amount": "46,80"}, 4_680),
        ({"suggestion": "46,80", "shown": "46,80", "amount": ""}, 4_680),
        ({"suggestion": "100,00", "shown": "46,80", "amount": "46,80"}, 10_000),
        ({"suggestion": "46,80", "shown": "46,80", "amount": "60"}, 6_000),
        ({"suggestion": "other", "shown": "46,80", "amount": "60"}, 6_000),
        ({"suggestion": "100,00", "shown": "46,80", "amount": "100"}, 10_000),
        ({"amount": "60"}, 6_000),
    ],
)
def test_what_the_person_touched_counts(answers: dict[str, str], cents: int) -> None:
    assert understood(**answers) == Money(cents)


def test_a_choice_and_another_amount_are_not_guessed_between() -> None:
    said = understood(suggestion="100,00", shown="46,80", amount="60")

    assert isinstance(said, str)
    assert "Autre montant" in said


def test_a_tampered_suggestion_has_the_limits_of_any_amount() -> None:
    assert isinstance(understood(suggestion="0,01"), str)
    assert isinstance(understood(suggestion="99999"), str)
    assert isinstance(understood(suggestion="-5"), str)


@pytest.mark.parametrize("method", ["", "CHEQUE", "visa"])
def test_only_offered_ways_to_pay_are_accepted(method: str) -> None:
    assert "method" in form(amount="50", method=method).errors


def test_what_is_due_comes_first_then_round_amounts_above_it() -> None:
    assert suggestions(Money(4_680)) == [Money(4_680), Money(5_000), Money(10_000)]
    assert suggestions(Money(0)) == [Money(2_000), Money(5_000), Money(10_000)]
    assert suggestions(Money(120)) == [Money(500), Money(2_000), Money(5_000)]
    assert suggestions(Money(900_000)) == [Money(500_000)]


def test_suggestions_respect_the_limits(settings: Settings) -> None:
    settings.TOP_UP_LEAST_CENTS, settings.TOP_UP_MOST_CENTS = 3_000, 6_000

    assert suggestions(Money(0)) == [Money(5_000)]
    assert within_limits(Money(1)) == Money(3_000)


def test_an_amount_is_filled_in_as_people_type_it() -> None:
    assert typed(Money(4_680)) == "46,80"
