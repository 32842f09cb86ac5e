"""Align two sequences: which runs stayed, which stand in one of them alone. Near-linear, whatever comes in.

Short stretches are aligned exactly (rapidfuzz, longest common subsequence). Long ones are first cut at what stands once
in both and in the same order (the anchors of "patience" alignment), and each stretch between two cuts is aligned by itself.
"""

from bisect import bisect_left
from collections.abc import Hashable, Iterator, Sequence
from typing import NamedTuple

from rapidfuzz.distance import Indel

# Cells of the exact alignment's table; beyond, a stretch without any anchor is told as wholly replaced.
_EXACT = 4_000_000


class Run(NamedTuple):
    """`a[a_start:a_end]` became `b[b_start:b_end]`; the same on both sides when `equal`."""

    equal: bool
    a_start: int
    a_end: int
    b_start: int
    b_end: int


def align(a: Sequence[Hashable], b: Sequence[Hashable]) -> list[Run]:
    """Runs in order, which together are all of both."""
    runs: list[Run] = []
    for found in _stretches(a, b):
        if found.a_start == found.a_end and found.b_start == found.b_end:
            continue
        last = runs[-1] if runs else None
        if last and last.equal == found.equal:
            runs[-1] = Run(found.equal, last.a_start, found.a_end, last.b_start, found.b_end)
        else:
            runs.append(found)
    return runs


def _stretches(a: Sequence[Hashable], b: Sequence[Hashable]) -> Iterator[Run]:
    # What waits is taken from the end, so the first stretch goes in last.
    waiting = [(0, len(a), 0, len(b), False)]
    while waiting:
        a_start, a_end, b_start, b_end, same = waiting.pop()
        if same:
            yield Run(True, a_start, a_end, b_start, b_end)
            continue
        head = _alike(a, b, a_start, a_end, b_start, b_end)
        yield Run(True, a_start, a_start + head, b_start, b_start + head)
        a_start, b_start = a_start + head, b_start + head
        tail = _alike_at_the_end(a, b, a_start, a_end, b_start, b_end)
        a_end, b_end = a_end - tail, b_end - tail
        waiting.append((a_end, a_end + tail, b_end, b_end + tail, True))
        if (a_end - a_start) * (b_end - b_start) <= _EXACT:
            yield from _exact(a, b, a_start, a_end, b_start, b_end)
        elif anchors := _anchors(a, b, a_start, a_end, b_start, b_end):
            pieces = []
            for a_at, b_at in anchors:
                pieces += [(a_start, a_at, b_start, b_at, False), (a_at, a_at + 1, b_at, b_at + 1, True)]
                a_start, b_start = a_at + 1, b_at + 1
            waiting += reversed([*pieces, (a_start, a_end, b_start, b_end, False)])
        else:
            yield Run(False, a_start, a_end, b_start, b_end)


def _alike(a: Sequence[Hashable], b: Sequence[Hashable], a_start: int, a_end: int, b_start: int, b_end: int) -> int:
    count = 0
    while a_start + count < a_end and b_start + count < b_end and a[a_start + count] == b[b_start + count]:
        count += 1
    return count


def _alike_at_the_end(a: Sequence[Hashable], b: Sequence[Hashable], a_start: int, a_end: int, b_start: int, b_end: int) -> int:
    count = 0
    while a_end - count > a_start and b_end - count > b_start and a[a_end - count - 1] == b[b_end - count - 1]:
        count += 1
    return count


def _exact(a: Sequence[Hashable], b: Sequence[Hashable], a_start: int, a_end: int, b_start: int, b_end: int) -> Iterator[Run]:
    for found in Indel.opcodes(a[a_start:a_end], b[b_start:b_end]):
        yield Run(
            found.tag == "equal", a_start + found.src_start, a_start + found.src_end, b_start + found.dest_start, b_start + found.dest_end
        )


def _anchors(a: Sequence[Hashable], b: Sequence[Hashable], a_start: int, a_end: int, b_start: int, b_end: int) -> list[tuple[int, int]]:
    """Places of what stands exactly once on each side, the longest run of them that has the same order on both."""
    in_a, in_b = _once(a, a_start, a_end), _once(b, b_start, b_end)
    pairs = [(place, in_b[item]) for item, place in in_a.items() if item in in_b]
    # The longest increasing subsequence of the places in b.
    ends: list[int] = []
    last_of: list[int] = []
    before: list[int | None] = []
    for position, (_, place) in enumerate(pairs):
        length = bisect_left(ends, place)
        before.append(last_of[length - 1] if length else None)
        ends[length : length + 1] = [place]
        last_of[length : length + 1] = [position]
    chain: list[tuple[int, int]] = []
    at = last_of[-1] if last_of else None
    while at is not None:
        chain.append(pairs[at])
        at = before[at]
    return chain[::-1]


def _once(items: Sequence[Hashable], start: int, end: int) -> dict[Hashable, int]:
    """In order of place."""
    places: dict[Hashable, int | None] = {}
    for place in range(start, end):
        item = items[place]
        places[item] = None if item in places else place
    return {item: place for item, place in places.items() if place is not None}
