"""The decoder against labels as people and banks mangle them, in a world where every number is somebody's."""

from __future__ import annotations

import pytest

from bank.matching.decoding import decode
from tests.support.payers import Label, exists, labels, payers, ways

COUNT = 2_500
SEEDS = (6, 2026)


def checked(label: Label) -> set[str]:
    return {one.value for mention in decode(label.text).mentions for one in mention.candidates if one.checked}


@pytest.fixture(scope="module", params=SEEDS)
def corpus(request: pytest.FixtureRequest) -> list[Label]:
    return list(labels(payers(600, seed=request.param), COUNT, seed=request.param))


def test_what_stands_there_whole_is_read_and_is_sure(corpus: list[Label]) -> None:
    readable = [label for label in corpus if label.is_readable]
    missed = [label.text for label in readable if not _needed(label) <= checked(label)]

    assert len(readable) > COUNT / 2
    assert len(missed) <= len(readable) / 100, missed


def _needed(label: Label) -> set[str]:
    return {label.customer} if label.rule == "a" else set(label.documents)


def test_nothing_is_sure_that_nobody_wrote(corpus: list[Label]) -> None:
    wrong = {label.text: made_up for label in corpus if (made_up := _somebodys(label) - _meant(label))}

    assert wrong == {}


def _somebodys(label: Label) -> set[str]:
    return {number for number in checked(label) if exists(number)}


def _meant(label: Label) -> set[str]:
    return {label.customer, *label.whole, *label.documents}


def test_each_mention_has_one_sure_reading_at_most(corpus: list[Label]) -> None:
    for label in corpus:
        for mention in decode(label.text).mentions:
            assert sum(one.checked for one in mention.candidates) <= 1, label.text


def test_each_way_of_writing_occurs_and_each_rule_is_needed(corpus: list[Label]) -> None:
    assert {label.way for label in corpus} == set(ways())
    assert {label.rule for label in corpus} == {"", "a", "b", "c"}


def test_the_same_seed_writes_the_same_and_another_does_not() -> None:
    people = payers(20, seed=1)

    assert list(labels(people, 50, seed=1)) == list(labels(people, 50, seed=1))
    assert list(labels(people, 50, seed=1)) != list(labels(people, 50, seed=2))
