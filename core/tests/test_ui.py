from __future__ import annotations

import re
from datetime import UTC, date, datetime
from types import SimpleNamespace
from typing import Any

import pytest
from django import forms
from django.core.paginator import Paginator
from django.http import QueryDict
from django.template import Context, Template, TemplateSyntaxError
from django.template.loader import render_to_string
from django.test import RequestFactory
from django.utils import translation

from core import css
from core.money import Money
from core.templatetags import ui

MINUS, NARROW, NBSP = "\u2212", "\u202f", "\u00a0"


def render(source: str, **context: Any) -> str:
    return Template(source).render(Context(context))


def part(name: str, /, **context: Any) -> str:
    return re.sub(r"[ \n]+", " ", render_to_string(f"parts/{name}.html", context)).strip()


# --- Money ------------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("cents", "french", "english"),
    [
        (0, f"0,00{NBSP}€", "€0.00"),
        (-4680, f"{MINUS}46,80{NBSP}€", f"{MINUS}€46.80"),
        (-5, f"{MINUS}0,05{NBSP}€", f"{MINUS}€0.05"),
        (129480, f"1{NARROW}294,80{NBSP}€", "€1,294.80"),
        (123456789012, f"1{NARROW}234{NARROW}567{NARROW}890,12{NBSP}€", "€1,234,567,890.12"),
    ],
)
def test_an_amount_is_written_in_the_readers_language(cents: int, french: str, english: str) -> None:
    with translation.override("fr"):
        assert f">{french}</data>" in ui.money(Money(cents))
    with translation.override("en"):
        assert f">{english}</data>" in ui.money(Money(cents))


def test_machines_read_the_same_amount_in_every_language() -> None:
    for language in ("fr", "en"):
        with translation.override(language):
            assert 'value="-1294.80"' in ui.money(Money(-129480))
            assert 'value="0.05"' in ui.money(5)


def test_a_credit_has_a_plus_and_a_debit_a_minus_before_any_colour() -> None:
    with translation.override("fr"):
        assert ui.money(Money(4680), "signed") == (f'<data class="money money--in" value="46.80">+46,80{NBSP}€</data>')
        assert ui.money(Money(-4680), "signed") == f'<data class="money" value="-46.80">{MINUS}46,80{NBSP}€</data>'
        assert ui.money(Money(0), "signed") == f'<data class="money" value="0.00">0,00{NBSP}€</data>'
        assert ui.money(Money(4680), "debit") == f'<data class="money" value="-46.80">{MINUS}46,80{NBSP}€</data>'


def test_late_and_large_are_said_by_words_of_the_filter() -> None:
    assert 'class="money money--owed money--big"' in render('{{ amount|money:"big owed" }}', amount=Money(-1))


def test_an_unknown_word_of_money_is_refused() -> None:
    with pytest.raises(TemplateSyntaxError, match="red"):
        ui.money(Money(1), "red")


def test_no_amount_writes_nothing() -> None:
    assert render("{{ amount|money }}", amount=None) == ""


def test_an_amount_can_stand_inside_a_sentence() -> None:
    with translation.override("en"):
        text = render(
            "{% load i18n %}{% blocktranslate with a=amount|money asvar s %}Pay {{ a }}{% endblocktranslate %}{{ s }}",
            amount=Money(4680),
        )
    assert text == 'Pay <data class="money" value="46.80">€46.80</data>'


def test_the_words_of_an_amount_carry_no_markup() -> None:
    with translation.override("en"):
        assert ui.money_words(Money(-4680)) == f"{MINUS}€46.80"


# --- Days -------------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("language", "source", "text"),
    [
        ("fr", "{{ d|day }}", "12 décembre 2026"),
        ("en", "{{ d|day }}", "12 December 2026"),
        ("fr", '{{ d|day:"no year" }}', "12 décembre"),
        ("fr", "{{ d|short_day }}", "12 déc. 2026"),
        ("en", "{{ d|short_day }}", "12 Dec 2026"),
    ],
)
def test_a_day_is_written_for_people_and_for_machines(language: str, source: str, text: str) -> None:
    with translation.override(language):
        assert render(source, d=date(2026, 12, 12)) == f'<time datetime="2026-12-12">{text}</time>'


def test_the_first_of_a_month_is_an_ordinal_in_french_only() -> None:
    with translation.override("fr"):
        assert ">1er août 2026<" in ui.day(date(2026, 8, 1))
    with translation.override("en"):
        assert ">1 Aug 2026<" in ui.short_day(date(2026, 8, 1))


