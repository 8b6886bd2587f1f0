from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
import requests
from paypalrestsdk import exceptions

from sandbox.server import Sandbox
from sandbox.tests.paypal.conftest import WHOLE, Bench, client_of, order_body, taken


def issue(error: exceptions.ConnectionError) -> str:
    return str(json.loads(error.content)["details"][0]["issue"])


def issues(answer: dict[str, Any]) -> list[tuple[str, str]]:
    """Of a 400, which the official client returns instead of raising."""
    return [(detail["field"], detail["issue"]) for detail in answer["error"]["details"]]


def test_an_order_waits_for_the_payer_and_says_where(paypal: Bench) -> None:
    order = paypal.order()

    assert order["status"] == "PAYER_ACTION_REQUIRED"
    assert [each["href"] for each in order["links"] if each["rel"] == "payer-action"] == [
        f"{paypal.url}/paypal/checkoutnow?token={order['id']}"
    ]


def test_without_asking_for_the_whole_an_order_is_told_in_brief(paypal: Bench) -> None:
    order = paypal.api.post("v2/checkout/orders", order_body())

    assert set(order) == {"id", "status", "payment_source", "links"}


@pytest.mark.parametrize(
    ("change", "field", "word"),
    [
        ({"intent": "SALE"}, "/intent", "INVALID_PARAMETER_VALUE"),
        ({"surprise": 1}, "/surprise", "NOT_SUPPORTED"),
        ({"purchase_units": []}, "/purchase_units", "INVALID_ARRAY_LENGTH"),
        ({"purchase_units": [{}]}, "/purchase_units/0/amount", "MISSING_REQUIRED_PARAMETER"),
        (
            {"payment_source": {"paypal": {"experience_context": {"user_action": "PAYNOW"}}}},
            "/payment_source/paypal/experience_context/user_action",
            "INVALID_PARAMETER_VALUE",
        ),
    ],
)
def test_a_malformed_body_is_a_400_that_names_the_field(
    paypal: Bench, change: dict[str, Any], field: str, word: str
) -> None:
    answer = paypal.api.post("v2/checkout/orders", {**order_body(), **change})

    assert answer["error"]["name"] == "INVALID_REQUEST"
    assert len(answer["error"]["debug_id"]) == 13
    assert issues(answer) == [(field, word)]


@pytest.mark.parametrize("value", [50.0, 50, "50", "50.0", "50,00", "50.001", " 50.00", ""])
def test_an_amount_is_a_string_with_two_decimals(paypal: Bench, value: object) -> None:
    body = order_body()
    body["purchase_units"][0]["amount"]["value"] = value

    assert issues(paypal.api.post("v2/checkout/orders", body))[0][0] == "/purchase_units/0/amount/value"


@pytest.mark.parametrize(
    ("amount", "word"),
    [
        ({"currency_code": "EUR", "value": "0.00"}, "CANNOT_BE_ZERO_OR_NEGATIVE"),
        ({"currency_code": "EUR", "value": "-5.00"}, "CANNOT_BE_ZERO_OR_NEGATIVE"),
        ({"currency_code": "XXX", "value": "5.00"}, "CURRENCY_NOT_SUPPORTED"),
    ],
)
def test_an_impossible_amount_is_refused(paypal: Bench, amount: dict[str, str], word: str) -> None:
    with pytest.raises(exceptions.ResourceInvalid) as refusal:
        paypal.order(amount=amount)

    assert issue(refusal.value) == word


def test_an_order_is_captured_only_once_approved_and_only_once(paypal: Bench) -> None:
    order = paypal.order()["id"]
    with pytest.raises(exceptions.ResourceInvalid) as early:
        paypal.capture(order)
    paypal.control(f"paypal/approve/{order}")
    capture = taken(paypal.capture(order))
    with pytest.raises(exceptions.ResourceInvalid) as again:
        paypal.capture(order)

    assert issue(early.value) == "ORDER_NOT_APPROVED"
    assert issue(again.value) == "ORDER_ALREADY_CAPTURED"
    assert (capture["status"], capture["custom_id"]) == ("COMPLETED", "uuid")
    assert paypal.api.get(f"v2/checkout/orders/{order}")["status"] == "COMPLETED"
    assert paypal.api.get(f"v2/payments/captures/{capture['id']}") == capture
    assert paypal.totals()["captured_cents"] == 5000


