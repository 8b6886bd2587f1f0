"""Account numbers as people mistype them: each is refused with what to correct, in both languages."""

from __future__ import annotations

import logging

import pytest
from django.utils import translation
from pytest_django.fixtures import Settings

from accounts.demonstration import DEMONSTRATION_SELLER
from payments.iban import BadAccount, masked, read_account
from payments.tests.mandate_desk import AGRICOLE, BNP, COMMERZBANK

OURS = [str(DEMONSTRATION_SELLER["iban"])]


@pytest.mark.parametrize(
    "typed",
    [
        "fr76 3000 4000 0312 3456 7890 143",
        " FR76-3000-4000-0312-3456-7890-143 ",
        "IBAN : FR7630004000031234567890143".replace(" : ", ": "),
        "FR76\u00a03000\u202f4000 0312 3456 7890 143\u200b",
        "FR76.3000.4000.0312.3456.7890.143\n",
    ],
)
def test_spaces_and_small_letters_do_not_matter(typed: str) -> None:
    assert read_account(typed, ours=OURS).iban == BNP


def test_the_bank_is_shown_back_and_its_bic_found() -> None:
    french, german = read_account(BNP), read_account(COMMERZBANK)

    assert (french.bank_name, french.bic[:8], french.country, french.last4) == ("BNP PARIBAS", "BNPAFRPP", "FR", "0143")
    assert (german.bank_name, german.bic) == ("Commerzbank", "COBADEFFXXX")


BAD = {
    "": ("empty", "Écrivez l’IBAN", "Write the IBAN"),
    "   ": ("empty", "Écrivez l’IBAN", "Write the IBAN"),
    "FR7630004000031234567890144": ("check_digits", "clé de contrôle", "check digits"),
    "FR763000400003123456789014": ("length", "27 caractères\u00a0; celui-ci en a 26", "27 characters; this one has 26"),
    "FR76300040000312345678901433": (
        "length",
        "27 caractères\u00a0; celui-ci en a 28",
        "27 characters; this one has 28",
    ),
    "FR4930004000031234567890144": ("national_key", "clé RIB", "clé RIB"),
    "TR330006100519786457841326": ("not_sepa", "Turquie", "Türkiye"),
    "XX7630004000031234567890143": ("country", "Aucun pays", "No country"),
    "7630004000031234567890143": ("form", "commence par deux lettres", "begins with two letters"),
    "FR7630004000031234567890143" + "0" * 10: ("too_long", "34 caractères au plus", "34 characters at most"),
    "F\u041e7630004000031234567890143": ("characters", "cyrillic capital letter o", "cyrillic capital letter o"),
    "FR7630004000031234567890\uff114\uff13": ("characters", "fullwidth digit one", "fullwidth digit one"),
    "FR76€": ("characters", "euro sign", "euro sign"),
    "FR76300040000312345678\x00": ("characters", "U+0000".lower(), "U+0000".lower()),
    OURS[0]: ("ours", "notre propre compte", "our own account"),
    "FR76ABCDE000031234567890143": ("structure", "une lettre là où", "a letter where"),
}


@pytest.mark.parametrize("typed", BAD)
def test_a_bad_number_is_refused_with_what_to_correct(typed: str) -> None:
    code, french, english = BAD[typed]
    for language, words in (("fr", french), ("en", english)):
        with translation.override(language), pytest.raises(BadAccount) as refusal:
            read_account(typed, ours=OURS)
        assert (refusal.value.code, refusal.value.field) == (code, "iban")
        assert words in refusal.value.message
        assert len(typed) < 20 or typed[4:] not in refusal.value.message


@pytest.mark.parametrize(
    ("iban", "bic", "code"),
    [
        (BNP, "AGRIFRPPXXX", "bic_of_another"),
        (BNP, "BNPAFRP", "bic"),
        (BNP, "COBADEFFXXX", "bic_of_another"),
        ("CH9300762011623852957", "", "bic_needed"),
        ("CH9300762011623852957", "BNPAFRPPXXX", "bic_of_another"),
    ],
)
def test_a_bic_of_another_bank_is_refused_and_one_is_asked_for_outside_the_eea(iban: str, bic: str, code: str) -> None:
    with pytest.raises(BadAccount) as refusal:
        read_account(iban, bic=bic)

    assert (refusal.value.code, refusal.value.field) == (code, "bic")


def test_a_bic_that_fits_is_kept_as_it_was_typed() -> None:
    assert read_account(AGRICOLE, bic="agri fr pp 882").bic == "AGRIFRPP882"
    assert read_account("CH9300762011623852957", bic="UBSWCHZH80A").bic == "UBSWCHZH80A"


def test_numbers_printed_as_examples_are_refused_where_money_is_real(settings: Settings) -> None:
    assert read_account(AGRICOLE).iban == AGRICOLE
    settings.ENVIRONMENT = "production"

    with pytest.raises(BadAccount) as refusal:
        read_account(AGRICOLE)

    assert refusal.value.code == "sample"


def test_an_account_in_a_log_is_masked(caplog: pytest.LogCaptureFixture) -> None:
    account = read_account(BNP)
    with caplog.at_level(logging.INFO):
        logging.getLogger("payments").info("read %s %r", account, account)

    assert masked(BNP) == "FR76 •••• 0143"
    assert "FR76 •••• 0143" in caplog.text
    assert BNP not in caplog.text
