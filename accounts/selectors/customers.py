"""Questions about customers, their people, and the seller."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from django.contrib.auth.models import Permission
from django.db.models import Q

from accounts.models import (
    Approval,
    ApprovalEvent,
    ApprovalState,
    BillingEmail,
    Customer,
    Membership,
    Role,
    Seller,
    User,
)

if TYPE_CHECKING:
    from datetime import date

    from django.db.models import QuerySet

    from core.references import CustomerNumber


class NoSeller(LookupError):
    """No seller's identity is in force on that day."""


def current_seller(*, on: date) -> Seller:
    """Who sells on that day. Raises NoSeller. One query."""
    seller = Seller.objects.filter(valid_from__lte=on).order_by("-valid_from").first()
    if seller is None:
        raise NoSeller(f"no seller's identity is in force on {on.isoformat()}; see `manage.py seller`")
    return seller


def creditor_identifier(*, on: date) -> str:
    """The SEPA creditor identifier (ICS) in force on that day; empty when there is none. Raises NoSeller.

    The seller's own, unless SEPA_ICS says another one for this environment.
    """
    return settings.SEPA_ICS or current_seller(on=on).ics


def get_customer(number: CustomerNumber) -> Customer:
    """The customer with that number. Raises Customer.DoesNotExist."""
    return Customer.objects.get(number=number.stored)


def memberships_of(user: User) -> QuerySet[Membership]:
    """The user's rights, with their customers, in the order of the switcher. One query."""
    return Membership.objects.filter(user=user).select_related("customer").order_by("customer__name", "customer_id")


def customers_of(user: User) -> list[Customer]:
    """The customers a user may act for, in the order of the switcher. One query."""
    return [membership.customer for membership in memberships_of(user)]


def members_of(customer: Customer) -> QuerySet[Membership]:
    """Who has access to a customer, with their users, oldest first. One query."""
    return Membership.objects.filter(customer=customer).select_related("user").order_by("pk")


def staff_who_may(permission: str) -> list[User]:
    """Active members of staff who have that permission (`app.codename`), by a group, by themselves or as superusers."""
    app, _, codename = permission.partition(".")
    granted = Permission.objects.filter(content_type__app_label=app, codename=codename)
    allowed = Q(is_superuser=True) | Q(groups__permissions__in=granted) | Q(user_permissions__in=granted)
    return list(User.objects.filter(allowed, is_active=True, is_staff=True).order_by("pk").distinct())


def billing_addresses(customer: Customer) -> list[str]:
    """Where the customer's mail about money goes: its billing e-mails, or else those of its owners. ≤ 2 queries."""
    chosen = BillingEmail.objects.filter(customer=customer).order_by("pk").values_list("email", flat=True)
    return list(chosen) or list(
        User.objects.filter(memberships__customer=customer, memberships__role=Role.OWNER, is_active=True)
        .order_by("pk")
        .values_list("email", flat=True)
    )


def approvals_to_give() -> QuerySet[Approval]:
    """What waits for the decision of a second member of staff, oldest first."""
    return Approval.objects.filter(state=ApprovalState.ASKED).order_by("asked_at", "pk")


def steps_of_approval(approval: Approval) -> QuerySet[ApprovalEvent]:
    """Who asked, who decided, what became of it, in order. One query."""
    return ApprovalEvent.objects.filter(approval=approval).select_related("by").order_by("pk")