def test_the_fee_and_the_rest_make_the_whole(paypal: Bench) -> None:
    told = paypal.captured("12.34")["seller_receivable_breakdown"]

    assert [told[name]["value"] for name in ("gross_amount", "paypal_fee", "net_amount")] == ["12.34", "0.71", "11.63"]
    totals = paypal.totals()
    assert (totals["captured_cents"], totals["fees_cents"], totals["net_cents"]) == (1234, 71, 1163)


@pytest.mark.parametrize(("funding", "reason"), [("pending", "PENDING_REVIEW"), ("echeck", "ECHECK")])
@pytest.mark.parametrize("good", [True, False])
def test_a_pending_capture_moves_no_money_until_it_is_decided(
    paypal: Bench, funding: str, reason: str, good: bool
) -> None:
    capture = paypal.captured(funding=funding)

    assert (capture["status"], capture["status_details"]["reason"]) == ("PENDING", reason)
    assert (paypal.totals()["captured_cents"], paypal.totals()["pending_cents"]) == (0, 5000)
    paypal.control(f"paypal/captures/{capture['id']}/{'complete' if good else 'deny'}")
    assert paypal.api.get(f"v2/payments/captures/{capture['id']}")["status"] == ("COMPLETED" if good else "DECLINED")
    assert paypal.totals()["captured_cents"] == (5000 if good else 0)


def test_refused_funds_send_the_payer_back_and_other_funds_pay(paypal: Bench) -> None:
    order = paypal.approved(funding="declined")

    with pytest.raises(exceptions.ResourceInvalid) as refusal:
        paypal.capture(order, key="one")
    with pytest.raises(exceptions.ResourceInvalid) as impatient:
        paypal.capture(order, key="two")
    paypal.control(f"paypal/approve/{order}")

    assert issue(refusal.value) == "INSTRUMENT_DECLINED"
    assert json.loads(refusal.value.content)["links"][0]["rel"] == "redirect"
    assert issue(impatient.value) == "PAYER_ACTION_REQUIRED"
    with pytest.raises(exceptions.ResourceInvalid) as same:  # a refusal is kept under its request id
        paypal.capture(order, key="one")
    assert issue(same.value) == "INSTRUMENT_DECLINED"
    assert taken(paypal.capture(order, key="three"))["status"] == "COMPLETED"


def test_a_completed_order_may_hold_a_declined_capture(paypal: Bench) -> None:
    order = paypal.capture(paypal.approved(funding="capture_declined"))

    assert (order["status"], taken(order)["status"]) == ("COMPLETED", "DECLINED")
    assert paypal.totals()["captured_cents"] == 0


def test_an_invoice_number_is_paid_once(paypal: Bench) -> None:
    paypal.captured(invoice_id="TOPUP-1")

    with pytest.raises(exceptions.ResourceInvalid) as refusal:
        paypal.captured(invoice_id="TOPUP-1")

    assert issue(refusal.value) == "DUPLICATE_INVOICE_ID"
    assert paypal.totals()["captured_cents"] == 5000


def test_the_same_request_id_is_the_same_request_with_its_latest_state(paypal: Bench) -> None:
    first = paypal.order(key="create")
    paypal.control(f"paypal/approve/{first['id']}")

    again = paypal.order(key="create")
    captured = paypal.capture(first["id"], key="capture")

    assert (again["id"], again["status"]) == (first["id"], "APPROVED")
    assert paypal.capture(first["id"], key="capture") == captured
    assert paypal.totals()["captures"] == 1


def test_another_body_under_the_same_request_id_is_refused(paypal: Bench) -> None:
    paypal.order("50.00", key="create")

    with pytest.raises(exceptions.ResourceInvalid) as refusal:
        paypal.order("60.00", key="create")

    assert issue(refusal.value) == "DUPLICATE_REQUEST_ID"


def test_two_captures_at_once_take_the_money_once(paypal: Bench, sandbox: Sandbox) -> None:
    order = paypal.approved()
    clients = [client_of(sandbox) for _ in range(6)]

    def try_it(place: int) -> str:
        try:
            clients[place].post(f"v2/checkout/orders/{order}/capture", {}, {"PayPal-Request-Id": f"key-{place % 2}"})
        except exceptions.ClientError as error:
            return issue(error)
        return "done"

    with ThreadPoolExecutor(6) as pool:
        ends = set(pool.map(try_it, range(6)))

    assert "done" in ends
    assert ends <= {"done", "ORDER_ALREADY_CAPTURED", "PREVIOUS_REQUEST_IN_PROGRESS"}
    assert paypal.totals()["captures"] == 1


