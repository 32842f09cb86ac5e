"""The public copies: what this node knows of published notices, in memory, on disk, and behind both in the database.

The database is asked on a miss. When it is away, the disk answers: it holds everything that was published and that this
node was told of, each row with a MAC, so that a changed file shows nothing that was not published.
"""

import asyncio
import functools
import gzip
import hashlib
import hmac
import sqlite3
import threading
import time
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, TypeVar
from uuid import UUID

import brotli
import msgspec
import structlog

from service import clock
from service.hosting.keeping import Kept
from service.hosting.recording import Standing
from service.layout.page import content_security_policy, style_source
from service.notices import timing
from service.notices.schemas import Face, Fate, Succession
from service.notices.theming.styling import Look
from service.notices.timing import Scheduled
from service.waiting import Turns
from tenants.acting import acting_for_platform
from tenants.database import DatabaseAway
from tenants.delegating import as_id

T = TypeVar("T")
log = structlog.get_logger()


class Head(msgspec.Struct, frozen=True):
    """What there is of a notice: enough to choose a version, not its text."""

    tenant_id: UUID
    tenant_slug: str
    notice_id: UUID
    slug: str
    default_language: str
    controller_ids: list[UUID]
    schedule: list[Scheduled]
    changed_at: datetime
    former_slugs: list[str] = []
    withdrawal: Fate | None = None
    succession: Succession | None = None
    face: Face | None = None
    look: Look | None = None

    @property
    def size(self) -> int:
        return 1500 + 1000 * len(self.schedule)

    @property
    def address(self) -> str:
        return f"/n/{self.tenant_slug}/{self.slug}"

    @property
    def shown_face(self) -> Face:
        """A notice that was not shown anew since its face is kept has none."""
        return self.face or Face({}, [], "UTC")

    def in_force(self, at: datetime) -> Scheduled | None:
        return timing.in_force(self.schedule, at)

    def standing(self) -> Standing:
        """For how long an answer of this notice stands when nothing happens to it."""
        since, until = timing.unchanging(self.schedule, clock.now())
        return Standing(self.notice_id, since.timestamp(), until.timestamp())

    def is_called(self, tenant: str, notice: str) -> bool:
        """By slugs or ids, as in an address."""
        named = notice == self.slug or notice in self.former_slugs or as_id(notice) == self.notice_id
        return named and (tenant == self.tenant_slug or as_id(tenant) == self.tenant_id)

    def version(self, number: int) -> Scheduled | None:
        return next((version for version in self.schedule if version.number == number), None)


class Copy(msgspec.Struct, frozen=True, dict=True):
    """Final bytes, plain and compressed, with the tag that names them; what follows from the bytes is found once."""

    media_type: str
    body: bytes
    gzip: bytes
    br: bytes

    @classmethod
    def of(cls, media_type: str, body: bytes) -> "Copy":
        """What is made while a reader waits, so compressed quickly."""
        return cls(media_type, body, gzip.compress(body, 6, mtime=0), brotli.compress(body, quality=5))

    @functools.cached_property
    def etag(self) -> str:
        return hashlib.sha256(self.body).hexdigest()[:32]

    @functools.cached_property
    def policy(self) -> str | None:
        """A page's Content-Security-Policy: it names the style that the page was stored with."""
        if not self.media_type.startswith("text/html"):
            return None
        return content_security_policy(style=style_source(self.body), framed_by_anybody=True)

    @property
    def size(self) -> int:
        return len(self.body) + len(self.gzip) + len(self.br) + 500


# How long nothing is asked again after it was not found, and how much of what was not found is remembered.
ABSENT_SECONDS = 1.0
ABSENT_BYTES = 2**20

Key = tuple[UUID, int, str]


class Copies:
    """One per process."""

    def __init__(self, folder: Path, mac_key: bytes, room: int) -> None:
        self._disk = _Disk(folder, mac_key)
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
                row = await db.fetchrow(_finding(as_id(tenant), as_id(notice)), as_id(tenant) or tenant, as_id(notice) or notice)
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


