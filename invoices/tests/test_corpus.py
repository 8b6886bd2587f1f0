"""A sample of the corpus in each run; `make corpus` checks all of it."""

from __future__ import annotations

import json
from collections import Counter

import pytest
from django.db import connection  # noqa: F401 - named in the mark

from invoices.services.checking import check
from invoices.states import Channel, DocumentKind
from invoices.tax import Treatment
from tests import corpus
from tests.support.corpus import documents

pytestmark = pytest.mark.skipif("connection.vendor == 'postgresql'", reason="no database takes part: once is enough")
SAMPLE, SEED = 60, 20261130


def test_every_document_of_a_sample_passes_every_check() -> None:
    wrong = {}
    for made in documents(SAMPLE, seed=SEED):
        checked = check(made.invoice, made.lines, made.vat)
        if checked.findings:
            wrong[made.invoice.number] = (made.treatment, [finding.words for finding in checked.findings])

    assert wrong == {}


def test_the_corpus_reaches_every_row_every_channel_and_both_kinds() -> None:
    made = list(documents(500, seed=SEED))
    again = list(documents(500, seed=SEED))

    assert {one.treatment for one in made} == set(Treatment)
    kinds = Counter(one.invoice.kind for one in made)
    assert min(kinds[DocumentKind.INVOICE], kinds[DocumentKind.CREDIT_NOTE]) >= 100
    assert [one.invoice.number for one in made] == [one.invoice.number for one in again]
    assert len({one.invoice.number for one in made}) == 500


def test_the_command_says_what_it_saw_and_fails_when_a_row_is_not_reached(capsys: pytest.CaptureFixture[str]) -> None:
    status = corpus.main(12, 7, 300)  # `make corpus` asks for 10,000 lines: a minute

    shown = capsys.readouterr()
    said = json.loads(shown.out.splitlines()[-1])
    assert (said["documents"], said["invalid"], said["seed"]) == (12, 0, 7)
    assert said["longest"]["lines"] == 300
    assert {words.split()[0] for words in said["channels"]} <= set(Channel)
    missing = set(Treatment) - set(said["treatments"])
    assert [f"no document of {name}" in shown.err for name in missing] == [True] * len(missing)
    assert (status, said["ok"]) == ((1, False) if missing else (0, True))
