"""App configuration."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.apps import AppConfig

if TYPE_CHECKING:
    from datetime import datetime


class PaymentsConfig(AppConfig):
    name = "payments"

    def ready(self) -> None:
        """Hear at once what another member of staff decided; each turn of the till would find it too."""
        from accounts.events import approval_decided  # noqa: PLC0415 - apps are not ready when this is imported

        approval_decided.connect(_decided, dispatch_uid="payments.treatments")


def _decided(*, kind: str, at: datetime, **_more: Any) -> None:
    from payments.services.treating import KIND, carry_out  # noqa: PLC0415 - as above

    if kind == KIND:
        carry_out(at=at)
