"""From words with a place to lines and paragraphs.

A page says where words stand and not what they are. A line goes on in the next one where that one's first word had no room left;
what stands at the same edge of most pages is kept once.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from itertools import chain, pairwise
from typing import NamedTuple

from service.notices.importing.formats.composing import Line, line_of
from service.notices.importing.formats.html import Found
from service.notices.importing.formats.inline import Piece
from service.notices.importing.formats.marking import mark_of
from service.notices.importing.formats.pdf_tables import Row, Run, Word, from_top, lines_of, runs_of, with_tables
from service.notices.importing.formats.tabulating import row_of

# In heights of a line.
_SPACE = 0.25
_APART = 1.12
_LARGER = 1.12
_USUAL_PITCHES = (0.8, 2.5)
# In points: lines that begin this near to one another have the same right margin.
_MARGIN_WITHIN = 36
_EDGE_LINES = 3
_NUMBER = re.compile(r"(?<!\d)[0-9]{1,4}(?!\d)")
_MOST_NUMBERS = 5
_GOES_ON = re.compile(r"(?:ja|tai|eli|sekä|och|eller|samt|and|or)\b", re.IGNORECASE)


class Page(NamedTuple):
    words: list[Word]
    unmapped: int
    """Letters whose font does not tell which they are."""
    filled: bool = False
    """A form, whose answers the page writes after all else: it is read from the top."""


def lines_in(pages: Sequence[Page]) -> Found:
    runs, repeated = _without_repeated([from_top(runs_of(page.words)) if page.filled else runs_of(page.words) for page in pages])
    paragraphs = _Paragraphs([with_tables(page) for page in runs])
    lines = paragraphs.lines()
    for line in repeated:
        if made := line_of("line", paragraphs.pieces([line]), gap=True):
            made.notes.append(("SE004", ""))
            lines.append(made)
    empty = [str(number) for number, page in enumerate(pages, 1) if not page.words]
    unmapped = sum(page.unmapped for page in pages)
    notes = [("SE008", ", ".join(empty))] if empty else []
    return Found(lines, Counter(), [*notes, ("SE001", f"� × {unmapped}")] if unmapped else notes)


def _without_repeated(pages: Sequence[list[Run]]) -> tuple[list[list[Run]], list[Run]]:
    """Headers, footers and page numbers: what stands at the edge of half of the pages, also with a number that counts the pages."""
    edges = [[(line, _keys(line, number)) for line in _edges(page)] for number, page in enumerate(pages)]
    counts = Counter(key for page in edges for _, keys in page for key in keys)
    often = {key for key, count in counts.items() if count >= max(2, (len(pages) + 1) // 2)}
    kept: dict[str, Run] = {}
    left_out = set[int]()
    for page in edges:
        for line, keys in page:
            if key := next((key for key in keys if key in often), None):
                kept.setdefault(key, line)
                left_out.update(id(word) for word in line.words)
    return [[run for run in page if id(run.words[0]) not in left_out] for page in pages], list(kept.values())


def _edges(page: Sequence[Run]) -> list[Run]:
    lines = sorted(lines_of(page), key=lambda line: -line.bottom)
    return lines if len(lines) <= 2 * _EDGE_LINES else [*lines[:_EDGE_LINES], *lines[-_EDGE_LINES:]]


def _keys(line: Run, page: int) -> list[str]:
    """What makes two pages' lines the same: their height on the page, and their text, but for a number that grows with each page."""
    text = f"{line.text} {line.bottom:.0f}"
    numbers = list(_NUMBER.finditer(line.text))[:_MOST_NUMBERS]
    return [text, *(f"{text[: found.start()]}#{int(found[0]) - page}{text[found.end() :]}" for found in numbers)]


class _Place(NamedTuple):
    """A line, and the page and cell that it stands in."""

    run: Run
    page: int


