"""The way to the database: a few connections per process, as a plain role, that never lets a silent server hang a caller.

Piccolo's tables and our own SQL share it: `ENGINE` is Piccolo's engine, and inside `acting_for(...)` both use one connection.
"""

import asyncio
import contextlib
import math
from collections.abc import AsyncIterator, Iterator, Mapping
from dataclasses import dataclass, field
from time import monotonic
from types import TracebackType
from typing import Any, TypeAlias
from urllib.parse import parse_qs, unquote, urlsplit

import asyncpg
from piccolo.engine.postgres import PostgresEngine, PostgresTransaction

from tenants.roles import STATEMENT_SECONDS, Duty, Roles

Connection: TypeAlias = asyncpg.Connection

# A caller is answered within five seconds (503): waiting for a connection and using it must both fit.
LEASE_SECONDS = 4.0
# Between the end of the longest statement and the end of its connection.
GRACE_SECONDS = 1.5
SUSPECT_SECONDS = 1.0
PROBE_SECONDS = 1.0
UNUSED_SECONDS = 300.0

# Faults of the way, not of the statement: trying again later can help.
AWAY = (
    asyncpg.PostgresConnectionError,
    asyncpg.QueryCanceledError,
    asyncpg.CannotConnectNowError,
    asyncpg.TooManyConnectionsError,
    asyncpg.AdminShutdownError,
    asyncpg.CrashShutdownError,
    asyncpg.LockNotAvailableError,
    asyncpg.DeadlockDetectedError,
    OSError,
    TimeoutError,
)
# What connecting can also end in while a server starts up or is not prepared yet.
UNREACHABLE = (*AWAY, asyncpg.PostgresError, asyncpg.InterfaceError)


class DatabaseAway(Exception):
    """The database does not answer, or not in time. What a commit was doing then is unknown; asking again can help."""


@dataclass(frozen=True)
class Place:
    """Where the database is. `admin` is who prepares it; a serving role has the same address and a password of its own.

    `direct` bypasses a transaction pooler (PgBouncer): LISTEN, migrations and the worker need that.
    """

    pooled: Mapping[str, Any]
    direct: Mapping[str, Any] | None
    passwords: Mapping[Duty, str]
    statement_cache_size: int = 100

    def admin(self) -> dict[str, Any]:
        return {**(self.direct or self.pooled), "timeout": 5, "statement_cache_size": 0}

    async def connect_as_admin(self) -> Connection:
        try:
            return await asyncpg.connect(**self.admin())
        except UNREACHABLE as error:
            raise DatabaseAway(str(error) or type(error).__name__) from error

    @property
    def roles(self) -> Roles:
        """Named for the database: its name is in the address, or by PostgreSQL's custom the user's."""
        if "database" in self.pooled:
            return Roles(self.pooled["database"])
        parts = urlsplit(self.pooled["dsn"])
        given = parse_qs(parts.query)
        named = [*given.get("dbname", []), *given.get("database", []), unquote(parts.path.lstrip("/")), unquote(parts.username or "")]
        return Roles(next((name for name in named if name), "postgres"))

    def serving(self, duty: Duty, *, direct: bool = False) -> dict[str, Any]:
        address = dict((direct and self.direct) or self.pooled)
        return {
            **address,
            "user": self.roles.serving(duty),
            "password": self.passwords[duty],
            "timeout": PROBE_SECONDS,
            "statement_cache_size": self.statement_cache_size,
        }


@dataclass
class _Connections:
    """The connections of one server: those leased and those kept for the next lease, each since when; and how many more may be.

    asyncpg's pool would do, but a wait for it does not end in time, and it makes a task of each connection given back.
    """

    free: asyncio.Semaphore
    kept: dict[Connection, float] = field(default_factory=dict)
    leased: dict[Connection, float] = field(default_factory=dict)
    gone: asyncio.Event = field(default_factory=asyncio.Event)

    def take_kept(self) -> Connection | None:
        """The one that was used last; all our session state is SET LOCAL, so there is nothing to reset."""
        while self.kept:
            connection, _ = self.kept.popitem()
            if not connection.is_closed():
                return connection
        return None

    def forget_unused(self) -> None:
        """A router between us and the server forgets a connection that nobody uses, and tells neither side."""
        for connection in _older_than(UNUSED_SECONDS, self.kept):
            del self.kept[connection]
            connection.terminate()

    def terminate_leased(self, *, after: float) -> None:
        for connection in _older_than(after, self.leased):
            connection.terminate()

    def terminate(self) -> None:
        for connection in (*self.kept, *self.leased):
            connection.terminate()


