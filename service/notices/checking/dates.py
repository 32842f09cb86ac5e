"""Whether the text tells of when it is, and how old that makes it."""

from collections.abc import Iterator
from datetime import date

from service.notices.checking.passages import Statement
from service.notices.checking.reading import Reading
from service.notices.checking.ruling import Hit, rule
from service.notices.checking.sighting import days, seen
from service.notices.wording.spotting import Spot

_DATED = frozenset({"date", "title", "intro"})
_OF_LAW = frozenset({"repealed_law", "safeguard", "dead_transfer", "period"})
_MONTHS_OLD = 24


def own_dates(reading: Reading) -> list[Spot]:
    """The dates that the notice gives for itself: in the title, in a section for it, beside a word such as "updated", or in a
    short line at either end ("Helsinki, 1.2.2026")."""
    lines = {0: reading.title}
    for statement in reading.saying("dated"):
        if not _is_of_law(statement):
            start, line = reading.line_at(statement)
            lines[start] = line
    ends = {passage.position for passage in (*reading.passages[:1], *reading.passages[-1:])}
    headed = {
        statement.passage.position for statement in reading.saying("dated", headings=True) if statement.passage and not statement.in_body
    }
    for passage in reading.passages:
        told = "date" in passage.covers
        if told or passage.position in ends | headed:
            lines |= {start: line for start, line in reading.sights(passage).lines if told or len(line.split()) <= 5}
    return seen(days, sorted(lines.items()))


def _is_of_law(statement: Statement) -> bool:
    """A date beside such a word may be an act's, a decision's, or the start of a period."""
    about = statement.passage.covers if statement.passage else frozenset()
    return bool(statement.says & _OF_LAW) or (bool(about & {"transfers", "retention"}) and not about & _DATED)


@rule("TN080")
def undated(reading: Reading) -> Iterator[Hit]:
    if not own_dates(reading):
        yield Hit()


@rule("TN081")
def old(reading: Reading) -> Iterator[Hit]:
    dates = own_dates(reading)
    newest = max(dates, key=lambda spot: spot.value, default=None)
    if newest and _months_between(newest.value, reading.notice.today) > _MONTHS_OLD:
        yield Hit((newest.start, newest.end), values={"text": newest.text})


def _months_between(then: str, now: date) -> float:
    year, month, day = (int(part) for part in (then + "-01").split("-")[:3])
    return (now.year - year) * 12 + now.month - month + (now.day - day) / 31
