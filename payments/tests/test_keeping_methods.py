"""What is kept: the order, the network, the removal, and what the provider says by itself."""

from __future__ import annotations

import pytest

from payments import selectors, services
from payments.checks import saved_methods
from payments.gateways.base import Refused, Unsure
from payments.models import MethodState, Reason, SavedMethod
from payments.services.methods import NotChargeable
from payments.tests.drawer import CO_BADGED, MASTERCARD, Drawer
from payments.tests.test_methods import BOTH, DAY, mails


# --- In order ---------------------------------------------------------------------------------------------------------
def test_the_first_is_the_default_until_another_is_chosen(drawer: Drawer) -> None:
    first, second = drawer.save(), drawer.save(MASTERCARD)
    assert (first.is_default, second.is_default) == (True, False)

    for _ in range(2):
        services.methods.make_default(second.pk, at=drawer.at)

    assert list(selectors.methods_of(drawer.customer).values_list("is_default", flat=True)) == [False, True]


def test_the_order_of_fallback_is_kept(drawer: Drawer) -> None:
    first, second, third = drawer.save(), drawer.save(MASTERCARD), drawer.save(CO_BADGED)

    services.methods.reorder(third.pk, up=True, at=drawer.at)
    services.methods.reorder(first.pk, up=True, at=drawer.at)  # it is at the top already
    services.methods.reorder(second.pk, up=False, at=drawer.at)  # at the end already

    assert list(selectors.methods_of(drawer.customer)) == [first, third, second]


def test_the_network_of_a_co_badged_card_may_be_chosen_again(drawer: Drawer) -> None:
    saved = drawer.save(CO_BADGED, network="cartes_bancaires")
    assert saved.title == "CB •• 1001"

    chosen = services.methods.choose_network(saved.pk, "visa", gateway=drawer.gateway, at=drawer.at)

    assert chosen.title == "Visa •• 1001"
    kept = drawer.gateway.read_instrument(saved.object_id)
    assert kept is not None
    assert kept.brand == "visa"
    with pytest.raises(NotChargeable):
        services.methods.choose_network(saved.pk, "mastercard", gateway=drawer.gateway, at=drawer.at)


def test_a_silent_provider_leaves_the_network_as_it_was(drawer: Drawer) -> None:
    saved = drawer.save(CO_BADGED, network="cartes_bancaires")
    drawer.silence()

    with pytest.raises(Unsure):
        services.methods.choose_network(saved.pk, "visa", gateway=drawer.gateway, at=drawer.at)

    saved.refresh_from_db()
    assert saved.brand == "cartes_bancaires"
    assert "network asked" in [step.name for step in selectors.steps_of(saved)]


# --- Removing ---------------------------------------------------------------------------------------------------------
@BOTH
def test_removing_takes_it_away_at_the_provider_and_writes_once(drawer: Drawer) -> None:
    saved = drawer.save()

    for _ in range(2):
        removed = drawer.remove(saved)

    assert (removed.state, removed.reason, removed.is_default) == (MethodState.REMOVED, Reason.ASKED, False)
    assert drawer.gateway.read_instrument(saved.object_id) is None
    assert len(mails("method.removed")) == 1


@BOTH
def test_a_silent_provider_keeps_it_in_removal_and_the_sweeper_ends_it(drawer: Drawer) -> None:
    saved = drawer.save()
    drawer.silence()
    removing = drawer.remove(saved)
    drawer.bank.calm()

    assert removing.state == MethodState.REMOVING
    with pytest.raises(NotChargeable):
        services.methods.chargeable(drawer.customer.pk, saved.public_id)
    assert drawer.ask(removing).state == MethodState.REMOVED


def test_the_next_in_order_becomes_the_default(drawer: Drawer) -> None:
    first, second = drawer.save(), drawer.save(MASTERCARD)

    drawer.remove(first)

    second.refresh_from_db()
    assert second.is_default


def test_what_is_removed_may_be_saved_again(drawer: Drawer) -> None:
    drawer.remove(drawer.save())

    assert drawer.save().state == MethodState.ACTIVE


# --- What the provider says by itself ---------------------------------------------------------------------------------
def hear(drawer: Drawer, kind: str) -> list[str]:
    """Every event of that kind reaches us; the states they end in."""
    provider = drawer.kind.provider
    told = list(drawer.gateway.news_since(drawer.at - DAY, types=[kind]))
    events = [services.receive(each, provider=provider, at=drawer.at) for each in told]
    return [services.apply_event(event.pk, gateway=drawer.gateway, at=drawer.at).state for event in events]


