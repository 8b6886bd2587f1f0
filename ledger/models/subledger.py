"""What the two customer accounts are made of: lots of money, open items, and what paid what."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from ledger.kinds import AllocationKind, Direction, ItemKind, LotMovementKind, Origin
from ledger.models.journal import Account, Tx


class Lot(models.Model):
    """Money received at one time from one source. 419100 of a customer is the sum of what remains of its lots.

    No foreign keys to check at each commit: the lot comes with a leg of its customer in its transaction, or is refused.
    """

    customer = models.ForeignKey(
        "accounts.Customer", on_delete=models.PROTECT, related_name="+", db_index=False, db_constraint=False
    )
    tx = models.ForeignKey(Tx, on_delete=models.PROTECT, related_name="+", db_index=False, db_constraint=False)
    origin = models.CharField(max_length=12, choices=Origin.choices)
    reference = models.CharField(max_length=200, help_text=_("The provider's own identifier."))
    refundable_to = models.CharField(max_length=200, blank=True, help_text=_("Where it may go back; empty: unknown."))
    received_on = models.DateField()
    amount_cents = models.BigIntegerField()
    remaining_cents = models.BigIntegerField()
    moved_from = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="+", db_index=False)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(origin__in=Origin.values), name="ledger_lot_origin_known"),
            models.CheckConstraint(condition=Q(amount_cents__gt=0), name="ledger_lot_positive"),
            models.CheckConstraint(
                condition=Q(remaining_cents__gte=0, remaining_cents__lte=F("amount_cents")),
                name="ledger_lot_remaining_within",
            ),
        ]
        indexes = [
            models.Index(fields=["customer", "remaining_cents"], name="ledger_lot_with_money"),
            models.Index(fields=["moved_from"], condition=Q(moved_from__isnull=False), name="ledger_lot_moved"),
        ]

    def __str__(self) -> str:
        return f"{self.origin} {self.reference}"


class OpenItem(models.Model):
    """Something to pay. 411000 of a customer is the sum of what is open of its items.

    The ledger does not know invoices: `document_ref` is the upper app's own word. Keys as those of a lot.
    """

    customer = models.ForeignKey(
        "accounts.Customer", on_delete=models.PROTECT, related_name="+", db_index=False, db_constraint=False
    )
    tx = models.ForeignKey(Tx, on_delete=models.PROTECT, related_name="+", db_index=False, db_constraint=False)
    document_ref = models.CharField(max_length=100)
    kind = models.CharField(max_length=16, choices=ItemKind.choices)
    issued_on = models.DateField()
    due_date = models.DateField()
    amount_cents = models.BigIntegerField()
    paid_cents = models.BigIntegerField(default=0)
    credited_cents = models.BigIntegerField(default=0)
    written_off_cents = models.BigIntegerField(default=0)
    open_cents = models.BigIntegerField()
    settles_by_itself = models.BooleanField(default=True, help_text=_("False: only money that names it pays it."))
    disputed = models.BooleanField(default=False)
    reminders_from = models.DateField(
        null=True, help_text=_("Reminders count from this day, if it is after the due date.")
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["document_ref"], name="ledger_item_document_once"),
            models.CheckConstraint(condition=Q(kind__in=ItemKind.values), name="ledger_item_kind_known"),
            models.CheckConstraint(condition=Q(amount_cents__gt=0), name="ledger_item_positive"),
            models.CheckConstraint(condition=Q(open_cents__gte=0), name="ledger_item_open_not_negative"),
            models.CheckConstraint(
                condition=Q(
                    open_cents=F("amount_cents") - F("paid_cents") - F("credited_cents") - F("written_off_cents")
                ),
                name="ledger_item_open_is_what_is_left",
            ),
        ]
        indexes = [
            models.Index(fields=["customer", "open_cents"], name="ledger_item_to_pay"),
            models.Index(fields=["open_cents"], condition=Q(open_cents__gt=0), name="ledger_item_open_amount"),
        ]

    def __str__(self) -> str:
        return self.document_ref


class Allocation(models.Model):
    """What reduced an open item, and by how much. Never changed; undone by a negative row that names the original."""

    tx = models.ForeignKey(Tx, on_delete=models.PROTECT, related_name="+")
    item = models.ForeignKey(OpenItem, on_delete=models.PROTECT, related_name="allocations")
    kind = models.CharField(max_length=12, choices=AllocationKind.choices)
    lot = models.ForeignKey(Lot, null=True, on_delete=models.PROTECT, related_name="allocations", db_index=False)
    source_ref = models.CharField(max_length=100, blank=True, help_text=_("The credit note or decision, if no lot."))
    amount_cents = models.BigIntegerField()
    reverses = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="undone_by", db_index=False)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=AllocationKind.values), name="ledger_allocation_kind_known"),
            models.CheckConstraint(
                condition=Q(kind=AllocationKind.MONEY, lot__isnull=False, source_ref="")
                | (~Q(kind=AllocationKind.MONEY) & Q(lot__isnull=True) & ~Q(source_ref="")),
                name="ledger_allocation_one_source",
            ),
            models.CheckConstraint(
                condition=Q(amount_cents__gt=0, reverses__isnull=True) | Q(amount_cents__lt=0, reverses__isnull=False),
                name="ledger_allocation_undo_names_original",
            ),
        ]
        indexes = [
            models.Index(fields=["lot"], condition=Q(lot__isnull=False), name="ledger_allocation_lot"),
            models.Index(fields=["reverses"], condition=Q(reverses__isnull=False), name="ledger_allocation_undo"),
        ]

    def __str__(self) -> str:
        return f"{self.item_id} {self.amount_cents}"


class LotMovement(models.Model):
    """Money that left a lot otherwise than by paying (refunded, reversed, moved). Negative gives it back."""

    tx = models.ForeignKey(Tx, on_delete=models.PROTECT, related_name="+")
    lot = models.ForeignKey(Lot, on_delete=models.PROTECT, related_name="movements")
    kind = models.CharField(max_length=10, choices=LotMovementKind.choices)
    amount_cents = models.BigIntegerField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~Q(amount_cents=0), name="ledger_lot_movement_not_zero"),
            models.CheckConstraint(condition=Q(kind__in=LotMovementKind.values), name="ledger_lot_movement_kind_known"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.amount_cents}"


class VatShare(models.Model):
    """The VAT of one rate of an item whose VAT falls due with the money (CGI art. 269-2 c): net of credit notes."""

    item = models.ForeignKey(OpenItem, on_delete=models.PROTECT, related_name="vat_shares", db_index=False)
    seq = models.PositiveSmallIntegerField()
    waiting_account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+", db_index=False)
    due_account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+", db_index=False)
    vat_cents = models.BigIntegerField(default=0)
    released_cents = models.BigIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["item", "seq"], name="ledger_vat_share_once"),
            models.CheckConstraint(
                condition=Q(released_cents__gte=0, released_cents__lte=F("vat_cents")),
                name="ledger_vat_released_within",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.item_id} {self.waiting_account_id} → {self.due_account_id}"


class VatMovement(models.Model):
    """A change of a share: of its VAT (issue, credit note, loss) or of what is released. Never changed."""

    tx = models.ForeignKey(Tx, on_delete=models.PROTECT, related_name="+", db_index=False)
    share = models.ForeignKey(VatShare, on_delete=models.PROTECT, related_name="movements")
    vat_cents = models.BigIntegerField(default=0)
    released_cents = models.BigIntegerField(default=0)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~Q(vat_cents=0, released_cents=0), name="ledger_vat_movement_not_zero"),
        ]

    def __str__(self) -> str:
        return f"{self.share_id} {self.vat_cents} {self.released_cents}"


class Hold(models.Model):
    """Money in flight, without a posting: incoming lowers what may be collected, outgoing what may be spent."""

    customer = models.ForeignKey("accounts.Customer", on_delete=models.PROTECT, related_name="+", db_index=False)
    direction = models.CharField(max_length=3, choices=Direction.choices)
    amount_cents = models.BigIntegerField()
    key = models.CharField(max_length=200)
    reason = models.CharField(max_length=200)
    lot = models.ForeignKey(Lot, null=True, on_delete=models.PROTECT, related_name="holds", db_index=False)
    placed_at = models.DateTimeField()
    expires_at = models.DateTimeField(null=True)
    released_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["key"], name="ledger_hold_key_once"),
            models.CheckConstraint(condition=Q(amount_cents__gt=0), name="ledger_hold_positive"),
            models.CheckConstraint(condition=Q(direction__in=Direction.values), name="ledger_hold_direction_known"),
            models.CheckConstraint(
                condition=Q(lot__isnull=True) | Q(direction=Direction.OUTGOING), name="ledger_hold_lot_goes_out"
            ),
        ]
        indexes = [
            models.Index(fields=["customer"], condition=Q(released_at__isnull=True), name="ledger_hold_active"),
            models.Index(
                fields=["lot"], condition=Q(released_at__isnull=True, lot__isnull=False), name="ledger_hold_on_lot"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.direction} {self.amount_cents} {self.reason}"
