"""Markdown: CommonMark with tables, as the parser reads it. HTML in it is read as HTML, since a notice's page would show its tags.

A line that ends with no mark is a line of its own, unless the paragraph is prose broken at a margin.
"""

import re
from collections import Counter
from collections.abc import Container, Sequence
from typing import Any

from markdown_it import MarkdownIt
from markdown_it.common.utils import normalizeReference
from markdown_it.token import Token

from service.notices.importing.document import Kind
from service.notices.importing.formats.composing import MOST_LINES, Line, line_of
from service.notices.importing.formats.html import Found
from service.notices.importing.formats.inline import ACTIVE, Piece, all_bold, target_of, text_of
from service.notices.importing.formats.tabulating import row_of
from service.notices.importing.formats.tags import holds_markup

# The parser takes 5 to 150 microseconds for a mark, and leaves out what lies deeper than it goes: what has more of either is no notice.
MOST_MARKS = 50_000
DEEPEST = 40
_MARKS = re.compile(r"[\[*_`~|<>!\\]")
_PROSE = 45
_MARK_OF_TOKEN = {"strong": "b", "em": "i", "s": "s"}
_ADDRESS = re.compile(r"[a-z][a-z0-9+.-]*:|[/#?.]|\S*[/.]\S", re.IGNORECASE)
_FRONT_MATTER = re.compile(r"---[ \t]*\n((?:[^\n]*\n){1,100}?)---[ \t]*(?:\n|$)")
_DEFINITION = re.compile(r"^ {0,3}\[([^\[\]\n]{1,200})\]:[ \t]*(\S+)[^\n]*$", re.MULTILINE)
_BAR = re.compile(r"(?<!\\)\|")
# What stands before the first bar of a row in a list or a quote.
_CONTAINER = re.compile(r"(?:[ \t>*+-]|\d{1,9}[.)])*")
_HEADING = re.compile(r"^#{1,6}[ \t]+\S", re.MULTILINE)
_LANGUAGE = re.compile(r"[A-Za-z0-9+#.-]{0,15}")
_LABELLED = re.compile(r"[ \t]*[^\W\d_][^:{}();=]{0,80}:(?:[ \t]|$)")
_BOLD_LINE = re.compile(r"^\*\*[^*\n]{1,200}\*\*:?[ \t]*$", re.MULTILINE)


def _parser() -> MarkdownIt:
    parser = MarkdownIt("commonmark", {"html": False, "maxNesting": DEEPEST + 20}).enable(["table", "strikethrough"])
    # The rules for HTML would only say, at each line and sign, that it is off.
    parser.disable(["code", "html_block", "html_inline"])
    # `[Note]: all of it` is a text; a definition has an address.
    parser.validateLink = lambda url: _ADDRESS.match(url) is not None  # type: ignore[method-assign]
    return parser


_PARSER = _parser()


def looks_marked(text: str) -> bool:
    """A plain text that is Markdown: headings with `#`, or whole lines in bold."""
    return any(sum(1 for _ in pattern.finditer(text)) > 1 for pattern in (_HEADING, _BOLD_LINE))


def lines_in(source: str) -> Found | None:
    """None where the parser would take too long or lose words."""
    if source.count("\n") > MOST_LINES or sum(1 for _ in _MARKS.finditer(source)) > MOST_MARKS:
        return None
    reader = _Reader()
    if front := _FRONT_MATTER.match(source):
        reader.lines += [line for text in front[1].split("\n") if (line := line_of("line", [Piece(text)]))]
        source = source[front.end() :]
    known: dict[str, Any] = {}
    tokens = _PARSER.parse(source, known)
    if any(token.level >= DEEPEST for token in tokens):
        return None
    reader.source = source.split("\n")
    for token in tokens:
        reader.block(token)
    if references := known.get("references"):
        reader.definitions(source, references)
    return Found(reader.lines, reader.left_out)


