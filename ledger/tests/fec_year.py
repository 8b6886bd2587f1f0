"""Two years of an individual and of a company with every kind of posting: what a journal may ever hold."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING

from ledger import services
from ledger.services import CreditLeg, DebitLeg, Journal, NewDocument, Origin, Piece, Release
from ledger.tests.desk import Desk, euros

if TYPE_CHECKING:
    from accounts.models import Customer

YEAR = 2026
EVE = datetime(2025, 12, 31, 22, 30, tzinfo=UTC)  # 23:30 in Paris: still 2025
NEW_YEAR = datetime(2025, 12, 31, 23, 30, tzinfo=UTC)  # 00:30 in Paris: 2026 already
WINTER_TIME = datetime(2026, 10, 25, 0, 30, tzinfo=UTC)  # 02:30 in Paris, for the first time that night
LAST_MINUTE = datetime(2026, 12, 31, 22, 59, tzinfo=UTC)
NEXT_YEAR = datetime(2027, 1, 4, 11, 0, tzinfo=UTC)


@dataclass(slots=True)
class Moments:
    """Both desks, moved in time together."""

    person: Desk
    company: Desk

    def at(self, moment: datetime) -> None:
        self.person.at = self.company.at = moment


def two_years(individual: Customer, company: Customer) -> Moments:
    """Everything happens once: 2025 leaves something open, 2026 holds every sequence, 2027 begins."""
    desks = Moments(Desk(individual), Desk(company))
    _the_year_before(desks)
    _opening(desks)
    _cards(desks)
    _transfers(desks)
    _direct_debits(desks)
    _corrections(desks)
    _encaissements(desks)
    _the_end(desks)
    return desks


def _bill(desk: Desk, ref: str, net: str, vat: str, *, due: date = date(2026, 12, 31), **more: object) -> None:
    desk.invoice(ref, net, ("445711", vat), due=due, **more)  # type: ignore[arg-type]


def _the_year_before(desks: Moments) -> None:
    desks.at(EVE)
    _bill(desks.person, "FA2025-000001", "100", "20", due=date(2026, 1, 30))
    desks.person.receive("pi_2025", 50)
    desks.company.receive("pi_kept", 30)
    desks.company.house(Journal.CARD, ("627800", "0.60"), ("517100", "0.60"))


def _opening(desks: Moments) -> None:
    """Balances taken over from another system (AN), at the first minute of the year."""
    desks.at(NEW_YEAR)
    services.book_documents(
        [
            NewDocument(
                desks.company.customer.pk, "ANC-77", euros(40), date(2026, 1, 15), (CreditLeg("890000", euros(40)),),
                "Reprise de la facture ANC-77", date(2025, 11, 2), "opening:ANC-77", journal=Journal.OPENING,
            )
        ],
        at=NEW_YEAR,
    )  # fmt: skip
    desks.company.receive("ANC-solde", 25, origin=Origin.OPENING, account="890000", journal=Journal.OPENING)


def _cards(desks: Moments) -> None:
    desks.at(datetime(2026, 2, 28, 12, 0, tzinfo=UTC))
    person = desks.person
    person.receive("pi_a", 100)
    person.house(Journal.CARD, ("627800", "1.65"), ("517100", "1.65"))
    person.house(Journal.CARD, ("580000", "98.35"), ("517100", "98.35"))
    person.house(Journal.BANK, ("512000", "98.35"), ("580000", "98.35"))
    _bill(person, "FA2026-000001", "10", "2")
    person.ask_refund("pi_a", 5)
    person.refund("pi_a", 5, hold="refund")
    out = person.chargeback("pi_a", 25)
    person.restore("pi_a", out)
    person.receive("pp_1", 50, origin=Origin.PAYPAL, account="517200", journal=Journal.PAYPAL)
    person.house(Journal.PAYPAL, ("627800", "1.80"), ("517200", "1.80"))


def _transfers(desks: Moments) -> None:
    desks.at(datetime(2026, 5, 4, 8, 0, tzinfo=UTC))
    company = desks.company
    _bill(company, "FA2026-000002", "200", "40")
    company.transfer("VIR 1", 240, "FA2026-000002", effective_on=date(2026, 4, 30))
    company.house(Journal.BANK, ("512000", "60"), ("471000", "60"))
    company.house(Journal.MISCELLANEOUS, ("471000", "60"), ("758000", "60"))
    services.move_money(
        company.customer.pk,
        desks.person.customer.pk,
        euros(3),
        piece=company.piece(Journal.MISCELLANEOUS, "fusion"),
        at=company.at,
    )


def _direct_debits(desks: Moments) -> None:
    desks.at(datetime(2026, 6, 15, 8, 0, tzinfo=UTC))
    company = desks.company
    _bill(company, "FA2026-000003", "100", "20")
    company.receive("SDD 1", 120, origin=Origin.DIRECT_DEBIT, account="511300", journal=Journal.DIRECT_DEBIT)
    company.house(Journal.BANK, ("512000", "120"), ("511300", "120"))
    company.chargeback("SDD 1", 120, account="512000", journal=Journal.BANK, ref="MD06 1")
    company.house(Journal.BANK, ("627100", "5"), ("512000", "5"))
    company.house(Journal.MISCELLANEOUS, ("622200", "10"), ("467100", "10"), aux=True)
    company.receive("parrainage", 10, origin=Origin.COMMISSION, account="467100", journal=Journal.MISCELLANEOUS)
    services.withdraw(
        company.customer.pk,
        euros(2),
        into_account="467100",
        piece=company.piece(Journal.MISCELLANEOUS, "reprise"),
        at=company.at,
    )


def _corrections(desks: Moments) -> None:
    desks.at(WINTER_TIME)
    company = desks.company
    company.credit_note("AV2026-000001", "FA2026-000002", "20", "4")
    company.house(Journal.MISCELLANEOUS, ("445662", "20"), ("445200", "20"))
    _bill(company, "FA2026-000004", "500", "100", settles_by_itself=False)
    services.write_off(
        "FA2026-000004", euros("0.02"), legs=[DebitLeg("658000", euros("0.02"))],
        piece=company.piece(Journal.MISCELLANEOUS, "arrondi"), at=company.at,
    )  # fmt: skip
    services.write_off(
        "FA2026-000004", euros("599.98"), legs=[DebitLeg("654000", euros("499.98")), DebitLeg("445711", euros("100"))],
        piece=company.piece(Journal.MISCELLANEOUS, "perte"), at=company.at, through="416000",
    )  # fmt: skip


def _encaissements(desks: Moments) -> None:
    desks.at(datetime(2026, 12, 1, 9, 0, tzinfo=UTC))
    person = desks.person
    person.invoice("FA2026-000005", "33.33", ("445711", "6.67"), due=date(2026, 12, 31), encaissements=True)
    services.book_credit_note(
        "FA2026-000005", euros(12), legs=[DebitLeg("706100", euros(10)), DebitLeg("445870", euros(2))],
        piece=Piece(Journal.SALES, "Avoir", "AV2026-000002", date(2026, 12, 1), "note:2"), at=person.at,
        releases=[Release("445870", "445711", euros(2))],
    )  # fmt: skip


def _the_end(desks: Moments) -> None:
    desks.at(LAST_MINUTE)
    _bill(desks.person, "FA2026-000006", "1000", "200", due=date(2027, 1, 30))
    desks.at(NEXT_YEAR)
    # The bank's day is in the year that is over, its news came afterwards.
    desks.company.transfer("VIR 2", 7, effective_on=date(2026, 12, 30))
    desks.person.receive("pi_2027", 300)
