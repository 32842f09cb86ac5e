"""What the tests of the readers ask of every document."""

import re

from service.notices.importing.document import Block, Document
from service.notices.importing.reading import read
from service.texts import control_in

WORDS = re.compile(r"[^\W_]+")


def read_text(text: str, media_type: str = "text/plain") -> Document:
    return checked(read(text.encode(), media_type, None))


def checked(document: Document) -> Document:
    """Spans point at their blocks, in order; nothing comes out that a draft would refuse."""
    behind = 0
    for block in document.blocks:
        start, end = block.span
        assert behind <= start <= end <= len(document.text), block
        assert _bare(document.text[start:end]) == _bare(block.text), block
        behind = end
        for text in (block.text, block.markdown, block.marker, *block.cells):
            assert control_in(text, lines=True) is None, block
        assert (block.kind == "row") == bool(block.cells), block
        assert block.kind == "row" or "\n" not in block.text, block
    for remark in document.remarks:
        assert control_in(remark.excerpt, lines=True) is None
        assert remark.span is None or document.text[slice(*remark.span)].strip()
    return document


def _bare(text: str) -> list[str]:
    """But for white space, and the bars of a row."""
    return text.replace("|", " ").split()


def codes(document: Document) -> list[str]:
    return sorted(remark.code for remark in document.remarks)


def excerpts(document: Document, code: str) -> list[str]:
    return [remark.excerpt for remark in document.remarks if remark.code == code]


def words(document: Document) -> list[str]:
    return [word for block in document.blocks for word in WORDS.findall(f"{block.marker} {block.text}")]


def short(block: Block) -> tuple[str, str, str]:
    return block.kind, block.marker, block.text


def shorts(document: Document) -> list[tuple[str, str, str]]:
    return [short(block) for block in document.blocks]
