"""The only source of now. Verbs below the interface take `at`; views, jobs and commands ask here."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.conf import settings

PARIS = ZoneInfo("Europe/Paris")
_NOON = time(12)


class DateRefused(ValueError):
    """A command was asked to work on a day that this environment does not allow."""


def now() -> datetime:
    """The present moment, aware, in UTC."""
    return datetime.now(UTC)


def local_date(at: datetime) -> date:
    """The day in Europe/Paris: the day of invoices, due dates and postings."""
    return at.astimezone(PARIS).date()


def at_noon(day: date) -> datetime:
    """Noon in Europe/Paris on that day, for verbs that are given a date only."""
    return datetime.combine(day, _NOON, tzinfo=PARIS).astimezone(UTC)


def start_of(day: date) -> datetime:
    """The first instant of that day in Europe/Paris."""
    return datetime.combine(day, time(0), tzinfo=PARIS).astimezone(UTC)


def moment_for(day: date | None) -> datetime:
    """The moment for a command with `--date`: now for today or no date, else noon of that day.

    Outside production the day may be later than the real one (rehearsals). Raises DateRefused in production.
    """
    present = now()
    today = local_date(present)
    if day is None or day == today:
        return present
    if day > today and settings.ENVIRONMENT == "production":
        raise DateRefused(f"{day.isoformat()} is later than today ({today.isoformat()})")
    return at_noon(day)


def days_after(day: date, days: int) -> date:
    """That many calendar days later."""
    return day + timedelta(days=days)
