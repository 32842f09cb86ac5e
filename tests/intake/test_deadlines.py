"""When an answer is due, by Regulation 1182/71: the same date a month later, rolled over weekends and public holidays."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from service.intake.deadlines import Deadline, Pause, deadline, months_after
from service.intake.explaining import explain
from service.intake.public_holidays import is_public_holiday, is_published, regions_at_rest

HELSINKI = ZoneInfo("Europe/Helsinki")
ZONES = ("Europe/Helsinki", "Europe/Lisbon", "Atlantic/Azores", "UTC", "Pacific/Kiritimati", "America/St_Johns", "Africa/Cairo")
COUNTRIES = ("FI", "SE", "EE", "DE", "FR", "PT", "EG", "XX")


@pytest.mark.parametrize(
    ("received", "country", "nominal", "due"),
    [
        pytest.param("2026-03-05", "FI", "2026-04-05", "2026-04-07", id="EDPB: Easter Sunday and Monday"),
        pytest.param("2026-08-31", "FI", "2026-09-30", "2026-09-30", id="EDPB: no corresponding day"),
        pytest.param("2026-01-31", "FI", "2026-02-28", "2026-03-02", id="the end of February, a Saturday"),
        pytest.param("2028-01-31", "FI", "2028-02-29", "2028-02-29", id="a leap year"),
        pytest.param("2028-02-29", "FI", "2028-03-29", "2028-03-29", id="from the leap day"),
        pytest.param("2026-11-06", "FI", "2026-12-06", "2026-12-07", id="Independence Day on a Sunday"),
        pytest.param("2026-11-24", "FI", "2026-12-24", "2026-12-28", id="Christmas Eve"),
        pytest.param("2026-11-25", "FI", "2026-12-25", "2026-12-28", id="Christmas Day, a Friday"),
        pytest.param("2026-05-19", "FI", "2026-06-19", "2026-06-22", id="Midsummer Eve, a Friday"),
        pytest.param("2026-04-01", "FI", "2026-05-01", "2026-05-04", id="Vappu, a Friday"),
        pytest.param("2026-11-22", "FI", "2026-12-22", "2026-12-22", id="received on a Sunday"),
        pytest.param("2026-12-06", "FI", "2027-01-06", "2027-01-07", id="Epiphany in Finland"),
        pytest.param("2026-12-06", "EE", "2027-01-06", "2027-01-06", id="Epiphany is none in Estonia"),
        pytest.param("2027-02-26", "FI", "2027-03-26", "2027-03-30", id="Good Friday to Easter Monday"),
        pytest.param("2026-09-30", "FI", "2026-10-30", "2026-10-30", id="the day before All Saints"),
        pytest.param("2026-05-19", "SE", "2026-06-19", "2026-06-19", id="Sweden lists no eves"),
        pytest.param("2026-05-06", "SE", "2026-06-06", "2026-06-08", id="Sweden's National Day, a Saturday"),
        pytest.param("2026-11-24", "EE", "2026-12-24", "2026-12-28", id="Christmas Eve in Estonia"),
        pytest.param("2026-06-14", "FR", "2026-07-14", "2026-07-15", id="the 14th of July"),
        pytest.param("2026-04-01", "DE", "2026-05-01", "2026-05-04", id="Labour Day in Germany"),
        pytest.param("2026-05-04", "DE", "2026-06-04", "2026-06-04", id="a holiday of some Länder counts nowhere"),
        pytest.param("2026-05-09", "FI", "2026-06-09", "2026-06-09", id="Åland's own day is not on the list"),
        pytest.param("2026-11-25", "XX", "2026-12-25", "2026-12-25", id="a country whose days we do not know"),
    ],
)
def test_the_table(received: str, country: str, nominal: str, due: str) -> None:
    at = datetime.combine(date.fromisoformat(received), time(12), HELSINKI)
    found = deadline(at, country, "Europe/Helsinki")
    assert (found.received_on.isoformat(), found.nominal_on.isoformat(), found.due_on.isoformat()) == (received, nominal, due)
    assert found.due_at == datetime.combine(date.fromisoformat(due), time(23, 59, 59), HELSINKI)
    assert found.due_at.tzinfo is UTC


@pytest.mark.parametrize(
    ("received", "nominal", "due"),
    [("2026-11-30", "2027-02-28", "2027-03-01"), ("2027-11-30", "2028-02-29", "2028-02-29")],
)
def test_an_extended_time_is_three_months_from_receipt(received: str, nominal: str, due: str) -> None:
    """Not two months from the first deadline."""
    found = counted(received, extended=True)
    assert (found.nominal_on.isoformat(), found.due_on.isoformat()) == (nominal, due)


def test_the_word_of_an_extension_has_the_time_without_it() -> None:
    assert counted("2026-11-30").due_on.isoformat() == "2026-12-30"


@pytest.mark.parametrize(
    ("pauses", "nominal"),
    [
        pytest.param([("2026-03-06", "2026-03-16")], "2026-04-15", id="ten days"),
        pytest.param([("2026-03-06", "2026-03-06")], "2026-04-05", id="answered the same day"),
        pytest.param([("2026-03-06", "2026-03-16"), ("2026-03-10", "2026-03-18")], "2026-04-17", id="two questions at once"),
        pytest.param([("2026-03-06", "2026-03-16"), ("2026-03-08", "2026-03-09")], "2026-04-15", id="one within the other"),
        pytest.param([("2026-03-20", "2026-03-22"), ("2026-03-06", "2026-03-16")], "2026-04-17", id="one after the other"),
        pytest.param([("2026-04-07", "2026-04-17")], "2026-04-15", id="asked on the last day, which was rolled to"),
        pytest.param([("2026-04-08", "2026-04-18")], "2026-04-05", id="asked when it was late"),
        pytest.param([("2026-03-06", "2026-03-16"), ("2026-04-15", "2026-04-16")], "2026-04-16", id="asked in the time that a pause gave"),
    ],
)
def test_the_time_stands_while_an_answer_is_awaited(pauses: list[tuple[str, str]], nominal: str) -> None:
    found = counted("2026-03-05", pauses=[Pause(date.fromisoformat(asked), date.fromisoformat(answered)) for asked, answered in pauses])
    assert found.nominal_on.isoformat() == nominal
    assert found.nominal_on - found.plain_on == timedelta(days=found.paused_days)


def counted(received: str, country: str = "FI", **moved: Any) -> Deadline:
    return deadline(datetime.combine(date.fromisoformat(received), time(12), HELSINKI), country, "Europe/Helsinki", **moved)


@pytest.mark.parametrize(
    ("received", "zone", "day", "due_at"),
    [
        ("2026-03-31T20:59:59Z", "Europe/Helsinki", "2026-03-31", "2026-04-30T20:59:59Z"),
        ("2026-03-31T21:00:00Z", "Europe/Helsinki", "2026-04-01", "2026-05-04T20:59:59Z"),
        ("2026-03-31T22:30:00Z", "Europe/Helsinki", "2026-04-01", "2026-05-04T20:59:59Z"),
        ("2026-03-31T22:30:00Z", "UTC", "2026-03-31", "2026-04-30T23:59:59Z"),
        ("2026-09-30T09:00:00Z", "Europe/Helsinki", "2026-09-30", "2026-10-30T21:59:59Z"),
    ],
    ids=["before midnight", "at midnight", "after midnight in Helsinki", "the same instant in UTC", "over the change to winter time"],
)
def test_the_day_is_the_controllers(received: str, zone: str, day: str, due_at: str) -> None:
    found = deadline(datetime.fromisoformat(received), "FI", zone)
    assert found.received_on.isoformat() == day
    assert found.due_at == datetime.fromisoformat(due_at)


INSTANTS = st.datetimes(datetime(2018, 5, 25), datetime(2040, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001 — hypothesis adds the zone


@given(INSTANTS, st.sampled_from(COUNTRIES), st.sampled_from(ZONES))
@example(datetime(2026, 9, 29, 12, tzinfo=UTC), "EG", "Africa/Cairo")
def test_whenever_it_comes(received_at: datetime, country: str, zone: str) -> None:
    found = deadline(received_at, country, zone)
    assert timedelta(days=28) <= found.nominal_on - found.received_on <= timedelta(days=31)
    assert found.nominal_on <= found.due_on
    assert found.due_on.weekday() < 5
    assert not is_public_holiday(found.due_on, country)
    # Every day between is one on which nobody works: not one is given away.
    between = (found.nominal_on + timedelta(days=n) for n in range((found.due_on - found.nominal_on).days))
    assert all(day.weekday() >= 5 or is_public_holiday(day, country) for day in between)
    # The last second of that day, also where clocks go back at midnight.
    local, after = (instant.astimezone(ZoneInfo(zone)) for instant in (found.due_at, found.due_at + timedelta(seconds=1)))
    assert (local.date(), local.time()) == (found.due_on, time(23, 59, 59))
    assert after.date() == found.due_on + timedelta(days=1)


@given(INSTANTS, st.timedeltas(timedelta(0), timedelta(days=90)), st.sampled_from(COUNTRIES))
def test_what_comes_later_is_never_due_earlier(received_at: datetime, later: timedelta, country: str) -> None:
    assert deadline(received_at, country, "Europe/Helsinki").due_at <= deadline(received_at + later, country, "Europe/Helsinki").due_at


@given(st.dates(date(2018, 1, 1), date(2099, 12, 31)), st.integers(0, 36))
def test_months_keep_the_date_or_end_the_month(day: date, months: int) -> None:
    end = months_after(day, months)
    assert (end.year * 12 + end.month) - (day.year * 12 + day.month) == months
    assert end.day == day.day or (end.day < day.day and (end + timedelta(days=1)).day == 1)


def test_a_year_without_a_published_list_is_provisional() -> None:
    assert not counted("2026-03-05").provisional
    assert counted("2026-12-05").provisional
    assert counted("2026-03-05", "NO").provisional
    assert is_published(2025, "SE")
    assert not is_published(2027, "SE")


def test_days_of_a_region_are_told_and_move_nothing() -> None:
    aland = date(2026, 6, 9)
    assert regions_at_rest(aland, "FI") == ["01"]
    assert not is_public_holiday(aland, "FI")
    assert regions_at_rest(date(2026, 6, 4), "DE") != []
    assert regions_at_rest(date(2026, 12, 6), "FI") == []
    assert regions_at_rest(date(2026, 6, 9), "XX") == []


@pytest.mark.parametrize(
    ("found", "country", "language", "said"),
    [
        pytest.param(
            counted("2026-11-24"),
            "FI",
            "en",
            "The request came on 24 November 2026. The answer is due within one month, by 24 December 2026. That is a public holiday "
            "(Finland), so the last day is the next working day, 28 December 2026.",
            id="Christmas Eve",
        ),
        pytest.param(
            counted("2026-10-31"),
            "FI",
            "fi",
            "Pyyntö saapui 31. lokakuuta 2026. Vastausaikaa on kuukausi, 30. marraskuuta 2026 asti.",
            id="a working day",
        ),
        pytest.param(
            counted("2026-02-05", extended=True, pauses=[Pause(date(2026, 2, 6), date(2026, 2, 7))]),
            "FI",
            "sv",
            "Begäran kom 5 februari 2026. Svarstiden har förlängts med två månader och är därför tre månader från det att begäran kom, "
            "till 5 maj 2026. Tiden stod stilla medan ett svar på den personuppgiftsansvariges fråga väntades (1 dag) och går därför till "
            "6 maj 2026.",
            id="extended and paused a day",
        ),
        pytest.param(
            counted("2026-05-09"),
            "FI",
            "en",
            "The request came on 9 May 2026. The answer is due within one month, by 9 June 2026. It is a public holiday in a part of the "
            "country alone (FI-01), which does not move the last day.",
            id="a region's day",
        ),
        pytest.param(
            counted("2027-01-10"),
            "FI",
            "sv",
            "Begäran kom 10 januari 2027. Svarstiden är en månad, till 10 februari 2027. Den officiella förteckningen över helgdagar finns "
            "ännu inte (2027), så dagen är preliminär.",
            id="provisional",
        ),
        pytest.param(
            counted("2026-01-31"),
            "FI",
            "fi",
            "Pyyntö saapui 31. tammikuuta 2026. Vastausaikaa on kuukausi, 28. helmikuuta 2026 asti. Se on lauantai, joten määräpäivä on "
            "seuraava arkipäivä, 2. maaliskuuta 2026.",
            id="a Saturday",
        ),
    ],
)
def test_why_in_words(found: Deadline, country: str, language: str, said: str) -> None:
    assert explain(found, country, language) == said
