from __future__ import annotations

import base64
import json
import zlib
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import requests
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.x509 import load_der_x509_certificate, load_pem_x509_certificates

from sandbox.server import Options, Sandbox
from sandbox.tests.paypal.conftest import Bench, client_of, order_body

PAID = ["CHECKOUT.ORDER.APPROVED", "PAYMENT.CAPTURE.COMPLETED"]


def is_signed(sandbox: Sandbox, body: bytes, headers: dict[str, str]) -> bool:
    """Checked from the documentation alone: certificate at its address, CRC of the bytes, SHA256withRSA."""
    chain = load_pem_x509_certificates(requests.get(headers["paypal-cert-url"], timeout=5).content)
    root = load_der_x509_certificate(base64.b64decode(sandbox.settings()["PAYPAL_CERT_ROOT"]))
    chain[0].verify_directly_issued_by(root)
    parts = [headers[f"paypal-transmission-{name}"] for name in ("id", "time")]
    message = "|".join([*parts, sandbox.settings()["PAYPAL_WEBHOOK_ID"], str(zlib.crc32(body))])
    key = chain[0].public_key()
    assert isinstance(key, rsa.RSAPublicKey)
    try:
        signature = base64.b64decode(headers["paypal-transmission-sig"])
        key.verify(signature, message.encode(), padding.PKCS1v15(), hashes.SHA256())
    except InvalidSignature:
        return False
    return True


def test_what_happens_is_told_in_order_and_signed(paypal: Bench, sandbox: Sandbox) -> None:
    capture = paypal.captured()
    paypal.wait(lambda: len(paypal.product.received) == 2)

    assert paypal.product.types() == PAID
    assert all(is_signed(sandbox, body, headers) for body, headers in paypal.product.received)
    event = json.loads(paypal.product.received[1][0])
    assert event["resource"] == capture
    assert event["id"].startswith("WH-")
    assert paypal.product.received[0][1]["paypal-auth-algo"] == "SHA256withRSA"


def test_every_kind_of_event_is_told_under_its_name(paypal: Bench) -> None:
    paypal.control(f"paypal/captures/{paypal.captured(funding='pending')['id']}/deny")
    paypal.control(f"paypal/captures/{paypal.captured(funding='pending')['id']}/deny", word="DECLINED")
    capture = paypal.captured()["id"]
    paypal.control(f"paypal/refund/{capture}", amount=100)
    dispute = paypal.control(f"paypal/dispute/{capture}")["dispute_id"]
    paypal.api.post(f"v1/customer/disputes/{dispute}/provide-evidence", {"evidences": [{"evidence_type": "OTHER"}]})
    paypal.control(f"paypal/dispute/{dispute}/close", outcome="lost")
    body = order_body()
    body["payment_source"]["paypal"]["attributes"] = {
        "vault": {"store_in_vault": "ON_SUCCESS", "usage_type": "MERCHANT"}
    }
    order = paypal.api.post("v2/checkout/orders", body)["id"]
    paypal.control(f"paypal/approve/{order}")
    token = paypal.capture(order)["payment_source"]["paypal"]["attributes"]["vault"]["id"]
    paypal.control(f"paypal/vault/{token}/revoke")

    names = {
        event["event_type"] for event in paypal.api.get("v1/notifications/webhooks-events?page_size=300")["events"]
    }

    assert names == {
        "CHECKOUT.ORDER.APPROVED",
        *(f"PAYMENT.CAPTURE.{word}" for word in ("COMPLETED", "PENDING", "DENIED", "DECLINED", "REFUNDED", "REVERSED")),
        *(f"CUSTOMER.DISPUTE.{word}" for word in ("CREATED", "UPDATED", "RESOLVED")),
        *(f"VAULT.PAYMENT-TOKEN.{word}" for word in ("CREATED", "DELETED", "DELETION-INITIATED")),
    }


def test_an_event_is_sent_until_it_is_accepted_with_the_same_signature(paypal: Bench) -> None:
    paypal.product.status = 500
    paypal.captured()
    paypal.wait(lambda: any(each["sendings"][0]["attempts"] for each in paypal.control_events()))
    paypal.product.status = 200

    paypal.wait(lambda: sorted(paypal.product.types()) == PAID)


@pytest.mark.parametrize("signing", ["forged", "stale"])
def test_a_bad_copy_comes_first_when_asked_for(paypal: Bench, sandbox: Sandbox, signing: str) -> None:
    paypal.control("paypal/webhooks", **{signing: 1})
    paypal.approved()
    paypal.wait(lambda: len(paypal.product.received) == 2)

    (bad, bad_headers), (good, good_headers) = paypal.product.received
    assert bad == good
    assert is_signed(sandbox, good, good_headers)
    sent = datetime.fromisoformat(bad_headers["paypal-transmission-time"])
    if signing == "forged":
        assert not is_signed(sandbox, bad, bad_headers)
    else:
        assert datetime.now(UTC) - sent > timedelta(days=4)


