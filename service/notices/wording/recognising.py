"""What a heading names and what a text answers, in canonical ids (content.ITEMS), in Finnish, Swedish and English.

The words are data: `lexicon.toml` has headings as notices write them, `cues.toml` what a heading or a sentence must hold.
"""

import re
import tomllib
from collections import Counter
from collections.abc import Mapping
from functools import lru_cache
from importlib.resources import files
from typing import Any, NamedTuple

from service.notices.content import ITEMS
from service.notices.wording.cueing import NOTHING, Cues, Marks

LANGUAGES = ("fi", "sv", "en")

EXACT, ELSEWHERE, BY_OVERLAP, BY_WORDS, BY_CUES = 1.0, 0.95, 0.8, 0.7, 0.5
_OVERLAP, _NEARLY_ALL = 0.75, 0.85


class Match(NamedTuple):
    covers: tuple[str, ...]
    confidence: float
    """1 for a heading of the lexicon, 0.95 for one of another language's; 0.8 to 0.95 by its words' overlap with one; 0.7 when
    single words told it."""


def _data(name: str) -> dict[str, Any]:
    return tomllib.loads(files(__package__).joinpath(name).read_text("utf-8"))


LEXICON = _data("lexicon.toml")
CUES = _data("cues.toml")

_SOFT = re.compile("[\u00ad\u200b\u200c\u200d\ufeff]")
_MARK = re.compile(
    r"\s*(?:(?:§|kohta|punkt|section|osa|del|part)\s+(?=[\dIVX]))?"
    r"(?P<mark>\(?(?:\d{1,2}[a-d](?=[.)\s])|\d{1,3}(?:\s?\\?\s?\.\s?\d{1,2}){0,3}|[IVX]{1,6}|[ivx]{1,5}|[A-Za-zÅÄÖ])\s?\\?\s?[.):]{1,2}"
    r"|\(?\d{1,2}(?:\.\d{1,2}|[a-d]){0,3}\)?(?=\s+[^\W\d_])|(?:[-*•–·▪●○►»>§]|\uf0b7)\s)\s*",
    re.IGNORECASE,
)
_WORD = re.compile(r"[^\W_]+")
# A box that nobody ticked says nothing.
_UNCHECKED = re.compile(r"^[ \t>*-]*(?:\\?[(\[][ \u00a0]?\\?[)\]]|[☐□]).*$", re.MULTILINE)


def without_mark(text: str) -> tuple[str, str]:
    """The number or letter that a heading begins with ("" for none), and the rest."""
    match = _MARK.match(text)
    if not match or not text[match.end() :].strip():
        return "", text.strip()
    return match["mark"].strip(), text[match.end() :].strip()


def heading(text: str, language: str) -> Match | None:
    """What a heading names; None when it names nothing that we know. A language that we do not speak is read as English."""
    if len(text) > 400:
        return None
    return _heading(text, language if language in LANGUAGES else "en")


@lru_cache(maxsize=4096)
def _heading(text: str, language: str) -> Match | None:
    bare = without_mark(_SOFT.sub("", text).replace("\u00a0", " "))[1]
    words = [word.casefold() for word in _WORD.findall(bare)]
    if not words:
        return None
    squeezed = "".join(words)
    for code in (language, *LANGUAGES):
        if squeezed in _EXACT[code]:
            return Match(_EXACT[code][squeezed], EXACT if code == language else ELSEWHERE)
    by_words = _by_words(bare, words, language)
    overlapping = _overlapping(words, language)
    if overlapping is None:
        return Match(by_words, BY_WORDS) if by_words else None
    if not by_words or set(by_words) & set(overlapping.covers):
        return Match(tuple(dict.fromkeys((*overlapping.covers, *by_words))), overlapping.confidence)
    return Match(by_words, BY_WORDS)


_JOINED = re.compile(r"\b(?:ja|sekä|och|samt|and)\b|[;&+]|(?<![A-ZÅÄÖ])/|,(?!\s*(?:jos|joka|jotka|joita|kun|om|som|if|which|that|when)\b)")


def _by_words(text: str, words: list[str], language: str) -> tuple[str, ...]:
    """What is named loosely (`data_categories?`: "data that we ...") counts alone, or where something joins it to the rest."""
    told = set(_HEADING_CUES[language].heading(words))
    found = {item for item in told if not item.endswith("?")}
    loose = {item[:-1] for item in told - found} - found
    if loose and len(_JOINED.findall(text)) >= len(found):
        found |= loose
    return tuple(item for item in ITEMS if item in found)


def _overlapping(words: list[str], language: str) -> Match | None:
    stems = frozenset(_stem(word) for word in words if word not in _SMALL)
    weight, telling = sum(map(_weight, stems)), stems - _EVERYWHERE
    # What shares nothing telling with it cannot overlap enough.
    near = {position for stem in telling or stems for position in _BY_STEM[language].get(stem, ())}
    best, chosen = 0.0, None
    for position in sorted(near):
        entry = _ENTRIES[language][position]
        overlap = 2 * sum(map(_weight, stems & entry.stems)) / (weight + entry.weight)
        if overlap > best:
            best, chosen = overlap, entry.covers
    # What says nothing telling ("What we do") must say nearly all of it.
    if chosen is None or best < (_OVERLAP if telling else _NEARLY_ALL):
        return None
    return Match(chosen, round(BY_OVERLAP + 0.14 * (best - _OVERLAP) / (1 - _OVERLAP), 2))


