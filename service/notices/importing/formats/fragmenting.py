"""HTML that stayed in a text which is none: tags become what they meant, entities the signs that they are, and it is told."""

from collections.abc import Iterable
from typing import NamedTuple

from service.notices.importing.formats.composing import Line, excerpt_of
from service.notices.importing.formats.html import lines_of
from service.notices.importing.formats.inline import text_of
from service.notices.importing.formats.tags import holds_markup

_BEFORE, _BEHIND = 20, 80


class Fragment(NamedTuple):
    lines: list[Line]
    notes: list[tuple[str, str]]


def fragment(source: str) -> Fragment | None:
    """None where the text holds no tag and no entity."""
    where = holds_markup(source)
    if where == -1:
        return None
    found = lines_of(source, strict=True)
    told = excerpt_of(source[max(where - _BEFORE, 0) : where + _BEHIND])
    return Fragment(found.lines, [("TN072", told), *(("SE003", f"{kind} × {count}") for kind, count in sorted(found.left_out.items()))])


class Mended(NamedTuple):
    lines: list[Line]
    notes: list[tuple[str, str]]
    """Of fragments that held no words, such as a script."""


def mended(lines: Iterable[Line]) -> Mended:
    """The lines, with fragments in their words read."""
    made, lost = list[Line](), list[tuple[str, str]]()
    for line in lines:
        if line.kind == "row":
            cells = [mended(cell) for cell in line.cells]
            line.cells = [cell.lines for cell in cells]
            line.notes += [note for cell in cells for note in (*cell.notes, *_taken(cell.lines))]
            made.append(line)
        elif line.kind != "code" and (found := fragment("".join(piece.text for piece in line.pieces if "c" not in piece.marks))):
            if found.lines:
                made += _in_place(line, found)
            else:
                lost += [*line.notes, *found.notes]
        else:
            made.append(line)
    return Mended(made, lost)


def _in_place(line: Line, found: Fragment) -> list[Line]:
    first = found.lines[0]
    first.gap, first.marker = line.gap, line.marker or first.marker
    first.notes = [*line.notes, *found.notes, *first.notes]
    for new in found.lines:
        if new.kind == "line":
            new.kind, new.level = line.kind, line.level
    return found.lines


def _taken(lines: Iterable[Line]) -> list[tuple[str, str]]:
    """A cell's notes are its row's; they name their own words."""
    notes = list[tuple[str, str]]()
    for line in lines:
        notes += [(code, words or excerpt_of(text_of(line.pieces))) for code, words in line.notes]
        line.notes = []
    return notes
