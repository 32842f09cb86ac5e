"""From the lines that a reader found to a `Document`: blocks in order, the text that they make, remarks with their place.

In a document's text a block stands as its marker and its words, an empty line before it where it has a `gap`. For each block
`text[start:end]` is its `text`, but for white space.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

import msgspec

from service.errors import DocumentUnreadable
from service.notices.importing.document import Block, Document, Format, Kind, Remark, Span
from service.notices.importing.formats.decoding import controls_in, without_controls
from service.notices.importing.formats.escaping import as_markdown, escaped
from service.notices.importing.formats.inline import Piece, all_bold, other_mailboxes, part, text_of, tidied, to_markdown
from service.notices.importing.formats.marking import is_bullet, mark_of

# A notice of 2,000 words has some hundred blocks. What is behind works on each of them.
MOST_LINES = 20_000
MOST_REMARKS = 50
"""Of one code; one more tells that there were more."""
DEEPEST_LEVEL = 9
_EXCERPT = 80


class Line(msgspec.Struct):
    """A block in the making. `notes` are codes of remarks about it, with an excerpt or none for its own words."""

    kind: Kind
    pieces: list[Piece] = []
    level: int = 0
    marker: str = ""
    gap: bool = False
    cells: list[list["Line"]] = []
    """Of a row: the lines in each cell."""
    heads: bool = False
    """Of a row: the cells are heads of columns."""
    notes: list[tuple[str, str]] = []


def line_of(kind: Kind, pieces: Iterable[Piece], *, level: int = 0, marker: str = "", gap: bool = False) -> Line | None:
    """A line of these words, its mark split off; None where there are no words."""
    words = tidied(pieces)
    if not words:
        return None
    if not marker and kind in ("line", "heading", "quote", "item"):
        marker, start = mark_of(text_of(words), heading=kind == "heading" or (kind == "line" and all_bold(words)))
        if start:
            words = part(words, start)
    if kind == "line" and is_bullet(marker):
        kind = "item"
    return Line(kind, words, min(level, DEEPEST_LEVEL), marker, gap)


def excerpt_of(text: str) -> str:
    words = " ".join(text[: 4 * _EXCERPT].split())
    return words if len(words) <= _EXCERPT else words[: _EXCERPT - 1] + "…"


def check_length(lines: int) -> None:
    if lines > MOST_LINES:
        detail = (
            f"The document has more than {MOST_LINES} lines, list items or table rows. A notice has some hundred; send that part alone."
        )
        raise DocumentUnreadable("too_many_lines", detail)


class Composer:
    def __init__(self, form: Format) -> None:
        self.format = form
        self.blocks: list[Block] = []
        self.remarks: list[Remark] = []
        self._parts: list[str] = []
        self._length = 0
        self.controls = 0
        self._told: Counter[str] = Counter()

    def verbatim(self, text: str) -> None:
        """Text that belongs to no block: what separates them."""
        self._parts.append(text)
        self._length += len(text)

    def add(self, line: Line, *, before: str | None = None, shown: str | None = None) -> None:
        """Puts a line at the end. `before`: what separates it from the last one; `shown`: its words as the source has them."""
        check_length(len(self.blocks) + 1)
        block = self._cleaned(_block(line))
        if not block.text:
            self.tell(line.notes)
            return
        if before is None:
            before = ("\n\n" if line.gap else "\n") if self._parts else ""
            before += f"{block.marker} " if block.marker else ""
        self.verbatim(before)
        start = self._length
        self.verbatim(block.text if shown is None else shown)
        block.span = (start, self._length)
        self.blocks.append(block)
        self.tell([*line.notes, *(("TN078", told) for words in _within(line) for told in other_mailboxes(words.pieces))], block)

    def tell(self, notes: Iterable[tuple[str, str]], block: Block | None = None) -> None:
        for code, words in notes:
            self.remark(code, words or (block.text if block else ""), block.span if block else None)

    def remark(self, code: str, excerpt: str, span: Span | None = None) -> None:
        self._told[code] += 1
        if self._told[code] <= MOST_REMARKS:
            self.remarks.append(Remark(code, span, excerpt_of(without_controls(excerpt))))

    def _cleaned(self, block: Block) -> Block:
        """No control characters, wherever they came from: a file, an entity, a PDF's font."""
        if without_controls(block.text) != block.text or without_controls(block.marker) != block.marker:
            self.controls += controls_in(block.text) + controls_in(block.marker)
            block.text, block.marker = without_controls(block.text), without_controls(block.marker)
            block.markdown = without_controls(block.markdown)
            block.cells = [without_controls(cell) for cell in block.cells]
        return block

    def document(self) -> Document:
        if self.controls:
            self.remark("SE002", f"× {self.controls}")
        more = {code: count - MOST_REMARKS for code, count in self._told.items() if count > MOST_REMARKS}
        self.remarks += [Remark(code, None, f"… × {count}") for code, count in sorted(more.items())]
        return Document(self.format, "".join(self._parts), self.blocks, self.remarks)


