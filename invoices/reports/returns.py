"""Returns about sales to other member states: services to businesses (DES), the one-stop shop for consumers (OSS)."""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING
from xml.etree import ElementTree

from django.db.models import BigIntegerField, Case, F, Max, Sum, When
from django.db.models.fields.json import KeyTextTransform
from django.utils.translation import gettext as _

from core.money import ZERO, Money, round_half_up
from core.sheets import Sheet
from invoices.models import InvoiceVat
from invoices.reports.periods import Quarter
from invoices.states import DocumentKind, InvoiceStatus
from invoices.tax import Treatment

if TYPE_CHECKING:
    from collections.abc import Iterable

    from django.db.models import QuerySet

    from core.sheets import Row
    from invoices.reports.periods import Period

_FRENCH_NUMBER = re.compile(r"FR[0-9A-Z]{2}[0-9]{9}")
_PARTNER = re.compile(r"[A-Z]{2}[0-9A-Z]{5,12}")
_DECLARATIONS = range(1, 1_000_000)
# Member states in VAT numbers and returns; Greece alone differs from its ISO code.
_STATES = {"GR": "EL"}


class ReturnRefused(ValueError):
    """The file would not be accepted, so it is not made. The message says why."""


@dataclass(frozen=True, slots=True)
class DesLine:
    """What a customer of another member state was invoiced in a month, less credit notes."""

    vat_number: str
    name: str
    net: Money

    @property
    def euros(self) -> int:
        """The value to declare, in whole euros. What rounds to zero is not declared."""
        return round_half_up(Decimal(self.net.cents) / 100)


@dataclass(frozen=True, slots=True)
class OssLine:
    """Sales to consumers of a member state at a rate."""

    state: str
    rate: Decimal
    base: Money
    vat: Money


@dataclass(frozen=True, slots=True)
class OssCorrection:
    """What is to be taken back of an earlier return, by its quarter and member state (negative)."""

    quarter: Quarter
    state: str
    vat: Money


def des_lines(period: Period) -> list[DesLine]:
    """Services under reverse charge dated in these days, by the VAT number frozen on the document (CGI art. 289 B)."""
    rows = (
        _dated(period, Treatment.REVERSE_CHARGE)
        .values(number=KeyTextTransform("vat_number", "invoice__buyer"))
        .annotate(name=Max(KeyTextTransform("name", "invoice__buyer")), cents=_counted("base_cents"))
        .order_by("number")
    )
    return [DesLine(row["number"], row["name"], Money(int(row["cents"]))) for row in rows]


def des_sheet(period: Period) -> Sheet:
    """The declaration as a table, with what is not declared and why."""
    columns = [_("VAT number"), _("Customer"), _("Excl. VAT"), _("Value declared, euros"), _("Remark")]
    less = _("rounds to zero: not declared")
    back = _("credit notes exceed invoices: corrects an earlier declaration")
    rows: list[Row] = [
        [line.vat_number, line.name, line.net, line.euros, less if not line.euros else back if line.euros < 0 else ""]
        for line in des_lines(period)
    ]
    return Sheet(_("DES"), columns, rows)


def des_xml(period: Period, *, seller_vat_number: str, declaration: int) -> bytes:
    """The file for the customs' service: one declaration of one month, numbered by the company.

    Raises ReturnRefused when there is nothing to declare, or when a number has not the form that the file takes.
    """
    lines = [line for line in des_lines(period) if line.euros]
    if not lines:
        raise ReturnRefused(_("There is nothing to declare in this month."))
    if not _FRENCH_NUMBER.fullmatch(seller_vat_number):
        raise ReturnRefused(_("The seller has no French VAT number: %(number)s") % {"number": seller_vat_number})
    if declaration not in _DECLARATIONS:
        raise ReturnRefused(_("The number of a declaration goes from 1 to 999999."))
    root = ElementTree.Element("fichier_des")
    whole = ElementTree.SubElement(root, "declaration_des")
    head = (
        ("num_des", f"{declaration:06d}"),
        ("num_tvaFr", seller_vat_number),
        ("mois_des", f"{period.start:%m}"),
        ("an_des", f"{period.start:%Y}"),
    )
    for name, text in head:
        ElementTree.SubElement(whole, name).text = text
    for place, line in enumerate(lines, 1):
        if not _PARTNER.fullmatch(line.vat_number):
            raise ReturnRefused(_("This is no VAT number of a customer: %(number)s") % {"number": line.vat_number})
        part = ElementTree.SubElement(whole, "ligne_des")
        for name, text in (
            ("numlin_des", f"{place:06d}"),
            ("valeur", str(line.euros)),
            ("partner_des", line.vat_number),
        ):
            ElementTree.SubElement(part, name).text = text
    ElementTree.indent(root)
    content: bytes = ElementTree.tostring(root, encoding="utf-8", xml_declaration=True)
    return content + b"\n"


