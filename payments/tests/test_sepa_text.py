from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from payments.sepa.text import is_reference, is_sepa_text, sepa_text


@pytest.mark.parametrize(
    ("typed", "sent"),
    [
        ("Société Générale d’Été", "Societe Generale d'Ete"),
        ("Dupont & Fils", "Dupont + Fils"),
        ("Ça  va\t\nbien", "Ca va bien"),
        ("Œuvre « Saint-Éloi »", "OEuvre Saint-Eloi"),
        ("Żółć <script>", "Zolc script"),
    ],
)
def test_a_name_is_written_as_banks_read_it(typed: str, sent: str) -> None:
    assert sepa_text(typed, 70) == sent


@given(st.text(max_size=200), st.integers(1, 140))
def test_whatever_is_typed_a_bank_takes_what_is_written(typed: str, longest: int) -> None:
    sent = sepa_text(typed, longest)

    assert is_sepa_text(sent)
    assert len(sent) <= longest
    assert sent == sent.strip()


@pytest.mark.parametrize("reference", ["C104273-001", "A", "FA2026/000001", "a" * 35])
def test_a_reference_that_banks_accept(reference: str) -> None:
    assert is_reference(reference)


@pytest.mark.parametrize("reference", ["", "/A", "A/", "A//B", "RÉF 1", "a" * 36, " A", "A ", "A&B", "A\n"])
def test_a_reference_that_banks_refuse(reference: str) -> None:
    assert not is_reference(reference)
