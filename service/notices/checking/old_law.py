"""Law that is cited and no longer in force, or never was."""

from collections.abc import Iterator

from service.notices.checking.expressing import expression
from service.notices.checking.passages import Statement
from service.notices.checking.reading import Reading
from service.notices.checking.ruling import Hit, at, rule, showing

_SECTION = expression("old_law", "section")
_OBSOLETE = expression("old_law", "obsolete")
_WRONG = expression("old_law", "wrong")


def _is_past(reading: Reading, statement: Statement) -> bool:
    """Whether it, or the sentence beside it, says that this law is over."""
    return "over" in statement.says or any("over" in other.says for other in reading.beside(statement))


@rule("TN020")
def repealed_law(reading: Reading) -> Iterator[Hit]:
    for statement in reading.saying("repealed_law", headings=True):
        if not _is_past(reading, statement):
            yield at(statement)


@rule("TN021")
def repealed_section(reading: Reading) -> Iterator[Hit]:
    for statement in reading.saying("repealed_law", headings=True):
        if not _is_past(reading, statement) and _SECTION.search(reading.text, statement.start, statement.end):
            yield at(statement)


@rule("TN022")
def obsolete_term(reading: Reading) -> Iterator[Hit]:
    for statement in reading.saying("obsolete_term", headings=True):
        if not _is_past(reading, statement):
            yield showing(_OBSOLETE, reading, statement)
            return


@rule("TN024")
def wrong_law(reading: Reading) -> Iterator[Hit]:
    for statement in reading.saying("wrong_law", headings=True):
        if not _is_past(reading, statement):
            yield showing(_WRONG, reading, statement)
