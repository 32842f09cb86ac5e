"""A memory of limited size: what is asked for again stays, what was asked for once gives way first.

New entries stand in a queue of their own, so that a walk through everything that there is leaves alone what readers come back
for. Who comes back for what just gave way has shown that it is worth keeping (S3-FIFO, Yang et al. 2023).
"""

from collections import OrderedDict
from collections.abc import Hashable, Iterable
from typing import Generic, TypeVar
from uuid import UUID

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")

# What an entry costs beside its value: its key, its places in the queues, and the trace that it leaves.
ENTRY_BYTES = 500


class _Entry(Generic[V]):
    __slots__ = ("asked", "notice_id", "size", "value")

    def __init__(self, value: V, size: int, notice_id: UUID | None) -> None:
        self.value = value
        self.size = size
        self.notice_id = notice_id
        self.asked = False


class Kept(Generic[K, V]):
    """At most `room` bytes, by what `put` is told of each value's size."""

    def __init__(self, room: int) -> None:
        self._room = room
        self._new: OrderedDict[K, _Entry[V]] = OrderedDict()
        self._new_bytes = 0
        self._proven: OrderedDict[K, _Entry[V]] = OrderedDict()
        self._proven_bytes = 0
        # What was asked for once and gave way, by its hash: as much as there is besides.
        self._left: OrderedDict[int, None] = OrderedDict()
        self._of: dict[UUID, set[K]] = {}

    def __len__(self) -> int:
        return len(self._new) + len(self._proven)

    @property
    def size(self) -> int:
        return self._new_bytes + self._proven_bytes

    def get(self, key: K) -> V | None:
        entry = self._proven.get(key) or self._new.get(key)
        if entry is None:
            return None
        entry.asked = True
        return entry.value

    def put(self, key: K, value: V, size: int, notice_id: UUID | None = None) -> None:
        """Keep it for now; `notice_id` is the notice by which it can be forgotten. One that would fill much of the room is not kept."""
        is_proven = key in self._proven or hash(key) in self._left
        before = self.drop(key)
        entry = _Entry(value, size + ENTRY_BYTES, notice_id)
        entry.asked = before is not None and before.asked
        if entry.size > self._room // 4:
            return
        self._left.pop(hash(key), None)
        if is_proven:
            self._proven[key] = entry
            self._proven_bytes += entry.size
        else:
            self._new[key] = entry
            self._new_bytes += entry.size
        if notice_id is not None:
            self._of.setdefault(notice_id, set()).add(key)
        while self.size > self._room:
            self._give_way()

    def drop(self, key: K) -> _Entry[V] | None:
        if entry := self._new.pop(key, None):
            self._new_bytes -= entry.size
        elif entry := self._proven.pop(key, None):
            self._proven_bytes -= entry.size
        if entry:
            self._disown(key, entry)
        return entry

    def clear(self) -> None:
        for part in (self._new, self._proven, self._left, self._of):
            part.clear()
        self._new_bytes = self._proven_bytes = 0

    def forget(self, notice_ids: Iterable[UUID] | None = None) -> None:
        """What is kept of these notices, or all."""
        if notice_ids is None:
            self.clear()
        for notice_id in notice_ids or ():
            for key in list(self._of.get(notice_id, ())):
                self.drop(key)

    def _give_way(self) -> None:
        if self._new_bytes > self._room // 10 or not self._proven:
            key, entry = self._new.popitem(last=False)
            self._new_bytes -= entry.size
        else:
            key, entry = self._proven.popitem(last=False)
            self._proven_bytes -= entry.size
        if entry.asked:
            entry.asked = False
            self._proven[key] = entry
            self._proven_bytes += entry.size
        else:
            self._disown(key, entry)
            self._left[hash(key)] = None
            while len(self._left) > len(self):
                self._left.popitem(last=False)

    def _disown(self, key: K, entry: _Entry[V]) -> None:
        if entry.notice_id is not None and (keys := self._of.get(entry.notice_id)) is not None:
            keys.discard(key)
            if not keys:
                del self._of[entry.notice_id]
