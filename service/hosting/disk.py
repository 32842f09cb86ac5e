"""The copies that outlast the database's absence: a file of this node's own, in which each row carries a MAC."""

import hmac
import sqlite3
import threading
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import msgspec
import structlog

from service.hosting.heads import Copy, Head
from tenants.delegating import as_id

log = structlog.get_logger()


@dataclass
class Disk:
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

    def heads(self, tenant: str) -> list[Head]:
        rows = self._read("SELECT notice_id, head, mac FROM heads WHERE tenant_slug = ? OR tenant_id = ?", (tenant, str(as_id(tenant))))
        genuine = (msgspec.msgpack.decode(row[1], type=Head) for row in rows if self._genuine(row[2], row[0], "head", "", row[1]))
        return [head for head in genuine if tenant in (head.tenant_slug, str(head.tenant_id))]

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
