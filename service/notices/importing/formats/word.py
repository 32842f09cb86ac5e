"""Word (.docx): the text as a reader sees it, from the package's own XML (ECMA-376 part 1).

python-docx opens the package and follows its relations; its paragraphs leave out content controls, text boxes and insertions, so
they are walked here. The XML parser refuses what is nested deeper than 256, which bounds the recursion.
"""

from collections import Counter
from collections.abc import Iterator
from itertools import pairwise
from typing import Any, NamedTuple

from docx.document import Document as WordDocument
from docx.oxml import parse_xml
from docx.oxml.ns import qn

from service.notices.importing.formats.composing import Line, check_length, line_of
from service.notices.importing.formats.html import Found
from service.notices.importing.formats.inline import Piece, split_at_tab, text_of
from service.notices.importing.formats.marking import is_bullet
from service.notices.importing.formats.tabulating import Rows, row_lines, row_of
from service.notices.importing.formats.unpacking import unpacked
from service.notices.importing.formats.word_paragraphs import Paragraph, chosen
from service.notices.importing.formats.word_styling import Numbering, Styles, child, is_on

_BLOCKS = frozenset(map(qn, ["w:p", "w:tbl", "w:altChunk"]))
_ROWS, _CELLS = frozenset([qn("w:tr")]), frozenset([qn("w:tc")])
_DELETED = frozenset(map(qn, ["w:del", "w:moveFrom"]))
_SEPARATORS = ("separator", "continuationSeparator", "continuationNotice")
# How many paragraphs, most of them empty, there may be for each line that is let in.
_PARAGRAPHS_A_LINE = 5
# What stands beside the body, by the last word of its relation's type.
_BESIDE = ("header", "footer", "footnotes", "endnotes")


def lines_in(body: bytes) -> Found:
    """Raises `DocumentUnreadable`."""
    reader = _Reader(unpacked(body))
    reader.read()
    return Found(reader.lines, reader.left_out)


class _Entry(NamedTuple):
    """A line, and the row that it is when a line beside it is one too: `Label<tab>value`."""

    line: Line
    row: Line | None = None


