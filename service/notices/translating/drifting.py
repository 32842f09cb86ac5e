"""What stands in one language of a notice and not in another.

`drift` compares each language with the default one, section by section. A check reports each `Drift` as TN096: in
`drift.section` and `drift.language`, at `drift.span` where that language has the words, with `drift.kind`, `drift.text`
and the two languages as what the message tells.

Only what has one form in all languages is compared, by its value: "029 566 6700" is "+358 29 566 6700", "10 vuotta" is
"tio år". Streets have names in two languages, so their house numbers are compared.
"""

from collections import Counter
from collections.abc import Callable, Sequence
from typing import Literal

import msgspec
from rapidfuzz.distance import Levenshtein

from service.notices.content import Content, Section
from service.notices.wording import counting, spotting
from service.notices.wording.spotting import Spot

Kind = Literal[
    "language",
    "title",
    "register_name",
    "section",
    "phone",
    "email",
    "business_id",
    "date",
    "street",
    "postcode",
    "age",
    "period",
    "number",
]


class Drift(msgspec.Struct, frozen=True):
    """Something that `stands_in` one language and not in `missing_in`; one of them is the notice's default language."""

    section: str | None
    """None: the title, the register's name, or the whole language."""
    language: str
    """The language that is not the default one: where it is to be mended."""
    against: str
    """The default language."""
    kind: Kind
    stands_in: str
    missing_in: str
    text: str
    """The words as they stand in `stands_in`; of a section its heading."""
    instead: str | None = None
    """What `missing_in` has in its place, where that is clear."""
    span: tuple[int, int] | None = None
    """In the section's body in `language`; None where the words stand only in the other."""


def drift(content: Content, languages: Sequence[str], default_language: str) -> list[Drift]:
    """Ordered by language, then as the notice stands. A language without any text is told once, not section by section."""
    found: list[Drift] = []
    for language in languages:
        if language != default_language:
            found += _between(content, default_language, language)
    return found


def _between(content: Content, default: str, language: str) -> list[Drift]:
    if not any(_written(section, language) for section in content.sections):
        told = any(_written(section, default) for section in content.sections)
        return [Drift(None, language, default, "language", default, language, content.title.get(default, ""))] if told else []
    found: list[Drift] = []
    for kind, texts in (("title", content.title), ("register_name", content.register_name or {})):
        found += _presence(None, kind, texts.get(default, ""), texts.get(language, ""), default, language)  # type: ignore[arg-type]
    for section in content.sections:
        here, there = section.body.get(default, ""), section.body.get(language, "")
        if _written(section, default) and _written(section, language) and here.strip() and there.strip():
            found += _compared(section.id, here, there, default, language)
        else:
            found += _presence(section.id, "section", _shown(section, default), _shown(section, language), default, language)
    return found


def _written(section: Section, language: str) -> bool:
    return bool(section.body.get(language, "").strip() or section.heading.get(language, "").strip())


def _shown(section: Section, language: str) -> str:
    """Of a section with text its heading, or its beginning; a heading alone is no text."""
    body = section.body.get(language, "").strip()
    return (section.heading.get(language, "").strip() or body.partition("\n")[0][:80]) if body else ""


def _presence(section: str | None, kind: Kind, here: str, there: str, default: str, language: str) -> list[Drift]:
    if bool(here.strip()) == bool(there.strip()):
        return []
    stands, missing = (default, language) if here.strip() else (language, default)
    return [Drift(section, language, default, kind, stands, missing, here.strip() or there.strip())]


# --- inside a section ---------------------------------------------------------------------------------------------

# A period or number of one is often said without a figure: "kuukauden kuluessa", "within the day".
_UNCOUNTED = frozenset({"1M", "12M", "1D", "7D", "1H"})


