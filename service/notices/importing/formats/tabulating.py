"""Cells to rows: of a table, of `dt` and `dd`, of lines with tabs or bars."""

import re

import msgspec

from service.notices.importing.formats.composing import Line
from service.notices.importing.formats.marking import is_bullet

MOST_CELLS = 50


class Rows(msgspec.Struct):
    """A table that is being read."""

    is_list: bool = False
    """Of terms and their descriptions (`dl`)."""
    cells: list[list[Line]] = []
    carried: int = 0
    """Rows that the first column's last cell goes on into (`rowspan`)."""
    begun: bool = False
    heads: bool = True
    """Of the present row: each cell is a head."""


def row_lines(rows: Rows) -> list[Line]:
    """The cells gathered as one row; or as lines, when they hold a page's layout and no table."""
    cells, rows.cells = rows.cells, []
    heads, rows.heads = rows.heads, True
    if rows.is_list and len(cells) == 1:
        cells.append([])
    if not any(cells):
        return []
    gap, rows.begun = not rows.begun, True
    if len(cells) == 1 or len(cells) > MOST_CELLS or any(line.kind == "heading" for cell in cells for line in cell):
        return _in_turn(cells)
    return [row_of(cells, gap=gap, heads=heads and not rows.is_list)]


def row_of(cells: list[list[Line]], *, gap: bool, heads: bool = False) -> Line:
    """A number before the first cell's words is the row's mark."""
    marker = ""
    if len(cells[0]) == 1 and not is_bullet(cells[0][0].marker):
        marker, cells[0][0].marker = cells[0][0].marker, ""
    notes = [note for cell in cells for line in cell for note in line.notes]
    return Line("row", marker=marker, gap=gap, cells=cells, notes=notes, heads=heads)


def _in_turn(cells: list[list[Line]]) -> list[Line]:
    for cell in cells:
        if cell:
            cell[0].gap = True
    return [line for cell in cells for line in cell]


def rowspan(attributes: dict[str, str]) -> int:
    value = attributes.get("rowspan", "")
    return int(value) if re.fullmatch(r"[0-9]{1,4}", value) else 1
