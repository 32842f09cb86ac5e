"""The one clock. Times are UTC; a day is a day somewhere, so whoever asks for a date names the zone."""

from datetime import UTC, date, datetime
from uuid import UUID
from zoneinfo import ZoneInfo

import uuid_utils.compat


def now() -> datetime:
    return datetime.now(UTC)


def today(time_zone: str) -> date:
    return now().astimezone(ZoneInfo(time_zone)).date()


def start_of(day: date, time_zone: str) -> datetime:
    """The instant at which `day` begins there, in UTC."""
    return datetime(day.year, day.month, day.day, tzinfo=ZoneInfo(time_zone)).astimezone(UTC)


def new_id() -> UUID:
    """UUIDv7: sorts by creation, so that a list's newest-first order is its key's order."""
    return uuid_utils.compat.uuid7()
