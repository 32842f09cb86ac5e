"""When an answer is due: GDPR Art. 12(3), counted by Regulation (EEC, Euratom) 1182/71. Pure.

One month: the day of receipt does not count, and the period ends with the last hour of the same date a month later
(Art. 3(2)(c)), or of that month's last day where there is no such date. If that is a Saturday, a Sunday or a public
holiday of the controller's country (Art. 2(1)), it ends with the last hour of the next working day (Art. 3(4)).
"""

import calendar
import functools
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import holidays

ANSWER_MONTHS = 1


@dataclass(frozen=True)
class Deadline:
    """`nominal_on` is safe whatever holidays are held to count; only after `due_on` is an answer late."""

    received_on: date
    nominal_on: date
    due_on: date
    due_at: datetime


def deadline(received_at: datetime, country: str, time_zone: str) -> Deadline:
    """The days are days in the controller's zone; `due_at` is the last second of `due_on` there, in UTC."""
    return _counted_from(received_at.astimezone(ZoneInfo(time_zone)).date(), country, time_zone)


@functools.lru_cache(maxsize=1024)
def _counted_from(received_on: date, country: str, time_zone: str) -> Deadline:
    nominal_on = months_after(received_on, ANSWER_MONTHS)
    due_on = next_working_day(nominal_on, country)
    # Where clocks go back at midnight, that second comes twice; the day ends with the later one.
    due_at = datetime.combine(due_on, time(23, 59, 59, fold=1), ZoneInfo(time_zone)).astimezone(UTC)
    return Deadline(received_on, nominal_on, due_on, due_at)


def months_after(day: date, months: int) -> date:
    """The same date `months` later, or that month's last day."""
    years, month = divmod(day.month - 1 + months, 12)
    year = day.year + years
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


def next_working_day(day: date, country: str) -> date:
    """`day` itself, unless it is a Saturday, a Sunday or a public holiday in `country` (ISO 3166-1)."""
    while day.weekday() >= calendar.SATURDAY or is_public_holiday(day, country):
        day += timedelta(days=1)
    return day


@functools.lru_cache(maxsize=512)
def _public_holidays(country: str, year: int) -> frozenset[date]:
    """The national days; regional ones are not on the lists that the Regulation's Art. 2 speaks of."""
    try:
        return frozenset(holidays.country_holidays(country, years=year))
    except NotImplementedError:
        return frozenset()


def is_public_holiday(day: date, country: str) -> bool:
    return day in _public_holidays(country, day.year)
