"""What a rule is: a small function under the code that it finds. The words of a code stand in `rules.toml`."""

import re
from collections.abc import Callable, Iterable, Mapping
from typing import NamedTuple, TypeVar

import msgspec

from service.notices.checking.expressing import data
from service.notices.checking.findings import Finding, Kind, Origin, Severity
from service.notices.checking.passages import Passage, Place, Span, Statement, shortened
from service.notices.checking.reading import Reading

Values = Mapping[str, "str | Mapping[str, str]"]
"""What a message names, by gap: the same in every language, or by the message's language."""


class Hit(NamedTuple):
    """Where a rule found what it looks for: a span of the reading's text, a section, or (neither) the notice as a whole."""

    span: Span | None = None
    section: str | None = None
    values: Values = {}
    excerpt: str | None = None
    """The words at fault, where they are not those of the span."""
    origin: Origin = "text"


def at(statement: Statement) -> Hit:
    return Hit((statement.start, statement.end))


def showing(words: re.Pattern[str], reading: Reading, statement: Statement) -> Hit:
    """The words at fault in a statement, which the message names as `text`; all of it where they are not found."""
    found = words.search(reading.text, statement.start, statement.end)
    span = found.span() if found else (statement.start, statement.end)
    return Hit(span, values={"text": shortened(reading.text[slice(*span)], 80)})


def of(passage: Passage) -> Hit:
    return Hit(section=passage.id, excerpt=passage.heading or None)


class Code(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What is told of a code: how grave, of what kind, by which article, and its words in fi, sv and en."""

    severity: Severity
    kind: Kind
    message: dict[str, str]
    fix: dict[str, str]
    article: str | None = None


def _codes() -> dict[str, Code]:
    return {code: msgspec.convert(row, Code) for code, row in data("rules.toml").items()}


CODES = _codes()

Rule = Callable[[Reading], Iterable[Hit]]
R = TypeVar("R", bound=Rule)


class Ruling(NamedTuple):
    code: str
    find: Rule
    any_language: bool


RULINGS: list[Ruling] = []


def rule(code: str, *, any_language: bool = False) -> Callable[[R], R]:
    """`any_language`: it needs no knowledge of the language, so that it also judges one that we do not speak."""
    if code not in CODES:
        raise LookupError(f"{code} has no words in rules.toml")

    def enter(find: R) -> R:
        RULINGS.append(Ruling(code, find, any_language))
        return find

    return enter


def finding(code: str, place: Place, language: str | None, values: Values, origin: Origin) -> Finding:
    """A code with its words filled, at its place."""
    told = CODES[code]
    return Finding(
        code=code,
        severity=told.severity,
        kind=told.kind,
        origin=origin,
        article=told.article,
        section=place.section,
        language=language,
        span=place.span,
        excerpt=place.excerpt or None,
        message=_filled(told.message, values),
        fix=_filled(told.fix, values),
    )


def _filled(texts: Mapping[str, str], values: Values) -> dict[str, str]:
    return {
        language: text.format_map({gap: value if isinstance(value, str) else value[language] for gap, value in values.items()})
        for language, text in texts.items()
    }