HEAD = """
SELECT p.tenant_id, t.slug AS tenant_slug, p.id AS notice_id, p.slug, p.default_language, p.controller_ids, p.schedule, p.changed_at,
       coalesce(p.former_slugs, '{}') AS former_slugs, p.withdrawal, p.succession, p.face, p.look
FROM publications p JOIN tenants t ON t.id = p.tenant_id
"""


def _finding(tenant_id: UUID | None, notice_id: UUID | None) -> str:
    """By ids where the names are such, else by slugs. Ways that are joined by OR would each be walked through all notices."""
    whose = HEAD + ("WHERE t.id = $1" if tenant_id else "WHERE t.slug = $1")
    if notice_id:
        return f"{whose} AND p.id = $2"
    # Looked for only where nobody is called so today; no other notice of the tenant ever was.
    return f"{whose} AND p.slug = $2 UNION ALL {whose} AND p.former_slugs @> ARRAY[$2] LIMIT 1"


def head_of(row: Any) -> Head:
    told = {
        "schedule": list[Scheduled],
        "withdrawal": Fate | None,
        "succession": Succession | None,
        "face": Face | None,
        "look": Look | None,
    }
    return Head(**{**row, **{name: msgspec.json.decode(row[name] or "null", type=kind) for name, kind in told.items()}})


