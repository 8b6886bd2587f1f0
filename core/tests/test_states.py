from __future__ import annotations

from enum import StrEnum

import pytest

from core.states import NotAllowed, StateTable


class Light(StrEnum):
    RED = "RED"
    GREEN = "GREEN"


LIGHTS = StateTable(
    births={Light.RED: "switched on"},
    steps={(Light.RED, Light.GREEN): "go"},
    meanings={Light.RED: "Wait.", Light.GREEN: "Drive."},
    ends=[Light.GREEN],
)


def test_a_step_of_the_table_has_a_name() -> None:
    assert LIGHTS.allows(Light.RED, Light.GREEN)
    assert LIGHTS.name(Light.RED, Light.GREEN, of="the light") == "go"


def test_another_step_is_refused_and_says_whose() -> None:
    assert not LIGHTS.allows(Light.GREEN, Light.RED)
    with pytest.raises(NotAllowed, match="the light: GREEN → RED"):
        LIGHTS.name(Light.GREEN, Light.RED, of="the light")


def test_the_page_draws_the_table_and_says_what_each_status_means() -> None:
    page = LIGHTS.page("Lights", source="streets.py", after="Look twice.")

    assert "[*] --> RED: switched on\n    RED --> GREEN: go\n    GREEN --> [*]" in page
    assert "| `GREEN` | Drive. |" in page
    assert page.startswith("# Lights\n")
    assert page.endswith("Look twice.\n")