def _within(line: Line) -> Iterator[Line]:
    """The line itself, or those in a row's cells."""
    yield line
    for cell in line.cells:
        for inner in cell:
            yield from _within(inner)


def _block(line: Line) -> Block:
    if line.kind == "row":
        return _row(line)
    text = text_of(line.pieces)
    markdown = ""
    # Most lines bear no mark at all, and then their Markdown is their text.
    if any(piece.marks or piece.target for piece in line.pieces) and (marked := to_markdown(line.pieces)) != escaped(text):
        markdown = marked
    return Block(
        kind=line.kind,
        text=text,
        span=(0, 0),
        markdown=markdown,
        level=line.level,
        marker=line.marker,
        bold=all_bold(line.pieces),
        gap=line.gap,
    )


def _row(line: Line) -> Block:
    filled = [cell for cell in line.cells if cell]
    return Block(
        kind="row",
        text="\t".join(plain(cell) for cell in line.cells),
        span=(0, 0),
        marker=line.marker,
        cells=[cell_markdown(cell) for cell in line.cells],
        bold=line.heads or (bool(filled) and all(all_bold(words.pieces) for cell in filled for words in cell)),
        gap=line.gap,
    )


def plain(lines: Sequence[Line]) -> str:
    """A cell's words; a line end for each line."""
    return "\n".join(_plain_line(line) for line in lines)


def _plain_line(line: Line) -> str:
    words = " · ".join(plain(cell) for cell in line.cells) if line.kind == "row" else text_of(line.pieces)
    return f"{line.marker} {words}" if line.marker else words


def cell_markdown(lines: Sequence[Line]) -> str:
    """A cell's lines as Markdown: paragraphs, lists, hard line ends between lines of one paragraph."""
    parts = list[str]()
    before: Line | None = None
    for line in lines:
        parts += [_between(before, line), _one_markdown(line)]
        before = line
    return "".join(parts)


def _between(before: Line | None, line: Line) -> str:
    if before is None:
        return ""
    if line.kind == before.kind == "item":
        return "\n"
    return "\n\n" if line.gap or line.kind != before.kind else "  \n"


def _one_markdown(line: Line) -> str:
    if line.kind == "row":
        # A table within a cell: each of its rows is a line.
        return " · ".join(cell_markdown(cell).replace("\n", " ") for cell in line.cells)
    words = as_markdown(_block(line))
    if line.kind == "item":
        indent = "  " * line.level
        return f"{indent}{_list_mark(line.marker)}{words}"
    if line.kind == "quote":
        return f"> {words}"
    return f"{escaped(line.marker)} {words}" if line.marker else words


def _list_mark(marker: str) -> str:
    if not marker:
        return "  "
    if is_bullet(marker):
        return "- "
    return f"{marker} " if re.fullmatch(r"\d{1,9}[.)]", marker) else f"- {marker} "
