"""Template tags and filters of the interface. They are builtins: no template loads them."""

from __future__ import annotations

import re
from collections import Counter
from datetime import date, datetime
from functools import cache
from typing import TYPE_CHECKING, Any

from django import template
from django.conf import settings
from django.contrib.staticfiles import finders
from django.forms import CheckboxInput, CheckboxSelectMultiple, RadioSelect
from django.forms.boundfield import BoundField
from django.forms.forms import BaseForm
from django.templatetags.static import static
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext

from core.clock import PARIS, local_date
from core.formats import clock_text, day_text, moment_text, money_text
from core.money import Money

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from django.core.paginator import Page
    from django.template import Context

register = template.Library()

_MONEY_WORDS = {"signed", "debit", "owed", "big"}
_SPRITE = "icons.svg"
_SHAPES = {
    "tag": {"ok": "check", "due": "clock", "late": "bang", "wait": "dots", "credit": "undo"},
    "state": {"ok": "check", "due": "bang", "late": "bang", "wait": "dots"},
    "notice": {"": "info", "ok": "check", "due": "clock", "late": "bang"},
    "step": {"done": "check", "now": "dots", "problem": "bang", "todo": "minus"},
}
_MESSAGE_KINDS = {"success": "ok", "warning": "due", "error": "late"}


# --- Money and time ---------------------------------------------------------------------------------------------------
@register.filter
def money(amount: Money | int | None, words: str = "") -> SafeString | str:
    """`<data class="money" value="-46.80">−46,80 €</data>` in the reader's language; nothing for None.

    An int is cents. `words`, separated by spaces: `signed` writes the plus of a credit, in green; `debit` writes a
    positive amount as what leaves (−); `owed` is late; `big` is large.
    """
    if amount is None:
        return ""
    chosen = set(words.split())
    if unknown := chosen - _MONEY_WORDS:
        raise template.TemplateSyntaxError(f"money does not know {sorted(unknown)}")
    value = Money(amount) if isinstance(amount, int) else amount
    if "debit" in chosen:
        value = -value
    css = ["money"]
    if "signed" in chosen and value.cents > 0:
        css.append("money--in")
    css += [f"money--{word}" for word in ("owed", "big") if word in chosen]
    text = money_text(value, signed="signed" in chosen)
    return format_html('<data class="{}" value="{}">{}</data>', " ".join(css), f"{value.euros:.2f}", text)


@register.filter
def money_words(amount: Money) -> str:
    """The amount as text alone, for titles, labels and mails."""
    return money_text(amount)


@register.filter
def day(value: date | None, words: str = "") -> SafeString | str:
    """`<time datetime="2026-12-12">12 décembre 2026</time>`; `{{ value|day:"no year" }}` leaves the year out."""
    return _time(value, year=words != "no year")


@register.filter
def short_day(value: date | None) -> SafeString | str:
    """`<time datetime="2026-11-30">30 nov. 2026</time>`, for tables."""
    return _time(value, short=True)


@register.filter
def moment(value: datetime | None) -> SafeString | str:
    """`1er décembre 2026 à 10 h 42`, in Paris."""
    return _instant(value, moment_text)


@register.filter
def clock(value: datetime | None) -> SafeString | str:
    """`10 h 42`, in Paris."""
    return _instant(value, clock_text)


def _time(value: date | None, *, short: bool = False, year: bool = True) -> SafeString | str:
    if value is None:
        return ""
    machine = local_date(value) if isinstance(value, datetime) else value
    text = day_text(value, short=short, year=year)
    return format_html('<time datetime="{}">{}</time>', machine.isoformat(), text)


def _instant(value: datetime | None, write: Any) -> SafeString | str:
    if value is None:
        return ""
    machine = value.astimezone(PARIS).isoformat(timespec="minutes")
    return format_html('<time datetime="{}">{}</time>', machine, write(value))


# --- Drawings ---------------------------------------------------------------------------------------------------------
@register.simple_tag
def icon(name: str) -> SafeString:
    """One drawing of static/icons.svg, silent for screen readers: the words beside it speak."""
    if name not in icon_names():
        raise template.TemplateSyntaxError(f"static/{_SPRITE} has no drawing called {name!r}")
    return format_html('<svg class="icon" aria-hidden="true"><use href="{}#i-{}"/></svg>', static(_SPRITE), name)


