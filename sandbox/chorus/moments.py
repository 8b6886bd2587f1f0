"""Days and times as Chorus Pro writes and reads them. It thinks in Paris."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

PARIS = ZoneInfo("Europe/Paris")
_DAY_LENGTH = 10


def day(seconds: int) -> str:
    """2026-11-02."""
    return datetime.fromtimestamp(seconds, PARIS).date().isoformat()


def stamp(seconds: int) -> str:
    """2026-11-02T09:41:07.000+01:00."""
    return datetime.fromtimestamp(seconds, PARIS).isoformat(timespec="milliseconds")


def minute(seconds: int) -> str:
    """2026-11-02 09:41: the histories name no zone and no seconds."""
    return datetime.fromtimestamp(seconds, PARIS).strftime("%Y-%m-%d %H:%M")


def is_moment(text: str) -> bool:
    try:
        datetime.fromisoformat(text)
    except ValueError:
        return False
    return True


def day_of(text: str) -> str:
    """The day, in Paris, of a day or a time that was asked about."""
    if len(text) == _DAY_LENGTH:
        return text
    read = datetime.fromisoformat(text)
    return (read.astimezone(PARIS) if read.tzinfo else read).date().isoformat()


def second_of(text: str, *, last: bool) -> float:
    """The second of a time that was asked about; of a day, its first or its last one."""
    if len(text) == _DAY_LENGTH:
        start = datetime.combine(date.fromisoformat(text), time(), PARIS)
        return (start + timedelta(days=1)).timestamp() - 1 if last else start.timestamp()
    read = datetime.fromisoformat(text)
    return (read if read.tzinfo else read.replace(tzinfo=PARIS)).timestamp()
