"""HTML, a page or a fragment, as lines. What is open is kept on a stack; nothing is ever searched for in it.

What acts is left out and told: scripts, styles, frames, objects, drawings, event handlers, links to `javascript:`. What is only
hidden (`hidden`, `display:none`) is kept and told: most notices hide their sections in folding panels, and the author sees the
draft before anybody else does.
"""

from collections import Counter
from collections.abc import Sequence
from typing import NamedTuple

import msgspec

from service.notices.importing.document import Kind
from service.notices.importing.formats.composing import Line, check_length, line_of
from service.notices.importing.formats.inline import Piece, text_of, tidied
from service.notices.importing.formats.listing import Listed, are_broken_items, broken_items, mso_mark
from service.notices.importing.formats.marking import is_bullet
from service.notices.importing.formats.styling import State, handlers_in, number_in, styled
from service.notices.importing.formats.tabulating import Rows, row_lines, rowspan
from service.notices.importing.formats.tags import ELEMENTS, Raw, Tag, Token, Words, attributes_of, tokens

_VOID, _CELLS, _LISTS = ELEMENTS["void"], ELEMENTS["cells"], ELEMENTS["lists"]
_PARAGRAPHS, _IN_PARAGRAPH = ELEMENTS["paragraphs"], ELEMENTS["controls"]
_BREAKING = _PARAGRAPHS | _IN_PARAGRAPH | ELEMENTS["lines"]
_DROPPED, _DRAWN = ELEMENTS["dropped"], ELEMENTS["drawn"]
_DEEPEST_TABLE = 8


class _Frame(msgspec.Struct):
    """The document, or a cell: its lines, and what is open in it. `base`: how many elements were open when it began."""

    base: int
    state: State
    lines: list[Line] = []
    lists: list[Listed] = []
    open: Counter[str] = msgspec.field(default_factory=Counter)
    rows: Rows | None = None
    too_deep: int = 0


class Found(NamedTuple):
    lines: list[Line]
    left_out: Counter[str]
    """What acts or is drawn, by its kind."""
    notes: Sequence[tuple[str, str]] = ()
    """Remarks on the whole."""


def lines_of(source: str, *, strict: bool = False) -> Found:
    """`strict`: the source is no HTML, but some stands in it."""
    reader = _Reader()
    reader.read(list(tokens(source, strict=strict)))
    return Found(reader.finished(), reader.left_out)