def oss_lines(quarter: Quarter) -> list[OssLine]:
    """Sales of the quarter by member state and rate, less the credit notes of the quarter on its own invoices."""
    sums: dict[tuple[str, Decimal], list[int]] = defaultdict(lambda: [0, 0])
    period = quarter.period
    rows = _dated(period, Treatment.OSS).exclude(invoice__original__issue_date__lt=period.start)
    for row in (
        rows.values("country", "rate").annotate(base=_counted("base_cents"), vat=_counted("vat_cents")).order_by()
    ):
        found = sums[_state(row["country"]), row["rate"].normalize()]
        found[0] += int(row["base"])
        found[1] += int(row["vat"])
    return [OssLine(state, rate, Money(base), Money(vat)) for (state, rate), (base, vat) in sorted(sums.items())]


def oss_corrections(quarter: Quarter) -> list[OssCorrection]:
    """Credit notes of the quarter on invoices of earlier ones: they correct those returns, within three years."""
    sums: dict[tuple[Quarter, str], Money] = defaultdict(lambda: ZERO)
    period = quarter.period
    notes = _dated(period, Treatment.OSS).filter(invoice__original__issue_date__lt=period.start)
    rows = notes.values_list("country", "invoice__original__issue_date").annotate(Sum("vat_cents")).order_by("country")
    for country, issued_on, cents in rows:
        sums[Quarter.of(issued_on), _state(country)] -= Money(int(cents))
    return [OssCorrection(corrected, state, vat) for (corrected, state), vat in sorted(sums.items())]


def oss_sheets(quarter: Quarter) -> list[Sheet]:
    """The quarterly return: supplies by member state and rate, then corrections of earlier quarters."""
    lines, corrections = oss_lines(quarter), oss_corrections(quarter)
    state, total = _("Member state"), _("Total")
    supplies: list[Row] = [[line.state, line.rate, line.base, line.vat] for line in lines]
    supplies.append([total, None, _sum(line.base for line in lines), _sum(line.vat for line in lines)])
    corrected: list[Row] = [[str(each.quarter), each.state, each.vat] for each in corrections]
    columns = [state, _("Rate, %"), _("Base"), _("VAT")]
    return [
        Sheet(_("OSS %(quarter)s") % {"quarter": quarter}, columns, supplies),
        Sheet(_("Corrections"), [_("Quarter corrected"), state, _("VAT")], corrected),
    ]


def _sum(amounts: Iterable[Money]) -> Money:
    return sum(amounts, ZERO)


def _dated(period: Period, treatment: Treatment) -> QuerySet[InvoiceVat]:
    return InvoiceVat.objects.filter(
        invoice__status=InvoiceStatus.ISSUED,
        invoice__issue_date__gte=period.start,
        invoice__issue_date__lte=period.end,
        treatment=treatment,
    )


def _counted(column: str) -> Sum:
    """The sum of a column, credit notes negative."""
    signed = Case(
        When(invoice__kind=DocumentKind.CREDIT_NOTE, then=-F(column)), default=F(column), output_field=BigIntegerField()
    )
    return Sum(signed)


def _state(country: str) -> str:
    return _STATES.get(country, country)
