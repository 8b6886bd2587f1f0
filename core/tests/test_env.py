from __future__ import annotations

from pathlib import Path

import pytest

from core.env import BadSetting, Environment


def test_a_value_may_come_from_a_file(tmp_path: Path) -> None:
    secret = tmp_path / "key"
    secret.write_text("s3cret\n")

    assert Environment({"KEY_FILE": str(secret)}).secret("KEY", help="") == "s3cret"


def test_a_value_and_its_file_together_are_refused(tmp_path: Path) -> None:
    with pytest.raises(BadSetting, match="Keep one"):
        Environment({"KEY": "a", "KEY_FILE": str(tmp_path)}).secret("KEY", help="")


def test_a_file_that_cannot_be_read_is_named() -> None:
    with pytest.raises(BadSetting, match="KEY_FILE=/nowhere"):
        Environment({"KEY_FILE": "/nowhere"}).secret("KEY", help="")


@pytest.mark.parametrize("value", ["maybe", "2", "oui"])
def test_a_flag_that_is_neither_yes_nor_no_is_refused(value: str) -> None:
    with pytest.raises(BadSetting, match="neither yes nor no"):
        Environment({"DEBUG": value}).flag("DEBUG", default=False, help="")


@pytest.mark.parametrize("value", ["0", "11", "ten", "1.5", "--5"])
def test_a_number_outside_its_bounds_is_refused(value: str) -> None:
    with pytest.raises(BadSetting, match="from 1 to 10"):
        Environment({"N": value}).integer("N", 5, least=1, most=10, help="")


@pytest.mark.parametrize("value", ["soon", "0", "5,5", "20,10", "-1", "1.5", ","])
def test_durations_that_do_not_grow_are_refused(value: str) -> None:
    with pytest.raises(BadSetting, match="LADDER must"):
        Environment({"LADDER": value}).seconds("LADDER", "1,2", help="")


def test_durations_grow_from_one_to_the_next() -> None:
    assert Environment({}).seconds("LADDER", "1, 20", help="") == [1, 20]


def test_what_is_not_set_has_its_default_and_everything_asked_is_remembered() -> None:
    env = Environment({})

    assert env.integer("N", 5, least=1, most=10, help="how many") == 5
    assert env.flag("F", default=True, help="") is True
    assert env.words("W", "a, b", help="") == ["a", "b"]
    assert (env.asked[0].name, env.asked[0].default, env.asked[0].help) == ("N", "5", "how many")
