"""What finance types in to change the rules of matching."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from django import forms
from django.utils.translation import gettext_lazy as _

from bank.reasons import LIMITS_IN_WORDS, REASONS

if TYPE_CHECKING:
    from bank.models import RuleSet

_MOST: Final = 200


class RulesForm(forms.Form):
    """A new version: points for each reason, the limits, and what changes. It begins with the rules in use."""

    note = forms.CharField(
        label=_("What changes, and why"),
        max_length=300,
        error_messages={"required": _("Say what changes, and why.")},
    )

    def __init__(self, *args: Any, active: RuleSet, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, label in REASONS.items():
            self.fields[name] = forms.IntegerField(
                label=label, min_value=-_MOST, max_value=_MOST, initial=active.points[name]
            )
        for name, label in LIMITS_IN_WORDS.items():
            self.fields[name] = forms.IntegerField(
                label=label, min_value=0, max_value=_MOST, initial=active.limits[name]
            )

    @property
    def points(self) -> dict[str, int]:
        """The points typed in, by reason."""
        return {str(name): self.cleaned_data[name] for name in REASONS}

    @property
    def limits(self) -> dict[str, int]:
        """The limits typed in."""
        return {name: self.cleaned_data[name] for name in LIMITS_IN_WORDS}
