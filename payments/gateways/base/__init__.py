"""What every provider can do, in our words. Every call ends in an answer, `Refused` or `Unsure`."""

from __future__ import annotations

from payments.gateways.base.disputes import Dispute, DisputeMovement, DisputeState, Evidence, FraudWarning
from payments.gateways.base.endings import NotAuthentic, Refused, Unsure
from payments.gateways.base.gateway import Gateway
from payments.gateways.base.methods import (
    Charge,
    ChargeState,
    Debit,
    Declined,
    DeclineKind,
    Instrument,
    SavingOrder,
    SavingPage,
    SavingState,
    SignedMandate,
)
from payments.gateways.base.news import News
from payments.gateways.base.pages import Decline, Order, Page, PageState, Person, Receipt
from payments.gateways.base.refunds import Refund, RefundOrder, RefundState
from payments.gateways.base.till import BankPayout, Movement, ProviderBalance, Till

__all__ = [
    "BankPayout",
    "Charge",
    "ChargeState",
    "Debit",
    "Decline",
    "DeclineKind",
    "Declined",
    "Dispute",
    "DisputeMovement",
    "DisputeState",
    "Evidence",
    "FraudWarning",
    "Gateway",
    "Instrument",
    "Movement",
    "News",
    "NotAuthentic",
    "Order",
    "Page",
    "PageState",
    "Person",
    "ProviderBalance",
    "Receipt",
    "Refund",
    "RefundOrder",
    "RefundState",
    "Refused",
    "SavingOrder",
    "SavingPage",
    "SavingState",
    "SignedMandate",
    "Till",
    "Unsure",
]
