"""What staff see of the bank: accounts, statements, lines. What the bank told is only looked at."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import admin
from django.shortcuts import redirect
from django.utils.translation import gettext_lazy
from unfold.admin import ModelAdmin
from unfold.decorators import action

from bank.admin.orders import TransferFileAdmin, TransferOrderAdmin
from bank.models import BankAccount, BankLine, Statement
from core.admin import ReadOnlyAdmin
from core.formats import in_fours, money_text
from core.money import Money

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

__all__ = ["BankAccountAdmin", "BankLineAdmin", "StatementAdmin", "TransferFileAdmin", "TransferOrderAdmin"]


@admin.register(BankAccount)
class BankAccountAdmin(ModelAdmin):  # type: ignore[misc]
    """Our accounts. Once a statement came, an account keeps its IBAN."""

    list_display = ("label", "shown_iban", "bic", "ledger_account")
    ordering = ("pk",)

    def get_readonly_fields(self, request: HttpRequest, obj: BankAccount | None = None) -> tuple[str, ...]:
        return ("iban",) if obj is not None and obj.statements.exists() else ()

    def has_delete_permission(self, request: HttpRequest, obj: BankAccount | None = None) -> bool:
        return False

    @admin.display(description="IBAN", ordering="iban")
    def shown_iban(self, account: BankAccount) -> str:
        return in_fours(account.iban)


@admin.register(Statement)
class StatementAdmin(ReadOnlyAdmin):
    """What was imported, the newest first."""

    list_display = (
        "last_on",
        "account",
        "shown_opening",
        "shown_movements",
        "shown_closing",
        "lines_count",
        "new_count",
    )
    list_filter = ("account", "format", "last_on")
    list_select_related = ("account", "file")
    list_per_page = 50
    search_fields = ("statement_id", "sequence", "file__name")
    ordering = ("-last_on", "-pk")
    date_hierarchy = "last_on"
    fields = (
        *(
            "account",
            "file_name",
            "imported_at",
            "imported_by",
            "format",
            "statement_id",
            "sequence",
            "first_on",
            "last_on",
        ),
        *("shown_opening", "shown_movements", "shown_closing", "shown_gap", "agreed", "lines_count", "new_count"),
    )
    readonly_fields = fields
    actions_list = ("import_statement",)
    actions_detail = ("see_lines",)

    @admin.display(description=gettext_lazy("opening balance"))
    def shown_opening(self, statement: Statement) -> str:
        return _balance(statement.opening)

    @admin.display(description=gettext_lazy("movements"), ordering="movements_cents")
    def shown_movements(self, statement: Statement) -> str:
        return money_text(Money(statement.movements_cents), signed=True)

    @admin.display(description=gettext_lazy("closing balance"))
    def shown_closing(self, statement: Statement) -> str:
        return _balance(statement.closing)

    @admin.display(description=gettext_lazy("difference"))
    def shown_gap(self, statement: Statement) -> str:
        """What it lacks to add up; two people agreed to it."""
        return money_text(statement.gap, signed=True) if statement.gap_cents else "–"

    @admin.display(description=gettext_lazy("file"))
    def file_name(self, statement: Statement) -> str:
        return statement.file.name

    @admin.display(description=gettext_lazy("imported at"))
    def imported_at(self, statement: Statement) -> object:
        return statement.file.imported_at

    @admin.display(description=gettext_lazy("imported by"))
    def imported_by(self, statement: Statement) -> object:
        return statement.file.imported_by

    def has_import_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("bank.add_statementfile")

    @action(description=gettext_lazy("Import a statement"), url_path="import", permissions=["import"])  # type: ignore[untyped-decorator]
    def import_statement(self, _request: HttpRequest) -> HttpResponse:
        """To the page that shows what is in a file before anything is written."""
        return redirect("staff:import_statement")

    @action(description=gettext_lazy("Lines"), url_path="lines")  # type: ignore[untyped-decorator]
    def see_lines(self, _request: HttpRequest, object_id: str) -> HttpResponse:
        """To its new lines."""
        return redirect(f"/admin/bank/bankline/?statement__id__exact={object_id}")


@admin.register(BankLine)
class BankLineAdmin(ReadOnlyAdmin):
    """Every movement, as the bank told it."""

    list_display = ("booked_on", "shown_amount", "party_name", "text", "kind", "state")
    list_filter = ("work__state", "kind", "account", "booked_on")
    list_select_related = ("work", "account")
    list_per_page = 50
    search_fields = ("text", "party_name", "end_to_end", "bank_reference", "structured", "mandate_ref")
    ordering = ("-booked_on", "-pk")
    date_hierarchy = "booked_on"
    show_full_result_count = False
    fields = (
        *("booked_on", "shown_amount", "state", "kind", "party_name", "party_ultimate", "payer", "party_bic", "text"),
        *("structured", "end_to_end", "mandate_ref", "return_code", "shown_charges", "value_on", "bank_reference"),
        *("shown_part", "message_id", "batch_id", "operation_code", "account", "statement", "place", "raw"),
    )
    readonly_fields = fields

    @admin.display(description=gettext_lazy("amount"), ordering="amount_cents")
    def shown_amount(self, line: BankLine) -> str:
        return money_text(line.amount, signed=True)

    @admin.display(description=gettext_lazy("part of a batch"))
    def shown_part(self, line: BankLine) -> str:
        return f"{line.part + 1} / {line.parts}" if line.parts > 1 else ""

    @admin.display(description=gettext_lazy("charges"))
    def shown_charges(self, line: BankLine) -> str:
        return money_text(Money(line.charges_cents))

    @admin.display(description=gettext_lazy("account of the payer"))
    def payer(self, line: BankLine) -> str:
        """The end of it: enough to recognise, and no IBAN on a screen."""
        return str(line.party_account) if line.party_account else ""

    @admin.display(description=gettext_lazy("state"), ordering="work__state")
    def state(self, line: BankLine) -> str:
        return str(line.work.get_state_display())


def _balance(amount: Money | None) -> str:
    return "–" if amount is None else money_text(amount)