def test_a_moment_is_told_in_paris() -> None:
    late_evening = datetime(2026, 7, 31, 22, 5, tzinfo=UTC)  # 0:05 on 1 August in Paris

    with translation.override("fr"):
        assert ui.moment(late_evening) == (
            f'<time datetime="2026-08-01T00:05+02:00">1er août 2026 à 0{NBSP}h{NBSP}05</time>'
        )
        assert 'datetime="2026-08-01"' in ui.day(late_evening)
    with translation.override("en"):
        assert ">00:05<" in ui.clock(late_evening)


def test_no_day_writes_nothing() -> None:
    assert render("{{ d|day }}{{ d|short_day }}{{ d|moment }}{{ d|clock }}", d=None) == ""


# --- Drawings and places ----------------------------------------------------------------------------------------------
def test_a_drawing_is_silent_and_comes_from_the_sprite() -> None:
    assert render('{% icon "check" %}') == (
        '<svg class="icon" aria-hidden="true"><use href="/static/icons.svg#i-check"/></svg>'
    )


def test_a_drawing_that_does_not_exist_is_refused() -> None:
    with pytest.raises(TemplateSyntaxError, match="unicorn"):
        render('{% icon "unicorn" %}')


def at(view_name: str, **cookies: str) -> Context:
    request = RequestFactory().get("/")
    request.COOKIES.update(cookies)
    request.resolver_match = SimpleNamespace(view_name=view_name)  # type: ignore[assignment]
    return Context({"request": request})


def test_the_menu_says_which_page_and_which_section_is_open() -> None:
    menu = Template('{% here "invoices:list" "invoices:" %}')

    assert menu.render(at("invoices:list")) == ' aria-current="page"'
    assert menu.render(at("invoices:detail")) == ' aria-current="true"'
    assert menu.render(at("dashboard")) == ""
    assert menu.render(Context()) == ""


def test_the_theme_of_the_cookie_is_written_only_if_it_is_one() -> None:
    assert Template("{% theme %}").render(at("", theme="dark")) == ' data-theme="dark"'
    assert Template("{% theme %}").render(at("", theme='"><script>')) == ""
    assert Template("{% theme %}").render(Context()) == ""


# --- Forms ------------------------------------------------------------------------------------------------------------
class Sample(forms.Form):
    amount = forms.CharField(label="Amount", help_text="Between 5 and 5,000.")
    agree = forms.BooleanField(label="I agree")
    way = forms.ChoiceField(label="Way", widget=forms.RadioSelect, choices=[("card", "Card"), ("transfer", "Transfer")])


def test_a_field_is_tied_to_its_hint_and_its_error() -> None:
    html = part("field", field=Sample({"amount": ""})["amount"])

    assert 'aria-describedby="id_amount-hint id_amount-error"' in html
    assert 'aria-invalid="true"' in html
    assert 'id="id_amount-hint"' in html
    assert 'id="id_amount-error"' in html
    assert 'class="input"' in html


def test_a_field_without_error_says_only_its_hint() -> None:
    html = part("field", field=Sample()["amount"], look="short", affix="€")

    assert 'aria-describedby="id_amount-hint"' in html
    assert "aria-invalid" not in html
    assert 'class="affix"' in html


def test_a_box_to_tick_has_its_label_on_its_right() -> None:
    html = part("field", field=Sample()["agree"])

    assert html.index("<input") < html.index("I agree")
    assert 'class="input"' not in html


def test_ways_are_a_group_with_a_title() -> None:
    html = part("field", field=Sample()["way"])

    assert "<fieldset" in html
    assert "<legend>Way</legend>" in html
    assert html.count('class="choice"') == 2


def test_the_summary_of_errors_leads_to_each_field() -> None:
    form = Sample({"amount": ""})
    form.add_error(None, "The bank is closed <today>")
    html = part("errors", form=form)

    assert 'href="#id_amount"' in html
    assert 'href="#id_way_0"' in html
    assert "The bank is closed &lt;today&gt;" in html
    assert 'id="id_way_0"' in part("field", field=form["way"])


def test_the_same_error_of_several_fields_names_each() -> None:
    form = Sample({"amount": "", "agree": "on", "way": "card"})
    form.add_error("way", "Choose another.")
    form.add_error("amount", "Write a figure.")
    form.add_error("way", "Write a figure.")

    with translation.override("en"):
        found = {text: target for target, text in ui.error_links(form)}

    assert (found["Amount: Write a figure."], found["Way: Write a figure."]) == ("id_amount", "id_way_0")
    assert found["Choose another."] == "id_way_0"


def test_without_errors_there_is_no_summary() -> None:
    assert part("errors", form=Sample()) == ""


