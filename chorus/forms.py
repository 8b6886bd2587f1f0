"""What a customer types about a document on its way to Chorus Pro. A value that is too long is said, never cut."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any, Final

from django import forms
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from accounts.forms import CheckedField
from chorus.services.completing import LARGEST_PIECE, MOST_PIECES, Piece
from chorus.states import Missing
from invoices.models import ROUTING_LENGTHS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from chorus.models import StructureService, Submission
    from invoices.models import Invoice

_FIELD_OF: Final = {
    Missing.SERVICE: "service_code",
    Missing.SERVICE_CLOSED: "service_code",
    Missing.ENGAGEMENT: "engagement_number",
    Missing.EITHER: "engagement_number",
}


class ReferencesForm(forms.Form):
    """The references of one document: engagement, service, market. Slashes, hyphens and letters are kept as typed."""

    engagement_number = CheckedField(
        label=_("Engagement number"),
        help_text=_("As your order says it, 50 characters at most; slashes and hyphens stay."),
        required=False,
    )
    service_code = CheckedField(label=_("Service"), required=False)
    market_number = CheckedField(label=_("Market number"), help_text=_("Only for a public contract"), required=False)
    for_next = forms.BooleanField(
        label=_("Use this engagement number for the next invoices too"),
        help_text=_("Proposed on each new invoice of this service; change it in your settings when it is used up."),
        required=False,
    )

    def __init__(self, invoice: Invoice, services: Sequence[StructureService], data: Any = None) -> None:
        super().__init__(data, initial={name: getattr(invoice, name) for name in ROUTING_LENGTHS})
        if services:
            self.fields["service_code"] = _choice(invoice, services)
        else:
            self.fields["service_code"].help_text = _("The code under which your service receives invoices.")

    @property
    def references(self) -> dict[str, str]:
        """The three references, as they were typed."""
        return {name: self.cleaned_data[name] for name in ROUTING_LENGTHS}

    def clean(self) -> dict[str, Any]:
        found: dict[str, Any] = super().clean() or {}
        for name, most in ROUTING_LENGTHS.items():
            if len(found.get(name) or "") > most:
                words = _now("This has %(count)s characters; Chorus Pro takes %(most)s at most. Nothing was saved.")
                self.add_error(name, words % {"count": len(found[name]), "most": most})
        return found

    def say_missing(self, missing: Sequence[str]) -> None:
        """Say at its field what the buyer still requires."""
        for each in missing:
            lack = Missing(each)
            self.add_error(_FIELD_OF.get(lack), _MISSING[lack])

    def freeze(self) -> None:
        """Show it, and let nothing be changed."""
        for field in self.fields.values():
            field.disabled = True


def _choice(invoice: Invoice, services: Sequence[StructureService]) -> forms.ChoiceField:
    """The services that are open today; one that the document has and that is closed is offered no more."""
    choices = [("", _("No service")), *((each.code, _service_words(each)) for each in services)]
    known = {code for code, _words in choices}
    closed = invoice.service_code if invoice.service_code not in known else ""
    hint = _now("The services of your structure that are active in Chorus Pro today.")
    if closed:
        hint = _now("The service %(code)s of this document is closed or unknown: choose another one.") % {
            "code": closed
        }
    refused = {"invalid_choice": _("This service is not active any more. Choose one of the list.")}
    return forms.ChoiceField(
        label=_("Service"), choices=choices, required=False, help_text=hint, error_messages=refused
    )


def _service_words(service: StructureService) -> str:
    words = f"{service.name} ({service.code})" if service.name and service.name != service.code else service.code
    return words + _now(", engagement number required") if service.engagement_required else words


_MISSING: Final = {
    Missing.SIRET: _("Your account has no SIRET. Give it in the settings."),
    Missing.STRUCTURE: _("Your structure receives no invoice in Chorus Pro today. Check your SIRET in the settings."),
    Missing.SERVICE: _("Your administration requires a service: choose one."),
    Missing.SERVICE_CLOSED: _("This service is closed: choose another one."),
    Missing.ENGAGEMENT: _("Your administration requires an engagement number."),
    Missing.EITHER: _("Your administration requires a service or an engagement number: give one of the two."),
}


class SeveralFiles(forms.ClearableFileInput):
    """The control for several files."""

    allow_multiple_selected = True


class FilesField(forms.FileField):
    """Several files at once."""

    widget = SeveralFiles

    def clean(self, data: Any, initial: Any = None) -> list[Any]:
        given = [each for each in (data if isinstance(data, (list, tuple)) else [data]) if each]
        if not given and self.required:
            raise forms.ValidationError(self.error_messages["required"], code="required")
        return [super(FilesField, self).clean(each, initial) for each in given]


class FilesForm(forms.Form):
    """Files to add, several at once."""

    is_required = True
    help_text = _(
        "An order, a delivery note… PDF, image or office document: 10 files, 8 MB together, names of 50 signs."
    )

    def __init__(self, data: Any = None, files: Any = None) -> None:
        super().__init__(data, files)
        self.fields["files"] = FilesField(
            label=_("Files"),
            help_text=self.help_text,
            error_messages={"required": _("Choose a file.")},
            required=self.is_required,
        )

    @property
    def pieces(self) -> list[Piece]:
        """The files, read; of one larger than Chorus Pro takes just enough to say so."""
        return [
            Piece(each.name, each.read(LARGEST_PIECE + 1), each.content_type or "application/octet-stream")
            for each in (self.cleaned_data.get("files") or [])[: MOST_PIECES + 1]
        ]


class AnswerForm(FilesForm):
    """What is answered to a suspension: words, files, or both."""

    help_text = _("A delivery note, an order… PDF, image or office document, 10 MB at most each, names of 50 signs.")

    comment = forms.CharField(
        label=_("Your answer"),
        help_text=_("Your services read it in Chorus Pro; 2,000 characters at most."),
        required=False,
        widget=forms.Textarea({"rows": 5}),
    )
    is_required = False

    def key(self, submission: Submission) -> str:
        """The same answer to the same suspension, sent twice, is one."""
        said = hashlib.sha256(self.cleaned_data["comment"].encode())
        for each in self.cleaned_data.get("files") or []:
            said.update(f"|{each.name}:{each.size}".encode())
        return f"answer:{submission.pk}:{submission.chorus_status_at}:{said.hexdigest()[:24]}"