@pytest.mark.parametrize(("approved", "hours"), [(False, 6), (True, 72)])
def test_paypal_forgets_an_order_that_nobody_finishes(paypal: Bench, approved: bool, hours: int) -> None:
    order = paypal.approved() if approved else paypal.order()["id"]
    paypal.control("clock", advance=hours * 3600)

    paypal.api.token_hash = None  # its token is too old as well

    with pytest.raises(exceptions.ResourceNotFound):
        paypal.api.get(f"v2/checkout/orders/{order}")


def test_a_saved_account_is_charged_without_its_payer(paypal: Bench) -> None:
    body = order_body()
    body["payment_source"]["paypal"]["attributes"] = {
        "vault": {"store_in_vault": "ON_SUCCESS", "usage_type": "MERCHANT"}
    }
    order = paypal.api.post("v2/checkout/orders", body)["id"]
    paypal.control(f"paypal/approve/{order}")
    saved = paypal.capture(order)["payment_source"]["paypal"]["attributes"]["vault"]
    charge = order_body("20.00")
    charge["payment_source"]["paypal"] = {
        "vault_id": saved["id"],
        "stored_credential": {
            "payment_initiator": "MERCHANT",
            "usage": "SUBSEQUENT",
            "usage_pattern": "THRESHOLD_PREPAID",
        },
    }

    unkeyed = paypal.api.post("v2/checkout/orders", charge)
    made = paypal.api.post("v2/checkout/orders", charge, {"PayPal-Request-Id": "debit-1", **WHOLE})

    assert saved["status"] == "VAULTED"
    assert unkeyed["error"]["details"][0]["issue"] == "PAYPAL_REQUEST_ID_REQUIRED"
    assert (made["status"], taken(made)["status"]) == ("COMPLETED", "COMPLETED")
    paypal.control(f"paypal/vault/{saved['id']}/funding", funding="declined")
    with pytest.raises(exceptions.ResourceInvalid) as refusal:
        paypal.api.post("v2/checkout/orders", charge, {"PayPal-Request-Id": "debit-2"})
    assert issue(refusal.value) == "INSTRUMENT_DECLINED"
    paypal.control(f"paypal/vault/{saved['id']}/revoke")
    with pytest.raises(exceptions.ResourceInvalid) as gone:
        paypal.api.post("v2/checkout/orders", charge, {"PayPal-Request-Id": "debit-3"})
    assert issue(gone.value) == "TOKEN_ID_NOT_FOUND"
    assert paypal.totals()["captured_cents"] == 7000


def test_an_unknown_address_or_object_is_a_404(paypal: Bench) -> None:
    for path in ("v2/checkout/orders/NOBODY", "v2/payments/captures/NOBODY", "v2/nothing"):
        with pytest.raises(exceptions.ResourceNotFound):
            paypal.api.get(path)


@pytest.mark.parametrize("header", ["", "Bearer nobody", "Basic bm9ib2R5Om5vdGhpbmc="])
def test_without_a_good_token_nothing_is_answered(paypal: Bench, header: str) -> None:
    answer = requests.get(
        f"{paypal.url}/paypal/v2/checkout/orders/X", headers={"Authorization": header} if header else {}, timeout=5
    )

    assert (answer.status_code, answer.json()["error"]) == (401, "invalid_token")


def test_a_token_ends_and_a_new_one_is_given(paypal: Bench) -> None:
    paypal.order()
    paypal.control("clock", advance=32_400)
    stale = paypal.api.token_hash["access_token"]

    answer = requests.get(
        f"{paypal.url}/paypal/v2/checkout/orders/X", headers={"Authorization": f"Bearer {stale}"}, timeout=5
    )

    assert answer.status_code == 401
    assert paypal.order()["status"] == "PAYER_ACTION_REQUIRED"  # the client asks for another token by itself


@pytest.mark.parametrize("wrong", ["client_id", "client_secret"])
def test_wrong_credentials_get_no_token(sandbox: Sandbox, wrong: str) -> None:
    api = client_of(sandbox)
    setattr(api, wrong, "nobody")

    with pytest.raises(exceptions.UnauthorizedAccess):
        api.get_token_hash()


