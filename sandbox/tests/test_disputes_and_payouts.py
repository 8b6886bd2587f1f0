from __future__ import annotations

import io

import pytest
import stripe

from sandbox.tests.conftest import Control, Product, eventually, paid

FOUR_DAYS = 4 * 24 * 3600


def test_a_disputed_charge_is_withdrawn_with_a_fee_and_not_refundable(
    client: stripe.StripeClient, control: Control, product: Product, look: Control
) -> None:
    intent = paid(client)

    opened = control(f"dispute/{intent.id}", reason="fraudulent")

    dispute = client.v1.disputes.retrieve(opened["id"])
    assert (dispute.status, dispute.amount, dispute.payment_intent) == ("needs_response", 5000, intent.id)
    assert [(each.amount, each.fee, each.net) for each in dispute.balance_transactions] == [(-5000, 1500, -6500)]
    with pytest.raises(stripe.InvalidRequestError) as refused:
        client.v1.refunds.create({"payment_intent": intent.id})
    assert refused.value.code == "charge_disputed"
    assert (look("totals")["disputed_cents"], look("totals")["kept_cents"]) == (5000, 0)
    eventually(lambda: product.types()[-2:] == ["charge.dispute.created", "charge.dispute.funds_withdrawn"])


def test_a_won_dispute_brings_the_money_back_without_the_fee(
    client: stripe.StripeClient, control: Control, product: Product, look: Control
) -> None:
    opened = control(f"dispute/{paid(client).id}")

    control(f"dispute/{opened['id']}/close", outcome="won")

    dispute = client.v1.disputes.retrieve(opened["id"])
    assert (dispute.status, [each.net for each in dispute.balance_transactions]) == ("won", [-6500, 5000])
    assert look("totals")["kept_cents"] == 5000
    eventually(lambda: product.types()[-2:] == ["charge.dispute.funds_reinstated", "charge.dispute.closed"])
    assert control(f"dispute/{opened['id']}/close", outcome="lost")["http_status"] == 400


@pytest.mark.parametrize(("text", "status"), [("winning_evidence", "won"), ("losing_evidence", "lost")])
def test_evidence_decides_as_in_stripes_test_mode(
    client: stripe.StripeClient, control: Control, text: str, status: str
) -> None:
    opened = control(f"dispute/{paid(client).id}")

    answered = client.v1.disputes.update(opened["id"], {"evidence": {"uncategorized_text": text}, "submit": True})

    assert answered.status == status


def test_a_dispute_can_be_given_up(client: stripe.StripeClient, control: Control) -> None:
    opened = control(f"dispute/{paid(client).id}")

    assert client.v1.disputes.close(opened["id"]).status == "lost"


def test_some_cards_are_disputed_by_themselves(client: stripe.StripeClient) -> None:
    intent = paid(client, payment_method="pm_card_createDispute")

    found = client.v1.disputes.list({"payment_intent": intent.id}).data

    assert [(each.amount, each.reason) for each in found] == [(5000, "fraudulent")]


def test_a_charge_is_not_disputed_for_more_than_it_is(client: stripe.StripeClient, control: Control) -> None:
    intent = paid(client)

    assert control(f"dispute/{intent.id}", amount=5001)["http_status"] == 400
    assert control(f"dispute/{intent.id}", amount=2000)["amount"] == 2000
    assert control(f"dispute/{intent.id}")["http_status"] == 400


def test_money_waits_some_days_and_is_then_paid_out(
    client: stripe.StripeClient, control: Control, product: Product
) -> None:
    paid(client, amount=10000)
    assert control("payout")["http_status"] == 400
    before = client.v1.balance.retrieve()
    assert (before.available[0].amount, before.pending[0].amount) == (0, 9825)

    control("clock", advance=FOUR_DAYS)
    sent = control("payout")

    assert sent["amount"] == 9825
    after = client.v1.balance.retrieve()
    assert (after.available[0].amount, after.pending[0].amount) == (0, 0)
    movements = client.v1.balance_transactions.list({"payout": sent["id"]}).data
    assert [(each.type, each.net, each.status) for each in movements] == [
        ("payout", -9825, "available"),
        ("charge", 9825, "available"),
    ]
    assert [each.id for each in client.v1.payouts.list().data] == [sent["id"]]
    assert client.v1.payouts.retrieve(sent["id"]).status == "paid"
    eventually(lambda: "payout.paid" in product.types())


