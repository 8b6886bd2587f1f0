from __future__ import annotations

import json

import pytest
import requests
from paypalrestsdk import exceptions

from sandbox.tests.paypal.conftest import WHOLE, Bench
from sandbox.tests.paypal.test_orders import issue


def give_back(
    paypal: Bench, capture: str, value: str = "", *, key: str = "", currency: str = "EUR"
) -> dict[str, object]:
    body = {"amount": {"currency_code": currency, "value": value}} if value else {}
    headers = {**WHOLE, **({"PayPal-Request-Id": key} if key else {})}
    made: dict[str, object] = paypal.api.post(f"v2/payments/captures/{capture}/refund", body, headers)
    return made


def test_a_capture_is_given_back_in_parts_and_never_more_than_taken(paypal: Bench) -> None:
    capture = paypal.captured("50.00")["id"]

    first = give_back(paypal, capture, "20.00")
    with pytest.raises(exceptions.ResourceInvalid) as too_much:
        give_back(paypal, capture, "30.01")
    rest = give_back(paypal, capture)
    with pytest.raises(exceptions.ResourceInvalid) as nothing_left:
        give_back(paypal, capture, "0.01")

    assert issue(too_much.value) == "REFUND_AMOUNT_EXCEEDED"
    assert issue(nothing_left.value) == "CAPTURE_FULLY_REFUNDED"
    assert (first["status"], rest["amount"]) == ("COMPLETED", {"currency_code": "EUR", "value": "30.00"})
    assert paypal.api.get(f"v2/payments/refunds/{first['id']}") == first
    assert paypal.api.get(f"v2/payments/captures/{capture}")["status"] == "REFUNDED"
    totals = paypal.totals()
    assert (totals["refunded_cents"], totals["kept_cents"], totals["fees_cents"]) == (5000, 0, 180)


def test_the_same_refund_asked_twice_is_one(paypal: Bench) -> None:
    capture = paypal.captured("50.00")["id"]

    assert give_back(paypal, capture, "20.00", key="r1") == give_back(paypal, capture, "20.00", key="r1")
    assert paypal.totals()["refunded_cents"] == 2000


@pytest.mark.parametrize(
    ("funding", "currency", "value", "word"),
    [
        ("pending", "EUR", "1.00", "CAPTURE_STATUS_NOT_VALID"),
        ("accepted", "USD", "1.00", "REFUND_CAPTURE_CURRENCY_MISMATCH"),
        ("accepted", "EUR", "0.00", "CANNOT_BE_ZERO_OR_NEGATIVE"),
    ],
)
def test_an_impossible_refund_is_refused(paypal: Bench, funding: str, currency: str, value: str, word: str) -> None:
    capture = paypal.captured(funding=funding)["id"]

    with pytest.raises(exceptions.ResourceInvalid) as refusal:
        give_back(paypal, capture, value, currency=currency)

    assert issue(refusal.value) == word


def test_after_180_days_nothing_is_given_back(paypal: Bench) -> None:
    capture = paypal.captured()["id"]
    paypal.control("clock", advance=180 * 24 * 3600 + 1)
    paypal.api.token_hash = None

    with pytest.raises(exceptions.ResourceInvalid) as refusal:
        give_back(paypal, capture)

    assert issue(refusal.value) == "REFUND_TIME_LIMIT_EXCEEDED"


@pytest.mark.parametrize(("end", "refunded"), [("COMPLETED", 2000), ("FAILED", 0), ("CANCELLED", 0)])
def test_a_slow_refund_is_pending_until_it_ends(paypal: Bench, end: str, refunded: int) -> None:
    capture = paypal.captured("50.00")["id"]
    paypal.control("paypal/refunds/slow")

    refund = give_back(paypal, capture, "20.00")
    with pytest.raises(exceptions.ResourceInvalid):  # what is on its way back is no longer there to give
        give_back(paypal, capture, "30.01")
    paypal.control(f"paypal/refunds/{refund['id']}/end", status=end)

    assert refund["status"] == "PENDING"
    assert paypal.api.get(f"v2/payments/refunds/{refund['id']}")["status"] == end
    assert paypal.totals()["refunded_cents"] == refunded


def test_a_refund_from_paypals_own_pages_is_told(paypal: Bench) -> None:
    capture = paypal.captured("50.00")["id"]
    paypal.control(f"paypal/refund/{capture}", amount=700)

    event = paypal.api.get("v1/notifications/webhooks-events?event_type=PAYMENT.CAPTURE.REFUNDED")["events"][0]

    assert event["resource_type"] == "refund"
    assert event["resource"]["amount"]["value"] == "7.00"
    up = next(link["href"] for link in event["resource"]["links"] if link["rel"] == "up")
    assert up == f"{paypal.url}/paypal/v2/payments/captures/{capture}"


