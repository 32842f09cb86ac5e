"""Words on a page to lines and rows.

A table is where lines part at the same place again and again. Two columns of prose do so too: but there the left column's lines
end where the right one begins, and the page writes one column to its end before it writes the other.
"""

from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise
from statistics import median
from typing import NamedTuple

import msgspec

from service.notices.importing.formats.marking import lone_mark

# In heights of a line.
WIDE = 1.5
_SAME_LINE = 0.35
_WITHIN_CELL = 2.5
_NEXT_ROW = 1.12
_SAME_PLACE = 3.0
_MOST_COLUMNS = 20
# How much of the first column is filled, at most, in a table that the page writes row by row, and in another.
_FILLED_BY_ROWS, _FILLED_BY_COLUMNS = 0.8, 0.5


class Word(NamedTuple):
    """Points, from the page's lower left. `size` is the height of its line. A soft hyphen ends a word that its line parted."""

    text: str
    left: float
    right: float
    bottom: float
    size: float
    bold: bool


class Run(msgspec.Struct):
    """Words that stand beside one another."""

    words: list[Word]

    @property
    def left(self) -> float:
        return self.words[0].left

    @property
    def right(self) -> float:
        return self.words[-1].right

    @property
    def bottom(self) -> float:
        return self.words[0].bottom

    @property
    def size(self) -> float:
        return max(word.size for word in self.words)

    @property
    def text(self) -> str:
        return " ".join(word.text for word in self.words)


class Row(msgspec.Struct):
    """The lines in each cell."""

    cells: list[list[Run]]


def runs_of(words: Iterable[Word]) -> list[Run]:
    """In the order in which the page writes them; a wide space, another line or a step to the left parts them."""
    runs = list[Run]()
    for word in words:
        if runs and _beside(runs[-1], word) and (word.left - runs[-1].right < WIDE * word.size or lone_mark(runs[-1].text)):
            runs[-1].words.append(word)
        else:
            runs.append(Run([word]))
    return runs


def lines_of(runs: Iterable[Run]) -> list[Run]:
    """Runs that follow one another on one line become that line."""
    lines = list[Run]()
    for run in runs:
        if lines and _beside(lines[-1], run.words[0]):
            lines[-1] = Run([*lines[-1].words, *run.words])
        else:
            lines.append(run)
    return lines


def _beside(run: Run, word: Word) -> bool:
    return abs(word.bottom - run.bottom) < _SAME_LINE * word.size and word.left >= run.right - _SAME_PLACE


def with_tables(runs: Sequence[Run]) -> list[Run | Row]:
    """A page's lines and rows, a row where its first words stand."""
    places = {id(run): place for place, run in enumerate(runs)}
    levels = _levels(runs)
    starts = _column_starts(levels, places)
    if not starts:
        return list(lines_of(runs))
    rows = _Rows(levels, starts).found()
    placed: dict[int, Row] = {}
    taken = set[int]()
    for row in rows:
        inside = [places[id(run)] for cell in row.cells for run in cell]
        placed[min(inside)] = row
        taken.update(inside)
    made, between = list[Run | Row](), list[Run]()
    for place, run in enumerate(runs):
        if place not in taken:
            between.append(run)
        elif place in placed:
            made += [*lines_of(between), placed[place]]
            between = []
    return [*made, *lines_of(between)]


def from_top(runs: Iterable[Run]) -> list[Run]:
    return [run for level in _levels(runs) for run in level]


def _levels(runs: Iterable[Run]) -> list[list[Run]]:
    """Runs at one height, from the top; each level from the left."""
    levels = list[list[Run]]()
    for run in sorted(runs, key=lambda run: (-run.bottom, run.left)):
        if levels and abs(levels[-1][0].bottom - run.bottom) < _SAME_LINE * run.size:
            levels[-1].append(run)
        else:
            levels.append([run])
    return [sorted(level, key=lambda run: run.left) for level in levels]


def _column_starts(levels: Sequence[Sequence[Run]], places: Mapping[int, int]) -> list[float]:
    """Where the second and further columns begin; empty for no table. `places`: when the page writes a run."""
    parted = [level for level in levels if len(level) > 1]
    if len(parted) < 2:
        return []
    filled = median((level[0].right - level[0].left) / max(level[1].left - level[0].left, 1) for level in parted)
    by_rows = any(places[id(above[-1])] < places[id(below[0])] for above, below in pairwise(parted))
    if filled > (_FILLED_BY_ROWS if by_rows else _FILLED_BY_COLUMNS):
        return []
    lefts = sorted(run.left for level in parted for run in level[1:])
    clusters = [[lefts[0]]]
    for left in lefts[1:]:
        if left - clusters[-1][-1] <= _SAME_PLACE:
            clusters[-1].append(left)
        else:
            clusters.append([left])
    starts = [cluster[0] for cluster in clusters if len(cluster) > 1]
    return starts if len(starts) < _MOST_COLUMNS else []


class _Rows:
    def __init__(self, levels: Sequence[list[Run]], starts: Sequence[float]) -> None:
        self.levels = levels
        self.starts = starts
        self.first = median(level[0].left for level in levels if self._parted(level))
        self.pitch = self._pitch()

    def _parted(self, level: Sequence[Run]) -> bool:
        return self._column(level[0]) == 0 and any(self._column(run) for run in level)

    def _column(self, run: Run) -> int:
        return sum(run.left >= start - _SAME_PLACE for start in self.starts)

    def _pitch(self) -> float:
        """How far apart the lines of one cell are: those of which the second stands in no first column."""
        apart = [
            (above[0].bottom - below[0].bottom) / below[0].size
            for above, below in pairwise(self.levels)
            if self._column(below[0]) and any(self._column(run) for run in above)
        ]
        return min(apart, default=0.0)

    def found(self) -> list[Row]:
        rows, row, above = list[Row](), None, None
        for number, level in enumerate(self.levels):
            apart = (above[0].bottom - level[0].bottom) / level[0].size if above else 0.0
            if row is not None and self._goes_on(level, apart):
                self._put(row, level)
            elif self._parted(level) or (row is not None and self._lacks_value(number)):
                row = Row([[] for _ in range(len(self.starts) + 1)])
                rows.append(row)
                self._put(row, level)
            else:
                row = None
            above = level
        return rows

    def _goes_on(self, level: Sequence[Run], apart: float) -> bool:
        """Another line of the row's cells."""
        if self._column(level[0]):
            return apart <= _WITHIN_CELL
        fits = all(run.right < self.starts[0] for run in level if not self._column(run)) and self._at_first(level)
        return fits and 0 < apart <= self.pitch * _NEXT_ROW

    def _lacks_value(self, number: int) -> bool:
        """A label alone, between rows."""
        level, following = self.levels[number], self.levels[number + 1 : number + 2]
        alone = len(level) == 1 and self._at_first(level) and level[0].right < self.starts[0]
        return alone and any(self._parted(below) for below in following)

    def _at_first(self, level: Sequence[Run]) -> bool:
        return abs(level[0].left - self.first) <= _SAME_PLACE

    def _put(self, row: Row, level: Iterable[Run]) -> None:
        for run in level:
            row.cells[self._column(run)].append(run)
