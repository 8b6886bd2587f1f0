"""Texts on invoices: who writes them, and never two of a kind on one day."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING

import pytest
from django.db import IntegrityError, connection
from django.test import Client as Browser
from django.urls import reverse

from accounts import selectors, services
from accounts.models import InvoiceText, TextKind, User
from accounts.services import BadText
from tests.support.cast import NOON, make_company
from tests.support.rivals import race

if TYPE_CHECKING:
    from django.test import Client

    from accounts.models import Customer
    from tests.support.cast import Cast

pytestmark = pytest.mark.django_db
JULY, AUGUST = (date(2026, 7, 1), date(2026, 7, 31)), (date(2026, 8, 1), date(2026, 8, 31))
TYPED = {"kind": "ORDER_NUMBER", "text": "BC-7", "valid_from": "2026-07-01", "valid_until": "2026-07-31"}


def add(
    customer: Customer, text: str, days: tuple[date, date | None], kind: TextKind = TextKind.ORDER_NUMBER
) -> InvoiceText:
    return services.add_text(customer, kind, text, valid_from=days[0], valid_until=days[1], at=NOON)


def written(customer: Customer, on: date) -> str:
    return selectors.texts_on([customer.pk], on=on).get((customer.pk, TextKind.ORDER_NUMBER), "")


def test_each_day_has_the_text_that_holds_on_it(cast: Cast) -> None:
    add(cast.company, "BC-7", JULY)
    add(cast.company, "BC-8", (AUGUST[0], None))
    add(cast.company, "Projet Lune", (JULY[0], None), TextKind.FREE_TEXT)
    add(cast.individual, "BC-1", (JULY[0], None))

    days = (date(2026, 6, 30), date(2026, 7, 1), date(2026, 7, 31), date(2026, 8, 1), date(2030, 1, 1))

    assert [written(cast.company, day) for day in days] == ["", "BC-7", "BC-7", "BC-8", "BC-8"]


@pytest.mark.parametrize(
    "days",
    [
        (date(2026, 7, 31), None),
        (date(2026, 6, 1), date(2026, 7, 1)),
        (date(2026, 7, 10), date(2026, 7, 12)),
        (date(2026, 1, 1), None),
    ],
)
def test_two_of_a_kind_never_hold_on_one_day(cast: Cast, days: tuple[date, date | None]) -> None:
    add(cast.company, "BC-7", JULY)

    with pytest.raises(BadText, match="BC-7"):
        add(cast.company, "BC-8", days)
    with pytest.raises(IntegrityError, match="accounts_invoicetext_one_a_day"):
        InvoiceText.objects.create(
            customer=cast.company,
            kind=TextKind.ORDER_NUMBER,
            text="BC-8",
            valid_from=days[0],
            valid_until=days[1],
            created_at=NOON,
        )


def test_a_last_day_moves_as_far_as_the_next_text(cast: Cast) -> None:
    first = add(cast.company, "BC-7", JULY)
    add(cast.company, "BC-8", AUGUST)

    with pytest.raises(BadText, match="BC-8"):
        services.end_text(first, valid_until=None)
    with pytest.raises(BadText):
        services.end_text(first, valid_until=JULY[0] - timedelta(days=1))
    services.end_text(first, valid_until=JULY[0])

    assert written(cast.company, JULY[0] + timedelta(days=1)) == ""
    with pytest.raises(IntegrityError, match="accounts_invoicetext_one_a_day"):
        InvoiceText.objects.filter(text="BC-7").update(valid_until=None)


@pytest.mark.parametrize("text", [" \x00\n", "B" * 51])
def test_an_order_number_is_a_short_line(cast: Cast, text: str) -> None:
    with pytest.raises(BadText):
        add(cast.company, text, JULY)


@pytest.mark.django_db(transaction=True)
@pytest.mark.postgresql
@pytest.mark.skipif("sqlite" in connection.vendor, reason="SQLite has one writer at a time")
def test_of_two_who_write_at_once_one_is_refused() -> None:
    company = make_company()

    endings = race(*[lambda text=text: add(company, text, JULY) for text in ("BC-7", "BC-8")])

    assert [type(each.error) for each in endings if each.error] == [BadText]
    assert InvoiceText.objects.count() == 1


def test_an_owner_writes_ends_and_removes_a_text(cast: Cast, client: Client) -> None:
    client.force_login(cast.claire)
    page = reverse("accounts:texts")

    client.post(page, {**TYPED, "text": " BC\u202e-7\n<b> "})
    row = InvoiceText.objects.get()
    again = client.post(page, TYPED)
    client.post(reverse("accounts:change_text", args=[row.pk]), {"valid_until": "2026-07-10"})
    row.refresh_from_db()

    assert (row.customer, row.text, row.valid_until) == (cast.individual, "BC-7 <b>", date(2026, 7, 10))
    assert "BC-7 &lt;b&gt; » figure déjà" in again.text
    assert 'value="2026-07-10"' in client.get(page).text
    client.post(reverse("accounts:change_text", args=[row.pk]), {"remove": "1"})
    assert not InvoiceText.objects.exists()


def test_the_accountant_reads_and_writes_nothing(cast: Cast, client: Client) -> None:
    row = add(cast.individual, "BC-7", JULY)
    client.force_login(cast.accountant)

    page = client.get(reverse("accounts:texts"))
    answers = [
        client.post(reverse("accounts:texts"), TYPED | {"kind": "FREE_TEXT"}),
        client.post(reverse("accounts:change_text", args=[row.pk]), {"remove": "1"}),
    ]

    assert "BC-7" in page.text
    assert "Ajouter un texte" not in page.text
    assert [answer.status_code for answer in answers] == [403, 403]
    assert list(InvoiceText.objects.all()) == [row]


def test_a_stranger_finds_no_text_of_others(cast: Cast, client: Client) -> None:
    row = add(cast.individual, "BC-7", JULY)
    client.force_login(cast.outsider)

    answer = client.post(reverse("accounts:change_text", args=[row.pk]), {"remove": "1"})

    assert answer.status_code == 404
    assert InvoiceText.objects.filter(pk=row.pk).exists()
    assert "BC-7" not in client.get(reverse("accounts:texts")).text


def test_staff_write_a_text_and_are_refused_for_the_same_reasons(cast: Cast, client: Client) -> None:
    client.force_login(User.objects.create_superuser("staff@example.org", "a-long-password-for-tests"))
    typed = TYPED | {"customer": cast.company.pk}
    page = reverse("admin:accounts_invoicetext_add")

    made = client.post(page, typed)
    refused = client.post(page, typed | {"text": "BC-8", "valid_from": "2026-07-02"})

    assert (made.status_code, refused.status_code) == (302, 200)
    assert InvoiceText.objects.get().text == "BC-7"
    assert "figure déjà" in refused.text


def test_staff_who_change_a_text_that_somebody_changed_meanwhile_lose_nothing(cast: Cast, client: Client) -> None:
    row = add(cast.company, "BC-7", JULY)
    client.force_login(User.objects.create_superuser("staff@example.org", "a-long-password-for-tests"))
    page = reverse("admin:accounts_invoicetext_change", args=[row.pk])
    shown = {"seen": client.get(page).context["adminform"].form["seen"].value()}
    InvoiceText.objects.filter(pk=row.pk).update(text="BC-8")

    refused = client.post(page, TYPED | shown | {"text": "BC-9"})

    assert refused.status_code == 200
    assert "BC-8" in refused.context["adminform"].form.non_field_errors()[0]
    assert 'value="BC-9"' in refused.text
    assert InvoiceText.objects.get().text == "BC-8"
    again = {"seen": refused.context["adminform"].form["seen"].value()}
    assert client.post(page, TYPED | again | {"text": "BC-9"}).status_code == 302
    assert InvoiceText.objects.get().text == "BC-9"


@pytest.mark.django_db(transaction=True)
@pytest.mark.postgresql
@pytest.mark.skipif("sqlite" in connection.vendor, reason="SQLite has one writer at a time")
@pytest.mark.parametrize("days", ["2026-07-01", "2026-07-02"])
def test_of_two_members_of_staff_who_write_at_once_one_is_told_so(days: str) -> None:
    company = make_company()
    doors = []
    for name in ("fanny", "gil"):
        door = Browser(raise_request_exception=False)
        door.force_login(User.objects.create_superuser(f"{name}@example.org", "a-long-password-for-tests"))
        doors.append(door)
    page, typed = reverse("admin:accounts_invoicetext_add"), TYPED | {"customer": company.pk}

    endings = race(
        lambda: doors[0].post(page, typed | {"text": "BC-7"}),
        lambda: doors[1].post(page, typed | {"text": "BC-8", "valid_from": days}),
    )

    assert [each.error for each in endings] == [None, None]
    answers = sorted((each.value for each in endings), key=lambda answer: answer.status_code)
    assert [answer.status_code for answer in answers] == [200, 302]
    kept = InvoiceText.objects.get().text
    assert f"{kept} » figure déjà" in answers[0].text
    assert f'value="{"BC-8" if kept == "BC-7" else "BC-7"}"' in answers[0].text
