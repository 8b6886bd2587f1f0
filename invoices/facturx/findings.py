"""What is wrong with an electronic document: which rule of which book, and on what."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from collections.abc import Mapping

_DETAIL_LENGTH = 500


class Stage(TextChoices):
    """The books, in the order in which they are opened."""

    PREFLIGHT = "PREFLIGHT", _("rules of the channel")
    XSD = "XSD", _("schema of Factur-X")
    EN16931 = "EN16931", _("rules of EN 16931")
    FRANCE = "FRANCE", _("French rules of the platforms")


@dataclass(frozen=True, slots=True)
class Finding:
    """One rule that does not hold. `detail` is what was found, or what the validator said."""

    stage: Stage
    rule: str
    detail: str

    @property
    def words(self) -> str:
        return f"{self.rule}: {self.detail[:_DETAIL_LENGTH]}"

    def stored(self) -> dict[str, str]:
        """As it is kept with the outcome."""
        return {"stage": self.stage.value, "rule": self.rule, "detail": self.detail[:_DETAIL_LENGTH]}

    @classmethod
    def read(cls, stored: Mapping[str, Any]) -> Finding:
        return cls(Stage(stored["stage"]), stored["rule"], stored["detail"])
