"""What staff type in about a document in Chorus Pro."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final
from uuid import uuid4

from django import forms
from django.utils.translation import gettext_lazy as _

from chorus.services.completing import LONGEST_COMMENT, Piece
from chorus.services.mending import FIELDS
from invoices.models import ROUTING_LENGTHS

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from chorus.gateways.base import Addressed

LABELS: Final = {
    "service_code": _("Service code"),
    "engagement_number": _("Engagement number"),
    "market_number": _("Market number"),
}


def reference_field(name: str, services: Sequence[tuple[str, str]] = ()) -> forms.Field:
    """The field of one reference; of a service code, with the services that the directory knows."""
    if name == "service_code" and services:
        return forms.ChoiceField(label=LABELS[name], choices=[("", "–"), *services], required=False)
    return forms.CharField(
        label=LABELS[name],
        max_length=ROUTING_LENGTHS[name],
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )


class ReferencesForm(forms.Form):
    """The references that are to be corrected: those named, with what the document has now."""

    def __init__(
        self,
        data: Any = None,
        *,
        names: Sequence[str] = FIELDS,
        known: Mapping[str, str],
        services: Sequence[tuple[str, str]] = (),
    ) -> None:
        super().__init__(data, initial=dict(known), auto_id="mend-%s")
        for name in names:
            choices = _with(known.get(name, ""), services) if services else ()
            self.fields[name] = reference_field(name, choices)


class ManyFilesInput(forms.ClearableFileInput):
    """Several files in one field."""

    allow_multiple_selected = True


class ManyFilesField(forms.FileField):
    """Several files; each is checked as one is."""

    widget = ManyFilesInput

    def clean(self, data: Any, initial: Any = None) -> Any:
        files = data if isinstance(data, list | tuple) else [data]
        cleaned = [super(ManyFilesField, self).clean(each, initial) for each in files]
        return [each for each in cleaned if each]


class CompleteForm(forms.Form):
    """The answer to a suspension; with the key that makes it happen once."""

    comment = forms.CharField(
        label=_("Answer to the buyer"),
        widget=forms.Textarea(attrs={"rows": 3}),
        max_length=LONGEST_COMMENT,
        required=False,
    )
    pieces = ManyFilesField(
        label=_("Files"),
        help_text=_("PDF, image or office documents, 10 MB each at most, names of 50 characters at most."),
        required=False,
    )
    key = forms.UUIDField(widget=forms.HiddenInput)

    def __init__(self, data: Any = None, files: Any = None) -> None:
        super().__init__(data, files, initial={"key": uuid4()}, auto_id="complete-%s")

    def read(self) -> list[Piece]:
        """The files as they were sent."""
        sent = self.cleaned_data["pieces"]
        return [Piece(str(each.name), each.read(), each.content_type or "application/octet-stream") for each in sent]


class RecycleForm(forms.Form):
    """Where a document that went astray is sent: every part of the address, as it is now."""

    siret = forms.CharField(
        label="SIRET", max_length=20, help_text=_("Another establishment of the same body, where that is the reason.")
    )
    comment = forms.CharField(
        label=_("Comment"), widget=forms.Textarea(attrs={"rows": 2}), max_length=LONGEST_COMMENT, required=False
    )
    key = forms.UUIDField(widget=forms.HiddenInput)

    def __init__(
        self, data: Any = None, *, known: Addressed | None = None, services: Sequence[tuple[str, str]] = ()
    ) -> None:
        initial: dict[str, Any] = {"key": uuid4()}
        if known is not None:
            initial |= {name: getattr(known, name) for name in ("siret", *FIELDS)}
        super().__init__(data, initial=initial, auto_id="recycle-%s")
        for name in FIELDS:
            choices = _with(getattr(known, name, ""), services) if services else ()
            self.fields[name] = reference_field(name, choices)
        self.order_fields(["siret", *FIELDS, "comment", "key"])


class WithdrawForm(forms.Form):
    """Why a document is never sent."""

    reason = forms.CharField(label=_("Reason"), max_length=300, widget=forms.Textarea(attrs={"rows": 2}))

    def __init__(self, data: Any = None) -> None:
        super().__init__(data, auto_id="withdraw-%s")


def _with(value: str, services: Sequence[tuple[str, str]]) -> list[tuple[str, str]]:
    """The services, and the code that is there now, which may be none of them."""
    missing = value and all(code != value for code, _name in services)
    return [*([(value, value)] if missing else []), *services]