def _older_than(seconds: float, connections: Mapping[Connection, float]) -> list[Connection]:
    now = monotonic()
    return [connection for connection, since in connections.items() if now - since > seconds]


class Engine(PostgresEngine):
    """Piccolo's engine over connections that are watched. One per process; `open` before use."""

    def __init__(self) -> None:
        super().__init__(config={"database": "seloste"})
        self._connections: _Connections | None = None
        self._watch: asyncio.Task[None] | None = None
        self._arguments: dict[str, Any] = {}
        self._lease_seconds = LEASE_SECONDS

    async def check_version(self) -> None:
        """Piccolo would connect while being imported; `seloste doctor` tells the server's version instead."""

    async def prep_database(self) -> None:
        """No extensions are made behind anybody's back."""

    @property
    def is_away(self) -> bool:
        """Known not to answer: callers are refused at once instead of waiting each for themselves."""
        return self._connections is None or self._connections.gone.is_set()

    async def open(self, arguments: Mapping[str, Any], *, size: int, duty: Duty = "app") -> None:
        """`arguments` are asyncpg.connect's. Connections are made when needed, so this succeeds with the server away."""
        self._arguments = dict(arguments)
        self._connections = _Connections(asyncio.Semaphore(size))
        self._lease_seconds = STATEMENT_SECONDS[duty] + GRACE_SECONDS
        self._watch = asyncio.create_task(self._watch_leases(self._connections))

    async def close(self) -> None:
        if self._watch is not None:
            self._watch.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._watch
        if self._connections is not None:
            self._connections.terminate()
            self._connections = None

    def beginning(self, statements: str = "", *, read_only: bool = False) -> "Transaction":
        """A transaction whose first round trip also runs `statements` (SET LOCAL ...). It is never nested."""
        mode = " READ ONLY" if read_only else ""
        return Transaction(self, f"BEGIN{mode}; {statements}")

    async def lease(self) -> Connection:
        """A connection, once one is free."""
        connections = self._answering()
        try:
            if connections.free.locked():
                await asyncio.wait_for(connections.free.acquire(), LEASE_SECONDS)
            else:
                await connections.free.acquire()
        except TimeoutError as error:
            raise DatabaseAway("No connection became free in time.") from error
        try:
            # Asked again: the server may have been found away while we waited.
            connection = self._answering().take_kept() or await asyncpg.connect(**self._arguments)
        except BaseException as error:
            connections.free.release()
            if isinstance(error, UNREACHABLE):
                raise DatabaseAway(str(error) or type(error).__name__) from error
            raise
        connections.leased[connection] = monotonic()
        return connection

    @contextlib.asynccontextmanager
    async def looking(self) -> AsyncIterator[Connection]:
        """A connection outside of any transaction: each question is one round trip, and sees what is committed by then."""
        connection = await self.lease()
        try:
            yield connection
        except BaseException as error:
            if not isinstance(error, Exception):
                # Cancelled in the middle of a question: nobody knows what the connection is doing.
                connection.terminate()
            if (translated := _translated(error, connection)) is not error:
                raise translated from error
            raise
        finally:
            self.give_back(connection)

    @contextlib.contextmanager
    def working(self, connection: Connection) -> Iterator[None]:
        """While this process works, the server owes no answer: the time does not count against the lease."""
        leased = self._connections.leased if self._connections else {}
        leased[connection] = math.inf
        try:
            yield
        finally:
            if connection in leased:
                leased[connection] = monotonic()

    def _answering(self) -> _Connections:
        if self._connections is None or self._connections.gone.is_set():
            raise DatabaseAway("The database does not answer.")
        return self._connections

    def give_back(self, connection: Connection) -> None:
        if self._connections is not None and self._connections.leased.pop(connection, None) is not None:
            self._connections.kept[connection] = monotonic()
            self._connections.free.release()

    async def _watch_leases(self, connections: _Connections) -> None:
        """asyncio's timeouts do not end a wait on a frozen server, terminate() does: suspect, probe, terminate."""
        probed = 0.0
        while True:
            await asyncio.sleep(0.2)
            now = monotonic()
            oldest = min(connections.leased.values(), default=now)
            if now - max(oldest, probed) > SUSPECT_SECONDS:
                probed = now
                if not await self.answers():
                    connections.gone.set()
                    connections.terminate_leased(after=0)
                    while not await self.answers():  # noqa: ASYNC110 — asked anew each time, not waited for
                        await asyncio.sleep(0.3)
                    connections.gone.clear()
            connections.terminate_leased(after=self._lease_seconds)
            connections.forget_unused()

    async def answers(self) -> bool:
        """Whether a fresh connection gets an answer within a second."""
        try:
            connection = await asyncpg.connect(**{**self._arguments, "timeout": PROBE_SECONDS})
        except UNREACHABLE:
            return False
        asking = asyncio.ensure_future(connection.fetchval("SELECT 1"))
        await asyncio.wait({asking}, timeout=PROBE_SECONDS)
        answered = asking.done() and asking.exception() is None
        connection.terminate()
        await asyncio.wait({asking})
        asking.exception()
        return answered


