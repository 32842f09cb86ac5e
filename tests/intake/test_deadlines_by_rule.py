"""Every day of nine years in five countries against another way of counting, whose holidays are written out by rule."""

from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta

import pytest

from service.intake.deadlines import Pause, deadline

FIRST, LAST = date(2024, 1, 1), date(2032, 12, 31)
WAITED = timedelta(days=9)


def easter(year: int) -> date:
    """By Gauss, for the years 1900 to 2099."""
    d = (19 * (year % 19) + 24) % 30
    e = (2 * (year % 4) + 4 * (year % 7) + 6 * d + 5) % 7
    days = d + e - (7 if (d == 29 and e == 6) or (d == 28 and e == 6 and year % 19 > 10) else 0)
    return date(year, 3, 22) + timedelta(days=days)


def fixed(*days: str) -> Callable[[int], Iterator[date]]:
    return lambda year: (date(year, int(day[2:]), int(day[:2])) for day in days)


def around_easter(*offsets: int) -> Callable[[int], Iterator[date]]:
    return lambda year: (easter(year) + timedelta(days=offset) for offset in offsets)


def weekday_from(weekday: int, day: str) -> Callable[[int], Iterator[date]]:
    """The first such weekday at or after a day."""

    def found(year: int) -> Iterator[date]:
        start = date(year, int(day[2:]), int(day[:2]))
        yield start + timedelta(days=(weekday - start.weekday()) % 7)

    return found


GOOD_FRIDAY, EASTER_MONDAY, ASCENSION, WHIT_MONDAY, FRIDAY, SATURDAY = -2, 1, 39, 50, 4, 5
# Sundays need no rule: nobody works on them.
RULES = {
    "FI": [
        fixed("0101", "0601", "0105", "0612", "2412", "2512", "2612"),
        around_easter(GOOD_FRIDAY, EASTER_MONDAY, ASCENSION),
        weekday_from(FRIDAY, "1906"),
    ],
    "SE": [fixed("0101", "0601", "0105", "0606", "2512", "2612"), around_easter(GOOD_FRIDAY, EASTER_MONDAY, ASCENSION)],
    "EE": [fixed("0101", "2402", "0105", "2306", "2406", "2008", "2412", "2512", "2612"), around_easter(GOOD_FRIDAY)],
    "DE": [fixed("0101", "0105", "0310", "2512", "2612"), around_easter(GOOD_FRIDAY, EASTER_MONDAY, ASCENSION, WHIT_MONDAY)],
    "FR": [
        fixed("0101", "0105", "0805", "1407", "1508", "0111", "1111", "2512"),
        around_easter(EASTER_MONDAY, ASCENSION, WHIT_MONDAY),
    ],
}


def later(day: date, months: int) -> date:
    """The same date, stepping back from where there is none."""
    month = day.month + months
    year, month = (day.year + 1, month - 12) if month > 12 else (day.year, month)
    for number in range(day.day, 27, -1):
        try:
            return date(year, month, number)
        except ValueError:
            continue
    return date(year, month, day.day)


@pytest.mark.parametrize("country", sorted(RULES))
def test_each_day_is_as_reckoned_by_rule(country: str) -> None:
    resting = {day for year in range(FIRST.year, LAST.year + 3) for rule in RULES[country] for day in rule(year)}

    def rolled(day: date) -> date:
        return day if day.weekday() < SATURDAY and day not in resting else rolled(day + timedelta(days=1))

    received, wrong = FIRST, []
    while received <= LAST:
        noon = datetime(received.year, received.month, received.day, 12, tzinfo=UTC)
        asked = received + timedelta(days=2)
        for extended, pauses in ((False, []), (True, []), (False, [Pause(asked, asked + WAITED)]), (True, [Pause(asked, asked + WAITED)])):
            nominal = later(received, 3 if extended else 1) + (WAITED if pauses else timedelta(0))
            found = deadline(noon, country, "Europe/Helsinki", extended=extended, pauses=pauses)
            if (found.nominal_on, found.due_on) != (nominal, rolled(nominal)):
                wrong.append((received, extended, bool(pauses), found, nominal, rolled(nominal)))
        received += timedelta(days=1)
    assert wrong == []