@dataclass
class _Disk:
    """A SQLite file, written by one thread at a time; a row whose MAC is wrong is left aside and told."""

    folder: Path
    mac_key: bytes

    def __post_init__(self) -> None:
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._lock = threading.Lock()
        self._db = self._opened()

    def _opened(self) -> sqlite3.Connection:
        file = self.folder / "copies.sqlite"
        try:
            return self._prepared(file)
        except sqlite3.DatabaseError:
            aside = file.with_suffix(".damaged")
            file.replace(aside)
            log.error("public copies were damaged and are left aside", file=str(aside))
            return self._prepared(file)

    @staticmethod
    def _prepared(file: Path) -> sqlite3.Connection:
        db = sqlite3.connect(file, check_same_thread=False, isolation_level=None)
        db.execute("PRAGMA journal_mode = WAL")
        db.execute("PRAGMA synchronous = NORMAL")
        # A text that is taken down must not stay in pages that the file no longer uses.
        db.execute("PRAGMA secure_delete = ON")
        db.execute(
            """CREATE TABLE IF NOT EXISTS heads (notice_id TEXT PRIMARY KEY, tenant_id TEXT, tenant_slug TEXT, slug TEXT,
               changed_at TEXT, head BLOB NOT NULL, mac BLOB NOT NULL)"""
        )
        db.execute("CREATE INDEX IF NOT EXISTS heads_by_slug ON heads (slug)")
        db.execute("CREATE TABLE IF NOT EXISTS former (slug TEXT, notice_id TEXT, PRIMARY KEY (slug, notice_id)) WITHOUT ROWID")
        db.execute(
            """CREATE TABLE IF NOT EXISTS copies (notice_id TEXT, number INTEGER, path TEXT, copy BLOB NOT NULL, mac BLOB NOT NULL,
               PRIMARY KEY (notice_id, number, path)) WITHOUT ROWID"""
        )
        file.chmod(0o600)
        return db

    def write(self, head: Head, copies: dict[tuple[int, str], Copy]) -> None:
        name, encoded = str(head.notice_id), msgspec.msgpack.encode(head)
        redacted = [(name, version.number) for version in head.schedule if version.redacted]
        with self._lock:
            self._db.execute("BEGIN IMMEDIATE")
            try:
                gone = self._db.executemany("DELETE FROM copies WHERE notice_id = ? AND number = ?", redacted).rowcount
                # What is said at present comes whole each time, and what was said before may tell of a text that was taken down.
                self._db.execute("DELETE FROM copies WHERE notice_id = ? AND path NOT LIKE 'v/%' AND path <> 'canonical.json'", (name,))
                for (number, path), copy in copies.items():
                    blob = msgspec.msgpack.encode(copy)
                    mac = self._mac(name, str(number), path, blob)
                    self._db.execute("INSERT OR REPLACE INTO copies VALUES (?, ?, ?, ?, ?)", (name, number, path, blob, mac))
                found_by = (name, str(head.tenant_id), head.tenant_slug, head.slug, head.changed_at.isoformat(timespec="microseconds"))
                mac = self._mac(name, "head", "", encoded)
                self._db.execute("INSERT OR REPLACE INTO heads VALUES (?, ?, ?, ?, ?, ?, ?)", (*found_by, encoded, mac))
                self._db.executemany("INSERT OR IGNORE INTO former VALUES (?, ?)", [(slug, name) for slug in head.former_slugs])
                self._db.execute("COMMIT")
            except BaseException:
                self._db.execute("ROLLBACK")
                raise
            if gone > 0:
                # The log beside the file still held it.
                self._db.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()

    def head(self, tenant: str, notice: str) -> Head | None:
        rows = self._read(
            """SELECT notice_id, head, mac FROM heads
               WHERE (slug = :notice OR notice_id = :notice_id OR notice_id IN (SELECT notice_id FROM former WHERE slug = :notice))
                 AND (tenant_slug = :tenant OR tenant_id = :tenant_id)""",
            {"notice": notice, "notice_id": str(as_id(notice)), "tenant": tenant, "tenant_id": str(as_id(tenant))},
        )
        genuine = (msgspec.msgpack.decode(row[1], type=Head) for row in rows if self._genuine(row[2], row[0], "head", "", row[1]))
        # The columns that find a row have no MAC; what they found must say the same.
        return next((head for head in genuine if head.is_called(tenant, notice)), None)

    def copy(self, notice_id: UUID, number: int, path: str) -> Copy | None:
        sought = (str(notice_id), number, path)
        rows = self._read("SELECT copy, mac FROM copies WHERE notice_id = ? AND number = ? AND path = ?", sought)
        if not rows or not self._genuine(rows[0][1], str(notice_id), str(number), path, rows[0][0]):
            return None
        return msgspec.msgpack.decode(rows[0][0], type=Copy)

    def lacks(self, notice_id: UUID, number: int, path: str) -> bool:
        """Whether this version is here and has no such form: then nobody has it, the database neither."""
        paths = self._read("SELECT path FROM copies WHERE notice_id = ? AND number = ?", (str(notice_id), number))
        whole = number == 0 or any(kept.startswith("v/") and kept.endswith(".json") for (kept,) in paths)
        return bool(paths) and whole and (path,) not in paths

    def newest(self) -> datetime | None:
        rows = self._read("SELECT max(changed_at) FROM heads")
        return datetime.fromisoformat(rows[0][0]) if rows and rows[0][0] else None

    def numbers(self, notice_id: UUID) -> set[int]:
        """Of the versions whose permanent forms are here."""
        rows = self._read("SELECT DISTINCT number FROM copies WHERE notice_id = ? AND path LIKE 'v/%.json'", (str(notice_id),))
        return {row[0] for row in rows}

    def _read(self, statement: str, parameters: Any = ()) -> list[Any]:
        """Nothing from a file that is damaged: that is told, and fails nobody who only reads."""
        with self._lock:
            try:
                return self._db.execute(statement, parameters).fetchall()
            except sqlite3.DatabaseError as error:
                log.error("the public copies on disk cannot be read", reason=str(error))
                return []

    def close(self) -> None:
        with self._lock:
            self._db.close()

    def _mac(self, *parts: str | bytes) -> bytes:
        digest = hmac.new(self.mac_key, digestmod="sha256")
        for part in parts:
            data = part.encode() if isinstance(part, str) else part
            digest.update(len(data).to_bytes(8, "big") + data)
        return digest.digest()

    def _genuine(self, mac: bytes, *parts: str | bytes) -> bool:
        if hmac.compare_digest(mac, self._mac(*parts)):
            return True
        log.error("a public copy on disk is not what was written and is left aside", notice=parts[0], path=parts[2])
        return False
