"""What a reader makes of a document, whatever its format: its text, and the pieces in which it stands there.

Readers (one per format) say what they see; what it means is decided in `outlining`. A span is `[start, end)` in
characters of `Document.text`.
"""

from typing import Literal

import msgspec

Format = Literal["text", "html", "markdown", "docx", "pdf"]
Kind = Literal["heading", "line", "item", "row", "quote", "code"]
Span = tuple[int, int]


class Block(msgspec.Struct):
    """One piece: a line or paragraph, a heading that the format itself marks as one, a list item, a table row."""

    kind: Kind
    text: str
    """As a reader sees it: no marks of the format, entities resolved, in its own case."""
    span: Span
    markdown: str = ""
    """The same words as Markdown (bold, links, code); empty where `text` escaped says all."""
    level: int = 0
    """Of a heading: 1 to 6. Of an item: its depth, from 0."""
    marker: str = ""
    """What stood before it: `1.`, `a)`, `-`, `•`; empty for none."""
    cells: list[str] = []
    """Of a row, each as Markdown. An empty first cell continues the row before."""
    bold: bool = False
    """All of it is bold, so that it may be a heading."""
    gap: bool = False
    """An empty line, or the end of a paragraph, stood before it."""


class Remark(msgspec.Struct):
    """What only the source shows, and a reader of the draft would no longer see."""

    code: str
    span: Span | None
    excerpt: str


class Document(msgspec.Struct):
    format: Format
    text: str
    blocks: list[Block]
    remarks: list[Remark] = []
