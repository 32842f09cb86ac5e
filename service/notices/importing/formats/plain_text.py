"""Plain text as people paste it: a line is a block, tabs and bars make rows, and HTML that stayed in it is read as what it meant.

Where nothing had to be rewritten the document's text is the source, so that a span is a place in what was sent.
"""

import re
from collections.abc import Sequence

from service.notices.importing.document import Document, Format, Kind
from service.notices.importing.formats.composing import Composer, Line, line_of
from service.notices.importing.formats.fragmenting import Fragment, fragment, mended
from service.notices.importing.formats.inline import Piece
from service.notices.importing.formats.marking import lone_mark, mark_of
from service.notices.importing.formats.tabulating import MOST_CELLS, row_of
from service.notices.importing.formats.tags import holds_markup

_HEADING = re.compile(r"(#{1,6})[ \t]+(\S.*?)[ \t]*#*$")
_BAR_ROW = re.compile(r"[ \t]*\|.*\|[ \t]*$")
_BAR_RULE = re.compile(r"[ \t]*\|?[ \t:|-]*-[ \t:|-]*$")
_HYPHEN_ITEM = re.compile(r"[ \t]*([-–•])(?=[^\W\d_])")


def holds_rows(text: str) -> bool:
    """Whether tabs in it make a table."""
    return "\t" in text and any(_tabbed(text.split("\n")))


def read_plain_text(text: str, form: Format = "text") -> Document:
    composer = Composer(form)
    _Lines(composer, text.replace("\xad", "").replace("\xa0", " ")).read()
    return composer.document()


class _Lines:
    def __init__(self, composer: Composer, source: str) -> None:
        self.composer = composer
        self.source = source
        self.lines = source.split("\n")
        self.filled = [bool(line.strip()) for line in self.lines]
        self.tabbed = _tabbed(self.lines)
        self.written = 0
        """Up to where the source stands in the document's text."""
        self.gap = False
        self.in_table = False
        self.mark = ""

    def read(self) -> None:
        start = 0
        for number, line in enumerate(self.lines):
            if self.filled[number]:
                self._line(number, line, start)
                self.gap = False
            else:
                self.gap = True
            start += len(line) + 1
        self.composer.verbatim(self.source[self.written :])

    def _line(self, number: int, line: str, start: int) -> None:
        if self.tabbed[number]:
            self._row(line, start, _cells_by_tab(line), broken=line.startswith("\t"))
        elif _BAR_ROW.match(line) and self._beside(number, _BAR_ROW):
            if not _BAR_RULE.match(line):
                self._row(line, start, line.strip()[1:-1].split("|"))
        elif (mark := lone_mark(line)) and self._marks_next(number + 1):
            self.mark = mark
        else:
            self.in_table = False
            self._words(number, line, start)

    def _marks_next(self, number: int) -> bool:
        """A mark alone in its line belongs to the words in the next one."""
        if number >= len(self.lines) or not self.filled[number] or self.tabbed[number]:
            return False
        line = self.lines[number]
        return not (lone_mark(line) or _BAR_ROW.match(line) or mark_of(line)[0])

    def _words(self, number: int, line: str, start: int) -> None:
        mark, self.mark = self.mark, ""
        if markup := fragment(line):
            self._rewritten(markup, line, start)
            return
        kind: Kind = "line"
        level = 0
        if found := _HEADING.match(line):
            kind, level = "heading", len(found[1])
            begin, end = found.span(2)
        else:
            begin, end = len(line) - len(line.lstrip()), len(line.rstrip())
            level = min((begin + 1) // 2, 9) if not line.startswith("\t") else 0
        if hyphen := self._hyphen(number, line):
            mark, begin = hyphen
        elif not mark:
            mark, words = mark_of(line[begin:end], heading=kind == "heading")
            begin += words
        made = line_of(kind, [Piece(line[begin:end])], level=level, marker=mark, gap=self.gap)
        if made:
            made.level = made.level if made.kind != "line" else 0
            self._put(made, start + begin, start + end)

    def _hyphen(self, number: int, line: str) -> tuple[str, int] | None:
        """`-name` is an item where the line beside it is one too; alone it may be the second half of a word."""
        found = _HYPHEN_ITEM.match(line)
        return (found[1], found.end()) if found and self._beside(number, _HYPHEN_ITEM) else None

    def _beside(self, number: int, pattern: re.Pattern[str]) -> bool:
        near = self.lines[max(number - 1, 0) : number] + self.lines[number + 1 : number + 2]
        return any(pattern.match(line) for line in near)

    def _put(self, line: Line, start: int, end: int) -> None:
        before, self.written = self.source[self.written : start], end
        self.composer.add(line, before=before, shown=self.source[start:end])

    def _rewritten(self, found: Fragment, line: str, start: int) -> None:
        """A line with HTML in it: its lines stand in the text instead."""
        self.composer.verbatim(self.source[self.written : start])
        self.written = start + len(line)
        for position, made in enumerate(found.lines):
            if position:
                self.composer.add(made)
            else:
                made.gap, made.notes = self.gap, [*found.notes, *made.notes]
                self.composer.add(made, before=f"{made.marker} " if made.marker else "")
        if not found.lines:
            self.composer.tell(found.notes)

    def _row(self, line: str, start: int, texts: Sequence[str], *, broken: bool = False) -> None:
        cells = [[made] if (made := line_of("line", [Piece(text)])) else [] for text in texts]
        row = row_of(cells, gap=self.gap or not self.in_table)
        self.in_table = True
        before = mark_of(texts[0])[1] if row.marker else len(line) - len(line.lstrip(" |"))
        marked = holds_markup(line) != -1
        if marked:
            [row] = mended([row]).lines
        if broken:
            row.notes.append(("TN076", ""))
        if marked:
            self.composer.verbatim(self.source[self.written : start])
            self.written = start + len(line)
            self.composer.add(row, before=f"{row.marker} " if row.marker else "")
        else:
            self._put(row, start + before, start + len(line.rstrip(" |")))


def _cells_by_tab(line: str) -> list[str]:
    """Several tabs in a row only align, unless there are more columns than two."""
    few = re.split(r"\t+", line)
    return few if len(few) <= 2 else line.split("\t")


def _tabbed(lines: Sequence[str]) -> list[bool]:
    """Which lines are rows. One line with a tab is none; a second one makes the table, however many empty lines lie between.

    A line that begins with a tab goes on with the row before it, or is merely indented where there is none.
    """
    rows = [_is_row(line) for line in lines]
    near = [False] * len(lines)
    last: int | None = None
    for number, line in enumerate(lines):
        if rows[number]:
            if last is not None:
                near[last] = near[number] = True
            last = number
        elif line.strip() and not (line.startswith("\t") and last is not None):
            last = None
    in_table = False
    for number, line in enumerate(lines):
        if near[number]:
            in_table = True
        elif in_table and line.startswith("\t") and line.strip():
            near[number] = True
        elif line.strip():
            in_table = False
    return near


def _is_row(line: str) -> bool:
    """A label, a tab, and a value or nothing."""
    label, tab, _ = line.partition("\t")
    if not tab or not label.strip() or lone_mark(label):
        return False
    return 2 <= len(_cells_by_tab(line)) <= MOST_CELLS
