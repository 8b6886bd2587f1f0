"""App configuration."""

from __future__ import annotations

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class BankConfig(AppConfig):
    name = "bank"
    verbose_name = _("Bank")

    def ready(self) -> None:
        from accounts.events import approval_decided  # noqa: PLC0415 - models are loaded by now
        from bank.selectors import waited_for  # noqa: PLC0415 - same
        from bank.services.anyway import hear_of_anyway  # noqa: PLC0415 - same
        from bank.services.transferring.ordering import hear_decision as hear_of_transfer  # noqa: PLC0415 - same
        from bank.services.undoing import hear_decision  # noqa: PLC0415 - same
        from bank.tracking import said_of_invoice  # noqa: PLC0415 - same
        from invoices.saying import say_on_invoices  # noqa: PLC0415 - same

        approval_decided.connect(hear_decision, dispatch_uid="bank.undo")
        approval_decided.connect(hear_of_anyway, dispatch_uid="bank.anyway")
        approval_decided.connect(hear_of_transfer, dispatch_uid="bank.transfers")
        say_on_invoices(said_of_invoice, when=lambda: waited_for("customer"))
