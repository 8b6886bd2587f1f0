"""People: who may act for a customer, and how they come in."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from allauth.account.adapter import get_adapter
from allauth.account.forms import default_token_generator
from allauth.account.models import EmailAddress
from allauth.account.utils import user_pk_to_url_str
from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.identity import BadIdentity
from accounts.models import Customer, Membership, Role, User
from accounts.notify import notify_user

if TYPE_CHECKING:
    from datetime import datetime


class LastOwner(ValueError):
    """A customer keeps at least one owner."""


def user_of(email: str, *, language: str = "fr") -> User:
    """The user with that address; made, without a password, when new. Raises BadIdentity."""
    address = email.strip().lower()
    try:
        validate_email(address)
    except ValidationError:
        raise BadIdentity("email", _("Write an e-mail address, as name@example.org.")) from None
    known = User.objects.filter(email=address).first()
    if known is not None:
        return known
    try:
        with transaction.atomic():
            user = User.objects.create_user(address, language=language)
            EmailAddress.objects.create(user=user, email=address, primary=True, verified=False)
    except IntegrityError:  # somebody else made it just now
        return User.objects.get(email=address)
    return user


def give_password(user: User, password: str) -> None:
    """Let a user in with this password, the address taken as verified: for demonstrations and rescue by staff."""
    user.set_password(password)
    user.save(update_fields=["password"])
    EmailAddress.objects.update_or_create(user=user, email=user.email, defaults={"primary": True, "verified": True})


def note_address_proved(*, user: User, **_kwargs: Any) -> None:
    """Following a link that was sent to the only address of a user proves that address. Receives `password_reset`."""
    addresses = EmailAddress.objects.filter(user=user)
    if [each.email for each in addresses] == [user.email]:
        addresses.update(verified=True)


def add_member(customer: Customer, user: User, role: Role, *, needs_second_factor: bool = False) -> Membership:
    """Let a user act for a customer; for one who may already, this is a change of role."""
    membership, created = Membership.objects.get_or_create(
        customer=customer, user=user, defaults={"role": role, "needs_second_factor": needs_second_factor}
    )
    if not created:
        return change_member(membership, role=role, needs_second_factor=needs_second_factor)
    return membership


@transaction.atomic
def change_member(membership: Membership, *, role: Role, needs_second_factor: bool) -> Membership:
    """Change what a member may do, at once. Raises LastOwner when nobody would own the customer any more."""
    _keep_an_owner(membership, becomes=role)
    membership.role = role
    membership.needs_second_factor = needs_second_factor
    membership.save()
    return membership


@transaction.atomic
def remove_member(membership: Membership) -> None:
    """Take a member's access away, at once. Raises LastOwner when nobody would own the customer any more."""
    _keep_an_owner(membership, becomes=None)
    membership.delete()


@transaction.atomic
def invite(
    customer: Customer, email: str, role: Role, *, by: User, at: datetime, needs_second_factor: bool = False
) -> Membership:
    """Give somebody access, and write to them how to come in. Somebody who has access already changes role.

    Raises BadIdentity when the address is none, LastOwner when the only owner would lose that role.
    """
    user = user_of(email, language=customer.language)
    membership = add_member(customer, user, role, needs_second_factor=needs_second_factor)
    new = not user.has_usable_password()
    known = {
        "to": customer,
        "by": str(by),
        "role": membership.get_role_display(),
        "new": new,
        "link": password_link(user) if new else settings.SITE_URL + reverse("account_login"),
    }
    key = f"account.invitation:{membership.pk}:{at.isoformat()}"
    notify_user(user, "account.invitation", known, key=key, at=at, confidential=new)
    return membership


def password_link(user: User) -> str:
    """Where that user, and nobody else, chooses a password: once, within PASSWORD_RESET_TIMEOUT."""
    key = f"{user_pk_to_url_str(user)}-{default_token_generator.make_token(user)}"
    return str(get_adapter().get_reset_password_from_key_url(key))


def remember_language(user: User, language: str) -> None:
    """Keep the language a user chose, for the next visit and for the mails of the login pages."""
    User.objects.filter(pk=user.pk).update(language=language)


def is_last_owner(membership: Membership) -> bool:
    """Whether the customer would be without an owner if this access were lowered or taken away."""
    owners = Membership.objects.filter(customer_id=membership.customer_id, role=Role.OWNER)
    return membership.role == Role.OWNER and not owners.exclude(pk=membership.pk).exists()


def _keep_an_owner(membership: Membership, *, becomes: Role | None) -> None:
    """Two owners leaving at once wait for each other on the customer's row."""
    Customer.objects.select_for_update().get(pk=membership.customer_id)
    if becomes != Role.OWNER and is_last_owner(Membership.objects.get(pk=membership.pk)):
        raise LastOwner(f"{membership} is the last owner")
