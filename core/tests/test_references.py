from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.references import NotACustomerNumber, make_customer_number, read_customer_number


def test_a_number_and_its_creditor_reference_share_their_check_digits() -> None:
    number = make_customer_number(104273)

    assert (number.stored, number.shown, number.compact) == ("C104273", "C104273-40", "C10427340")
    assert (number.rf, number.rf_shown) == ("RF40C104273", "RF40 C104 273")


@pytest.mark.parametrize(
    "typed",
    [
        "C104273",
        "c104273-40",
        " C 104 273 - 40 ",
        "C10427340",
        "RF40 C104 273",
        "rf40c104273",
        "CIO427340",
        "C1O4273-4O",
        "C.104.273/40",
    ],
)
def test_a_number_is_read_however_it_is_typed(typed: str) -> None:
    assert read_customer_number(typed).stored == "C104273"


@pytest.mark.parametrize(
    "typed", ["C104273-41", "RF41 C104273", "", "C", "104273", "C1042734", "FA2026-000001", "C104273400", "C000000"]
)
def test_a_wrong_number_is_refused(typed: str) -> None:
    with pytest.raises(NotACustomerNumber):
        read_customer_number(typed)


def test_lost_leading_zeros_are_found_again_with_their_check_digits() -> None:
    number = make_customer_number(42)

    assert read_customer_number(f"C42{number.check_digits}") == number
    assert read_customer_number(f"RF{number.check_digits}C42") == number


@given(st.integers(1, 999_999))
def test_every_number_reads_back(serial: int) -> None:
    number = make_customer_number(serial)

    assert {read_customer_number(form) for form in (number.stored, number.compact, number.shown, number.rf)} == {number}


@given(st.integers(1, 999_999), st.integers(0, 7), st.integers(1, 9))
def test_one_wrong_digit_is_always_seen(serial: int, place: int, shift: int) -> None:
    compact = make_customer_number(serial).compact
    digit = str((int(compact[1 + place]) + shift) % 10)
    altered = compact[: 1 + place] + digit + compact[2 + place :]

    with pytest.raises(NotACustomerNumber):
        read_customer_number(altered)
