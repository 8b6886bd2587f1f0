from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlencode

import paypalrestsdk
import pytest

from sandbox.paypal.reporting import fee_id
from sandbox.tests.paypal.conftest import Bench

Json = dict[str, Any]


def report(paypal: Bench, *, days: int = 1, **query: str) -> Json:
    end = datetime.now(UTC) + timedelta(seconds=2)
    start = end - timedelta(days=days)
    dates = {"start_date": start.strftime("%Y-%m-%dT%H:%M:%SZ"), "end_date": end.strftime("%Y-%m-%dT%H:%M:%SZ")}
    answer: Json = paypal.api.get(f"v1/reporting/transactions?{urlencode(dates | query)}")
    return answer


def told(answer: Json) -> list[tuple[str, str, str]]:
    rows = [each["transaction_info"] for each in answer["transaction_details"]]
    return [
        (row["transaction_event_code"], row["transaction_amount"]["value"], row.get("fee_amount", {}).get("value", ""))
        for row in rows
    ]


def held(paypal: Bench) -> str:
    return str(paypal.api.get("v1/reporting/balances?currency_code=EUR")["balances"][0]["total_balance"]["value"])


def test_what_moved_is_reported_with_its_fee_and_sums_to_the_balance(paypal: Bench) -> None:
    capture = paypal.captured("50.00", custom_id="ours")
    paypal.control(f"paypal/refund/{capture['id']}", amount=1000)

    answer = report(paypal)

    assert told(answer) == [("T0006", "50.00", "-1.80"), ("T1107", "-10.00", "")]
    first = answer["transaction_details"][0]["transaction_info"]
    assert (first["transaction_id"], first["custom_field"]) == (capture["id"], "ours")
    assert answer["transaction_details"][1]["transaction_info"]["paypal_reference_id"] == capture["id"]
    assert held(paypal) == "38.20"
    assert paypal.totals()["balance_cents"] == 3_820


def test_a_withdrawal_leaves_at_once_and_may_come_back(paypal: Bench) -> None:
    paypal.captured("50.00")
    sent = paypal.control("paypal/withdraw", pending=True)["id"]
    assert held(paypal) == "0.00"
    assert report(paypal)["transaction_details"][1]["transaction_info"]["transaction_status"] == "P"

    paypal.control(f"paypal/withdrawals/{sent}/end", returned=True)

    assert told(report(paypal))[1:] == [("T0400", "-48.20", ""), ("T1101", "48.20", "")]
    assert (held(paypal), paypal.totals()["paid_out_cents"]) == ("48.20", 0)


def test_a_report_has_numbered_pages(paypal: Bench) -> None:
    for cents in (-100, -200, -300):
        paypal.control("paypal/movement", code="T0100", amount=cents)

    first, last = report(paypal, page_size="2"), report(paypal, page_size="2", page="2")

    assert (first["total_items"], first["total_pages"], len(first["transaction_details"])) == (3, 2, 2)
    assert told(last) == [("T0100", "-3.00", "")]
    assert [each["rel"] for each in first["links"]] == ["self", "next"]


def test_a_report_covers_a_month_at_most(paypal: Bench) -> None:
    refusal = report(paypal, days=32)

    assert refusal["error"]["details"][0]["issue"] == "INVALID_DATE_RANGE"


def test_reports_may_be_late(paypal: Bench) -> None:
    paypal.control("paypal/reporting", late=10_800)
    paypal.captured("50.00")

    assert told(report(paypal)) == []


def test_nobody_reads_reports_without_a_token(paypal: Bench) -> None:
    paypal.control("paypal/tokens/revoke")
    stranger = paypalrestsdk.Api(mode="sandbox", endpoint=paypal.url + "/paypal", client_id="x", client_secret="y")

    with pytest.raises(paypalrestsdk.exceptions.ConnectionError):
        stranger.get("v1/reporting/balances")


@pytest.mark.parametrize("identifier", ["8AB1234567890123F", "8AB1234567890123G", "8AB1234567890123Z"])
def test_the_fee_of_a_chargeback_has_an_id_of_its_own(identifier: str) -> None:
    assert fee_id(identifier) != identifier
    assert (len(fee_id(identifier)), fee_id(identifier)[:-1]) == (len(identifier), identifier[:-1])
