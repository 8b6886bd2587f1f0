"""App configuration."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from datetime import datetime


class PaymentsConfig(AppConfig):
    name = "payments"
    verbose_name = _("Payments")

    def ready(self) -> None:
        """Hear at once what staff decided and whose money was used; the sweeps would find it too."""
        from accounts.events import approval_decided  # noqa: PLC0415 - apps are not ready when this is imported
        from ledger.events import money_used  # noqa: PLC0415 - same
        from payments.services.collecting.hearing import hear_of_use  # noqa: PLC0415 - same
        from payments.services.disputes.giving_in import hear_decision as hear_of_dispute  # noqa: PLC0415 - same
        from payments.services.refunding.sweeping import hear_decision  # noqa: PLC0415 - same

        approval_decided.connect(_decided, dispatch_uid="payments.treatments")
        approval_decided.connect(hear_decision, dispatch_uid="payments.refunds")
        approval_decided.connect(hear_of_dispute, dispatch_uid="payments.disputes")
        money_used.connect(hear_of_use, dispatch_uid="payments.collecting")


def _decided(*, kind: str, at: datetime, **_more: Any) -> None:
    from payments.services.treating import KIND, carry_out  # noqa: PLC0415 - as above

    if kind == KIND:
        carry_out(at=at)