class _Reader:
    def __init__(self) -> None:
        self.source: list[str] = []
        self.lines: list[Line] = []
        self.heading = 0
        self.quotes = 0
        self.depth = 0
        self.marker = ""
        self.cells: list[list[Line]] | None = None
        self.first_row = True
        self.row = 0
        self.gap = False
        self.addresses: set[str] = set()
        self.left_out: Counter[str] = Counter()

    def block(self, token: Token) -> None:
        kind = token.type
        if kind == "inline":
            self._inline(token)
        elif kind == "heading_open":
            self.heading = int(token.tag[1])
        elif kind == "heading_close":
            self.heading = 0
        elif kind in ("blockquote_open", "blockquote_close"):
            self.quotes += token.nesting
        elif kind in ("bullet_list_open", "ordered_list_open", "bullet_list_close", "ordered_list_close"):
            self.depth += token.nesting
        elif kind == "list_item_open":
            self.marker = f"{token.info}{token.markup}"
            self.gap = self.gap and self.depth == 1
            return
        elif kind in ("fence", "code_block"):
            self._code(token.content if _LANGUAGE.fullmatch(token.info.strip()) else f"{token.info}\n{token.content}")
        elif kind.startswith(("table", "tr")):
            self._table(token)
        if kind.endswith("_open") and not token.hidden and kind not in ("tr_open", "th_open", "td_open"):
            self.gap = True

    def _table(self, token: Token) -> None:
        if token.type == "table_open":
            self.first_row = True
        elif token.type == "tr_open":
            self.cells = []
            self.row = token.map[0] if token.map else 0
        elif token.type == "tr_close" and self.cells is not None:
            if not self.first_row:
                self._add_left_out(self.cells)
            if any(self.cells):
                self.lines.append(row_of(self.cells, gap=self.first_row, heads=self.first_row))
            self.first_row = False
            self.cells = None

    def _add_left_out(self, cells: list[list[Line]]) -> None:
        """The parser leaves out cells beyond the head's last column."""
        texts = _BAR.split(self.source[self.row].strip().removesuffix("|"))
        if not texts[0].strip() or ((self.depth or self.quotes) and _CONTAINER.fullmatch(texts[0])):
            texts = texts[1:]
        for text in texts[len(cells) :]:
            for token in _PARSER.parseInline(text.strip()):
                cells.append(self._cell(token))

    def _cell(self, token: Token) -> list[Line]:
        return [line for pieces in self._pieces(token.children or []) if (line := line_of("line", pieces))]

    def _code(self, content: str) -> None:
        """A notice set in a code block is a notice: lines that say `Label: value` are lines."""
        texts = content.split("\n")
        labelled = sum(_LABELLED.match(text) is not None for text in texts) * 2 >= sum(bool(text.strip()) for text in texts)
        gap = True
        for text in texts:
            line = line_of("line" if labelled else "code", [Piece(text)], gap=gap)
            gap = line is None
            if line:
                self.lines.append(line)
        self.gap = True

    def _inline(self, token: Token) -> None:
        children = token.children or []
        rows = self._pieces(children)
        if self.cells is not None:
            self.cells.append(self._cell(token))
            return
        if self.heading or (_is_prose(rows) and not any(child.type == "hardbreak" for child in children)):
            rows = [_joined(rows)]
        for pieces in rows:
            level = self.heading or max(self.depth - 1, 0)
            line = line_of(self._kind(), pieces, level=level, marker=self.marker, gap=self.gap)
            if line:
                self.lines.append(line)
                self.marker, self.gap = "", False

    def _kind(self) -> Kind:
        if self.heading:
            return "heading"
        if self.depth:
            return "item"
        return "quote" if self.quotes else "line"

    def _pieces(self, children: Sequence[Token]) -> list[list[Piece]]:
        """The words of each line."""
        rows: list[list[Piece]] = [[]]
        marks, target = "", ""
        for token in children:
            name, _, side = token.type.rpartition("_")
            if token.type in ("softbreak", "hardbreak"):
                rows.append([])
            elif token.type == "image":
                rows[-1].append(Piece(token.content, marks, self._target(token.attrs.get("src"))))
            elif token.type == "code_inline":
                rows[-1].append(Piece(token.content, marks + "c", target))
            elif name == "link":
                target = self._target(token.attrs.get("href")) if side == "open" else ""
            elif mark := _MARK_OF_TOKEN.get(name):
                marks = marks + mark if side == "open" else marks.replace(mark, "", 1)
            else:
                rows[-1].append(Piece(token.content, marks, target))
        return rows

    def _target(self, address: str | int | float | None) -> str:
        self.addresses.add(str(address))
        found = target_of(str(address))
        if found.refused in ACTIVE:
            self.left_out[found.refused] += 1
        return found.address

    def definitions(self, source: str, known: Container[str]) -> None:
        """A link's definition that no link uses is seen by nobody, and yet somebody's words."""
        for found in _DEFINITION.finditer(source):
            if normalizeReference(found[1]) in known and _PARSER.normalizeLink(found[2].strip("<>")) not in self.addresses:
                line = line_of("line", [Piece(found[0])], gap=True)
                if line:
                    self.lines.append(line)


def _joined(rows: Sequence[list[Piece]]) -> list[Piece]:
    made = list(rows[0])
    for row in rows[1:]:
        made += [Piece(" "), *row]
    return made


def _is_prose(rows: Sequence[list[Piece]]) -> bool:
    """Broken at a margin: every line but the last is long, and goes on in the next. Or HTML, whose lines mean nothing."""
    texts = [text_of(row) for row in rows]
    if len(texts) < 2 or any(all_bold(row) for row in rows):
        return False
    if holds_markup("\n".join(texts)) != -1:
        return True
    return all(len(text) >= _PROSE for text in texts[:-1])
