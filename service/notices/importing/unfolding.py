"""Blocks that hold headings in a shape of their own become lines: rows of a table, a fenced block, a line above signs."""

import re
from collections.abc import Iterable, Sequence

import msgspec

from service.notices.importing.document import Block
from service.notices.importing.headlining import ROW
from service.notices.wording import recognising

# In characters: a first cell that heads its row; a line with signs below it.
_LONGEST_HEAD, _LONGEST_UNDERLINED = 300, 120


def unfolded(blocks: Sequence[Block], language: str) -> list[Block]:
    return list(_rows_as_sections(_underlined(_code_as_lines(blocks, language)), language))


def _code_as_lines(blocks: Sequence[Block], language: str) -> list[Block]:
    """A block of code whose lines are `Label: value` is a notice that somebody fenced."""
    result: list[Block] = []
    for block in blocks:
        lines = block.text.split("\n")
        labels = [line.partition(":")[0] for line in lines if ":" in line]
        if block.kind != "code" or sum(recognising.heading(label, language) is not None for label in labels[:200]) < 2:
            result.append(block)
            continue
        start = block.span[0]
        for position, line in enumerate(lines):
            if line.strip():
                result.append(Block("line", line.strip(), (start, start + len(line)), gap=position == 0 or not lines[position - 1].strip()))
            start += len(line) + 1
    return result


_UNDERLINE = re.compile(r"(?P<sign>[=~*-])(?P=sign){2,}+\s*$")


def _underlined(blocks: Sequence[Block]) -> list[Block]:
    """A short line with a line of signs right below it is a heading; the signs are no words."""
    result: list[Block] = []
    for block in blocks:
        line = _UNDERLINE.match(block.text) if block.kind == "line" and not block.gap and result else None
        above = result[-1] if line else None
        if line and above and above.kind in ("line", "item") and len(above.text) <= _LONGEST_UNDERLINED and "\n" not in above.text:
            level = 1 if line["sign"] == "=" else 2
            result[-1] = Block("heading", above.text, (above.span[0], block.span[1]), level=level, marker=above.marker, gap=True)
        else:
            result.append(block)
    return result


_ONLY_NUMBER = re.compile(r"\s*\(?\d{1,2}(?:\.\d{1,2})*[.)]?\s*$")


def _rows_as_sections(blocks: Sequence[Block], language: str) -> Iterable[Block]:
    """Rows whose first cells are headings become heading and text; other tables stay rows."""
    position = 0
    while position < len(blocks):
        if blocks[position].kind != "row":
            yield blocks[position]
            position += 1
            continue
        end = position
        while end < len(blocks) and blocks[end].kind == "row":
            end += 1
        rows = [_without_number_cell(row) for row in blocks[position:end]]
        if _heads_sections(rows, language):
            unfolded: list[Block] = []
            for row in rows:
                _unfold(row, unfolded)
            yield from unfolded
        else:
            yield from blocks[position:end]
        position = end


def _without_number_cell(row: Block) -> Block:
    """`1. | Controller | ...`, as forms have it: the number is the heading's mark."""
    cells = row.text.split("\t")
    if len(row.cells) >= 3 and len(cells) == len(row.cells) and (_ONLY_NUMBER.match(cells[0]) or (not cells[0].strip() and not row.marker)):
        return msgspec.structs.replace(row, cells=row.cells[1:], text="\t".join(cells[1:]), marker=cells[0].strip() or row.marker)
    return row


def _heads_sections(rows: Sequence[Block], language: str) -> bool:
    if max(len(row.cells) for row in rows) > 2 or _names_columns(rows[0], language):
        return False
    firsts = [first for row in rows if (first := row.text.split("\t")[0].strip())]
    matches = [recognising.heading(first, language) for first in firsts]
    known = {match.covers for match in matches if match}
    strong = sum(match is not None and match.confidence >= 0.8 for match in matches)
    several = sum(match is not None for match in matches)
    return (
        (len(known) >= 2 and several * 2 >= len(firsts))
        or (len(firsts) == 1 and strong == 1)
        or (len(known) >= 5 and several * 3 >= len(firsts))
    )


def _names_columns(row: Block, language: str) -> bool:
    """ "What we do | Legal basis": a row of two topics is the head of a table, and no label with its value."""
    matches = [recognising.heading(cell, language) for cell in row.text.split("\t") if cell.strip()]
    first, second = matches if len(matches) == 2 else (None, None)
    return bool(first and second and first.covers != second.covers and second.confidence >= recognising.BY_OVERLAP)


def _unfold(row: Block, blocks: list[Block]) -> None:
    texts = row.text.split("\t", 1)
    if not texts[0].strip():
        rest = Block("line", texts[-1].strip("\t"), row.span, markdown=_rest_of(row), level=ROW, gap=True)
        last = blocks[-1] if blocks else None
        if last and last.kind == "line" and rest.text and last.text and last.text[-1] not in ".:;!?" and rest.text[0].islower():
            # A sentence that the row's end tore.
            blocks[-1] = msgspec.structs.replace(
                last, text=f"{last.text} {rest.text}", markdown=f"{last.markdown} {rest.markdown}", span=(last.span[0], row.span[1])
            )
        elif rest.text:
            blocks.append(rest)
    elif len(row.cells) == 1 or len(texts[0]) > _LONGEST_HEAD:
        blocks.append(Block("line", row.text, row.span, markdown=" ".join(row.cells), gap=True, marker=row.marker))
    else:
        blocks.append(Block("heading", " ".join(texts[0].split()), row.span, level=ROW, marker=row.marker, gap=True))
        if texts[1].strip():
            blocks.append(Block("line", texts[1].strip("\t"), row.span, markdown=_rest_of(row), level=ROW, gap=True))


def _rest_of(row: Block) -> str:
    return "\n\n".join(cell for cell in row.cells[1:] if cell.strip())
