"""What a Word document's styles and numbering say of a paragraph (ECMA-376 part 1, 17.7 and 17.9)."""

import re
from collections.abc import Iterator
from typing import Any, NamedTuple

from docx.oxml.ns import qn

_HEADING = re.compile(r"heading ([1-9])", re.IGNORECASE)
_PLACE = re.compile(r"%([1-9])")
# Styles are based on one another; a chain longer than this is a circle.
_LONGEST_CHAIN = 20
_ROMAN = [(10, "x"), (9, "ix"), (5, "v"), (4, "iv"), (1, "i")]
_OFF = ("0", "false", "off")


def child(element: Any, *path: str) -> Any:
    """The element at the end of the path, or None."""
    for name in path:
        element = element.find(qn(name)) if element is not None else None
    return element


def value(element: Any, *path: str) -> str | None:
    """The `w:val` of the element at the end of the path."""
    found = child(element, *path)
    return None if found is None else found.get(qn("w:val"))


def is_on(element: Any, *path: str) -> bool | None:
    """A property that is on or off (`w:b`, `w:vanish`); None where it is not set."""
    found = child(element, *path)
    return None if found is None else found.get(qn("w:val")) not in _OFF


def number(text: str | None, otherwise: int = 0) -> int:
    return int(text) if text is not None and re.fullmatch(r"-?[0-9]{1,6}", text) else otherwise


class Styles:
    """`styles`: the root of styles.xml, or None."""

    def __init__(self, styles: Any) -> None:
        found = styles.findall(qn("w:style")) if styles is not None else []
        self._by_id = {style.get(qn("w:styleId")): style for style in found}
        self._default = next((style.get(qn("w:styleId")) for style in found if style.get(qn("w:default")) in ("1", "true")), None)
        self._paragraph = child(styles, "w:docDefaults", "w:pPrDefault", "w:pPr")

    def _chain(self, style: str | None) -> Iterator[Any]:
        """The style, then what it is based on."""
        for _ in range(_LONGEST_CHAIN):
            element = self._by_id.get(style)
            if element is None:
                return
            yield element
            style = value(element, "w:basedOn")

    def of(self, paragraph: Any) -> str | None:
        return value(paragraph, "w:pPr", "w:pStyle") or self._default

    def heading(self, paragraph: Any) -> int:
        """1 to 6; 0 for none."""
        level = value(paragraph, "w:pPr", "w:outlineLvl")
        for style in self._chain(self.of(paragraph)):
            name = value(style, "w:name") or ""
            if found := _HEADING.fullmatch(name):
                return min(int(found[1]), 6)
            if name.lower() == "title":
                return 1
            level = level or value(style, "w:pPr", "w:outlineLvl")
        outline = number(level, 9)
        return min(outline + 1, 6) if 0 <= outline < 9 else 0

    def bold(self, style: str | None) -> bool:
        return next((on for element in self._chain(style) if (on := is_on(element, "w:rPr", "w:b")) is not None), False)

    def numbering(self, paragraph: Any) -> tuple[str, int] | None:
        """The numbering's id and the level in it."""
        for properties in (child(paragraph, "w:pPr"), *(child(style, "w:pPr") for style in self._chain(self.of(paragraph)))):
            if (numbered := child(properties, "w:numPr")) is not None and (found := value(numbered, "w:numId")):
                return (found, number(value(numbered, "w:ilvl"))) if found != "0" else None
        return None

    def space(self, paragraph: Any, side: str) -> int:
        """Twentieths of a point before or after it."""
        chain = (child(style, "w:pPr") for style in self._chain(self.of(paragraph)))
        for properties in (child(paragraph, "w:pPr"), *chain, self._paragraph):
            spacing = child(properties, "w:spacing")
            if spacing is not None and (found := spacing.get(qn(f"w:{side}"))) is not None:
                return number(found)
        return 0


class _Level(NamedTuple):
    form: str
    text: str
    start: int


class Numbering:
    """Counts as Word does: a level goes on until one above it counts."""

    def __init__(self, numbering: Any) -> None:
        found = numbering if numbering is not None else ()
        abstract = {item.get(qn("w:abstractNumId")): item for item in found if item.tag == qn("w:abstractNum")}
        self._of = {item.get(qn("w:numId")): value(item, "w:abstractNumId") for item in found if item.tag == qn("w:num")}
        self._levels = {name: _levels(item) for name, item in abstract.items()}
        self._counts: dict[str, list[int]] = {}

    def marker(self, numbered: tuple[str, int]) -> str:
        """What stands before the paragraph; `•` for any bullet, whose sign may be a font's own."""
        name = self._of.get(numbered[0]) or ""
        levels, depth = self._levels.get(name, []), max(numbered[1], 0)
        if depth >= len(levels):
            return "•"
        if levels[depth].form == "bullet":
            return "•"
        if levels[depth].form == "none":
            return ""
        counts = self._counts.setdefault(name, [])
        counts += [level.start - 1 for level in levels[len(counts) : depth + 1]]
        counts[depth] += 1
        for above in range(depth):
            counts[above] = max(counts[above], levels[above].start)
        del counts[depth + 1 :]
        text = _PLACE.sub(lambda place: _number(counts, levels, int(place[1]) - 1), levels[depth].text)
        return " ".join(text.split())


def _levels(abstract: Any) -> list[_Level]:
    found = abstract.findall(qn("w:lvl"))[:9]
    return [_Level(value(lvl, "w:numFmt") or "decimal", value(lvl, "w:lvlText") or "", number(value(lvl, "w:start"), 1)) for lvl in found]


def _number(counts: list[int], levels: list[_Level], place: int) -> str:
    if place >= len(counts):
        return ""
    count, form = counts[place], levels[place].form
    if form in ("lowerLetter", "upperLetter") and 1 <= count <= 26:
        letter = chr(ord("a") + count - 1)
        return letter if form == "lowerLetter" else letter.upper()
    if form in ("lowerRoman", "upperRoman") and 1 <= count < 40:
        return _roman(count) if form == "lowerRoman" else _roman(count).upper()
    return str(count)


def _roman(count: int) -> str:
    made = ""
    for worth, sign in _ROMAN:
        made += sign * (count // worth)
        count %= worth
    return made
