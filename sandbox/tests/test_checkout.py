from __future__ import annotations

import time

import pytest
import stripe

from sandbox.server import Sandbox
from sandbox.tests.conftest import Control, Product, Visitor, eventually, top_up

VISA = "4242424242424242"
NEEDS_PROOF = "4000002760003184"
NO_FUNDS = "4000000000009995"
FORM = {"number": "4242 4242 4242 4242", "expiry": "12/34", "cvc": "123", "name": "Anne Martin"}


def read(client: stripe.StripeClient, session: str) -> stripe.checkout.Session:
    return client.v1.checkout.sessions.retrieve(session, {"expand": ["payment_intent.latest_charge"]})


def test_a_visitor_pays_on_the_hosted_page(client: stripe.StripeClient, visitor: Visitor, customer: str) -> None:
    session = top_up(client, customer)
    page = visitor.get(str(session.url))
    assert "50,00\u00a0€" in page.body
    assert "Alimentation" in page.body

    answer = visitor.post(f"/checkout/{session.id}", FORM)

    assert answer.status == 303
    assert answer.location == f"http://127.0.0.1:8000/paiements/7b6f/?session={session.id}"
    after = read(client, session.id)
    assert (after.status, after.payment_status) == ("complete", "paid")
    intent = after.payment_intent
    assert isinstance(intent, stripe.PaymentIntent)
    assert (intent.status, intent.amount_received, intent.customer) == ("succeeded", 5000, customer)
    assert intent.metadata.to_dict() == {"payment": "7b6f"}


def test_an_open_session_has_no_payment_yet(client: stripe.StripeClient) -> None:
    session = top_up(client)

    assert session.payment_intent is None
    assert (session.status, session.payment_status, session.amount_total) == ("open", "unpaid", 5000)
    assert session.livemode is False


def test_a_refused_card_leaves_the_session_open_and_says_so(client: stripe.StripeClient, visitor: Visitor) -> None:
    session = top_up(client)

    page = visitor.post(f"/checkout/{session.id}", {**FORM, "number": NO_FUNDS})

    assert page.status == 200
    assert 'role="alert"' in page.body
    assert "pas assez approvisionnée" in page.body
    after = read(client, session.id)
    assert (after.status, after.payment_status) == ("open", "unpaid")
    assert visitor.post(f"/checkout/{session.id}", FORM).status == 303
    assert read(client, session.id).payment_status == "paid"


def test_a_lost_card_is_not_called_lost(client: stripe.StripeClient, visitor: Visitor) -> None:
    page = visitor.post(f"/checkout/{top_up(client).id}", {"card": "4000000000009987"})

    told = page.body.partition('role="alert"')[2].partition("</p>")[0]
    assert "Votre carte a été refusée" in told
    assert "perdue" not in told


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("number", "4242424242424241", "pas celui d’une carte"),
        ("expiry", "01/20", "date d’expiration"),
        ("expiry", "soon", "date d’expiration"),
        ("number", "378282246310005", "marque de carte"),
    ],
)
def test_a_mistyped_or_blocked_card_creates_no_payment(
    client: stripe.StripeClient, visitor: Visitor, field: str, value: str, words: str
) -> None:
    session = top_up(client)

    page = visitor.post(f"/checkout/{session.id}", {**FORM, field: value})

    assert words in page.body
    assert read(client, session.id).payment_intent is None


def test_amex_passes_where_it_is_not_blocked(client: stripe.StripeClient, control: Control) -> None:
    session = top_up(client, payment_method_options={"card": {}})

    assert control(f"pay/{session.id}", card="378282246310005")["outcome"] == "PAID"


def test_a_card_of_two_brands_keeps_the_holders_choice(client: stripe.StripeClient, visitor: Visitor) -> None:
    session = top_up(client)

    visitor.post(f"/checkout/{session.id}", {**FORM, "number": "4000002500001001", "network": "cartes_bancaires"})

    intent = read(client, session.id).payment_intent
    assert isinstance(intent, stripe.PaymentIntent)
    assert isinstance(intent.latest_charge, stripe.Charge)
    details = intent.latest_charge.payment_method_details
    assert details is not None
    assert details.card is not None
    assert (details.card.brand, details.card.network) == ("visa", "cartes_bancaires")


