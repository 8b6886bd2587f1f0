from __future__ import annotations

import ast
import re

from django.apps import apps
from django.db import models

from tests.house.source import PRODUCT, calls, product_modules

# Rates, prices and quantities are not amounts: they have more than two decimals, or none of them is money.
DECIMALS_THAT_ARE_NOT_MONEY = {"unit_price", "quantity", "rate", "product_rate", "late_rate_percent", "max_rate"}

# A lease is about processes that live and die now, whatever business day they work on.
WALL_CLOCK = ("outbox/services/",)


def our_models() -> list[type[models.Model]]:
    return [model for model in apps.get_models() if model._meta.app_label in PRODUCT]


def test_no_float_comes_near_the_product() -> None:
    found = [f"{m.name}:{line}" for m in product_modules() for name, line, _ in calls(m) if name == "float"]

    # Waiting times are floats in the standard library; they live in these files only.
    assert [place for place in found if not place.startswith(("billing_portal/processes.py",))] == []


def test_no_amount_is_a_decimal_or_a_float_column() -> None:
    found = [
        f"{model.__name__}.{field.name}"
        for model in our_models()
        for field in model._meta.get_fields()
        if isinstance(field, models.DecimalField | models.FloatField)
    ]

    assert [name for name in found if name.split(".")[1] not in DECIMALS_THAT_ARE_NOT_MONEY] == []


def test_each_cents_column_holds_big_whole_numbers() -> None:
    wrong = [
        f"{model.__name__}.{field.name}"
        for model in our_models()
        for field in model._meta.get_fields()
        if field.name.endswith("_cents") and not isinstance(field, models.BigIntegerField)
    ]

    assert wrong == []


def test_nothing_deletes_a_money_row_by_cascade() -> None:
    money_apps = {"ledger", "invoices", "payments", "bank", "chorus"}
    cascades = [
        f"{model.__name__}.{field.name}"
        for model in our_models()
        if model._meta.app_label in money_apps
        for field in model._meta.get_fields()
        if isinstance(field, models.ForeignKey) and field.remote_field.on_delete is models.CASCADE
    ]

    assert cascades == []


def test_the_clock_is_given_to_verbs_questions_and_facts() -> None:
    layer = re.compile(r"/(services|selectors|models|planning|tax|transitions|locks)(/\w+)?\.py$")
    clocks = {"timezone.now", "datetime.now", "date.today", "clock.now", "now", "time.time"}
    found = [
        f"{m.name}:{line} {name}"
        for m in product_modules()
        if layer.search("/" + m.name) and not m.name.startswith(WALL_CLOCK)
        for name, line, _ in calls(m)
        if name in clocks
    ]

    assert found == []


def test_no_outside_call_is_made_inside_a_transaction() -> None:
    outside = re.compile(r"^(gateway|requests|stripe)\.|\.(open_checkout|write_pdf|send_mail)$")
    found = [
        f"{module.name}:{call.lineno} {name}"
        for module in product_modules()
        for block in ast.walk(module.tree)
        if isinstance(block, ast.With) and any("atomic" in ast.unparse(item.context_expr) for item in block.items)
        for call in ast.walk(block)
        if isinstance(call, ast.Call) and outside.search(name := ast.unparse(call.func))
    ]

    assert found == []
