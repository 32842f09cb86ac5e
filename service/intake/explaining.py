"""In words: why an answer is due on its day, and why a request went where it did, or nowhere."""

from collections.abc import Sequence
from datetime import date

from babel.dates import format_date

from service.intake.deadlines import EXTENDED_MONTHS, Deadline
from service.intake.public_holidays import is_published, regions_at_rest
from service.intake.routing import Why
from service.languages import LOCALES, Words, country_name, duration, long_date, ours

words = Words(__package__)


def explain(found: Deadline, country: str, language: str) -> str:
    """For the controller and the person alike: "The request came on ... One month from then is ..., a Saturday, so ..."."""

    def day(on: date) -> str:
        return long_date(on, language)

    extended = found.months == EXTENDED_MONTHS
    said = [
        words("because_received", language, day=day(found.received_on)),
        words("because_extended" if extended else "because_month", language, day=day(found.plain_on)),
    ]
    if found.paused_days:
        paused = duration(0, 0, found.paused_days, language)
        said.append(words("because_paused", language, paused=paused, day=day(found.nominal_on)))
    if found.due_on != found.nominal_on:
        place = country_name(country, language)
        kind = "because_weekend" if found.nominal_on.isoweekday() > 5 else "because_holiday"
        weekday = format_date(found.nominal_on, "cccc", locale=LOCALES[ours(language)])
        said.append(words(kind, language, weekday=weekday, country=place, day=day(found.due_on)))
    if regions := regions_at_rest(found.due_on, country):
        said.append(words("because_region", language, regions=", ".join(f"{country}-{region}" for region in regions)))
    if found.provisional:
        years = {on.year for on in (found.nominal_on, found.due_on) if not is_published(on.year, country)}
        said.append(words("because_provisional", language, years="–".join(map(str, sorted(years)))))
    return " ".join(said)


def explain_routing(why: Sequence[Why], language: str) -> str:
    return " ".join(words(f"why_{reason.code}", language, value=reason.value) for reason in why)