def test_a_confirmed_challenge_pays(client: stripe.StripeClient, visitor: Visitor) -> None:
    session = top_up(client)

    asked = visitor.post(f"/checkout/{session.id}", {**FORM, "number": NEEDS_PROOF})
    assert asked.location == f"/checkout/{session.id}"
    assert "Votre banque demande confirmation" in visitor.get(asked.location).body
    assert read(client, session.id).payment_status == "unpaid"

    assert visitor.post(f"/checkout/{session.id}/challenge", {"answer": "accept"}).status == 303
    assert read(client, session.id).payment_status == "paid"


def test_a_refused_challenge_takes_nothing_and_leaves_the_session_open(
    client: stripe.StripeClient, visitor: Visitor
) -> None:
    session = top_up(client)
    visitor.post(f"/checkout/{session.id}", {**FORM, "number": NEEDS_PROOF})

    page = visitor.post(f"/checkout/{session.id}/challenge", {"answer": "refuse"})

    assert "n’a pas pu vous authentifier" in page.body
    after = read(client, session.id)
    assert isinstance(after.payment_intent, stripe.PaymentIntent)
    assert (after.status, after.payment_intent.status) == ("open", "requires_payment_method")
    assert after.payment_intent.latest_charge is None


def test_a_challenge_may_still_end_in_a_refusal(client: stripe.StripeClient, control: Control) -> None:
    session = top_up(client)

    assert control(f"pay/{session.id}", card="4000008260003178")["reason"] == "insufficient_funds"


def test_a_paid_session_cannot_be_paid_twice(
    client: stripe.StripeClient, visitor: Visitor, control: Control, look: Control
) -> None:
    session = top_up(client)
    control(f"pay/{session.id}")

    again = visitor.post(f"/checkout/{session.id}", FORM)

    assert again.location == f"/checkout/{session.id}"
    assert "déjà été fait" in visitor.get(again.location).body
    assert control(f"pay/{session.id}")["outcome"] == "CLOSED"
    assert look("totals")["captured_cents"] == 5000


def test_an_expired_session_says_so_and_takes_nothing(
    client: stripe.StripeClient, visitor: Visitor, look: Control
) -> None:
    session = top_up(client)

    assert client.v1.checkout.sessions.expire(session.id).status == "expired"

    visitor.post(f"/checkout/{session.id}", FORM)
    assert "a expiré" in visitor.get(f"/checkout/{session.id}").body
    assert look("totals")["captured_cents"] == 0


def test_time_expires_a_session_and_gives_up_its_refused_payment(
    client: stripe.StripeClient, control: Control, product: Product
) -> None:
    session = top_up(client, expires_at=int(time.time()) + 1900)
    control(f"pay/{session.id}", card=NO_FUNDS)

    control("clock", advance=2000)

    after = read(client, session.id)
    assert isinstance(after.payment_intent, stripe.PaymentIntent)
    assert (after.status, after.url, after.payment_intent.status) == ("expired", None, "canceled")
    eventually(lambda: "checkout.session.expired" in product.types())


def test_a_session_whose_time_is_over_cannot_be_paid_before_anyone_noticed(
    client: stripe.StripeClient, sandbox: Sandbox, control: Control
) -> None:
    session = top_up(client)

    sandbox.world.clock.advance(25 * 3600)

    assert control(f"pay/{session.id}")["outcome"] == "CLOSED"


def test_only_an_open_session_can_be_expired(client: stripe.StripeClient, control: Control) -> None:
    session = top_up(client)
    control(f"pay/{session.id}")

    with pytest.raises(stripe.InvalidRequestError, match="status of `complete`"):
        client.v1.checkout.sessions.expire(session.id)