class _Paragraphs:
    def __init__(self, pages: Sequence[Sequence[Run | Row]]) -> None:
        self.pages = pages
        lines = [item for page in pages for item in page if isinstance(item, Run)]
        words = [word for line in lines for word in line.words]
        sizes = Counter[float]()
        for word in words:
            sizes[round(word.size, 1)] += len(word.text)
        self.body = sizes.most_common(1)[0][0] if sizes else 0.0
        self.pitch = _pitch(pages)

    def lines(self) -> list[Line]:
        made, waiting, in_table = list[Line](), list[_Place](), False
        for number, page in enumerate(self.pages):
            for item in page:
                if isinstance(item, Run):
                    waiting.append(_Place(item, number))
                    in_table = False
                else:
                    made += self._joined(waiting)
                    made.append(self._row(item, number, gap=not in_table))
                    waiting, in_table = [], True
        made += self._joined(waiting)
        if made:
            made[0].gap = False
        return made

    def _row(self, row: Row, page: int, *, gap: bool) -> Line:
        return row_of([self._joined([_Place(run, page) for run in cell]) for cell in row.cells], gap=gap)

    def _joined(self, places: Sequence[_Place]) -> list[Line]:
        """Lines made paragraphs again."""
        margins = _margins(places)
        groups, gaps = list[list[Run]](), list[bool]()
        before: _Place | None = None
        for place in places:
            apart = before is None or self._apart(before, place)
            if before is not None and self._goes_on(before, place, margins, apart):
                groups[-1].append(place.run)
            else:
                groups.append([place.run])
                gaps.append(apart)
            before = place
        made = (line_of("line", self.pieces(group), gap=gap) for group, gap in zip(groups, gaps, strict=True))
        return [line for line in made if line]

    def _apart(self, above: _Place, below: _Place) -> bool:
        """More space than between the lines of a paragraph; a step up is a new column."""
        pitch = (above.run.bottom - below.run.bottom) / below.run.size
        return above.page != below.page or not 0 < pitch <= self.pitch * _APART

    def _goes_on(self, above: _Place, below: _Place, margins: dict[int, float], apart: bool) -> bool:
        last, first = above.run.words[-1], below.run.words[0]
        if mark_of(below.run.text)[0] or last.bold != first.bold or self._is_large(last) != self._is_large(first):
            return False
        if last.text.endswith("\xad"):
            return True
        over = above.page != below.page or below.run.bottom > above.run.bottom
        if apart and not (over and first.text[0].islower()):
            return False
        room = margins.get(_bucket(above.run), 0.0) - last.right
        return room < first.right - first.left + _SPACE * first.size

    def _is_large(self, word: Word) -> bool:
        return word.size >= self.body * _LARGER

    def pieces(self, lines: Iterable[Run]) -> list[Piece]:
        """The words, those that a line's end parted made whole."""
        words = [word for line in lines for word in line.words]
        ends = {id(line.words[-1]) for line in lines}
        made = list[Piece]()
        for before, word, following in zip([None, *words[:-1]], words, [*words[1:], None], strict=True):
            text = word.text.replace("\xad", "-") + " "
            if following and id(word) in ends and text.endswith("- "):
                text = _across(text[:-2], following.text, within=before is not None and before.text[-1] not in ".!?:")
            made.append(Piece(text, "b" if word.bold or self._is_large(word) else ""))
        return made


# What a name has behind a hyphen of its own: "Mailchimp-palvelua".
_OF_NAME = re.compile("palvelu|ohjelm|järjestel|sovellu|sivu|työkalu|alust|lomak|tjänst|program|system|verktyg|sida")


def _across(start: str, end: str, *, within: bool) -> str:
    """The first half of a word that a line's end parted, as it stands before the other half. `within` a sentence a capital is a name's."""
    if _GOES_ON.match(end) or not start:
        return f"{start}- "
    if within and start[0].isupper() and _OF_NAME.match(end):
        return f"{start}-"
    if end[0].islower() and start[-1].isalpha() and not start.isupper():
        return start
    return f"{start}-"


def _bucket(run: Run) -> int:
    return int(run.left // _MARGIN_WITHIN)


def _margins(places: Iterable[_Place]) -> dict[int, float]:
    """Where lines end that begin at about the same place; the farthest but few."""
    ends = defaultdict[int, list[float]](list)
    for place in places:
        for near in (-1, 0, 1):
            ends[_bucket(place.run) + near].append(place.run.right)
    return {bucket: sorted(found)[(len(found) - 1) * 19 // 20] for bucket, found in ends.items()}


def _pitch(pages: Iterable[Sequence[Run | Row]]) -> float:
    """How far apart the lines of a paragraph are, in heights of a line: the least distance that is not rare."""
    found = Counter[float]()
    for page in pages:
        cells = (cell for item in page if isinstance(item, Row) for cell in item.cells)
        for above, below in chain(pairwise(page), *map(pairwise, cells)):
            if isinstance(above, Run) and isinstance(below, Run) and abs(above.size - below.size) < 0.5:
                pitch = round((above.bottom - below.bottom) / below.size * 20) / 20
                if _USUAL_PITCHES[0] <= pitch <= _USUAL_PITCHES[1]:
                    found[pitch] += 1
    enough = sum(found.values()) * 0.15
    return min((pitch for pitch, count in found.items() if count >= enough), default=1.3)