def test_the_balance_is_the_sum_of_its_movements(client: stripe.StripeClient, control: Control, look: Control) -> None:
    first, second = paid(client, amount=3333), paid(client, amount=7777)
    client.v1.refunds.create({"payment_intent": first.id, "amount": 1111})
    control(f"dispute/{control(f'dispute/{second.id}')['id']}/close", outcome="lost")

    movements = client.v1.balance_transactions.list({"limit": 100}).data
    balance = client.v1.balance.retrieve()

    total = sum(each.net for each in movements)
    assert total == balance.available[0].amount + balance.pending[0].amount == look("totals")["net_cents"]
    assert total == 3333 - 75 - 1111 + 7777 - 142 - 7777 - 1500
    assert all(each.net == each.amount - each.fee for each in movements)


def test_an_inquiry_moves_no_money_until_it_is_escalated(
    client: stripe.StripeClient, control: Control, product: Product, look: Control
) -> None:
    opened = control(f"dispute/{paid(client).id}", inquiry=True)
    asked = client.v1.disputes.retrieve(opened["id"])
    assert (asked.status, asked.balance_transactions, look("totals")["disputed_cents"]) == (
        "warning_needs_response",
        [],
        0,
    )

    control(f"dispute/{opened['id']}/escalate")

    dispute = client.v1.disputes.retrieve(opened["id"])
    assert (dispute.status, [each.net for each in dispute.balance_transactions]) == ("needs_response", [-6500])
    eventually(lambda: product.types()[-2:] == ["charge.dispute.updated", "charge.dispute.funds_withdrawn"])


def test_an_inquiry_may_close_by_itself(client: stripe.StripeClient, control: Control, look: Control) -> None:
    opened = control(f"dispute/{paid(client).id}", inquiry=True)

    control(f"dispute/{opened['id']}/close", outcome="warning_closed")

    assert client.v1.disputes.retrieve(opened["id"]).status == "warning_closed"
    assert look("totals")["disputes"] == 0


def test_the_fee_may_come_back_with_the_money(client: stripe.StripeClient, control: Control, look: Control) -> None:
    opened = control(f"dispute/{paid(client).id}")

    control(f"dispute/{opened['id']}/close", outcome="won", fee_back=True)

    dispute = client.v1.disputes.retrieve(opened["id"])
    assert [each.net for each in dispute.balance_transactions] == [-6500, 6500]
    assert look("totals")["fees_cents"] == 100


def test_a_file_of_evidence_is_uploaded_and_named(client: stripe.StripeClient, control: Control) -> None:
    opened = control(f"dispute/{paid(client).id}")
    pack = io.BytesIO(b"%PDF-1.7 the pack \x00\xff\r\n")
    pack.name = "pack.pdf"

    file = client.v1.files.create({"purpose": "dispute_evidence", "file": pack})
    answered = client.v1.disputes.update(opened["id"], {"evidence": {"uncategorized_file": file.id}, "submit": True})

    assert (file.filename, file.type, file.size) == ("pack.pdf", "pdf", 22)
    assert (answered.status, answered.evidence.uncategorized_file) == ("under_review", file.id)
    with pytest.raises(stripe.InvalidRequestError):
        client.v1.disputes.update(opened["id"], {"evidence": {"receipt": "file_nobody"}})
    with pytest.raises(stripe.InvalidRequestError):
        client.v1.files.create({"purpose": "dispute_evidence", "file": "no file"})


def test_a_bank_warns_of_fraud_before_any_dispute(
    client: stripe.StripeClient, control: Control, product: Product
) -> None:
    intent = paid(client)

    warned = control(f"fraud-warning/{intent.id}", fraud="made_with_stolen_card")

    found = client.v1.radar.early_fraud_warnings.retrieve(warned["id"])
    assert (found.fraud_type, found.payment_intent, found.actionable) == ("made_with_stolen_card", intent.id, True)
    assert [each.id for each in client.v1.radar.early_fraud_warnings.list().data] == [warned["id"]]
    eventually(lambda: "radar.early_fraud_warning.created" in product.types())


def test_a_status_that_nobody_knows_can_be_said(client: stripe.StripeClient, control: Control) -> None:
    opened = control(f"dispute/{paid(client).id}")

    control(f"dispute/{opened['id']}/say", status="in_arbitration")

    assert client.v1.disputes.retrieve(opened["id"]).status == "in_arbitration"