class _Reader:
    def __init__(self) -> None:
        self.left_out: Counter[str] = Counter()
        self.state = State()
        self.frames = [_Frame(0, self.state)]
        self.stack: list[tuple[str, State]] = []
        self.pieces: list[Piece] = []
        self.marker = ""
        self.gap = False
        self.count = 0
        self.notes: dict[str, str] = {}
        self.told_hidden = False
        self.title: Line | None = None
        self.after_link = False

    @property
    def frame(self) -> _Frame:
        return self.frames[-1]

    def read(self, found: list[Token]) -> None:
        position, never = 0, set[str]()
        while position < len(found):
            token = found[position]
            position += 1
            if isinstance(token, Words):
                self._words(token.text)
            elif isinstance(token, Raw):
                self.left_out[token.name] += 1
            elif token.closing:
                self._end(token.name)
            elif token.name in _DROPPED and token.name not in never:
                behind = _behind(found, position, token)
                if behind:
                    self.left_out[token.name] += 1
                    position = behind
                else:
                    # It never ends, so it is not dropped: a damaged page must not lose its rest.
                    never.add(token.name)
            else:
                self._start(token)

    def finished(self) -> list[Line]:
        while len(self.frames) > 1:
            self._end_cell()
        self._end_table()
        self._break()
        lines = self.frame.lines
        if self.title and sum(_same(line, self.title) for line in lines) > 1:
            lines.remove(self.title)
        return lines

    # What comes

    def _words(self, text: str) -> None:
        if self.state.marking:
            self.marker += text
        elif self.state.pre:
            first, *more = text.split("\n")
            self._piece(first)
            for line in more:
                self._new_line()
                self._piece(line)
        else:
            self._piece(text)

    def _piece(self, text: str) -> None:
        self.after_link = False
        self.pieces.append(Piece(text, self.state.marks, self.state.target))
        if text.strip():
            if self.state.navigation:
                self.notes["SE009"] = ""
            if self.state.hidden and not self.told_hidden:
                self.told_hidden = True
                self.notes["SE006"] = ""

    def _start(self, tag: Tag) -> None:
        name = tag.name
        attributes = attributes_of(tag) if "=" in tag.attributes or "hidden" in tag.attributes else {}
        if tag.attributes:
            self.left_out.update(handlers_in(tag))
        if name in _VOID:
            self._void(name, attributes)
        elif name in _CELLS:
            self._start_cell(name, attributes)
        elif name in ("table", "dl"):
            self._start_table(name)
        else:
            if name == "tr":
                self._end_row()
            self._start_element(name, attributes)

    def _start_element(self, name: str, attributes: dict[str, str]) -> None:
        if name in _BREAKING:
            if self.frame.open["p"] and name not in _IN_PARAGRAPH:
                self._close("p")
            self._break(gap=name in _PARAGRAPHS)
        if name == "a" and self.after_link:
            # Two links without a space between them stand apart on the page.
            self.pieces.append(Piece(" "))
        lists = self.frame.lists
        if name in _LISTS:
            lists.append(Listed(name == "ol", attributes.get("type", ""), number_in(attributes.get("start", "")) or 1))
        elif name == "li":
            if not lists:
                lists.append(Listed())
            if lists[-1].in_item:
                self._close("li")
            lists[-1].next_item(attributes.get("value", ""))
        self.stack.append((name, self.state))
        if name == "footer" and not (self.frame.open["main"] or self.frame.open["article"]):
            # The page's, not the notice's.
            self.state = self.state._replace(navigation=True)
        self.frame.open[name] += 1
        self._restyle(name, attributes)

    def _restyle(self, name: str, attributes: dict[str, str]) -> None:
        before = self.state
        self.state, refused = styled(before, name, attributes)
        if refused:
            self.left_out[refused] += 1
        if self.state.hidden and not before.hidden:
            self.told_hidden = False

    def _void(self, name: str, attributes: dict[str, str]) -> None:
        if name == "br":
            self._new_line()
        elif name == "hr":
            self._break(gap=True)
        elif name == "embed" or (name == "img" and attributes.get("alt", "").strip()):
            self.left_out[name] += 1

    def _end(self, name: str) -> None:
        if name in ("td", "th", "dt", "dd"):
            if self._in_cell(name in ("dt", "dd")):
                self._end_cell()
            self._break()
        elif name == "tr":
            self._end_row()
        elif name in ("table", "dl"):
            self._end_table(name == "dl")
        elif name == "br":
            self._new_line()
        elif self.frame.open[name]:
            self._close(name)
        elif name in _BREAKING:
            self._break(gap=name in _PARAGRAPHS)

    # Elements

    def _close(self, name: str) -> None:
        while True:
            closed = self._pop()
            if closed == name:
                return

    def _pop(self) -> str:
        name, before = self.stack.pop()
        if name in _BREAKING:
            self._break(gap=name in _PARAGRAPHS)
        if name == "li" and self.frame.lists:
            self.frame.lists[-1].in_item = False
        elif name in _LISTS:
            self.frame.lists.pop()
        elif name == "title" and self.frame.lines:
            self.title = self.title or self.frame.lines[-1]
        self.after_link = name == "a"
        self.frame.open[name] -= 1
        self.state = before
        return name

    # Tables: a cell is a frame; its table is the frame's below.

    def _in_cell(self, of_list: bool) -> bool:
        """Whether what is open last is a cell of such a table."""
        below = self.frames[-2].rows if len(self.frames) > 1 and not self.frame.rows and not self.frame.too_deep else None
        return below is not None and below.is_list == of_list

    def _start_table(self, name: str) -> None:
        if self.frame.open["p"]:
            self._close("p")
        if self.frame.rows:
            self._end_table(self.frame.rows.is_list)
        self._break(gap=True)
        if len(self.frames) > _DEEPEST_TABLE:
            self.frame.too_deep += 1
        else:
            self.frame.rows = Rows(is_list=name == "dl")

    def _start_cell(self, name: str, attributes: dict[str, str]) -> None:
        of_list = name in ("dt", "dd")
        if self._in_cell(of_list):
            self._end_cell()
        self._break()
        rows = self.frame.rows
        if not rows or rows.is_list != of_list:
            return
        if name == "dt" or (name == "dd" and len(rows.cells) > 1):
            self._emit(rows)
        if not rows.cells and (name == "dd" or rows.carried):
            rows.cells.append([])
            rows.carried -= name != "dd"
        elif not rows.cells:
            rows.carried = rowspan(attributes) - 1
        rows.heads = rows.heads and name == "th"
        self.frames.append(_Frame(len(self.stack), self.state))
        self._restyle(name, attributes)
        self.state = self.state._replace(heading=0, level=0, quote=False, pre=False)

    def _end_cell(self) -> None:
        if self.frame.rows:
            self._end_table(self.frame.rows.is_list)
        while len(self.stack) > self.frame.base:
            self._pop()
        self._break()
        self.gap = False
        cell = self.frames.pop()
        self.state = cell.state
        rows = self.frame.rows
        assert rows is not None
        rows.cells.append(cell.lines)

    def _end_row(self) -> None:
        if self._in_cell(False):
            self._end_cell()
        self._break()
        if self.frame.rows and not self.frame.rows.is_list:
            self._emit(self.frame.rows)

    def _end_table(self, of_list: bool = False) -> None:
        if self.frame.too_deep:
            self.frame.too_deep -= 1
            self._break(gap=True)
            return
        if self._in_cell(of_list):
            self._end_cell()
        self._break()
        rows = self.frame.rows
        if rows:
            self._emit(rows)
            self.frame.rows = None
        self.gap = True

    def _emit(self, rows: Rows) -> None:
        self.frame.lines += row_lines(rows)

    # Lines

    def _new_line(self) -> None:
        if self.state.heading:
            self.pieces.append(Piece(" "))
        elif not self._flush():
            self.gap = True

    def _break(self, *, gap: bool = False) -> None:
        self._flush()
        self.gap = self.gap or gap
        self.after_link = False

    def _flush(self) -> bool:
        """Whether there were words for a line."""
        if not self.pieces and not self.marker:
            return False
        pieces, self.pieces = self.pieces, []
        marker, self.marker = "".join(self.marker.split()), ""
        if all(piece.text.isspace() or not piece.text for piece in pieces):
            if marker:
                pieces = [Piece(marker)]
                marker = ""
            else:
                return False
        notes, self.notes = self.notes, {}
        made = self._lines(pieces, marker)
        if made:
            made[0].gap, self.gap = self.gap, False
            made[0].notes = list(notes.items())
            self.frame.lines += made
            self.count += len(made)
            check_length(self.count)
        return bool(made)

    def _lines(self, pieces: Sequence[Piece], marker: str) -> list[Line]:
        lists, state = self.frame.lists, self.state
        if not marker and not state.pre:
            marker, pieces = mso_mark(pieces)
        kind, level = self._kind(marker, pieces), state.level
        if kind == "heading":
            level = state.heading
        elif kind == "item" and lists and lists[-1].in_item:
            level = len(lists) - 1
            marker = marker or lists[-1].take_mark()
        elif lists and are_broken_items(words := tidied(pieces)):
            return broken_items(words, len(lists) - 1)
        elif kind == "code":
            pieces = [piece._replace(marks=piece.marks.replace("c", "")) for piece in pieces]
        line = line_of(kind, pieces, level=level, marker=marker)
        return [line] if line else []

    def _kind(self, marker: str, pieces: Sequence[Piece]) -> Kind:
        if self.state.heading:
            return "heading"
        if self.state.pre and all("c" in piece.marks or not piece.text.strip() for piece in pieces):
            return "code"
        if (self.frame.lists and self.frame.lists[-1].in_item) or is_bullet(marker):
            return "item"
        return "quote" if self.state.quote else "line"


def _behind(found: list[Token], position: int, opened: Tag) -> int:
    """Behind the end of the element that is dropped; 0 when it has none."""
    if opened.name in _DRAWN and opened.attributes.rstrip().endswith("/"):
        return position
    depth = 1
    for index in range(position, len(found)):
        token = found[index]
        if not isinstance(token, Tag):
            continue
        if token.name == opened.name:
            depth += -1 if token.closing else 1
            if not depth:
                return index + 1
        elif opened.name in _DRAWN and not token.closing and token.name in _BREAKING and token.name != "title":
            return index
    return 0


def _same(line: Line, other: Line) -> bool:
    return text_of(line.pieces).casefold() == text_of(other.pieces).casefold()
