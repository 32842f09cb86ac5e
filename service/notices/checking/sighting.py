"""What stands out in a text by its form, sought line by line, and only where a line may hold it.

Most lines hold nothing of a kind, and to see that costs little; `spotting` then says what is there.
"""

import re
from collections.abc import Callable, Iterable
from functools import cached_property

from stdnum.fi import hetu

from service.notices.checking.passages import place_of
from service.notices.wording import grounding, spotting
from service.notices.wording.spotting import Spot

Lines = Iterable[tuple[int, str]]


class Sights:
    """Of a piece of text. Each kind is sought when it is first asked for; places count from `offset`."""

    def __init__(self, text: str, offset: int) -> None:
        self.lines = [(offset + match.start(), match[0]) for match in _LINE.finditer(text)]
        """Each with its place."""
        self._figured = [(start, line) for start, line in self.lines if _FIGURE.search(line)]

    @cached_property
    def emails(self) -> list[Spot]:
        return seen(spotting.emails, [(start, line) for start, line in self.lines if _may_mail(line)])

    @cached_property
    def phones(self) -> list[Spot]:
        return seen(spotting.phones, [(start, line) for start, line in self._figured if _FIGURES.search(line)])

    @cached_property
    def streets(self) -> list[Spot]:
        return seen(spotting.streets, self._figured)

    @cached_property
    def business_ids(self) -> list[Spot]:
        return seen(spotting.business_ids, [(start, line) for start, line in self._figured if _SEVEN_FIGURES.search(line)])

    @cached_property
    def identity_codes(self) -> list[Spot]:
        """Finnish ones, with a check sign that fits."""
        return seen(_identity_codes, self._figured)

    @cached_property
    def links(self) -> list[Spot]:
        return seen(spotting.links, [(start, line) for start, line in self.lines if _DOTTED.search(line)])

    @cached_property
    def placeholders(self) -> list[Spot]:
        low = "\n".join(line for _, line in self.lines).lower()
        anywhere = any(mark in low for mark in _HOLE_WORDS)
        if not anywhere and not any(sign in low for sign in _GAP_SIGNS):
            return []
        return seen(spotting.placeholders, [(start, line) for start, line in self.lines if anywhere or _may_gap(line)])

    @cached_property
    def cited(self) -> list[Spot]:
        """Legal bases named by article."""
        return seen(grounding.articles, [(start, line) for start, line in self._figured if "6" in line or "9" in line])


def seen(find: Callable[[str], Iterable[Spot]], lines: Lines) -> list[Spot]:
    """What `find` finds in these lines."""
    return [spot._replace(start=spot.start + start, end=spot.end + start) for start, line in lines for spot in find(line)]


def days(line: str) -> list[Spot]:
    """Dates, and months alone."""
    return sorted([*spotting.dates(line), *spotting.months(line)], key=place_of) if _YEAR.search(line) else []


def _identity_codes(line: str) -> list[Spot]:
    codes = [match for match in _CODE.finditer(line) if hetu.is_valid(match[0])]
    return [Spot("identity_code", match[0], match[0], *match.span()) for match in codes]


_LINE = re.compile(r"[^\n]+")
_FIGURE, _SEVEN_FIGURES = re.compile(r"\d"), re.compile(r"\d{7}")
_FIGURES = re.compile(r"\d[^\w\n]{0,3}\d[^\w\n]{0,3}\d")
_CODE = re.compile(r"(?<![\w-])\d{6}[-+A-FU-Y]\d{3}[0-9A-Y](?![\w-])")
_YEAR = re.compile(r"\d{4}|\d\.\d\d\.\d\d")
_DOTTED = re.compile(r"\w\.\w|://")
_AT = re.compile(r"[(\[{<]\s?(?:at|ät|miukumauku)|\sat\s")

# What it finds holds one of these.
_AT_SIGNS = ("(", "[", "{", "<", " at", "\u00a0at", "\tat")

_HOLES = spotting.WORDS["placeholders"]
_HOLE_SIGNS = re.compile(r"[\[{<$_…]|\.{5}|TODO|TBD|XXX")
# Without one of these, in lower case, there is no gap: to look for them is much quicker.
_GAP_SIGNS = ("[", "{", "<", "$", "_", "…", ".....", "todo", "tbd", "xxx", "(")
_HOLE_WORDS = (
    "xx",
    "x.x",
    "pp.",
    "pp-",
    "pp/",
    "dd.",
    "dd-",
    "dd/",
    "pv.",
    "p.k",
    "d.m",
    "vvvv",
    "yyyy",
    "åååå",
    *(name.lower() for name in _HOLES["names"]),
)
_IN_BRACKETS = re.compile(r"\(([^()\n]{2,80})\)")
_WORD = re.compile(r"[^\W\d_]+(?:['’-][^\W\d_]+)*")
_KNOWN, _ORDERS = frozenset([*_HOLES["fields"], *_HOLES["with"]]), frozenset(_HOLES["orders"])


def _may_mail(line: str) -> bool:
    if "@" in line or "protected" in line:
        return True
    return "." in line and any(sign in (low := line.lower()) for sign in _AT_SIGNS) and _AT.search(low) is not None


def _may_gap(line: str) -> bool:
    if _HOLE_SIGNS.search(line):
        return True
    return "(" in line and any(_is_field(_WORD.findall(inner)) for inner in _IN_BRACKETS.findall(line.lower()))


def _is_field(words: list[str]) -> bool:
    return bool(words) and (words[0] in _ORDERS or all(word in _KNOWN for word in words))
