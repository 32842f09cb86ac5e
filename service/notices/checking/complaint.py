"""The supervisory authority: named, the right one, and where it is today."""

import re
from collections.abc import Iterator

from rapidfuzz.distance import Levenshtein

from service.notices.authorities import AUTHORITIES
from service.notices.checking.contents import answers
from service.notices.checking.controller import is_authority
from service.notices.checking.expressing import data
from service.notices.checking.passages import Passage
from service.notices.checking.reading import Reading
from service.notices.checking.ruling import Hit, of, rule
from service.notices.wording import spotting

_DATA = data("complaint.toml")
_OURS = AUTHORITIES["FI"]
_OLD = re.compile("|".join(_DATA["finland"]["old"]), re.IGNORECASE)
_STREETS: list[str] = _DATA["finland"]["streets"]
_PHONES = frozenset(_DATA["finland"]["phones"])
_STREET = re.compile(r"(?<!\w)[LF][\w-]{9,24}\s\d{1,3}(?!\w)", re.IGNORECASE)
_OTHERS = {country: re.compile("|".join(names), re.IGNORECASE) for country, names in _DATA["others"].items()}


def _speaking(reading: Reading) -> list[Passage]:
    """The passages in which the Finnish authority is named."""
    found = {statement.passage.position: statement.passage for statement in reading.saying("authority") if statement.passage}
    for passage in reading.about("complaint"):
        found[passage.position] = passage
    return [found[position] for position in sorted(found)]


@rule("TN058")
def authority_unnamed(reading: Reading) -> Iterator[Hit]:
    passage = answers(reading, "complaint")
    if passage is None:
        return
    for speaking in _speaking(reading):
        spots = [*reading.sights(speaking).emails, *reading.sights(speaking).phones, *reading.sights(speaking).links]
        if reading.sights(speaking).streets or any(is_authority(spot) or spot.kind == "link" for spot in spots):
            return
        if spots and "complaint" in speaking.covers and len(speaking.covers) == 1:
            return
    yield of(passage)


@rule("TN059")
def authority_moved(reading: Reading) -> Iterator[Hit]:
    for passage in _speaking(reading):
        wrong = _OLD.search(reading.text, passage.start, passage.end)
        if wrong:
            yield _outdated(wrong.span(), wrong[0])
            continue
        for street in _STREET.finditer(reading.text, passage.start, passage.end):
            if _is_misspelt(street[0]):
                yield _outdated(street.span(), street[0])
        for spot in reading.sights(passage).phones:
            if spot.value.startswith("+3582956") and spot.value not in _PHONES:
                yield _outdated((spot.start, spot.end), spot.text)


def _is_misspelt(street: str) -> bool:
    return street not in _STREETS and any(Levenshtein.normalized_similarity(street, known) >= 0.8 for known in _STREETS)


def _outdated(span: tuple[int, int], text: str) -> Hit:
    reached = {"phone": _OURS.phone or "", "email": _OURS.email or "", "website": _OURS.website}
    return Hit(span, values={"text": " ".join(text.split()), "visits": _OURS.visits, "address": _OURS.address, **reached})


@rule("SE031")
def authority_of_another(reading: Reading) -> Iterator[Hit]:
    countries = {controller.country for controller in reading.notice.controllers}
    if not countries and any(spotting.is_valid_business_id(spot.value) for spot in reading.business_ids):
        countries = {"FI"}
    if countries != {"FI"} or reading.says("ombudsman"):
        return
    for passage in reading.about("complaint"):
        for names in _OTHERS.values():
            if found := names.search(reading.text, passage.body_start, passage.end):
                yield Hit(found.span(), values={"text": found[0], "right": _OURS.name})
                return
