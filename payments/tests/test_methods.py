"""Saving, keeping in order and removing a card or a PayPal account, through the real gateways and the sandbox."""

from __future__ import annotations

import hashlib
from datetime import timedelta

import pytest

from ledger import selectors as ledger
from outbox.models import Job, Message
from payments import selectors, services
from payments.models import ConsentText, MethodState, PaymentStatus, Provider, Reason, SavedMethod
from payments.services.methods import NotChargeable
from payments.tests.drawer import MASTERCARD, Drawer
from tests.support.bank import AMEX
from tests.support.cast import make_company

BOTH = pytest.mark.parametrize("drawer", ["card", "paypal"], indirect=True)
DAY = timedelta(days=1)


def kept_at_stripe(drawer: Drawer) -> list[str]:
    """The ids of the cards that Stripe still keeps for us."""
    every = SavedMethod.objects.exclude(object_id="").values_list("object_id", flat=True)
    return [object_id for object_id in every if drawer.gateway.read_instrument(object_id) is not None]


def mails(kind: str) -> list[str]:
    return list(Message.objects.filter(kind=kind).order_by("pk").values_list("text", flat=True))


# --- Saving -----------------------------------------------------------------------------------------------------------
@BOTH
def test_beginning_opens_the_providers_page_and_saves_nothing(drawer: Drawer) -> None:
    begun = drawer.begin()

    assert (begun.state, begun.object_id, begun.is_default) == (MethodState.PENDING, "", False)
    assert begun.page_url.startswith(drawer.bank.url)
    assert list(selectors.methods_of(drawer.customer)) == []


@BOTH
def test_agreeing_saves_it_as_the_default_and_writes(drawer: Drawer) -> None:
    saved = drawer.save()

    assert (saved.state, saved.is_default) == (MethodState.ACTIVE, True)
    assert saved.title in {"Visa •• 4242", "PayPal c•••@example.fr"}
    (text,) = mails("method.saved")
    assert saved.title in text
    assert ledger.get_balance(drawer.customer.pk).balance.cents == 0


def test_the_agreement_is_kept_word_for_word(drawer: Drawer) -> None:
    saved = drawer.save()

    assert "J’autorise" in saved.consent.text
    assert saved.consent_sha256 == hashlib.sha256(saved.consent.text.encode()).hexdigest()
    assert (saved.consent_at, saved.consent_address, saved.consent_agent) == (drawer.at, "192.0.2.7", "Firefox")
    drawer.save(MASTERCARD)
    assert ConsentText.objects.count() == 1


@BOTH
def test_asking_again_and_again_saves_once(drawer: Drawer) -> None:
    begun = drawer.consent(drawer.begin())

    for _ in range(3):
        drawer.ask(begun)

    assert SavedMethod.objects.count() == 1
    assert len(mails("method.saved")) == 1


def test_a_second_click_finds_the_same_page(drawer: Drawer) -> None:
    assert drawer.begin() == drawer.begin()


@BOTH
def test_a_page_that_nobody_used_closes_when_its_time_is_over(drawer: Drawer) -> None:
    begun = drawer.begin()
    drawer.bank.advance(3 * 3600)

    assert drawer.ask(begun, later=timedelta(hours=3)).state == MethodState.ABANDONED


@BOTH
def test_a_lost_answer_is_checked_and_found(drawer: Drawer) -> None:
    begun = drawer.in_silence()

    assert begun.state == MethodState.UNKNOWN
    found = drawer.ask(begun)
    assert (found.state, found.pk) == (MethodState.PENDING, begun.pk)
    assert drawer.ask(drawer.consent(found)).state == MethodState.ACTIVE


@BOTH
def test_silence_after_the_agreement_is_checked_and_then_saved(drawer: Drawer) -> None:
    begun = drawer.consent(drawer.begin())
    drawer.silence()
    doubtful = drawer.ask(begun)
    drawer.bank.calm()

    assert doubtful.state == MethodState.UNKNOWN
    assert drawer.ask(begun).state == MethodState.ACTIVE


def test_a_page_that_never_opened_is_given_up_after_some_questions(drawer: Drawer) -> None:
    begun = drawer.in_silence()

    assert drawer.ask(begun, later=2 * DAY).state == MethodState.ABANDONED


def test_a_silent_provider_is_asked_again_by_the_sweeper(drawer: Drawer) -> None:
    begun = drawer.in_silence()
    assert begun.ask_at is not None

    assert services.sweep_methods(at=begun.ask_at) == 1
    assert services.sweep_methods(at=begun.ask_at) == 1
    assert Job.objects.filter(kind="payments.ask_method").count() == 1


def test_another_brand_is_refused_politely_and_taken_away(drawer: Drawer) -> None:
    refused = drawer.save(AMEX, any_brand=True)

    assert (refused.state, refused.reason) == (MethodState.REMOVING, Reason.BRAND)
    gone = drawer.ask(refused)
    assert (gone.state, gone.reason) == (MethodState.REMOVED, Reason.BRAND)
    assert kept_at_stripe(drawer) == []
    assert mails("method.saved") == mails("method.removed") == []


@BOTH
def test_the_same_one_twice_is_one_under_the_latest_agreement(drawer: Drawer) -> None:
    first = drawer.save()
    services.methods.rename(first.pk, "Carte du bureau", at=drawer.at)
    second = drawer.save()
    drawer.ask(first)

    first.refresh_from_db()
    assert list(selectors.methods_of(drawer.customer)) == [second]
    assert (second.label, second.is_default, second.position) == ("Carte du bureau", True, 1)
    assert (first.state, first.reason) == (MethodState.REMOVED, Reason.REPLACED)
    assert kept_at_stripe(drawer) == [second.object_id]
    assert mails("method.removed") == []