class TestDisputes:
    @pytest.mark.parametrize(("won", "kept"), [(True, 5000), (False, 0)])
    def test_an_inquiry_takes_money_only_when_it_is_lost(self, paypal: Bench, won: bool, kept: int) -> None:
        capture = paypal.captured()["id"]
        dispute = paypal.control(f"paypal/dispute/{capture}", reason="UNAUTHORISED")

        assert paypal.totals()["kept_cents"] == 5000
        paypal.control(f"paypal/dispute/{dispute['dispute_id']}/close", outcome="won" if won else "lost")

        assert paypal.totals()["kept_cents"] == kept
        told = paypal.api.get(f"v1/customer/disputes/{dispute['dispute_id']}")
        assert told["status"] == "RESOLVED"
        assert told["dispute_outcome"]["outcome_code"] == f"RESOLVED_{'SELLER' if won else 'BUYER'}_FAVOUR"

    def test_a_chargeback_takes_the_money_at_once_and_a_won_one_gives_it_back(self, paypal: Bench) -> None:
        capture = paypal.captured()["id"]

        dispute = paypal.control(f"paypal/dispute/{capture}", chargeback=True)["dispute_id"]
        before = paypal.totals()["kept_cents"]
        paypal.control(f"paypal/dispute/{dispute}/close", outcome="won")

        assert (before, paypal.totals()["kept_cents"]) == (0, 5000)
        assert paypal.totals()["fees_cents"] == 180 + 1600

    def test_evidence_is_given_once_and_then_paypal_reviews(self, paypal: Bench) -> None:
        dispute = paypal.control(f"paypal/dispute/{paypal.captured()['id']}")["dispute_id"]
        evidence = {"evidences": [{"evidence_type": "PROOF_OF_FULFILLMENT", "notes": "Serveur en service"}]}

        paypal.api.post(f"v1/customer/disputes/{dispute}/provide-evidence", evidence)

        assert paypal.api.get(f"v1/customer/disputes/{dispute}")["dispute_state"] == "UNDER_PAYPAL_REVIEW"
        with pytest.raises(exceptions.ResourceInvalid):
            paypal.api.post(f"v1/customer/disputes/{dispute}/accept-claim", {"note": "too late"})

    def test_evidence_may_come_as_a_form_with_files(self, paypal: Bench) -> None:
        dispute = paypal.control(f"paypal/dispute/{paypal.captured()['id']}")["dispute_id"]
        given = {"evidences": [{"evidence_type": "OTHER", "notes": "Voir la pièce"}]}

        answer = requests.post(
            f"{paypal.url}/paypal/v1/customer/disputes/{dispute}/provide-evidence",
            files={
                "input": ("", json.dumps(given).encode(), "application/json"),
                "file1": ("a.pdf", b"%PDF", "application/pdf"),
            },
            headers={"Authorization": f"Bearer {paypal.api.get_access_token()}"},
            timeout=5,
        )

        assert answer.status_code == 200
        assert paypal.api.get(f"v1/customer/disputes/{dispute}")["evidences"] == given["evidences"]

    def test_an_accepted_claim_gives_the_money_back(self, paypal: Bench) -> None:
        capture = paypal.captured()["id"]
        dispute = paypal.control(f"paypal/dispute/{capture}")["dispute_id"]

        paypal.api.post(f"v1/customer/disputes/{dispute}/accept-claim", {"note": "Accordé"})

        assert paypal.totals()["kept_cents"] == 0
        listed = paypal.api.get(f"v1/customer/disputes?disputed_transaction_id={capture}")["items"]
        assert [each["dispute_id"] for each in listed] == [dispute]

    def test_a_chargeback_tells_what_moved_and_the_reversal_is_found_again(self, paypal: Bench) -> None:
        capture = paypal.captured("50.00")["id"]
        dispute = paypal.control(f"paypal/dispute/{capture}", chargeback=True)["dispute_id"]

        paypal.control(f"paypal/dispute/{dispute}/close", outcome="won", fee_back=True)

        moved = paypal.api.get(f"v1/customer/disputes/{dispute}")["money_movements"]
        assert [(each["type"], each["reason"], each["amount"]["value"]) for each in moved] == [
            ("DEBIT", "DISPUTE_SETTLEMENT", "50.00"),
            ("DEBIT", "CHARGEBACK_FEE", "16.00"),
            ("CREDIT", "DISPUTE_SETTLEMENT", "50.00"),
            ("CREDIT", "CHARGEBACK_FEE", "16.00"),
        ]
        told = paypal.api.get("v1/notifications/webhooks-events?event_type=PAYMENT.CAPTURE.REVERSED")["events"][0]
        found = paypal.api.get(f"v2/payments/refunds/{told['resource']['id']}")
        assert found["seller_payable_breakdown"]["paypal_fee"]["value"] == "16.00"
        assert paypal.totals()["fees_cents"] == 180

    def test_a_payer_may_give_up_and_an_inquiry_may_become_a_claim(self, paypal: Bench) -> None:
        dispute = paypal.control(f"paypal/dispute/{paypal.captured()['id']}")["dispute_id"]
        paypal.control(f"paypal/dispute/{dispute}/escalate")
        paypal.control(f"paypal/dispute/{dispute}/say", status="IN_MEDIATION")
        asked = paypal.api.get(f"v1/customer/disputes/{dispute}")
        assert (asked["dispute_life_cycle_stage"], asked["status"]) == ("CHARGEBACK", "IN_MEDIATION")
        assert [link["rel"] for link in asked["links"]] == ["self"]

        paypal.control(f"paypal/dispute/{dispute}/close", outcome="cancelled")

        told = paypal.api.get(f"v1/customer/disputes/{dispute}")
        assert told["dispute_outcome"]["outcome_code"] == "CANCELED_BY_BUYER"
        assert paypal.totals()["kept_cents"] == 5000

    def test_a_payment_may_be_taken_back_without_a_dispute(self, paypal: Bench) -> None:
        capture = paypal.captured("50.00")["id"]

        told = paypal.control(f"paypal/reverse/{capture}", amount=2000)

        assert paypal.api.get(f"v2/payments/refunds/{told['id']}")["amount"]["value"] == "20.00"
        assert paypal.totals()["disputed_cents"] == 2000

    def test_disputes_are_listed_page_by_page(self, paypal: Bench) -> None:
        made = [paypal.control(f"paypal/dispute/{paypal.captured()['id']}")["dispute_id"] for _ in range(3)]

        first = paypal.api.get("v1/customer/disputes?page_size=2&start_time=2020-01-01T00:00:00.000Z")
        onward = next(link["href"] for link in first["links"] if link["rel"] == "next")
        second = paypal.api.get(onward[onward.index("v1/") :])

        assert {each["dispute_id"] for each in first["items"] + second["items"]} == set(made)
        assert len(first["items"]) == 2
        assert [link["rel"] for link in second["links"]] == ["self"]


