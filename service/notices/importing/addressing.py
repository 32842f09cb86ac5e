"""A postal address in the lines of a section, as they are written there, on one line."""

import re

from babel import Locale

from service.notices.wording.naming import FIELD_LABEL, names_house, organisation, person
from service.notices.wording.spotting import Spot, emails, phones, streets, towns

_NAMES = frozenset(name.lower() for code in ("fi", "sv", "en") for name in Locale(code).territories.values())
_COUNTRIES = _NAMES | {"the netherlands", "uk", "england", "scotland", "åland"}
_NEXT = re.compile(r"[ \u00a0]*(?:,|\n|\\\n|\t)[ \u00a0]*(?P<piece>[^\W_][^,\n\t;:()|]{1,40}?)(?=[,\n\t;(|]|\.(?:\s|$)|$)")
_CODE = re.compile(r"(?:[A-Z]{1,2}-)?\b(?!(?:19|20)\d\d\b)\d{4,5}\b|\b[A-Z]{1,2}\d[A-Z\d]?(?: \d[A-Z]{2}| [A-Z\d]{4})\b")
_CARE_OF = re.compile(r"(?:^|[\n,\t])[ \u00a0]*(c/o\s[^\n,\t]{2,80})[,\n\t\s]*$", re.IGNORECASE)
_BEFORE = re.compile(r"(?:^|[\n\t,;:])(?P<piece>[^\n\t,;:]{3,60})[,\n\t\s]*$")
# How far a street may stand from its postcode: "Vaasankatu 21, 2. krs, 40100 Jyväskylä".
_FAR = 60


_LABELLED = re.compile(rf"{FIELD_LABEL.pattern}[ \u00a0]?:[ \u00a0]?", re.IGNORECASE)


def address(text: str) -> str | None:
    """The first address: street or box, postcode and town, and the country where it follows."""
    text = _LABELLED.sub("", text)
    town = next(iter(towns(text)), None)
    placed = [street for street in streets(text) if not names_house(text, street.start)]
    if town is None:
        return _without_postcode(text, placed[0]) if placed else None
    start = _start(text, placed, town)
    end = _country(text, town.end)
    named = _joined(text[start : town.start])
    return ", ".join(filter(None, [named, *_joined(town.text, " ").split("\n"), _joined(text[town.end : end])])) or None


def _start(text: str, placed: list[Spot], town: Spot) -> int:
    start = town.start
    for street in reversed([street for street in placed if street.end <= town.start]):
        between = text[street.end : start]
        if len(between) > _FAR or phones(between) or emails(between) or between.count("\n") > 2:
            break
        start = street.start
    if start == town.start:
        before = _BEFORE.search(text, max(0, start - 64), start)
        piece = before["piece"].strip() if before else ""
        if before and any(map(str.isdigit, piece)) and any(map(str.isalpha, piece)) and not (phones(piece) or FIELD_LABEL.fullmatch(piece)):
            start = before.start("piece")
    care = _CARE_OF.search(text, max(0, start - 90), start)
    return care.start(1) if care else start


def _country(text: str, end: int) -> int:
    following = _NEXT.match(text, end)
    return following.end() if following and following["piece"].strip(" \u00a0.").lower() in _COUNTRIES else end


def _without_postcode(text: str, street: Spot) -> str:
    """ "12 Tannery Lane, Cork, Ireland": places, codes and countries after commas, on the street's line."""
    end = street.end
    for _ in range(4):
        following = _NEXT.match(text, end)
        piece = following["piece"].strip(" \u00a0.") if following else ""
        if not following or ("\n" in text[end : following.start("piece")] and piece.lower() not in _COUNTRIES) or not _is_place(piece):
            break
        end = following.end()
        if piece.lower() in _COUNTRIES:
            break
    return _joined(text[street.start : end])


def _is_place(piece: str) -> bool:
    """A town with its code or district ("3900 Brig", "Dublin 2", "London SW1A 1AA"), a code alone, a country."""
    words, codes = _CODE.subn("", piece)
    words = words.strip(" -").rstrip("0123456789 ")
    if not words or words.lower() in _COUNTRIES:
        return bool(codes or words)
    named = FIELD_LABEL.match(words) or organisation(words) or person(words)
    return words[0].isupper() and len(words.split()) <= 2 and not named and not any(map(str.isdigit, words))


def _joined(text: str, by: str = ", ") -> str:
    pieces = []
    for piece in re.split(r"[\n\t,|\\]", text) if by != " " else [text]:
        bare = " ".join(piece.split()).strip(" ;/–-")
        label = FIELD_LABEL.match(bare)
        if label and bare[label.end() :].lstrip()[:1] in (":", ""):
            bare = bare[label.end() :].lstrip(" :.")
        pieces.append(bare)
    return ", ".join(filter(None, pieces))
