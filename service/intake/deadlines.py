"""When an answer is due: GDPR Art. 12(3), counted by Regulation (EEC, Euratom) 1182/71. Pure.

One month: the day of receipt does not count, and the period ends with the last hour of the same date a month later
(Art. 3(2)(c)), or of that month's last day where there is no such date. If that is a Saturday, a Sunday or a public
holiday of the controller's country (Art. 2(1)), it ends with the last hour of the next working day (Art. 3(4)).
Two further months make it three months from receipt; they must be told of within the first (Art. 12(3)).
While the controller waits for an answer that it needs and asked for without delay, the time stands still (EDPB
Guidelines 01/2022, paragraph 159).
"""

import calendar
import functools
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from service.intake.public_holidays import is_public_holiday, is_published

ANSWER_MONTHS = 1
EXTENDED_MONTHS = 3


@dataclass(frozen=True)
class Pause:
    """From the day on which the controller asked to the day of the answer, both in its zone. One that is open ends today."""

    asked_on: date
    answered_on: date


@dataclass(frozen=True)
class Deadline:
    """`nominal_on` is safe whatever holidays are held to count; only after `due_on` is an answer late.

    `plain_on` is `months` after receipt, before `paused_days`. `provisional`: a list of holidays that it needs is not published yet.
    """

    received_on: date
    months: int
    plain_on: date
    paused_days: int
    nominal_on: date
    due_on: date
    due_at: datetime
    provisional: bool


def deadline(received_at: datetime, country: str, time_zone: str, *, extended: bool = False, pauses: Sequence[Pause] = ()) -> Deadline:
    """The days are days in the controller's zone; `due_at` is the last second of `due_on` there, in UTC.

    `extended` only where that was told by the `due_at` of the time without it: later it is void.
    """
    received_on = received_at.astimezone(ZoneInfo(time_zone)).date()
    return _counted_from(received_on, country, time_zone, EXTENDED_MONTHS if extended else ANSWER_MONTHS, tuple(pauses))


@functools.lru_cache(maxsize=1024)
def _counted_from(received_on: date, country: str, time_zone: str, months: int, pauses: tuple[Pause, ...]) -> Deadline:
    plain_on = months_after(received_on, months)
    paused_days = _paused_days(received_on, plain_on, country, pauses)
    nominal_on = plain_on + timedelta(days=paused_days)
    due_on = next_working_day(nominal_on, country)
    # Where clocks go back at midnight, that second comes twice; the day ends with the later one.
    due_at = datetime.combine(due_on, time(23, 59, 59, fold=1), ZoneInfo(time_zone)).astimezone(UTC)
    # A nominal day that is a working day today may turn out to be a holiday, so its own year must be known.
    provisional = not all(is_published(day.year, country) for day in (nominal_on, due_on))
    return Deadline(received_on, months, plain_on, paused_days, nominal_on, due_on, due_at, provisional)


def _paused_days(received_on: date, plain_on: date, country: str, pauses: Sequence[Pause]) -> int:
    """Days that count for no one. Two questions that wait at once stop the time once; one asked when it was over gives nothing."""
    days, counted_to = 0, received_on
    for pause in sorted(pauses, key=lambda pause: (pause.asked_on, pause.answered_on)):
        if pause.asked_on > next_working_day(plain_on + timedelta(days=days), country):
            break
        days += max(0, (pause.answered_on - max(pause.asked_on, counted_to)).days)
        counted_to = max(counted_to, pause.answered_on)
    return days


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
