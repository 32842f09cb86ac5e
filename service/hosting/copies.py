"""The public copies: what this node knows of published notices, in memory, on disk, and behind both in the database.

The database is asked on a miss. When it is away, the disk answers: it holds everything that was published and that this
node was told of, each row with a MAC, so that a changed file shows nothing that was not published.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterable
from datetime import datetime
from pathlib import Path
from typing import Any, TypeVar
from uuid import UUID

import structlog

from service.hosting.disk import Disk
from service.hosting.heads import HEAD, Copy, Head, finding, head_of
from service.hosting.keeping import Kept
from service.waiting import Turns
from tenants.acting import acting_for_platform
from tenants.database import DatabaseAway
from tenants.delegating import as_id

T = TypeVar("T")
log = structlog.get_logger()


# How long nothing is asked again after it was not found, and how much of what was not found is remembered.
ABSENT_SECONDS = 1.0
ABSENT_BYTES = 2**20

Key = tuple[UUID, int, str]


class Copies:
    """One per process."""

    def __init__(self, folder: Path, mac_key: bytes, room: int) -> None:
        self._disk = Disk(folder, mac_key)
        self._heads = Kept[str, Head](room // 4)
        self._copies = Kept[Key, Copy](room // 2)
        # What is made of several copies, such as a comparison: by notice, and what it is.
        self._made = Kept[tuple[UUID, object], Copy](room // 4)
        # What was looked for and is not there, and until when that is believed.
        self._absent = Kept[object, float](ABSENT_BYTES)
        self._making = Turns(at_once=2, waiting=20)
        self._flights: dict[object, asyncio.Future[Any]] = {}
        # Counts what was told: an answer from before the last word is not kept.
        self._told = 0
        self.hearers: list[Callable[[Iterable[UUID] | None], None]] = []

    async def head(self, tenant: str, notice: str) -> Head | None:
        """By slugs or ids."""
        name = f"{tenant}/{notice}"
        return await self._looked_up(self._heads, name, lambda: self._find_head(tenant, notice), lambda head: (head.size, head.notice_id))

    async def heads(self, tenant: str) -> list[Head]:
        """Of all that a tenant has published, by slug or id. Not kept in memory: few ask."""
        tenant_id = as_id(tenant)
        try:
            async with acting_for_platform("a published notice is for everybody", read_only=True) as db:
                rows = await db.fetch(HEAD + ("WHERE t.id = $1" if tenant_id else "WHERE t.slug = $1"), tenant_id or tenant)
            return [head_of(row) for row in rows]
        except DatabaseAway:
            if not (found := await asyncio.to_thread(self._disk.heads, tenant)):
                raise
            return found

    async def copy(self, head: Head, number: int, path: str) -> Copy | None:
        key = (head.notice_id, number, path)
        return await self._looked_up(self._copies, key, lambda: self._find_copy(head, number, path), lambda copy: (copy.size, key[0]))

    async def made(self, head: Head, what: object, make: Callable[[], Awaitable[Copy]]) -> Copy:
        """What `make` makes of this notice's copies, kept a while."""
        key = (head.notice_id, what)
        made = await self._looked_up(self._made, key, lambda: self._make(make), lambda copy: (copy.size, key[0]))
        assert made is not None
        return made

    async def _looked_up(
        self, kept: Kept[Any, T], key: object, find: Callable[[], Awaitable[T | None]], told_of: Callable[[T], tuple[int, UUID]]
    ) -> T | None:
        if (known := kept.get(key)) is not None:
            return known
        if (absent_until := self._absent.get(key)) is not None and time.monotonic() < absent_until:
            return None
        told = self._told
        found = await self._once(key, find)
        if told == self._told:
            if found is None:
                self._absent.put(key, time.monotonic() + ABSENT_SECONDS, 100)
            elif kept.get(key) is None:
                kept.put(key, found, *told_of(found))
        return found

    async def _make(self, make: Callable[[], Awaitable[Copy]]) -> Copy:
        # Anybody may ask for any two versions, so that the threads must not all go to this.
        async with self._making.turn():
            return await make()

    def forget(self, notice_ids: Iterable[UUID] | None = None) -> None:
        """Look anew at these notices, or at all: what is in memory may be old, and so may what is being looked up."""
        self._told += 1
        self._flights.clear()
        # A new notice is called by what nobody knew.
        self._absent.clear()
        for kept in (self._heads, self._copies, self._made):
            kept.forget(notice_ids)
        for hear in self.hearers:
            hear(notice_ids)

    async def keep(self, head: Head, copies: dict[tuple[int, str], Copy]) -> None:
        """Write a notice's copies to disk, for the day when the database is away. What was taken down goes from there."""
        await asyncio.to_thread(self._disk.write, head, copies)

    async def newest_kept(self) -> datetime | None:
        return await asyncio.to_thread(self._disk.newest)

    async def kept_numbers(self, notice_id: UUID) -> set[int]:
        return await asyncio.to_thread(self._disk.numbers, notice_id)

    async def _once(self, key: object, find: Callable[[], Awaitable[T]]) -> T:
        """Many who ask for the same at once wait for one look."""
        if (flight := self._flights.get(key)) is None:
            flight = self._flights[key] = asyncio.ensure_future(find())
            flight.add_done_callback(lambda landed: self._flights.pop(key) if self._flights.get(key) is landed else None)
        result: T = await asyncio.shield(flight)
        return result

    async def _find_head(self, tenant: str, notice: str) -> Head | None:
        try:
            async with acting_for_platform("a published notice is for everybody", read_only=True) as db:
                row = await db.fetchrow(finding(as_id(tenant), as_id(notice)), as_id(tenant) or tenant, as_id(notice) or notice)
            return head_of(row) if row else None
        except DatabaseAway:
            found = await asyncio.to_thread(self._disk.head, tenant, notice)
            if found is None:
                raise
            return found

    async def _find_copy(self, head: Head, number: int, path: str) -> Copy | None:
        try:
            async with acting_for_platform("a published notice is for everybody", read_only=True) as db:
                row = await db.fetchrow(
                    """SELECT media_type, body, gzip, br FROM renditions
                       WHERE tenant_id = $1 AND notice_id = $2 AND number = $3 AND path = $4""",
                    head.tenant_id,
                    head.notice_id,
                    number,
                    path,
                )
            return Copy(**row) if row else None
        except DatabaseAway:
            found = await asyncio.to_thread(self._disk.copy, head.notice_id, number, path)
            if found is None and not await asyncio.to_thread(self._disk.lacks, head.notice_id, number, path):
                raise
            return found

    def close(self) -> None:
        self._disk.close()
