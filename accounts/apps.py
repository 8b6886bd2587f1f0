"""App configuration."""

from __future__ import annotations

from typing import Any

from django.apps import AppConfig
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _


class AccountsConfig(AppConfig):
    name = "accounts"
    verbose_name = _("People and customers")

    def ready(self) -> None:
        from allauth.account.signals import password_reset  # noqa: PLC0415 - the app registry is being filled
        from allauth.mfa.signals import authenticator_added  # noqa: PLC0415 - same

        from accounts.second_factor import note_set_up  # noqa: PLC0415 - same
        from accounts.services.people import note_address_proved  # noqa: PLC0415 - same

        authenticator_added.connect(note_set_up)
        password_reset.connect(note_address_proved)
        post_migrate.connect(_fill_a_new_database, sender=self)


def _fill_a_new_database(**_kwargs: Any) -> None:
    from accounts.services import ensure_first_rows  # noqa: PLC0415 - models are not loaded when this module is

    ensure_first_rows()