def test_the_payment_of_a_session_cannot_be_confirmed_or_cancelled_behind_its_back(
    client: stripe.StripeClient, control: Control
) -> None:
    intent = control(f"pay/{top_up(client).id}", card=NO_FUNDS)["payment_intent"]

    for call in (client.v1.payment_intents.cancel, client.v1.payment_intents.confirm):
        with pytest.raises(stripe.InvalidRequestError, match="Checkout Session"):
            call(intent)


@pytest.mark.parametrize("seconds", [60, 25 * 3600])
def test_a_session_lives_between_half_an_hour_and_a_day(client: stripe.StripeClient, seconds: int) -> None:
    with pytest.raises(stripe.InvalidRequestError) as refused:
        top_up(client, expires_at=int(time.time()) + seconds)

    assert refused.value.param == "expires_at"


def test_a_page_speaks_the_language_of_its_session(client: stripe.StripeClient, visitor: Visitor) -> None:
    english = visitor.get(f"/checkout/{top_up(client, locale='en').id}").body
    chosen_by_browser = visitor.get(
        f"/checkout/{top_up(client, locale='auto').id}", **{"Accept-Language": "en-GB,en;q=0.9"}
    ).body

    for page in (english, chosen_by_browser):
        assert '<html lang="en">' in page
        assert "€50.00" in page


def test_the_visitor_can_leave_without_paying(client: stripe.StripeClient, visitor: Visitor) -> None:
    page = visitor.get(f"/checkout/{top_up(client).id}").body

    assert '<a href="http://127.0.0.1:8000/paiements/7b6f/annuler/">Revenir au site sans payer</a>' in page


def test_hostile_words_are_text_on_the_page(client: stripe.StripeClient, visitor: Visitor) -> None:
    line = {
        "quantity": 1,
        "price_data": {"currency": "eur", "unit_amount": 5000, "product_data": {"name": "<script>alert(1)</script>"}},
    }
    session = top_up(client, line_items=[line])

    page = visitor.post(f"/checkout/{session.id}", {**FORM, "number": '"><img src=x>'}).body

    assert "<script>" not in page
    assert "<img" not in page


def test_the_page_may_only_lead_back_to_the_site(client: stripe.StripeClient, visitor: Visitor) -> None:
    policy = visitor.get(f"/checkout/{top_up(client).id}").headers["content-security-policy"]

    assert "form-action 'self' http://127.0.0.1:8000" in policy
    assert "default-src 'none'" in policy


def test_a_card_is_saved_without_a_payment(client: stripe.StripeClient, control: Control, customer: str) -> None:
    session = client.v1.checkout.sessions.create(
        {"mode": "setup", "currency": "eur", "customer": customer, "success_url": "http://127.0.0.1:8000/"}
    )

    control(f"pay/{session.id}", card="4000002500003155")

    after = client.v1.checkout.sessions.retrieve(session.id, {"expand": ["setup_intent.payment_method"]})
    assert isinstance(after.setup_intent, stripe.SetupIntent)
    assert (after.status, after.payment_status, after.setup_intent.status) == (
        "complete",
        "no_payment_required",
        "succeeded",
    )
    method = after.setup_intent.payment_method
    assert isinstance(method, stripe.PaymentMethod)
    assert method.customer == customer
    charged = client.v1.payment_intents.create(
        {
            "amount": 1299,
            "currency": "eur",
            "customer": customer,
            "payment_method": method.id,
            "off_session": True,
            "confirm": True,
        }
    )
    assert charged.status == "succeeded"


def test_sessions_are_listed_by_customer_and_state(
    client: stripe.StripeClient, control: Control, customer: str
) -> None:
    closed, still_open = top_up(client, customer), top_up(client, customer)
    top_up(client)
    control(f"pay/{closed.id}")

    found = client.v1.checkout.sessions.list({"customer": customer})
    opened = client.v1.checkout.sessions.list({"customer": customer, "status": "open"})

    assert [session.id for session in found.data] == [still_open.id, closed.id]
    assert [session.id for session in opened.data] == [still_open.id]
    assert client.v1.checkout.sessions.line_items.list(closed.id).data[0].amount_total == 5000
