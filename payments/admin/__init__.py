"""What staff see of payments, of what providers tell, and of the money that they hold."""

from __future__ import annotations

from payments.admin.debits import DebitAdmin
from payments.admin.disputes import DisputeAdmin, FraudWarningAdmin
from payments.admin.inbox import WebhookEventAdmin
from payments.admin.mandates import MandateAdmin
from payments.admin.payments import PaymentAdmin
from payments.admin.remittances import BankAnswerAdmin, RemittanceAdmin
from payments.admin.till import PayoutAdmin, ProviderMovementAdmin
from payments.admin.top_up_rules import TopUpRuleAdmin
from payments.method_admin import CardAttemptAdmin, SavedMethodAdmin

__all__ = [
    "BankAnswerAdmin",
    "CardAttemptAdmin",
    "DebitAdmin",
    "DisputeAdmin",
    "FraudWarningAdmin",
    "MandateAdmin",
    "PaymentAdmin",
    "PayoutAdmin",
    "ProviderMovementAdmin",
    "RemittanceAdmin",
    "SavedMethodAdmin",
    "TopUpRuleAdmin",
    "WebhookEventAdmin",
]
