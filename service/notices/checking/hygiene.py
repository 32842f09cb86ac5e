"""The text as a text: gaps, empty sections, left-overs of its source, what should not stand there."""

import re
from collections.abc import Iterator

from service.notices.checking.expressing import expression
from service.notices.checking.passages import Passage, shortened
from service.notices.checking.reading import Reading
from service.notices.checking.ruling import Hit, rule
from service.notices.variables import NAMES
from service.notices.wording import naming, spotting
from service.notices.wording.labelling import LABELS

_VARIABLE = re.compile(r"\{\{ ?([a-z]{1,20}\.[a-z_]{1,40}) ?\}\}")
_TAG = expression("hygiene", "html")
_UMBRELLA = expression("hygiene", "umbrella")
_NUMBERED = re.compile(r"\s*(\d{1,3})(?:[.)]|\s(?=[^\W\d]))(?!\d)")
_HTTP = re.compile(r"(?<![\w/])http://[^\s<>()\[\]]{3,500}", re.IGNORECASE)
_UNTOLD = frozenset({"other", "intro", "title"})
"""What says nothing of a matter: of an umbrella heading, or of a part under one."""
_PIECE = re.compile(r"[^|·•]+")
_SENTENCE = re.compile(r"[^\n.!?]{60,}[.!?]?")
_LETTERS = re.compile(r"[^\W_]")


@rule("TN070", any_language=True)
def gap_left(reading: Reading) -> Iterator[Hit]:
    for spot in reading.everywhere(lambda sights: sights.placeholders):
        variable = _VARIABLE.search(spot.text)
        if not variable or variable[1] not in NAMES:
            yield Hit((spot.start, spot.end), values={"text": shortened(spot.text, 80)})


@rule("SE030", any_language=True)
def variable_unfilled(reading: Reading) -> Iterator[Hit]:
    for match in _VARIABLE.finditer(reading.text):
        if match[1] in NAMES:
            yield Hit(match.span(), values={"text": match[0]})


@rule("TN071", any_language=True)
def empty_section(reading: Reading) -> Iterator[Hit]:
    """A heading over nothing; not one that other sections follow to tell it, nor an empty field (TN003)."""
    for position, passage in enumerate(reading.passages):
        if (
            not passage.heading.strip()
            or passage.covers == {"title"}
            or _LETTERS.search(passage.body)
            or _leads(reading.passages[position : position + 2])
        ):
            continue
        if not naming.FIELD_LABEL.fullmatch(passage.heading.strip(" :")):
            yield Hit(section=passage.id, excerpt=passage.heading, values={"heading": shortened(passage.heading, 80)})


def _leads(passages: list[Passage]) -> bool:
    """What follows tells it: "Your rights", and then a section for each; "Safeguards", and then "A. Paper", "B. Computers"."""
    first, following = passages[0], next(iter(passages[1:2]), None)
    if following is None:
        return False
    told = bool(_LETTERS.search(following.body))
    if first.covers <= _UNTOLD:
        return told and _UMBRELLA.search(first.heading) is not None
    if following.covers <= _UNTOLD:
        return told
    family = {item.partition("_")[0] for item in first.covers - _UNTOLD}
    return bool(family & {item.partition("_")[0] for item in following.covers})


@rule("TN072", any_language=True)
def html_shown(reading: Reading) -> Iterator[Hit]:
    for passage in reading.passages:
        if tag := _TAG.search(reading.text, passage.start, passage.end):
            yield Hit(tag.span())


@rule("TN073", any_language=True)
def button_left(reading: Reading) -> Iterator[Hit]:
    for start, line in reading.lines:
        for piece in _PIECE.finditer(line) if len(line) <= 40 or "|" in line or "·" in line else ():
            if len(piece[0]) <= 40 and piece[0].strip(" -*»›×").casefold() in LABELS:
                yield Hit((start + piece.start(), start + piece.end()), values={"text": piece[0].strip()})


@rule("TN074", any_language=True)
def said_twice(reading: Reading) -> Iterator[Hit]:
    """The same long sentence in two sections; told once for each section that repeats another."""
    first: dict[str, Passage] = {}
    for passage in reading.passages:
        for sentence in _SENTENCE.finditer(reading.text, passage.body_start, passage.end):
            other = first.setdefault(sentence[0].strip(), passage)
            if other is not passage:
                yield Hit(sentence.span(), values={"heading": shortened(other.heading or other.id, 80)})
                break


@rule("TN075", any_language=True)
def number_missing(reading: Reading) -> Iterator[Hit]:
    numbers = [int(found[1]) for passage in reading.passages if (found := _NUMBERED.match(passage.heading))]
    if len(numbers) >= 4 and sorted(set(numbers)) == numbers and numbers[0] <= 2 and numbers[-1] != numbers[0] + len(numbers) - 1:
        yield Hit()


@rule("TN078", any_language=True)
def link_leads_elsewhere(reading: Reading) -> Iterator[Hit]:
    for passage in reading.passages:
        for link in passage.plain.links:
            shown = spotting.emails(passage.body[link.start : link.end])
            target = link.target.removeprefix("mailto:").partition("?")[0].lower()
            if link.target.startswith("mailto:") and shown and shown[0].value and shown[0].value != target:
                span = (passage.body_start + link.start, passage.body_start + link.end)
                yield Hit(span, values={"text": shown[0].text, "target": target})


@rule("SE032", any_language=True)
def identity_code(reading: Reading) -> Iterator[Hit]:
    for spot in reading.everywhere(lambda sights: sights.identity_codes):
        yield Hit((spot.start, spot.end), excerpt=f"{spot.text[:6]}…")


@rule("SE033", any_language=True)
def unprotected_link(reading: Reading) -> Iterator[Hit]:
    for match in _HTTP.finditer(reading.text) if "http://" in reading.text.lower() else ():
        yield Hit(match.span(), values={"text": match[0].rstrip(".,;")})
    for passage in reading.passages:
        for link in passage.plain.links:
            if link.target.lower().startswith("http://"):
                yield Hit((passage.body_start + link.start, passage.body_start + link.end), values={"text": link.target})