# --- Parts ------------------------------------------------------------------------------------------------------------
def test_a_tag_has_a_word_and_a_shape() -> None:
    html = part("tag", kind="late", text="Late")

    assert "#i-bang" in html
    assert "Late" in html
    assert "#i-" not in part("tag", text="Draft")


def test_hostile_names_are_escaped_in_every_part() -> None:
    hostile = '<script>alert("x")</script>'
    action = {"href": "/x", "label": hostile}
    parts = [
        part("button", label=hostile),
        part("tag", text=hostile),
        part("notice", title=hostile, body=hostile, actions=[action]),
        part("state", kind="ok", sentence=hostile, explanation=hostile, actions=[action]),
        part("facts", items=[{"term": hostile, "value": hostile, "note": hostile}]),
        part("list", items=[{"term": hostile, "value": hostile}]),
        part("movement_row", date=date(2026, 1, 1), label=hostile, detail=hostile, balance_after=Money(0)),
        part("empty", title=hostile, text=hostile, actions=[action]),
        part("copy", what=hostile, shown=hostile),
        part("tabs", label=hostile, items=[action]),
        part("timeline", steps=[{"state": "now", "title": hostile, "at": hostile, "note": hostile}]),
        part("method", mark=hostile, title=hostile, text=hostile, tag={"kind": "ok", "text": hostile}),
        part("choice", name=hostile, value=hostile, label=hostile, note=hostile, aside=hostile),
        part("amount_choice", name="a", value=hostile, label=hostile, note=hostile),
        part("chip", text=hostile, points=-5),
        part("progress", label=hostile, done=1, total=2, hint=hostile),
        part("steps", steps=[{"label": hostile, "done": True}]),
    ]

    assert [html for html in parts if "<script" in html] == []
    assert all("&lt;script" in html for html in parts)


def test_a_movement_shows_one_amount_and_the_balance_after() -> None:
    with translation.override("fr"):
        html = part("movement_row", date=date(2026, 11, 30), label="Facture", debit=Money(4680), balance_after=Money(0))

    assert f"{MINUS}46,80{NBSP}€" in html
    assert '<td role="cell" class="num at-end r1 strong-small"></td>' in html  # nothing, not even a space: it folds
    assert 'data-label="Solde"' in html


def test_a_sorted_column_says_so_and_its_link_keeps_the_filters() -> None:
    columns = [{"label": "Date", "key": "date"}, {"label": "Total", "key": "total", "numeric": True}, {"label": "PDF"}]
    html = part("table_head", columns=columns, sort="date", direction="desc", query=QueryDict("year=2026&page=3"))

    assert 'aria-sort="descending"' in html
    assert "?year=2026&amp;sort=date&amp;dir=asc" in html
    assert "?year=2026&amp;sort=total&amp;dir=desc" in html
    assert "page=3" not in html


def test_pages_keep_the_filters_and_name_the_current_one() -> None:
    page = Paginator(range(200), 10).page(5)
    html = part("pager", page=page, query=QueryDict("q=box"), summary="41 to 50 of 200")

    assert 'aria-current="page"><span class="vh">Page </span>5' in html
    assert "?q=box&amp;page=4" in html
    assert html.count("aria-hidden") >= 2  # the two ellipses


def test_a_list_read_by_cursor_offers_its_two_directions() -> None:
    html = part("pager", summary="", newer="?after=9", older="?before=4")

    assert 'href="?after=9"' in html
    assert 'href="?before=4"' in html


def test_a_button_is_a_link_only_when_it_leads_somewhere() -> None:
    assert part("button", label="Pay", kind="primary", href="/x").startswith('<a class="button button--primary"')
    assert part("button", label="Pay", disabled=True).startswith('<button class="button" type="submit" disabled>')


# --- Style sheet ------------------------------------------------------------------------------------------------------
def test_the_served_sheet_is_made_of_its_sources() -> None:
    assert css.BUNDLE.read_text(encoding="utf-8") == css.bundle(), "run `python -m core.css`"


def test_the_sheet_asks_only_for_files_that_exist() -> None:
    for name in css.font_files():
        assert (css.BUNDLE.parent / name).is_file()


def test_squeezing_keeps_what_is_inside_quotation_marks() -> None:
    assert css.squeeze('a { /* note */ content: attr(x) "\\a0: "; }\n b:hover { color: red; }') == (
        'a{content:attr(x) "\\a0: "}b:hover{color:red}\n'
    )


def test_the_two_dark_blocks_are_equal() -> None:
    tokens = css.source("tokens")
    blocks = [block.split("}")[0] for block in tokens.split("color-scheme: dark;")[1:]]

    assert [" ".join(block.split()) for block in blocks] == [" ".join(blocks[0].split())] * 2