_ENDINGS = sorted(LEXICON["endings"], key=lambda ending: (-len(ending), ending))


@lru_cache(maxsize=20_000)
def _stem(word: str) -> str:
    """The same for a word's common forms: one ending is cut, `d` and `t` are one (tiedot, tietojen), and length is bounded."""
    for ending in _ENDINGS:
        if word.endswith(ending) and len(word) - len(ending) >= 4:
            word = word[: -len(ending)]
            break
    word = word.replace("d", "t")[:12]
    bare = word.rstrip("aeiouyäö")
    return bare if len(bare) >= 4 else word


def _weight(stem: str) -> float:
    """What stands in headings of every topic ("personal data") tells little."""
    return 0.25 if stem in _EVERYWHERE else 1.0


def _plain(text: str) -> list[str]:
    return [word.casefold() for word in _WORD.findall(text)]


_SMALL = frozenset(LEXICON["small"])
_EVERYWHERE = frozenset(map(_stem, LEXICON["everywhere"]))
# Labels of a field inside a section ("Address: ..."), which head no section of their own.
FIELDS: tuple[str, ...] = tuple(LEXICON["fields"])


class _Entry(NamedTuple):
    stems: frozenset[str]
    weight: float
    covers: tuple[str, ...]


_EXACT: dict[str, dict[str, tuple[str, ...]]] = {code: {} for code in LANGUAGES}
_ENTRIES: dict[str, list[_Entry]] = {code: [] for code in LANGUAGES}
_BY_STEM: dict[str, dict[str, list[int]]] = {code: {} for code in LANGUAGES}


def _learn(language: str) -> None:
    for ids, variants in LEXICON[language].items():
        covers = tuple(ids.split("+"))
        for variant, words in zip(variants, map(_plain, variants), strict=True):
            _EXACT[language].setdefault("".join(words), covers)
            if len(words) == 1 and variant.endswith("?"):
                # "Kuka?" asks, and "Kukat" are flowers.
                continue
            stems = frozenset(_stem(word) for word in words if word not in _SMALL)
            for stem in stems:
                _BY_STEM[language].setdefault(stem, []).append(len(_ENTRIES[language]))
            _ENTRIES[language].append(_Entry(stems, sum(map(_weight, stems)), covers))


for _code in LANGUAGES:
    _learn(_code)

_HEADING_CUES = {code: Cues(CUES[code]["groups"], CUES[code]["headings"]) for code in LANGUAGES}
_BODY_CUES = {code: Cues(CUES[code]["groups"], CUES[code]["bodies"]) for code in LANGUAGES}
_RIGHTS: Mapping[str, Marks] = {code: _BODY_CUES[code].marks(_plain(CUES[code]["of_rights"])) for code in LANGUAGES}
_COMMON = {word: code for code in LANGUAGES for word in LEXICON["common"][code]}


def topics(text: str, language: str, *, of_rights: bool = False) -> frozenset[str]:
    """The canonical ids that a text really answers. `of_rights`: it stands under a heading on rights, where to name one is to
    grant it ("Erasure of your data")."""
    cues = _BODY_CUES[language if language in LANGUAGES else "en"]
    around = _RIGHTS[language if language in LANGUAGES else "en"] if of_rights else NOTHING
    found: set[str] = set()
    for sentence in cues.sentences(_UNCHECKED.sub("", _SOFT.sub("", text)), around):
        found.update(cues.said(sentence))
    return frozenset(found)


# So many characters tell a text's language.
_TELLING = 10_000


def language_of(text: str) -> str:
    """fi, sv or en, by the small words that each alone has; Finnish where none stands."""
    counts = dict.fromkeys(LANGUAGES, 0)
    for word, times in Counter(_WORD.findall(text[:_TELLING].casefold())).items():
        if code := _COMMON.get(word):
            counts[code] += times
    return max(LANGUAGES, key=lambda code: counts[code])


# What a section of this kind says besides is said in passing: a cookie's lifetime is no retention of the register.
_IN_PASSING: Mapping[str, frozenset[str]] = {kind: frozenset(items) for kind, items in CUES["in_passing"].items()}


def added(named: frozenset[str], told: frozenset[str]) -> frozenset[str]:
    """Of what a text tells, that which its heading does not name and which is more than said in passing.

    What is told in passing under one of the heading's topics may be told in full under the other: both must say so.
    """
    kinds = [_IN_PASSING[kind] for item in named if (kind := "rights" if item.startswith("rights_") else item) in _IN_PASSING]
    passing = frozenset[str].intersection(*kinds) if kinds else frozenset[str]()
    return told - named - passing
