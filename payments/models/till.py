"""What providers hold for us: each movement of their balance, what we did about it, and what they told us to hold."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from core.money import Money
from payments.models.words import MovementCause, Provider, TreatmentState


class ProviderMovement(models.Model):
    """One movement of the balance that a provider holds for us, as it told it. Never changed, never deleted.

    Amounts are cents of its currency, in our sense: what comes in is positive, and net = gross − fee. `explained_at`
    is set once, when an object or a treatment of ours explains it.
    """

    provider = models.CharField(_("provider"), max_length=8, choices=Provider.choices)
    object_id = models.CharField(_("provider’s id"), max_length=255)
    cause = models.CharField(_("cause"), max_length=8, choices=MovementCause.choices)
    kind = models.CharField(_("provider’s word"), max_length=100)
    gross_cents = models.BigIntegerField(_("gross"))
    fee_cents = models.BigIntegerField(_("fee"), default=0)
    net_cents = models.BigIntegerField(_("net"))
    currency = models.CharField(_("currency"), max_length=3)
    occurred_at = models.DateTimeField(_("moved at"))
    day = models.DateField(_("day in Paris"))
    available_at = models.DateTimeField(_("available from"), null=True, blank=True)
    source_id = models.CharField(_("caused by"), max_length=255)
    reference = models.CharField(_("our reference"), max_length=255, blank=True)
    label = models.CharField(_("provider’s text"), max_length=300, blank=True)
    recorded_at = models.DateTimeField(_("recorded at"))
    explained_at = models.DateTimeField(_("explained at"), null=True, blank=True)

    class Meta:
        verbose_name = _("movement at a provider")
        verbose_name_plural = _("movements at providers")
        indexes = [
            models.Index(fields=["provider", "day"], name="payments_movement_by_day"),
            models.Index(fields=["provider", "source_id"], name="payments_movement_by_source"),
            models.Index(
                fields=["recorded_at", "id"],
                condition=Q(explained_at__isnull=True),
                name="payments_movement_unexplained",
            ),
        ]
        constraints = [
            models.UniqueConstraint(fields=["provider", "object_id"], name="payments_movement_once"),
            models.CheckConstraint(
                condition=Q(net_cents=F("gross_cents") - F("fee_cents")), name="payments_movement_adds_up"
            ),
            models.CheckConstraint(condition=Q(cause__in=MovementCause.values), name="payments_movement_cause_known"),
            models.CheckConstraint(
                condition=~Q(source_id="") & ~Q(object_id="") & ~Q(currency=""), name="payments_movement_says_what"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.object_id}"

    @property
    def net(self) -> Money:
        return Money(self.net_cents)


class MovementTreatment(models.Model):
    """What was done about a movement that no payment, refund, dispute or payout of ours explains.

    Known kinds (fees) are booked by themselves. For the others one member of staff proposes an account, or says that
    nothing is to be booked, and another one agrees (`approval`). `cents` is what was booked on the clearing account.
    """

    movement = models.ForeignKey(
        ProviderMovement, on_delete=models.PROTECT, related_name="treatments", verbose_name=_("movement")
    )
    state = models.CharField(_("state"), max_length=8, choices=TreatmentState.choices)
    account = models.CharField(_("account"), max_length=10, blank=True)
    cents = models.BigIntegerField(_("amount booked"), default=0)
    approval = models.OneToOneField(
        "accounts.Approval",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("approval"),
    )
    begun_at = models.DateTimeField(_("begun at"))
    decided_at = models.DateTimeField(_("decided at"), null=True, blank=True)
    tx = models.ForeignKey(
        "ledger.Tx", on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("posting")
    )

    class Meta:
        verbose_name = _("treatment of a movement")
        verbose_name_plural = _("treatments of movements")
        constraints = [
            models.UniqueConstraint(
                fields=["movement"],
                condition=~Q(state=TreatmentState.DROPPED),
                name="payments_movement_treated_once",
            ),
            models.CheckConstraint(condition=Q(state__in=TreatmentState.values), name="payments_treatment_state_known"),
            models.CheckConstraint(
                condition=(Q(tx__isnull=False, account__gt="", state=TreatmentState.DONE) & ~Q(cents=0))
                | Q(tx__isnull=True, cents=0, account="")
                | (Q(tx__isnull=True, cents=0) & ~Q(state=TreatmentState.DONE)),
                name="payments_treatment_booked_or_not",
            ),
            models.CheckConstraint(
                condition=Q(state=TreatmentState.PROPOSED, decided_at__isnull=True)
                | (~Q(state=TreatmentState.PROPOSED) & Q(decided_at__isnull=False)),
                name="payments_treatment_decided_or_not",
            ),
            models.CheckConstraint(
                condition=Q(approval__isnull=False) | Q(state=TreatmentState.DONE, account="627800"),
                name="payments_treatment_by_two_or_a_fee",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.movement_id}: {self.state} {self.account}"


class BalanceReading(models.Model):
    """What a provider said it held at a moment, beside what its movements and our books said then. Never changed."""

    provider = models.CharField(_("provider"), max_length=8, choices=Provider.choices)
    at = models.DateTimeField(_("read at"))
    available_cents = models.BigIntegerField(_("available"))
    pending_cents = models.BigIntegerField(_("pending"))
    movements_cents = models.BigIntegerField(_("sum of its movements"))
    books_cents = models.BigIntegerField(_("our books"))
    others = models.CharField(_("other currencies"), max_length=100, blank=True)

    class Meta:
        verbose_name = _("reading of a balance")
        verbose_name_plural = _("readings of balances")
        constraints = [models.UniqueConstraint(fields=["provider", "at"], name="payments_reading_once")]

    def __str__(self) -> str:
        return f"{self.provider} {self.at:%Y-%m-%d %H:%M}"

    @property
    def total(self) -> Money:
        return Money(self.available_cents + self.pending_cents)

    @property
    def agrees(self) -> bool:
        """Whether the provider, its movements and our books say the same, and nothing is held in another currency."""
        return self.total.cents == self.movements_cents == self.books_cents and not self.others


class ProviderCursor(models.Model):
    """How far a list of a provider was read. The next turn starts a little before, and what is known is left alone."""

    provider = models.CharField(_("provider"), max_length=8, choices=Provider.choices)
    stream = models.CharField(_("list"), max_length=16)
    read_until = models.DateTimeField(_("read until"))
    checked_at = models.DateTimeField(_("last read at"))

    class Meta:
        verbose_name = _("cursor")
        verbose_name_plural = _("cursors")
        constraints = [models.UniqueConstraint(fields=["provider", "stream"], name="payments_cursor_once")]

    def __str__(self) -> str:
        return f"{self.provider} {self.stream}"


class AmountReview(models.Model):
    """Somebody of staff saw that a payment received something else than was asked: who, when, and what they noted."""

    payment = models.OneToOneField(
        "payments.Payment", on_delete=models.PROTECT, related_name="amount_review", verbose_name=_("payment")
    )
    seen_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name=_("seen by")
    )
    seen_at = models.DateTimeField(_("seen at"))
    note = models.CharField(_("note"), max_length=300, blank=True)

    class Meta:
        verbose_name = _("look at an amount")
        verbose_name_plural = _("looks at amounts")

    def __str__(self) -> str:
        return f"{self.payment_id} {self.seen_at:%Y-%m-%d}"