class TestNews:
    @pytest.mark.parametrize("kind", ["checkout.session.completed", "setup_intent.succeeded"])
    def test_a_customer_who_never_comes_back_has_saved_the_card(self, drawer: Drawer, kind: str) -> None:
        begun = drawer.consent(drawer.begin())

        assert hear(drawer, kind) == ["PROCESSED"]
        begun.refresh_from_db()
        assert begun.state == MethodState.ACTIVE

    def test_a_page_that_expired_saved_nothing(self, drawer: Drawer) -> None:
        begun = drawer.begin()
        drawer.bank.advance(3 * 3600)

        assert hear(drawer, "checkout.session.expired") == ["PROCESSED"]
        begun.refresh_from_db()
        assert begun.state == MethodState.ABANDONED

    def test_a_card_detached_elsewhere_is_gone_here_and_its_owner_is_told(self, drawer: Drawer) -> None:
        saved = drawer.save()
        drawer.bank.control(f"methods/{saved.object_id}/detach")

        assert hear(drawer, "payment_method.detached") == ["PROCESSED"]
        saved.refresh_from_db()
        assert (saved.state, saved.reason, saved.is_default) == (MethodState.REMOVED, Reason.PROVIDER, False)
        assert len(mails("method.removed")) == 1

    def test_a_renewed_card_has_its_new_date(self, drawer: Drawer) -> None:
        saved = drawer.save()
        drawer.bank.control(f"methods/{saved.object_id}/renew", month=6, year=2041)

        assert hear(drawer, "payment_method.automatically_updated") == ["PROCESSED"]
        saved.refresh_from_db()
        assert (saved.expires_month, saved.expires_year) == (6, 2041)

    def test_our_own_removal_told_by_stripe_changes_nothing_more(self, drawer: Drawer) -> None:
        drawer.remove(drawer.save())

        assert hear(drawer, "payment_method.detached") == ["ORPHAN"]
        assert len(mails("method.removed")) == 1

    def test_news_of_a_card_of_nobody_is_an_orphan(self, drawer: Drawer) -> None:
        saved = drawer.save()
        SavedMethod.objects.filter(pk=saved.pk).update(object_id="pm_other")
        drawer.bank.control(f"methods/{saved.object_id}/renew")

        assert hear(drawer, "payment_method.automatically_updated") == ["ORPHAN"]

    @pytest.mark.parametrize("drawer", ["paypal"], indirect=True)
    def test_an_agreement_taken_back_at_paypal_ends_it(self, drawer: Drawer) -> None:
        saved = drawer.save()
        drawer.bank.control(f"paypal/vault/{saved.object_id}/revoke")

        assert hear(drawer, "VAULT.PAYMENT-TOKEN.DELETION-INITIATED") == ["PROCESSED"]
        saved.refresh_from_db()
        assert (saved.state, saved.reason) == (MethodState.UNUSABLE, Reason.TAKEN_BACK)
        assert hear(drawer, "VAULT.PAYMENT-TOKEN.DELETED") == ["PROCESSED"]
        saved.refresh_from_db()
        assert (saved.state, saved.reason) == (MethodState.REMOVED, Reason.PROVIDER)

    @pytest.mark.parametrize("drawer", ["paypal"], indirect=True)
    def test_an_account_that_paypal_saves_late_is_found_by_its_order(self, drawer: Drawer) -> None:
        payment = drawer.paid(drawer.pay(saves=True))

        assert hear(drawer, "VAULT.PAYMENT-TOKEN.CREATED") == ["PROCESSED"]
        assert SavedMethod.objects.get(payment=payment).state == MethodState.ACTIVE


def test_a_method_that_is_not_active_has_no_network_to_choose(drawer: Drawer) -> None:
    saved = drawer.save(CO_BADGED)
    drawer.remove(saved)

    with pytest.raises(NotChargeable):
        services.methods.choose_network(saved.pk, "visa", gateway=drawer.gateway, at=drawer.at)


def test_a_network_that_the_provider_refuses_changes_nothing(drawer: Drawer) -> None:
    saved = drawer.save(CO_BADGED)
    SavedMethod.objects.filter(pk=saved.pk).update(networks=["visa", "mastercard"])

    with pytest.raises(Refused):
        services.methods.choose_network(saved.pk, "mastercard", gateway=drawer.gateway, at=drawer.at)


# --- What must always hold --------------------------------------------------------------------------------------------
def wrong() -> list[str]:
    return [check.name for check in saved_methods() if not check.ok]


def test_all_holds_while_methods_come_and_go(drawer: Drawer) -> None:
    drawer.save()
    drawer.remove(drawer.save(MASTERCARD))
    drawer.begin()
    drawer.pay(saves=True)

    assert wrong() == []


def test_what_is_undecided_for_two_days_is_found(drawer: Drawer) -> None:
    begun = drawer.begin()
    SavedMethod.objects.filter(pk=begun.pk).update(created_at=drawer.at - 3 * DAY)

    assert wrong() == ["saved methods: none is undecided for two days"]


def test_what_is_being_removed_for_two_days_is_found(drawer: Drawer) -> None:
    saved = drawer.save()
    drawer.silence()
    services.methods.remove(saved.pk, gateway=drawer.gateway, at=drawer.at - 3 * DAY)

    assert wrong() == ["saved methods: none is undecided for two days"]


@pytest.mark.parametrize(
    ("column", "value", "name"),
    [
        ("is_default", False, "each customer has one that is used first"),
        ("consent_sha256", "0" * 64, "each agreement and its history are as they were written"),
    ],
)
def test_what_does_not_hold_is_found(drawer: Drawer, column: str, value: object, name: str) -> None:
    saved = drawer.save()
    SavedMethod.objects.filter(pk=saved.pk).update(**{column: value})

    assert wrong() == [f"saved methods: {name}"]
