"""Follow what is published: told by NOTIFY, or looking each second, and reading all changes anew after an absence.

Runs for as long as the server does. Whatever goes wrong here, what is already kept goes on being served.
"""

import asyncio
import contextlib
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import asyncpg
import structlog

from service import clock
from service.hosting.copies import Copies
from service.hosting.heads import HEAD, Copy, head_of
from service.hosting.logos import Logos
from service.notices import timing
from service.notices.showing import CHANNEL, IN_FORCE
from tenants.acting import acting_for_platform
from tenants.database import UNREACHABLE, Connection, DatabaseAway

log = structlog.get_logger()

LOOK_SECONDS = 1.0
# A change carries the time at which its transaction began to write; it may commit a little later than a younger one.
OVERLAP = timedelta(minutes=2)
ALIVE_SECONDS = 10.0


class Follower:
    def __init__(self, copies: Copies, logos: Logos) -> None:
        self._copies = copies
        self._logos = logos
        # A notice that changed, or nothing: the connection ended.
        self._told: asyncio.Queue[UUID | None] = asyncio.Queue()
        # Changes of the last minutes that are on disk already, each with its time.
        self._taken: dict[UUID, datetime] = {}

    async def follow(self, connect: Mapping[str, Any]) -> None:
        """`connect`: how to reach the database directly; through a pooler LISTEN hears nothing, and we look instead."""
        while True:
            try:
                connection = await asyncpg.connect(**connect)
            except UNREACHABLE:
                await asyncio.sleep(LOOK_SECONDS)
                continue
            try:
                await self._stay(connection)
            except (*UNREACHABLE, DatabaseAway) as error:
                log.warning("the connection that listens for publications was lost", error=str(error) or type(error).__name__)
            except Exception:
                # A full disk, say: a node that stopped following would show old notices for ever, so it begins anew.
                log.exception("following what is published failed")
            finally:
                connection.terminate()
            await asyncio.sleep(LOOK_SECONDS)

    async def _stay(self, connection: Connection) -> None:
        # Behind a pooler the session that answers is not the one that we were introduced to.
        hears = await connection.fetchval("SELECT pg_backend_pid()") == connection.get_server_pid()
        connection.add_termination_listener(lambda _: self._told.put_nowait(None))
        if hears:
            await connection.add_listener(CHANNEL, lambda *told: self._told.put_nowait(UUID(str(told[3]))))
        # What was published before we listened, or while we were away.
        self._copies.forget()
        await self._catch_up()
        while not connection.is_closed():
            with contextlib.suppress(TimeoutError):
                if notice_id := await asyncio.wait_for(self._told.get(), ALIVE_SECONDS if hears else LOOK_SECONDS):
                    self._copies.forget([notice_id])
                    await self._take([notice_id])
                continue
            if hears:
                await _still_answers(connection)
            else:
                await self._catch_up()

    async def _catch_up(self) -> None:
        """Take what changed since the newest change that is on disk, and a little from before it."""
        newest = await self._copies.newest_kept()
        since = newest - OVERLAP if newest else datetime.min.replace(tzinfo=UTC)
        async with acting_for_platform("publications are for everybody", read_only=True) as db:
            rows = await db.fetch("SELECT id, changed_at FROM publications WHERE changed_at >= $1 ORDER BY changed_at", since)
        changed = [row["id"] for row in rows if self._taken.get(row["id"]) != row["changed_at"]]
        self._copies.forget(changed)
        # In order of change: whatever stops this, what is on disk stays complete up to its newest.
        for start in range(0, len(changed), 50):
            await self._take(changed[start : start + 50])
        self._taken = {row["id"]: row["changed_at"] for row in rows}

    async def _take(self, notice_ids: list[UUID]) -> None:
        """Bring these notices' copies to disk: all forms of versions that are not there; anew the history and what is in force."""
        async with acting_for_platform("publications are for everybody", read_only=True) as db:
            heads = [head_of(row) for row in await db.fetch(HEAD + "WHERE p.id = ANY ($1) ORDER BY p.changed_at", notice_ids)]
            for head in heads:
                kept = await self._copies.kept_numbers(head.notice_id)
                rows = await db.fetch(
                    f"""SELECT number, path, media_type, body, gzip, br FROM renditions
                        WHERE tenant_id = $1 AND notice_id = $2 AND (NOT number = ANY ($3) OR number = ANY ($4) AND {IN_FORCE})""",
                    head.tenant_id,
                    head.notice_id,
                    list(kept),
                    [version.number for version in timing.ahead(head.schedule, clock.now() - OVERLAP)],
                )
                copies = {(row["number"], row["path"]): Copy(row["media_type"], row["body"], row["gzip"], row["br"]) for row in rows}
                await self._copies.keep(head, copies)
            await self._logos.keep(db, heads)


async def _still_answers(connection: Connection) -> None:
    """A listener hears nothing from a dead server, and nothing from a quiet one: ask."""
    asking = asyncio.ensure_future(connection.fetchval("SELECT 1"))
    await asyncio.wait({asking}, timeout=2)
    if not asking.done():
        connection.terminate()
    await asking
