"""Judge a notice: every rule over every language, the languages against each other, and what the imported source showed.

Pure and deterministic. The content comes with its variables resolved, so that the words judged are those that a reader sees.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import date
from itertools import islice

from service.notices.checking import (
    bases,
    complaint,
    consent_and_cookies,
    contents,
    controller,
    dates,
    hygiene,
    matching,
    old_law,
    requests,
    retention,
    transfers,
)
from service.notices.checking.findings import Check, Finding, ImportFinding, text_hash
from service.notices.checking.languages import drifts
from service.notices.checking.passages import Notice, Place
from service.notices.checking.reading import Reading
from service.notices.checking.ruling import CODES, RULINGS, Hit, finding
from service.notices.content import Content, ControllerSnapshot, Section, languages_of

ROOMS = (
    controller,
    contents,
    bases,
    retention,
    transfers,
    requests,
    complaint,
    old_law,
    consent_and_cookies,
    dates,
    hygiene,
    matching,
)
"""Where the rules are; each enters its own when it is read."""

_MOST = 50
"""Of one code in one language: whoever has more mends them without being told each."""


def check(
    content: Content,
    *,
    default_language: str,
    languages: Sequence[str],
    controllers: Sequence[ControllerSnapshot],
    imported: Sequence[ImportFinding],
    today: date,
) -> Check:
    """Judge each language that has a text, and the default one in any case. Where there are no rules for what a language says,
    only what needs none is found, and nothing is called missing."""
    notice = Notice(content, default_language, languages, controllers, today)
    readings = [Reading(notice, language) for language in languages_of(content, default_language, languages)]
    found = [one for reading in readings for one in _judged(reading)]
    found += drifts(notice)
    found += _repeated(content, imported, {(one.code, one.section, one.language) for one in found})
    items = [item for reading in readings for item in contents.completeness(reading)]
    return Check(_few(_ordered(found, notice)), items)


def _judged(reading: Reading) -> Iterator[Finding]:
    for ruling in RULINGS:
        if reading.spoken or ruling.any_language:
            for hit in islice(ruling.find(reading), _MOST):
                yield finding(ruling.code, _place(reading, hit), reading.language, hit.values, hit.origin)


def _place(reading: Reading, hit: Hit) -> Place:
    if hit.span is None:
        return Place(hit.section, None, hit.excerpt or "")
    place = reading.place(hit.span)
    return place if hit.excerpt is None else place._replace(excerpt=hit.excerpt)


def _repeated(content: Content, imported: Sequence[ImportFinding], seen: set[tuple[str, str | None, str | None]]) -> Iterator[Finding]:
    """What the source showed of a text that still stands as it was imported, unless the text shows it too."""
    sections = {section.id: section for section in content.sections}
    for one in imported:
        if one.section is not None and one.section not in sections:
            continue
        heading, body = _texts(sections[one.section], one.language) if one.section else ("", "")
        stands = one.code in CODES and text_hash(heading, body) == one.text_hash
        if stands and (one.code, one.section, one.language) not in seen:
            # A link's remark tells both ends: "shown → where it leads".
            shown, _, target = one.excerpt.partition(" → ") if one.code == "TN078" else (one.excerpt, "", "")
            yield finding(one.code, Place(one.section, None, one.excerpt), one.language, {"text": shown, "target": target}, "import")


def _texts(section: Section, language: str) -> tuple[str, str]:
    return section.heading.get(language, ""), section.body.get(language, "")


def _ordered(found: list[Finding], notice: Notice) -> list[Finding]:
    """By language, as the notice stands."""
    codes = {code: position for position, code in enumerate([notice.default_language, *notice.languages])}
    places = {section.id: position for position, section in enumerate(notice.content.sections)}
    return sorted(
        found, key=lambda one: (codes.get(one.language or "", -1), places.get(one.section or "", -1), one.span or (-1, -1), one.code)
    )


def _few(found: list[Finding]) -> list[Finding]:
    counts = Counter[tuple[str, str | None]]()
    kept = []
    for one in found:
        counts[one.code, one.language] += 1
        if counts[one.code, one.language] <= _MOST:
            kept.append(one)
    return kept