class _Reader:
    def __init__(self, document: WordDocument) -> None:
        self.document = document
        self.part: Any = document.part
        self.styles = Styles(document.styles.element)
        self.numbering = Numbering(next(self._related("numbering"), (None, None))[1])
        self.lines: list[Line] = []
        self.left_out: Counter[str] = Counter()
        self.count = 0

    def read(self) -> None:
        self.lines = self._blocks(self.document.element.body)
        seen = {_words(line) for line in self.lines}
        for kind in _BESIDE:
            for part, root in self._related(kind):
                self.part = part
                self._add_beside(kind, root, seen)
        self.left_out["comment"] = sum(len(root) for _, root in self._related("comments"))

    def _related(self, kind: str) -> Iterator[tuple[Any, Any]]:
        """The document's parts of that kind, each with its root."""
        for relation in self.document.part.rels.values():
            if not relation.is_external and relation.reltype.endswith(f"/{kind}"):
                part = relation.target_part
                yield part, getattr(part, "element", None) if hasattr(part, "element") else parse_xml(part.blob)

    def _add_beside(self, kind: str, root: Any, seen: set[str]) -> None:
        """Headers, footers and notes, each line once; a title that the pages repeat stands in the body already."""
        for holder in root if kind.endswith("notes") else [root]:
            if holder.get(qn("w:type")) in _SEPARATORS:
                continue
            for line in self._blocks(holder):
                words = _words(line)
                if words not in seen:
                    seen.add(words)
                    line.gap = True
                    line.notes.append(("SE007", f"{kind}: {words}"))
                    self.lines.append(line)

    def _blocks(self, holder: Any) -> list[Line]:
        entries = list[_Entry]()
        before, empty = None, True
        for element in _within(holder, _BLOCKS):
            self.count += 1
            check_length(self.count // _PARAGRAPHS_A_LINE)
            if element.tag == qn("w:p"):
                made = self._paragraph(element, before, empty)
                empty = not made
                entries += made
                before = element
            elif element.tag == qn("w:tbl"):
                entries += map(_Entry, self._table(element))
                before, empty = None, True
            else:
                self.left_out["altChunk"] += 1
        return _with_rows(entries)

    def _paragraph(self, element: Any, before: Any, after_empty: bool) -> list[_Entry]:
        words = Paragraph(element, self.part, self.styles)
        self.left_out += words.left_out
        heading, numbered = self.styles.heading(element), self.styles.numbering(element)
        marker = self.numbering.marker(numbered) if numbered else ""
        listed = numbered is not None and before is not None and self.styles.numbering(before) is not None
        gap = after_empty or (not listed and self._apart(before, element))
        rows = words.joined() if heading else words.rows
        entries = list[_Entry]()
        for pieces in rows:
            entry = self._entry(pieces, heading, marker, numbered[1] if numbered else 0, gap)
            if entry:
                marker, gap = "", False
                entry.line.notes += words.notes()
                entries.append(entry)
        for box in words.boxes:
            entries += map(_Entry, self._box(box))
        return entries

    def _entry(self, pieces: list[Piece], heading: int, marker: str, depth: int, gap: bool) -> _Entry | None:
        if heading:
            line = line_of("heading", pieces, level=heading, marker="" if is_bullet(marker) else marker, gap=gap)
            return _Entry(line) if line else None
        kind = "item" if is_bullet(marker) or (marker and depth) else "line"
        line = line_of(kind, pieces, level=depth, marker=marker, gap=gap)  # type: ignore[arg-type]
        if line is None:
            return None
        if marker or not (cells := split_at_tab(pieces)):
            return _Entry(line)
        made = [[cell] if (cell := line_of("line", half)) else [] for half in cells]
        return _Entry(line, row_of(made, gap=gap))

    def _apart(self, before: Any, element: Any) -> bool:
        if before is None or self.styles.heading(before):
            return before is not None
        return self.styles.space(before, "after") > 0 or self.styles.space(element, "before") > 0

    def _box(self, box: Any) -> list[Line]:
        """A text box stands where it is anchored: its place on the page is a matter of layout."""
        lines = self._blocks(box)
        for line in lines:
            line.gap = line is lines[0]
        if lines:
            lines[0].notes.append(("SE007", f"text box: {_words(lines[0])}"))
        return lines

    def _table(self, table: Any) -> list[Line]:
        rows, made = Rows(), list[Line]()
        for row in _within(table, _ROWS):
            if child(row, "w:trPr", "w:del") is not None:
                continue
            # A cell merged with the one above it is there, but empty: its row goes on with the row before.
            rows.cells = [self._blocks(cell) for cell in _within(row, _CELLS)]
            rows.heads = bool(is_on(row, "w:trPr", "w:tblHeader"))
            made += row_lines(rows)
        return made


def _within(holder: Any, wanted: frozenset[str]) -> Iterator[Any]:
    """The elements of that kind, through content controls, insertions and whatever else wraps them."""
    for element in chosen(holder):
        if element.tag in wanted:
            yield element
        elif element.tag not in _DELETED:
            yield from _within(element, wanted)


def _words(line: Line) -> str:
    if line.kind == "row":
        return " ".join(_words(words) for cell in line.cells for words in cell)
    return text_of(line.pieces)


def _with_rows(entries: list[_Entry]) -> list[Line]:
    """One line with a tab is a line; two that follow one another are a table."""
    rows = [False] * len(entries)
    for first, (entry, following) in enumerate(pairwise(entries)):
        if entry.row and following.row:
            rows[first] = rows[first + 1] = True
    return [entry.row if is_row and entry.row else entry.line for entry, is_row in zip(entries, rows, strict=True)]
