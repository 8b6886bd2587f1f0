"""State tables: which steps an object may take, what each is called, and the page of docs/ that draws it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Generic, TypeVar

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from enum import Enum

S = TypeVar("S", bound="Enum | StrEnum")


class NotAllowed(Exception):
    """An object cannot go from that status to that one."""


@dataclass(frozen=True, slots=True)
class StateTable(Generic[S]):
    """The statuses of one kind of object.

    `births` are the statuses that an object may begin with and why; `steps` the changes with their names; `meanings`
    what is true in each status; `ends` the statuses that the drawing leads out of.
    """

    births: Mapping[S, str]
    steps: Mapping[tuple[S, S], str]
    meanings: Mapping[S, str]
    ends: Sequence[S]

    def allows(self, before: S, after: S) -> bool:
        """Whether the table has that step."""
        return (before, after) in self.steps

    def name(self, before: S, after: S, *, of: object) -> str:
        """What the step is called. Raises NotAllowed, naming the object `of`, for one not in the table."""
        if (before, after) not in self.steps:
            raise NotAllowed(f"{of}: {before} → {after}")
        return self.steps[before, after]

    def diagram(self) -> str:
        """The table as a Mermaid state diagram."""
        lines = ["stateDiagram-v2", *(f"    [*] --> {first}: {why}" for first, why in self.births.items())]
        lines += [f"    {before} --> {after}: {name}" for (before, after), name in self.steps.items()]
        lines += [f"    {end} --> [*]" for end in self.ends]
        return "\n".join(lines)

    def page(self, title: str, *, source: str, after: str) -> str:
        """The page of docs/states/: the statuses in words, the table drawn, and a last word."""
        return "\n".join(
            [
                f"# {title}",
                "",
                f"Written by `make docs` from `{source}`. A test compares the two; each step has a test.",
                "",
                "| status | what is true |",
                "|---|---|",
                *(f"| `{status}` | {meaning} |" for status, meaning in self.meanings.items()),
                "",
                "```mermaid",
                self.diagram(),
                "```",
                "",
                after,
                "",
            ]
        )
