"""People, their access, and the seller's dated identity, in the staff admin."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from allauth.usersessions.admin import UserSessionAdmin
from django import forms
from django.contrib import admin, messages
from django.core.exceptions import ValidationError
from django.forms.models import model_to_dict
from django.utils.translation import gettext_lazy as _
from unfold.admin import ModelAdmin

from accounts import services
from accounts.evidence_admin import PlaceItemAdmin, VatNumberCheckAdmin
from accounts.identity import BadIdentity
from accounts.models import Membership, Role, Seller, User
from accounts.selectors import NoSeller, current_seller
from accounts.services.sellers import check_seller
from accounts.text_admin import InvoiceTextAdmin
from core import clock
from core.admin import ReadOnlyAdmin

if TYPE_CHECKING:
    from django.http import HttpRequest

    _MembershipModelForm = forms.ModelForm[Membership]
    _SellerModelForm = forms.ModelForm[Seller]
else:
    _MembershipModelForm = _SellerModelForm = forms.ModelForm

__all__ = ["InvoiceTextAdmin", "MembershipAdmin", "PlaceItemAdmin", "SellerAdmin", "UserAdmin", "VatNumberCheckAdmin"]

# The login package looks people up by a user name, which ours do not have.
UserSessionAdmin.search_fields = ["user__email", "ip"]


@admin.register(User)
class UserAdmin(ModelAdmin):  # type: ignore[misc]
    """Who signs in. A new one comes in with a code by e-mail: staff neither choose nor see anybody's password.

    Only those with the right to change people work here, and nobody raises their own rights.
    """

    list_display = ("email", "first_name", "last_name", "is_staff", "is_active", "last_login")
    list_filter = ("is_staff", "is_active", "groups")
    search_fields = ("email", "first_name", "last_name")
    ordering = ("email",)
    filter_horizontal = ("groups",)
    readonly_fields = ("last_login", "date_joined")
    fieldsets = (
        (None, {"fields": ("email", "first_name", "last_name", "language", "is_active")}),
        (_("Staff"), {"fields": ("is_staff", "groups")}),
        (_("Dates"), {"fields": ("last_login", "date_joined")}),
    )

    def get_readonly_fields(self, request: HttpRequest, obj: User | None = None) -> tuple[str, ...]:
        """The address is changed by its owner, who proves the new one."""
        fixed: tuple[str, ...] = (*self.readonly_fields, "email") if obj else self.readonly_fields
        raises_own_rights = obj is not None and obj.pk == request.user.pk
        if raises_own_rights or not getattr(request.user, "is_superuser", False):
            return (*fixed, "is_staff", "groups")
        return fixed

    def save_model(self, request: HttpRequest, obj: User, form: forms.ModelForm[User], change: bool) -> None:  # noqa: FBT001
        if not change:
            obj.email = obj.email.lower()
            obj.set_unusable_password()
        super().save_model(request, obj, form, change)

    def has_delete_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        """People stay, as the authors of what they did; take “active” away instead."""
        return False


class MembershipForm(_MembershipModelForm):
    """Somebody's access, refused while it would leave a customer without owner."""

    class Meta:
        model = Membership
        fields = ("user", "customer", "role", "needs_second_factor")

    def clean(self) -> dict[str, Any]:
        found: dict[str, Any] = super().clean() or {}
        before = Membership.objects.filter(pk=self.instance.pk).first()
        if before is not None and found.get("role") != Role.OWNER and services.is_last_owner(before):
            raise ValidationError(_("An account keeps at least one owner. Name another one first."))
        return found


@admin.register(Membership)
class MembershipAdmin(ModelAdmin):  # type: ignore[misc]
    """Who may act for whom."""

    form = MembershipForm
    list_display = ("user", "customer", "role", "needs_second_factor")
    list_filter = ("role", "needs_second_factor")
    list_select_related = ("user", "customer")
    search_fields = ("user__email", "customer__name", "customer__number")
    autocomplete_fields = ("user", "customer")
    ordering = ("-pk",)
    actions = None

    def get_readonly_fields(self, _request: HttpRequest, obj: Membership | None = None) -> tuple[str, ...]:
        """An access passes to nobody else: take it away and give another one."""
        return ("user", "customer") if obj else ()

    def delete_model(self, request: HttpRequest, obj: Membership) -> None:
        try:
            services.remove_member(obj)
        except services.LastOwner:
            messages.error(
                request, _("Nothing was changed: an account keeps at least one owner. Name another one first.")
            )


class SellerForm(_SellerModelForm):
    """The identity from a day on, checked as `manage.py seller` does."""

    class Meta:
        model = Seller
        fields = "__all__"

    def clean(self) -> dict[str, Any]:
        found: dict[str, Any] = super().clean() or {}
        day = found.get("valid_from")
        if day is not None and day < clock.local_date(clock.now()):
            self.add_error("valid_from", _("Choose today or a later day: documents of the past keep their seller."))
        if self.errors:
            return found
        seller = Seller(**found)
        try:
            check_seller(seller)
        except BadIdentity as error:
            self.add_error(error.field, str(error.message))
            return found
        return {name: getattr(seller, name) for name in found}


@admin.register(Seller)
class SellerAdmin(ReadOnlyAdmin):
    """Each identity, with the day it comes in force. A change is a new row; what was in force stays as it was."""

    form = SellerForm
    list_display = ("valid_from", "name", "siret", "vat_number", "iban")
    ordering = ("-valid_from",)

    def has_add_permission(self, request: HttpRequest, obj: Seller | None = None) -> bool:
        return request.user.has_perm("accounts.add_seller")

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        """The identity in force, to be corrected."""
        today = clock.local_date(clock.now())
        try:
            known = model_to_dict(current_seller(on=today), exclude=["id"])
        except NoSeller:
            known = {}
        return {**known, "valid_from": today, **super().get_changeform_initial_data(request)}
