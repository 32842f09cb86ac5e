"""Public holidays by country and year, as the Official Journal lists them (Reg. 1182/71 Art. 2(1)), else as they are reckoned.

The lists come out each December for the year after. A day in a year or country without one is reckoned by the `holidays`
library from national law, and is provisional: the list may say otherwise.
"""

import functools
import tomllib
from datetime import date
from importlib.resources import files
from typing import Any

import holidays

_PUBLISHED: dict[str, dict[str, Any]] = tomllib.loads(files(__package__).joinpath("public_holidays.toml").read_text("utf-8"))


def is_public_holiday(day: date, country: str) -> bool:
    """`country`: ISO 3166-1 alpha-2. One that nobody knows has no holidays."""
    return day in _national(country, day.year)


def is_published(year: int, country: str) -> bool:
    """Whether the Official Journal's list of that year is among our data."""
    return country in _PUBLISHED.get(str(year), {})


def regions_at_rest(day: date, country: str) -> list[str]:
    """Regions (ISO 3166-2, without the country) in which a day that is no national holiday is one. It moves no deadline."""
    return [] if is_public_holiday(day, country) else [region for region, days in _regional(country, day.year).items() if day in days]


@functools.lru_cache(maxsize=512)
def _national(country: str, year: int) -> frozenset[date]:
    if is_published(year, country):
        return frozenset(_PUBLISHED[str(year)][country])
    return _reckoned(country, year)


@functools.lru_cache(maxsize=128)
def _regional(country: str, year: int) -> dict[str, frozenset[date]]:
    regions = holidays.list_supported_countries(include_aliases=False).get(country, [])
    return {region: _reckoned(country, year, region) for region in regions}


def _reckoned(country: str, year: int, region: str | None = None) -> frozenset[date]:
    try:
        return frozenset(holidays.country_holidays(country, subdiv=region, years=year))
    except NotImplementedError:
        # What the library says of a country that it does not know.
        return frozenset()