class TestVault:
    def test_an_account_is_saved_without_a_payment(self, paypal: Bench) -> None:
        setup = paypal.api.post("v3/vault/setup-tokens", self.ASKED)
        source = {"payment_source": {"token": {"id": setup["id"], "type": "SETUP_TOKEN"}}}
        with pytest.raises(exceptions.ResourceInvalid):
            paypal.api.post("v3/vault/payment-tokens", source)
        paypal.control(f"paypal/approve-saving/{setup['id']}")

        token = paypal.api.post("v3/vault/payment-tokens", source)

        assert token["payment_source"]["paypal"]["email_address"] == "camille.martin@example.fr"
        customer = token["customer"]["id"]
        assert paypal.api.get(f"v3/vault/payment-tokens?customer_id={customer}")["payment_tokens"] == [token]
        assert paypal.api.delete(f"v3/vault/payment-tokens/{token['id']}") == {}
        with pytest.raises(exceptions.ResourceNotFound):
            paypal.api.get(f"v3/vault/payment-tokens/{token['id']}")
        assert paypal.api.get(f"v3/vault/payment-tokens?customer_id={customer}")["payment_tokens"] == []

    @pytest.mark.parametrize(("said", "end"), [("agree", "/saved?approval_token_id="), ("refuse", "/not-saved?")])
    def test_the_payer_answers_on_a_page(self, paypal: Bench, said: str, end: str) -> None:
        setup = paypal.api.post("v3/vault/setup-tokens", self.ASKED)
        page = next(link["href"] for link in setup["links"] if link["rel"] == "approve")

        shown = requests.get(page, timeout=5)
        answer = requests.post(page, data={"answer": said}, allow_redirects=False, timeout=5)

        assert "Enregistrer votre compte PayPal" in shown.text
        assert answer.headers["Location"].startswith(f"http://localhost:8000{end}")

    ASKED = {
        "payment_source": {
            "paypal": {
                "usage_type": "MERCHANT",
                "experience_context": {
                    "locale": "fr-FR",
                    "return_url": "http://localhost:8000/saved",
                    "cancel_url": "http://localhost:8000/not-saved",
                },
            }
        }
    }
