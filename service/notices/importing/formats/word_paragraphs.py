"""The words of one Word paragraph: insertions are text, deletions are none, fields show their results."""

import re
from collections import Counter
from collections.abc import Iterator
from typing import Any

from docx.oxml.ns import qn

from service.notices.importing.formats.inline import ACTIVE, Piece, target_of
from service.notices.importing.formats.word_styling import Styles, is_on, value

_MATH_TEXT = "{http://schemas.openxmlformats.org/officeDocument/2006/math}t"
_ALTERNATIVES = "{http://schemas.openxmlformats.org/markup-compatibility/2006}AlternateContent"
_SKIPPED = frozenset(map(qn, ["w:del", "w:moveFrom", "w:pPr", "w:rPr", "w:sdtPr", "w:sdtEndPr", "w:smartTagPr"]))
_TEXTS = frozenset([qn("w:t"), _MATH_TEXT])
_BREAKS = frozenset(map(qn, ["w:br", "w:cr"]))
_TABS = frozenset(map(qn, ["w:tab", "w:ptab"]))
_HOLDS_BOX = frozenset([*map(qn, ["w:drawing", "w:pict", "w:object"]), _ALTERNATIVES])
_BOX = qn("w:txbxContent")
_LINK_FIELD = re.compile(r'\s*HYPERLINK\s{1,9}"([^"]{1,2000})"')


def chosen(holder: Any) -> Iterator[Any]:
    """The elements in it; of alternatives the first, which is the modern one."""
    for element in holder:
        if element.tag == _ALTERNATIVES:
            if len(element):
                yield from chosen(element[0])
        elif isinstance(element.tag, str):
            yield element


class Paragraph:
    def __init__(self, element: Any, part: Any, styles: Styles) -> None:
        self.rows: list[list[Piece]] = [[]]
        self.boxes: list[Any] = []
        self.left_out: Counter[str] = Counter()
        self._part = part
        self._styles = styles
        self._bold = not styles.heading(element) and styles.bold(styles.of(element))
        self._hidden = False
        self._fields: list[str] = []
        """The instructions of the fields that are open; their result follows."""
        self._field_target = ""
        self._inline(element, "")

    def joined(self) -> list[list[Piece]]:
        """All in one line."""
        made = list[Piece]()
        for row in self.rows:
            made += [*row, Piece(" ")]
        return [made]

    def notes(self) -> list[tuple[str, str]]:
        """Told once, with the first line."""
        hidden, self._hidden = self._hidden, False
        return [("SE006", "")] if hidden else []

    def _inline(self, holder: Any, target: str) -> None:
        for element in chosen(holder):
            if element.tag == qn("w:r"):
                self._run(element, target or self._field_target)
            elif element.tag == qn("w:hyperlink"):
                self._inline(element, self._linked(element) or target)
            elif element.tag == _MATH_TEXT:
                self.rows[-1].append(Piece(element.text or ""))
            elif element.tag not in _SKIPPED:
                self._inline(element, target)

    def _linked(self, element: Any) -> str:
        relation = self._part.rels.get(element.get(qn("r:id")))
        return self._target(relation.target_ref) if relation is not None and relation.is_external else ""

    def _target(self, address: str) -> str:
        found = target_of(address)
        if found.refused in ACTIVE:
            self.left_out[found.refused] += 1
        return found.address

    def _run(self, run: Any, target: str) -> None:
        marks = self._marks(run)
        for element in run:
            tag = element.tag
            if tag in _TEXTS:
                self.rows[-1].append(Piece(element.text or "", marks, target))
            elif tag in _BREAKS:
                self.rows.append([])
            elif tag in _TABS:
                self.rows[-1].append(Piece("\t", marks, target))
            elif tag == qn("w:noBreakHyphen"):
                self.rows[-1].append(Piece("-", marks, target))
            elif tag == qn("w:sym"):
                self.rows[-1].append(Piece(_symbol(element), marks, target))
            elif tag == qn("w:fldChar"):
                self._field(element.get(qn("w:fldCharType")))
            elif tag == qn("w:instrText") and self._fields:
                self._fields[-1] += element.text or ""
            elif tag in _HOLDS_BOX:
                self.boxes += _boxes(element)

    def _marks(self, run: Any) -> str:
        bold = is_on(run, "w:rPr", "w:b")
        if bold is None:
            bold = self._styles.bold(value(run, "w:rPr", "w:rStyle")) or self._bold
        self._hidden = self._hidden or bool(is_on(run, "w:rPr", "w:vanish"))
        return "b" * bold + "i" * bool(is_on(run, "w:rPr", "w:i")) + "s" * bool(is_on(run, "w:rPr", "w:strike"))

    def _field(self, kind: str | None) -> None:
        if kind == "begin":
            self._fields.append("")
        elif kind == "separate" and self._fields and (found := _LINK_FIELD.match(self._fields[-1])):
            self._field_target = self._target(found[1])
        elif kind == "end" and self._fields:
            self._fields.pop()
            self._field_target = ""


def _symbol(element: Any) -> str:
    """A sign of a symbol font is that font's own; it stands as a bullet."""
    try:
        sign = chr(int(element.get(qn("w:char")) or "", 16))
    except (ValueError, OverflowError):
        return ""
    return "•" if "\ue000" <= sign <= "\uf8ff" else sign


def _boxes(holder: Any) -> Iterator[Any]:
    for element in chosen([holder]):
        if element.tag == _BOX:
            yield element
        else:
            for inner in chosen(element):
                yield from _boxes(inner)
