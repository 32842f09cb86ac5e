"""The pieces in which a notice is read: its sections in one language, their sentences, and the way back to the author's text."""

from collections.abc import Sequence
from datetime import date
from typing import NamedTuple

from service.notices.checking.plain import Plain
from service.notices.content import ITEMS, Content, ControllerSnapshot, Section
from service.notices.wording.spotting import Spot

Span = tuple[int, int]


class Passage(NamedTuple):
    """One section in one language. `position`: its place among the notice's sections."""

    position: int
    id: str
    covers: frozenset[str]
    heading: str
    body: str
    start: int
    """Where the heading begins in the reading's text."""
    body_start: int
    end: int
    plain: Plain

    @property
    def words(self) -> int:
        return len(self.body.split())


class Statement(NamedTuple):
    """A sentence, a list item, a table's cell, with what it says by the cues."""

    start: int
    end: int
    says: frozenset[str]
    passage: Passage | None
    """None: the title."""
    in_body: bool
    position: int


class Place(NamedTuple):
    """Where an author finds it: the section, the characters of its Markdown, the words."""

    section: str | None
    span: Span | None
    excerpt: str


class Notice(NamedTuple):
    """What is judged, with what is known beside it."""

    content: Content
    default_language: str
    languages: Sequence[str]
    controllers: Sequence[ControllerSnapshot]
    today: date


def place_of(spot: Spot) -> int:
    return spot.start


def covered(section: Section) -> list[str]:
    """What a section says it covers; by default what its id names."""
    if section.covers is not None:
        return section.covers
    name = section.id.rstrip("0123456789").rstrip("-") if section.id not in ITEMS else section.id
    return [name] if name in ITEMS else []


def shortened(text: str, most: int = 300) -> str:
    words = " ".join(text[: most * 2].split())
    return words if len(words) <= most else words[: most - 1].rstrip() + "…"