class Transaction(PostgresTransaction):
    """Piccolo's transaction, opened in one round trip on a watched connection."""

    def __init__(self, engine: Engine, opening: str) -> None:
        # A transaction inside another would silently join it, and act as its tenant.
        super().__init__(engine=engine, allow_nested=False)
        self._engine = engine
        self._opening = opening

    async def __aenter__(self) -> "Transaction":
        self.connection = await self._engine.lease()
        try:
            await self.connection.execute(self._opening)
        except BaseException as error:
            self._discard()
            raise _translated(error, self.connection) from error
        self.context = self.engine.current_transaction.set(self)
        return self

    async def __aexit__(self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None) -> bool:
        self.engine.current_transaction.reset(self.context)
        try:
            if error is None:
                await self.connection.execute("COMMIT")
            elif isinstance(error, Exception) and not self.connection.is_closed():
                await self.connection.execute("ROLLBACK")
        except BaseException as failure:
            self._discard()
            raise _translated(failure, self.connection) from failure
        if error is None or isinstance(error, Exception):
            self._engine.give_back(self.connection)
        else:
            # Cancelled in the middle of a statement: nobody knows what the connection is doing.
            self._discard()
        if error is not None and (translated := _translated(error, self.connection)) is not error:
            raise translated from error
        return False

    def _discard(self) -> None:
        self.connection.terminate()
        self._engine.give_back(self.connection)


def _translated(error: BaseException, connection: Connection) -> BaseException:
    # asyncpg's own state breaks (InternalClientError) when a server dies in the middle of an answer.
    away = isinstance(error, (*AWAY, asyncpg.InternalClientError)) or (isinstance(error, asyncpg.InterfaceError) and connection.is_closed())
    return DatabaseAway(str(error) or type(error).__name__) if away else error


ENGINE = Engine()


@contextlib.asynccontextmanager
async def as_owner(admin: Connection, roles: Roles, *, lock_seconds: int, statement_seconds: int) -> AsyncIterator[None]:
    """Piccolo's queries inside run on `admin` as the schema's owner, in one transaction with short timeouts."""
    transaction = PostgresTransaction(engine=ENGINE, allow_nested=False)
    transaction.connection = admin
    async with admin.transaction():
        await admin.execute(
            f"SET LOCAL ROLE {roles.owner}; SET LOCAL lock_timeout = '{lock_seconds}s';"
            f"SET LOCAL statement_timeout = '{statement_seconds}s'; SET LOCAL search_path = public"
        )
        token = ENGINE.current_transaction.set(transaction)
        try:
            yield
        finally:
            ENGINE.current_transaction.reset(token)
