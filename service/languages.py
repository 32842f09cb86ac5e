"""Languages: which one a reader wants, our own words in Finnish, Swedish and English, and dates as people write them."""

import functools
import re
import tomllib
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from importlib.resources import files
from typing import Annotated
from zoneinfo import ZoneInfo

from babel import Locale
from babel.core import UnknownLocaleError
from babel.dates import format_date, format_time
from babel.units import format_unit
from msgspec import Meta

Language = Annotated[str, Meta(max_length=3)]

# What our own pages and mail speak. A notice may be in any language; around it, others read English.
OURS = ("fi", "sv", "en")
# Finland's Swedish, and British dates.
LOCALES = {"fi": "fi_FI", "sv": "sv_FI", "en": "en_GB"}


def ours(language: str | None) -> str:
    """The language of our own words for a reader of `language`."""
    return language if language in OURS else "en"


@functools.cache
def is_known(code: str) -> bool:
    """Whether `code` is a language of ISO 639 that has a name and letters: `fi`, `sv`, `se` (Northern Sámi), not `xx`."""
    if not (2 <= len(code) <= 3 and code.isascii() and code.isalpha() and code.islower()):
        return False
    try:
        return Locale.parse(code).language == code
    except (UnknownLocaleError, ValueError):
        return False


@functools.cache
def direction(code: str) -> str:
    return str(Locale.parse(code).text_direction) if is_known(code) else "ltr"


@functools.cache
def name_of(code: str) -> str:
    """The language's name in itself, as a language switch shows it."""
    name = Locale.parse(code).get_language_name(code) if is_known(code) else None
    return (name or code)[:1].upper() + (name or code)[1:]


def negotiate(accept: str | None, available: Sequence[str], default: str) -> str:
    """The best of `available` for an Accept-Language header (RFC 9110 section 12.5.4), else `default`. Never fails."""
    wanted: list[tuple[float, int, str]] = []
    named = set[str]()
    for position, part in enumerate((accept or "")[:1000].lower().split(",")[:50]):
        tag, _, parameters = part.strip().partition(";")
        primary, quality = tag.strip().split("-")[0], 1.0
        if parameters.strip().startswith("q="):
            try:
                quality = float(parameters.strip()[2:])
            except ValueError:
                quality = 0.0
        named.add(primary)
        if quality > 0:
            wanted.append((-quality, position, primary))
    for _, _, primary in sorted(wanted):
        if primary in available:
            return primary
        if primary == "*" and (others := [code for code in (default, *available) if code not in named]):
            # The star stands for every language that the header does not name itself.
            return others[0]
    return default


def long_date(day: date, language: str) -> str:
    """1. joulukuuta 2026 · 1 december 2026 · 1 December 2026."""
    return format_date(day, format="long", locale=LOCALES[ours(language)])


def long_time(instant: datetime, language: str, time_zone: str) -> str:
    """The date as above, the time of day, and whose time it is: 24. marraskuuta 2026, 5.10 (EET)."""
    local, locale = instant.astimezone(ZoneInfo(time_zone)), LOCALES[ours(language)]
    return f"{long_date(local.date(), language)}, {format_time(local, 'short', locale=locale)} ({local.tzname()})"


def country_name(code: str, language: str) -> str:
    """`Yhdysvallat`, `Förenta staterna`; the code itself for a country that has no name there."""
    return str(Locale.parse(LOCALES[ours(language)]).territories.get(code, code))


def duration(years: int, months: int, days: int, language: str) -> str:
    """`1 vuosi 6 kuukautta`, `10 år`, `30 days`, with the plural of each language."""
    counted = [(years, "duration-year"), (months, "duration-month"), (days, "duration-day")]
    said = " ".join(format_unit(count, unit, "long", locale=LOCALES[ours(language)]) for count, unit in counted if count)
    # Babel's Swedish counts in `dygn`, spans of 24 hours; deadlines and retention are told in days.
    return re.sub(r"\b1 dygn$", "1 dag", said).replace("dygn", "dagar") if language == "sv" else said


class Words:
    """A room's words, from a table beside its code: `words("in_force_from", "fi", date="...")`."""

    def __init__(self, package: str, table: str = "words.toml") -> None:
        self.table: Mapping[str, Mapping[str, str]] = tomllib.loads(files(package).joinpath(table).read_text("utf-8"))

    def __call__(self, key: str, language: str, /, **values: object) -> str:
        text = self.table[key][ours(language)]
        return text.format(**values) if values else text
