"""Idempotency-Key: a retry gets the first answer again. A key's row commits with its effect, or not at all.

So a crash between effect and answer loses nothing: the retry finds the row and the stored answer. Two at once: the second
waits for the first's commit on the key's unique index. Answers are kept 24 hours, sealed, since they may hold secrets.
"""

import hashlib
import hmac
import re
from collections.abc import Awaitable, Callable, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import timedelta
from typing import Annotated, Any, NamedTuple, TypeAlias
from uuid import UUID

import asyncpg
import msgspec
from litestar import Request, Response
from litestar.params import HeaderParameter
from piccolo.columns import Bytea, Timestamptz
from piccolo.table import Table

from service import clock, sealing
from service.errors import IdempotencyKeyReused, MalformedRequest
from service.keys import MasterKey
from tenants.database import ENGINE, Connection
from tenants.writing import Write, write

KEPT = timedelta(hours=24)
# Opens the transaction of whom an attempt is about.
Acting: TypeAlias = Callable[[], AbstractAsyncContextManager[Connection]]
KeyHeader = Annotated[
    str | None,
    HeaderParameter(
        name="Idempotency-Key",
        max_length=257,
        description="Yours, at random. The same key and body within 24 hours get the first answer again.",
    ),
]


class IdempotencyKey(Table, tablename="idempotency_keys", db=ENGINE):
    """A key that was used, by its hash, with the sealed answer; the hash is of the key and of whose it is."""

    id = Bytea(primary_key=True, default=None)
    fingerprint = Bytea(default=None)
    answer = Bytea(default=None, null=True)
    expires_at = Timestamptz(default=None)


class Answer(msgspec.Struct, array_like=True):
    """What was answered: status, headers that belong to it, body."""

    status: int
    headers: dict[str, str]
    body: bytes

    def response(self) -> Response[bytes]:
        return Response(self.body, status_code=self.status, headers=self.headers)


class Outcome(NamedTuple):
    """An answer, and the writes that must come true before it is given."""

    answer: Answer
    writes: Sequence[Write]


def answer(body: Any, *, status: int = 201, headers: dict[str, str] | None = None) -> Answer:
    return Answer(status, {"content-type": "application/json", **(headers or {})}, msgspec.json.encode(body))


@dataclass(frozen=True)
class Attempt:
    """One POST: its key, if it has one, who sent it, and what it asks."""

    key: str | None
    scope: str
    fingerprint: bytes
    master: MasterKey
    body_is_scope: bool = False

    async def earlier(self, db: Connection) -> Response[bytes] | None:
        """The answer that an earlier attempt with this key got, if there was one: asked before work that costs much."""
        if self.key is None:
            return None
        if not await db.fetchval("SELECT true FROM idempotency_keys WHERE id = $1 AND expires_at >= $2", self._id, clock.now()):
            return None
        return (await self._earlier(db)).response()

    async def once(self, db: Connection, effect: Callable[[], Awaitable[Answer]]) -> Response[bytes]:
        """Run `effect` inside the transaction `db`, or give the answer that an earlier attempt with this key got."""
        if self.key is None:
            return (await effect()).response()
        at = clock.now()
        claimed = await db.fetchval(
            """INSERT INTO idempotency_keys AS kept (id, fingerprint, answer, expires_at) VALUES ($1, $2, NULL, $3)
               ON CONFLICT (id) DO UPDATE SET fingerprint = $2, answer = NULL, expires_at = $3 WHERE kept.expires_at < $4
               RETURNING true""",
            self._id,
            self.fingerprint,
            at + KEPT,
            at,
        )
        if not claimed:
            return (await self._earlier(db)).response()
        given = await effect()
        await db.execute("UPDATE idempotency_keys SET answer = $2 WHERE id = $1", self._id, self._sealed(given))
        return given.response()

    async def once_together(self, acting: Acting, effect: Callable[[Connection], Awaitable[Outcome]]) -> Response[bytes]:
        """The same for an `effect` that has written nothing when it ends: its writes and the key's row are one statement.

        A key that is there already undoes that statement, and the attempt goes the longer way. Most are new.
        """
        try:
            async with acting() as db:
                given, writes = await effect(db)
                await write(db, *writes, *([self._kept(given)] if self.key else []))
            return given.response()
        except asyncpg.UniqueViolationError as error:
            if error.table_name != IdempotencyKey._meta.tablename:
                raise

        async def written() -> Answer:
            given, writes = await effect(db)
            await write(db, *writes)
            return given

        async with acting() as db:
            return await self.once(db, written)

    def _kept(self, given: Answer) -> Write:
        values = (self._id, self.fingerprint, self._sealed(given), clock.now() + KEPT)
        return Write("INSERT INTO idempotency_keys (id, fingerprint, answer, expires_at) VALUES ($1, $2, $3, $4)", values)

    def _sealed(self, given: Answer) -> bytes:
        return sealing.seal(self._sealing_key, msgspec.msgpack.encode(given), "answer", self._id.hex())

    async def _earlier(self, db: Connection) -> Answer:
        row = await db.fetchrow("SELECT fingerprint, answer FROM idempotency_keys WHERE id = $1", self._id)
        if row["fingerprint"] != self.fingerprint:
            raise IdempotencyKeyReused(
                "This Idempotency-Key came with another request within the last 24 hours. Use a new key for a new request."
            )
        opened = sealing.unseal(self._sealing_key, row["answer"], "answer", self._id.hex())
        return msgspec.msgpack.decode(opened, type=Answer)

    @property
    def _id(self) -> bytes:
        assert self.key is not None
        # Without a token nobody owns a key, so the body is part of it: another body is another request.
        parts = [self.scope.encode(), self.key.encode(), self.fingerprint if self.body_is_scope else b""]
        return hashlib.sha256(b"\x00".join(parts)).digest()

    @property
    def _sealing_key(self) -> bytes:
        assert self.key is not None
        return hmac.digest(self.master.derived("idempotent answers"), self.key.encode(), "sha256")


def read_key(header: str | None) -> str | None:
    """The key in the header: a structured-field string ("..."), or as many clients send it, without the quotes."""
    if header is None:
        return None
    match = re.fullmatch(r'"([\x20-\x21\x23-\x5b\x5d-\x7e]{1,255})"|([\x21\x23-\x5b\x5d-\x7e]{1,255})', header.strip())
    if match is None:
        raise MalformedRequest('Idempotency-Key is a quoted string of 1 to 255 printable ASCII characters: "8e03978e-40d5".')
    return match[1] or match[2]


async def attempt_by(request: Request[Any, Any, Any], master: MasterKey, key: str | None, client: UUID, tenant: UUID) -> Attempt:
    """An authenticated POST: the key belongs to this client acting for this tenant."""
    return Attempt(read_key(key), f"{client} {tenant}", _fingerprint(request, await request.body()), master)


async def attempt_by_anybody(request: Request[Any, Any, Any], master: MasterKey, key: str | None) -> Attempt:
    """A POST without a token; a form carries its key as a field."""
    return Attempt(read_key(key), "anybody", _fingerprint(request, await request.body()), master, body_is_scope=True)


def _fingerprint(request: Request[Any, Any, Any], body: bytes) -> bytes:
    # With the query: it may hold the secret that opens a pending request, and who lacks that gets no stored answer.
    # With these headers: the same bytes are another document under another type, and another change under another If-Match.
    media_type, if_match = (request.headers.get(name, "").strip() for name in ("content-type", "if-match"))
    asked = f"{request.method} {request.url.path}?{request.url.query}\n{media_type.lower()}\n{if_match}\n"
    return hashlib.sha256(asked.encode() + body).digest()