def _compared(section: str, here: str, there: str, default: str, language: str) -> list[Drift]:
    found: list[Drift] = []
    ours, theirs = _spots(here), _spots(there)
    for kind, same in _KINDS.items():
        only_here, only_there = _unmatched(ours[kind], theirs[kind], same)
        if kind == "number":
            only_here, only_there = _not_in_words(only_here, there), _not_in_words(only_there, here)
        paired = len(only_here) == len(only_there) == 1
        for spot in only_here:
            instead = only_there[0] if paired else None
            span = (instead.start, instead.end) if instead else None
            found.append(Drift(section, language, default, kind, default, language, spot.text, instead and instead.text, span))
        for spot in () if paired else only_there:
            found.append(Drift(section, language, default, kind, language, default, spot.text, None, (spot.start, spot.end)))
    return found


def _spots(text: str) -> dict[Kind, list[Spot]]:
    found: dict[Kind, list[Spot]] = {
        "phone": spotting.phones(text),
        "email": [spot for spot in spotting.emails(text) if spot.value],
        "business_id": spotting.business_ids(text),
        "date": [*spotting.dates(text), *spotting.months(text)],
        "street": spotting.streets(text),
        "postcode": [spot._replace(value="".join(sign for sign in spot.value if sign.isdigit())) for spot in spotting.towns(text)],
        "age": counting.ages(text),
        "period": counting.periods(text),
    }
    taken = [spot for spots in found.values() for spot in spots]
    found["number"] = counting.numbers(text, [*taken, *spotting.links(text)])
    found["period"] = [spot for spot in found["period"] if spot.value not in _UNCOUNTED]
    return found


def _unmatched(ours: list[Spot], theirs: list[Spot], same: Callable[[Spot, Spot], bool]) -> tuple[list[Spot], list[Spot]]:
    """Each value once, as it first stands, that the other side has nowhere."""
    ours, theirs = _distinct(ours), _distinct(theirs)
    values = {spot.value for spot in ours} & {spot.value for spot in theirs}
    ours, theirs = ([spot for spot in side if spot.value not in values] for side in (ours, theirs))
    left = list(theirs)
    only = []
    for spot in ours:
        match = next((other for other in left if same(spot, other)), None)
        if match:
            left.remove(match)
        else:
            only.append(spot)
    return only, left


# No section tells so many telephone numbers; the rest is not compared, which keeps the pairing short.
_MOST = 300


def _distinct(spots: list[Spot]) -> list[Spot]:
    return list({spot.value: spot for spot in reversed(spots)}.values())[::-1][:_MOST]


def _never(spot: Spot, other: Spot) -> bool:
    return False


def _same_street(spot: Spot, other: Spot) -> bool:
    """The same house number under another name, as in the other language; not the same name misspelt."""
    name, number = _house(spot)
    name_there, number_there = _house(other)
    return number == number_there and (name == name_there or Levenshtein.normalized_similarity(name, name_there) < 0.8)


def _house(street: Spot) -> tuple[str, str]:
    """A street's name, and its number without gaps. A box is a number alone."""
    words = street.value.lower().replace(".", "").split()
    numbered = [word for word in words if any(map(str.isdigit, word)) or len(word) == 1]
    number = "".join(numbered)
    return " ".join(word for word in words if word not in numbered), number


def _same_date(spot: Spot, other: Spot) -> bool:
    """A whole date and its month alone agree."""
    return spot.value.startswith(other.value) or other.value.startswith(spot.value)


_KINDS: dict[Kind, Callable[[Spot, Spot], bool]] = {
    "phone": _never,
    "email": _never,
    "business_id": _never,
    "date": _same_date,
    "street": _same_street,
    "postcode": _never,
    "age": _never,
    "period": _never,
    "number": _never,
}


def _not_in_words(numbers: list[Spot], other: str) -> list[Spot]:
    """Without those that the other language writes out in letters."""
    if not numbers:
        return []
    words = Counter(other.lower().replace(",", " ").replace(".", " ").split())
    return [spot for spot in numbers if not any(word in words for word in counting.said_in_words(spot.value))]