def test_only_json_is_read(paypal: Bench) -> None:
    token = paypal.api.get_access_token()
    address = f"{paypal.url}/paypal/v2/checkout/orders"
    headers = {"Authorization": f"Bearer {token}"}

    form = requests.post(address, data={"intent": "CAPTURE"}, headers=headers, timeout=5)
    broken = requests.post(address, data="{", headers={**headers, "Content-Type": "application/json"}, timeout=5)

    assert form.status_code == 415
    assert (broken.status_code, broken.json()["details"][0]["issue"]) == (400, "MALFORMED_REQUEST_JSON")


def test_faults_of_the_sandbox_reach_paypal_too(paypal: Bench) -> None:
    order = paypal.approved()
    paypal.control("faults", kind="status", status=500, path="/capture", executed=True)

    with pytest.raises(exceptions.ServerError):
        paypal.capture(order, key="capture")

    assert paypal.totals()["captured_cents"] == 5000  # it was done, and only the answer was an error
    assert taken(paypal.capture(order, key="capture"))["status"] == "COMPLETED"
    paypal.control("faults", kind="drop", path="/v2/checkout/orders")
    with pytest.raises(requests.ConnectionError):
        paypal.order()
    paypal.control("faults", kind="garbage", path="/v2/checkout/orders")
    with pytest.raises(json.JSONDecodeError):
        paypal.order()


class TestPayer:
    """What the payer sees and does."""

    def test_the_page_is_french_and_needs_no_script(self, paypal: Bench) -> None:
        answer = requests.get(self._page(paypal.order()), timeout=5)

        assert 'lang="fr"' in answer.text
        assert "50,00\N{NO-BREAK SPACE}€" in answer.text
        assert "<script" not in answer.text
        assert "form-action 'self' http://localhost:8000" in answer.headers["Content-Security-Policy"]

    def test_agreeing_leads_back_to_the_merchant(self, paypal: Bench) -> None:
        order = paypal.order()

        answer = self._say(order, "agree")

        assert answer.status_code == 303
        assert answer.headers["Location"].startswith(f"http://localhost:8000/retour/?token={order['id']}&PayerID=")
        assert paypal.api.get(f"v2/checkout/orders/{order['id']}")["status"] == "APPROVED"

    def test_refusing_leads_back_and_approves_nothing(self, paypal: Bench) -> None:
        order = paypal.order()

        answer = self._say(order, "refuse")

        assert answer.headers["Location"] == f"http://localhost:8000/annule/?token={order['id']}"
        assert paypal.api.get(f"v2/checkout/orders/{order['id']}")["status"] == "PAYER_ACTION_REQUIRED"

    @pytest.mark.parametrize(("said", "status"), [("agree_leave", "APPROVED"), ("leave", "PAYER_ACTION_REQUIRED")])
    def test_a_closed_window_leads_nowhere(self, paypal: Bench, said: str, status: str) -> None:
        order = paypal.order()

        answer = self._say(order, said)

        assert (answer.status_code, "La fenêtre de PayPal est fermée" in answer.text) == (200, True)
        assert paypal.api.get(f"v2/checkout/orders/{order['id']}")["status"] == status

    def test_chosen_funds_decide_what_becomes_of_the_payment(self, paypal: Bench) -> None:
        order = paypal.order()

        self._say(order, "agree", funding="pending")

        assert taken(paypal.capture(order["id"]))["status"] == "PENDING"

    def test_a_finished_or_unknown_order_has_nothing_to_approve(self, paypal: Bench) -> None:
        order = paypal.order()
        paypal.control(f"paypal/approve/{order['id']}")
        paypal.capture(order["id"])

        assert "plus rien à approuver" in requests.get(self._page(order), timeout=5).text
        assert requests.get(f"{paypal.url}/paypal/checkoutnow?token=NOBODY", timeout=5).status_code == 404

    @staticmethod
    def _page(order: dict[str, Any]) -> str:
        return str(next(each["href"] for each in order["links"] if each["rel"] == "payer-action"))

    def _say(self, order: dict[str, Any], answer: str, funding: str = "accepted") -> requests.Response:
        form = {"answer": answer, "funding": funding}
        return requests.post(self._page(order), data=form, allow_redirects=False, timeout=5)