def test_another_customer_may_save_the_same_card(drawer: Drawer) -> None:
    mine, theirs = drawer.save(), drawer.of(make_company(drawer.at)).save()

    assert (mine.state, theirs.state) == (MethodState.ACTIVE, MethodState.ACTIVE)
    assert mine.fingerprint == theirs.fingerprint


# --- Saved by a payment -----------------------------------------------------------------------------------------------
@BOTH
def test_a_top_up_saves_its_method_when_asked_to(drawer: Drawer) -> None:
    payment = drawer.paid(drawer.pay(saves=True))

    saved = drawer.ask(payment.saves)

    assert (payment.status, saved.state, saved.is_default) == (PaymentStatus.SUCCEEDED, MethodState.ACTIVE, True)
    assert Job.objects.filter(kind="payments.ask_method", key__endswith=":paid").count() == 1
    assert len(mails("method.saved")) == 1


@BOTH
def test_a_top_up_saves_nothing_unless_asked_to(drawer: Drawer) -> None:
    drawer.paid(drawer.pay())

    assert not SavedMethod.objects.exists()


def test_a_payment_that_waits_saves_nothing_yet_and_one_that_failed_never(drawer: Drawer) -> None:
    payment = drawer.pay(saves=True)
    waiting = drawer.ask(payment.saves)
    services.close(payment.pk, gateway=drawer.gateway, at=drawer.at)

    assert waiting.state == MethodState.PENDING
    assert drawer.ask(waiting).state == MethodState.ABANDONED


def test_another_brand_that_paid_is_credited_and_not_saved(drawer: Drawer) -> None:
    payment = drawer.paid(drawer.pay(saves=True), AMEX, any_brand=True)

    kept = drawer.ask(drawer.ask(payment.saves))

    assert payment.status == PaymentStatus.SUCCEEDED
    assert (kept.state, kept.reason) == (MethodState.REMOVED, Reason.BRAND)


def test_a_provider_that_kept_nothing_is_believed_after_a_day(drawer: Drawer) -> None:
    payment = drawer.pay(saves=True)
    SavedMethod.objects.filter(payment=payment).update(payment=drawer.paid(drawer.pay()))
    method = SavedMethod.objects.get()

    assert drawer.ask(method).state == MethodState.PENDING
    assert drawer.ask(method, later=DAY + timedelta(hours=1)).state == MethodState.ABANDONED


# --- Paying with a saved one ------------------------------------------------------------------------------------------
def test_a_saved_card_is_offered_on_the_providers_page(drawer: Drawer) -> None:
    saved = drawer.save()

    paid = drawer.paid(drawer.pay(saved=saved), method=saved.object_id)

    assert (paid.status, paid.used_method, paid.instrument) == (PaymentStatus.SUCCEEDED, saved, "Visa •• 4242")


@pytest.mark.parametrize("drawer", ["paypal"], indirect=True)
class TestSavedPayPal:
    def test_it_pays_at_once_without_leaving(self, drawer: Drawer) -> None:
        paid = drawer.pay(saved=drawer.save())

        assert (paid.status, paid.received_cents) == (PaymentStatus.SUCCEEDED, 4_680)
        assert ledger.get_balance(drawer.customer.pk).balance.cents == 4_680

    def test_a_refusal_charges_nothing_and_says_so(self, drawer: Drawer) -> None:
        saved = drawer.save()
        drawer.bank.control(f"paypal/vault/{saved.object_id}/funding", funding="declined")

        refused = drawer.pay(saved=saved)

        assert (refused.status, refused.failure) == (PaymentStatus.REFUSED, "PAYPAL")

    @pytest.mark.parametrize("hours", [0, 4, 30])
    def test_a_lost_answer_is_never_called_abandoned(self, drawer: Drawer, hours: int) -> None:
        saved = drawer.save()
        drawer.bank.fail("drop", times=2, path="/v2/checkout/orders", method="POST")
        lost = drawer.pay(saved=saved)
        drawer.bank.calm()
        later = timedelta(hours=hours)
        assert lost.status == PaymentStatus.UNKNOWN

        for _ in range(4):
            found = services.ask(lost.pk, gateway=drawer.gateway, at=drawer.at + later)

        expected = PaymentStatus.UNKNOWN if hours > 5 else PaymentStatus.SUCCEEDED
        assert found.status == expected
        news = drawer.gateway.news_since(drawer.at - DAY, types=["PAYMENT.CAPTURE.COMPLETED"])
        for each in news:
            event = services.receive(each, provider=Provider.PAYPAL, at=drawer.at)
            services.apply_event(event.pk, gateway=drawer.gateway, at=drawer.at)
        assert ledger.get_balance(drawer.customer.pk).balance.cents == 4_680

    def test_the_number_of_a_payment_that_was_made_is_never_read_as_a_refusal(self, drawer: Drawer) -> None:
        saved = drawer.save()
        drawer.bank.fail("drop", times=2, path="/v2/checkout/orders", method="POST")
        lost = drawer.pay(saved=saved)
        drawer.bank.advance(7 * 3600)  # PayPal has forgotten the key, but not the number
        drawer.bank.control("paypal/tokens/life", seconds=32_400)

        asked = services.ask(lost.pk, gateway=drawer.gateway, at=drawer.at)

        assert asked.status == PaymentStatus.UNKNOWN


@BOTH
def test_a_removed_method_starts_no_payment(drawer: Drawer) -> None:
    saved = drawer.save()
    drawer.remove(saved)

    with pytest.raises(NotChargeable):
        drawer.pay(saved=saved)


def test_somebody_elses_method_starts_no_payment(drawer: Drawer) -> None:
    theirs = drawer.of(make_company(drawer.at)).save()

    with pytest.raises(NotChargeable):
        drawer.pay(saved=theirs)