def test_events_come_twice_late_reordered_or_never(paypal: Bench) -> None:
    paypal.control("paypal/webhooks", copies=2, held=True, reordered=True)
    paypal.captured()
    assert paypal.product.received == []
    paypal.control("paypal/webhooks/release")
    paypal.wait(lambda: len(paypal.product.received) == 4)
    assert paypal.product.types() == [PAID[1], PAID[1], PAID[0], PAID[0]]

    paypal.control("paypal/webhooks/reset")
    paypal.product.received.clear()
    paypal.control("paypal/webhooks", lost=1)
    paypal.captured()
    paypal.wait(lambda: paypal.product.types() == [PAID[1]])


def test_a_forged_event_is_sent_on_demand(paypal: Bench, sandbox: Sandbox) -> None:
    paypal.control("paypal/forge", type="PAYMENT.CAPTURE.COMPLETED")

    ((body, headers),) = paypal.product.received
    assert not is_signed(sandbox, body, headers)


def test_events_are_listed_by_pages_and_sent_again(paypal: Bench) -> None:
    for _ in range(3):
        paypal.captured()
    first = paypal.api.get("v1/notifications/webhooks-events?page_size=4")
    onward = next(link["href"] for link in first["links"] if link["rel"] == "next")
    second = paypal.api.request(onward, "GET")

    ids = [event["id"] for event in first["events"] + second["events"]]
    assert (len(first["events"]), len(second["events"]), len(set(ids))) == (4, 2, 6)
    assert [link["rel"] for link in second["links"]] == ["self"]
    paypal.wait(lambda: len(paypal.product.received) == 6)
    paypal.api.post(f"v1/notifications/webhooks-events/{ids[0]}/resend")
    paypal.wait(lambda: len(paypal.product.received) == 7)
    since = (datetime.now(UTC) + timedelta(hours=1)).isoformat()
    assert (
        paypal.api.request(
            f"{paypal.url}/paypal/v1/notifications/webhooks-events?start_time={since.replace('+', '%2B')}", "GET"
        )["events"]
        == []
    )


class TestVerifying:
    """`verify-webhook-signature` over the bytes as they were."""

    def verify(self, paypal: Bench, sandbox: Sandbox, body: str, headers: dict[str, str], **changes: str) -> str:
        names = {"auth_algo": "auth-algo", "cert_url": "cert-url"}
        names |= {f"transmission_{part}": f"transmission-{part}" for part in ("id", "sig", "time")}
        given = {name: headers[f"paypal-{header}"] for name, header in names.items()}
        given |= {"webhook_id": sandbox.settings()["PAYPAL_WEBHOOK_ID"], **changes}
        raw = json.dumps(given)[:-1] + f', "webhook_event": {body}}}'
        answer = requests.post(
            f"{paypal.url}/paypal/v1/notifications/verify-webhook-signature",
            data=raw.encode(),
            headers={"Authorization": f"Bearer {paypal.api.get_access_token()}", "Content-Type": "application/json"},
            timeout=5,
        ).json()
        return str(answer.get("verification_status") or answer["details"][0]["field"])

    def test_the_raw_event_is_ours_and_a_rewritten_one_is_not(self, paypal: Bench, sandbox: Sandbox) -> None:
        paypal.approved()
        paypal.wait(lambda: len(paypal.product.received) == 1)
        body, headers = paypal.product.received[0]

        assert self.verify(paypal, sandbox, body.decode(), headers) == "SUCCESS"
        rewritten = json.dumps(json.loads(body), indent=1)
        assert self.verify(paypal, sandbox, rewritten, headers) == "FAILURE"
        assert self.verify(paypal, sandbox, body.decode(), headers, transmission_sig="AAAA") == "FAILURE"
        assert self.verify(paypal, sandbox, body.decode(), headers, webhook_id="NOBODY") == "/webhook_id"


def test_a_restart_changes_nothing_for_the_product(tmp_path: Path) -> None:
    first = Sandbox(Options(tmp_path / "state.sqlite"))
    first.start()
    port = int(first.url.rpartition(":")[2])
    given = first.settings()
    order = client_of(first).post("v2/checkout/orders", order_body())["id"]
    first.stop()

    second = Sandbox(Options(tmp_path / "state.sqlite", port=port))
    second.start()
    names = [name for name in given if name.startswith("PAYPAL_")]
    assert {name: second.settings()[name] for name in names} == {name: given[name] for name in names}
    assert client_of(second).get(f"v2/checkout/orders/{order}")["id"] == order
    second.stop()


def test_an_unknown_mode_control_or_certificate_is_refused(paypal: Bench) -> None:
    assert requests.post(f"{paypal.url}/_control/paypal/webhooks", json={"wrong": 1}, timeout=5).status_code == 400
    assert requests.post(f"{paypal.url}/_control/paypal/approve/NOBODY", json={}, timeout=5).status_code == 400
    assert requests.post(f"{paypal.url}/_control/paypal/nothing", json={}, timeout=5).status_code == 404
    assert requests.get(f"{paypal.url}/v1/notifications/certs/CERT-nobody", timeout=5).status_code == 404