@cache
def icon_names() -> frozenset[str]:
    """The names in the sprite, without their `i-`."""
    path: str | Path | None = finders.find(_SPRITE)
    if not path:
        raise FileNotFoundError(_SPRITE)
    with open(path, encoding="utf-8") as sprite:  # noqa: PTH123 -- the finder gives a plain text path
        return frozenset(re.findall(r'<symbol id="i-([a-z]+)"', sprite.read()))


@register.simple_tag
def shape(family: str, kind: str, name: str = "") -> SafeString:
    """The drawing called `name`, or else the one that goes with this kind of tag, state, notice or step.

    A state is told by a word and a shape before a colour: what a kind looks like is said once, here.
    """
    chosen = name or _SHAPES[family].get(kind, "")
    return icon(chosen) if chosen else SafeString("")


@register.filter
def message_kind(level: str) -> str:
    """The kind of notice for a level of django.contrib.messages."""
    return _MESSAGE_KINDS.get(level, "")


# --- Where we are -----------------------------------------------------------------------------------------------------
@register.simple_tag(takes_context=True)
def here(context: Context, name: str, *sections: str) -> SafeString:
    """` aria-current="page"` on the page called `name`, `"true"` on pages whose name starts with one of `sections`."""
    request = context.get("request")
    match = getattr(request, "resolver_match", None)
    current = match.view_name if match else ""
    if current == name:
        return mark_safe(' aria-current="page"')
    if sections and current.startswith(sections):
        return mark_safe(' aria-current="true"')
    return SafeString("")


@register.simple_tag
def site_name() -> str:
    """The trade name at the top of every page."""
    return str(settings.SITE_NAME)


@register.simple_tag(takes_context=True)
def theme(context: Context) -> SafeString:
    """` data-theme="dark"` when the person chose; nothing when the system decides."""
    request = context.get("request")
    chosen = request.COOKIES.get("theme", "") if request else ""
    return mark_safe(f' data-theme="{chosen}"') if chosen in {"light", "dark"} else SafeString("")  # noqa: S308 -- two words


# --- Forms ------------------------------------------------------------------------------------------------------------
@register.filter
def control(field: BoundField, extra: str = "") -> SafeString:
    """The widget of a field, with our class, and told where its hint and its error are.

    `extra` are words: `short`, `code` (monospaced).
    """
    widget = field.field.widget
    css = [str(widget.attrs.get("class", ""))]
    if not is_ticked(field):
        css += ["input", *(f"input--{word}" for word in extra.split())]
    attrs = {"class": " ".join(filter(None, css)), "aria-describedby": described_by(field)}
    if field.errors:
        attrs["aria-invalid"] = "true"
    return field.as_widget(attrs={name: value for name, value in attrs.items() if value})


@register.filter
def is_ticked(field: BoundField) -> bool:
    """Whether it is a box to tick: its label is then on its right."""
    return isinstance(field.field.widget, CheckboxInput)


@register.filter
def is_choice(field: BoundField) -> bool:
    """Whether it is a list of ways, one line each."""
    return isinstance(field.field.widget, RadioSelect | CheckboxSelectMultiple)


@register.filter
def described_by(field: BoundField) -> str:
    """The ids of the hint and of the error of a field."""
    hint = f"{field.auto_id}-hint" if field.help_text else ""
    error = f"{field.auto_id}-error" if field.errors else ""
    return " ".join(filter(None, (hint, error)))


@register.filter
def error_links(form: BaseForm) -> Iterator[tuple[str, str]]:
    """(id of the field or empty, text) of each error of a form, those of the whole form first.

    Where several fields have the same one, each bears the name of its field.
    """
    for text in form.non_field_errors():
        yield "", str(text)
    times = Counter(str(text) for field in form for text in field.errors)
    for field in form:
        target = _first_control(field)
        for text in map(str, field.errors):
            yield target, f"{field.label}{gettext(':')} {text}" if times[text] > 1 else text


def _first_control(field: BoundField) -> str:
    if is_choice(field):
        return f"{field.auto_id}_0"  # Django gives the first option this id
    return str(field.id_for_label or field.auto_id)


# --- Pages of a list --------------------------------------------------------------------------------------------------
@register.filter
def page_numbers(page: Page[Any]) -> list[int | str]:
    """1 … 4 5 6 … 12: at most three around the current one, and the ends."""
    return list(page.paginator.get_elided_page_range(page.number, on_each_side=1, on_ends=1))
