"""The way to the database: one pool per process, as a plain role, that never lets a silent server hang a caller.

Piccolo's tables and our own SQL share it: `ENGINE` is Piccolo's engine, and inside `acting_for(...)` both use one connection.
"""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from time import monotonic
from types import TracebackType
from typing import Any, TypeAlias
from urllib.parse import parse_qs, unquote, urlsplit

import asyncpg
from piccolo.engine.postgres import PostgresEngine, PostgresTransaction

from tenants.roles import Duty, Roles

Connection: TypeAlias = asyncpg.Connection

# A caller is answered within five seconds (503): waiting for a connection and using it must both fit.
STATEMENT_SECONDS = 2.5
LEASE_SECONDS = 4.0
SUSPECT_SECONDS = 1.0
PROBE_SECONDS = 1.0

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


class _Connection(asyncpg.Connection):  # type: ignore[misc]
    def get_reset_query(self) -> str:
        """All our session state is SET LOCAL, so there is nothing to reset (a round trip saved per transaction)."""
        return ""


@dataclass
class _Leases:
    """The connections in use and since when; the watch ends those that a frozen server holds."""

    since: dict[Any, float] = field(default_factory=dict)
    gone: asyncio.Event = field(default_factory=asyncio.Event)


class Engine(PostgresEngine):
    """Piccolo's engine over a pool that is watched. One per process; `open` before use."""

    def __init__(self) -> None:
        super().__init__(config={"database": "seloste"})
        self._leases = _Leases()
        self._watch: asyncio.Task[None] | None = None
        self._arguments: dict[str, Any] = {}
        self._limit_to(STATEMENT_SECONDS)
        self._returning: asyncio.Future[None] | None = None

    async def check_version(self) -> None:
        """Piccolo would connect while being imported; `seloste doctor` tells the server's version instead."""

    async def prep_database(self) -> None:
        """No extensions are made behind anybody's back."""

    @property
    def is_away(self) -> bool:
        """Known not to answer: callers are refused at once instead of waiting each for themselves."""
        return self.pool is None or self._leases.gone.is_set()

    async def open(self, arguments: Mapping[str, Any], *, size: int, statement_seconds: float = STATEMENT_SECONDS) -> None:
        """`arguments` are asyncpg.connect's. Connections are made when needed, so this succeeds with the server away."""
        self._arguments = dict(arguments)
        self._leases = _Leases()
        self.pool = await asyncpg.create_pool(
            min_size=0,
            max_size=size,
            connection_class=_Connection,
            **self._arguments,
        )
        self._limit_to(statement_seconds)
        self._watch = asyncio.create_task(self._watch_leases())

    def _limit_to(self, statement_seconds: float) -> None:
        self._statement_ms = int(statement_seconds * 1000)
        self._lease_seconds = statement_seconds + (LEASE_SECONDS - STATEMENT_SECONDS)

    async def close(self) -> None:
        if self._watch is not None:
            self._watch.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._watch
        if self.pool is not None:
            self.pool.terminate()
            self.pool = None

    def beginning(self, statements: str = "", *, read_only: bool = False) -> "Transaction":
        """A transaction whose first round trip also runs `statements` (SET LOCAL ...). It is never nested."""
        mode = " READ ONLY" if read_only else ""
        opening = f"BEGIN{mode}; SET LOCAL statement_timeout = {self._statement_ms}; {statements}"
        return Transaction(self, opening)

    async def lease(self) -> Connection:
        if self.pool is None or self._leases.gone.is_set():
            raise DatabaseAway("The database does not answer.")
        acquiring = asyncio.ensure_future(self.pool.acquire())
        refused = asyncio.ensure_future(self._leases.gone.wait())
        try:
            await asyncio.wait({acquiring, refused}, timeout=LEASE_SECONDS, return_when=asyncio.FIRST_COMPLETED)
            if not acquiring.done():
                raise DatabaseAway("No connection became free in time.")
            connection = acquiring.result()
        except UNREACHABLE as error:
            raise DatabaseAway(str(error) or type(error).__name__) from error
        finally:
            refused.cancel()
            if not acquiring.done():
                acquiring.add_done_callback(self._give_back)
                acquiring.cancel()
        self._leases.since[connection] = monotonic()
        return connection

    async def give_back(self, connection: Connection) -> None:
        self._leases.since.pop(connection, None)
        if self.pool is not None:
            with contextlib.suppress(*UNREACHABLE):
                await self.pool.release(connection)

    def _give_back(self, acquiring: "asyncio.Future[Connection]") -> None:
        if not acquiring.cancelled() and acquiring.exception() is None and self.pool is not None:
            self._returning = asyncio.ensure_future(self.pool.release(acquiring.result()))

    async def _watch_leases(self) -> None:
        """asyncio's timeouts do not end a wait on a frozen server, terminate() does: suspect, probe, terminate."""
        probed = 0.0
        while True:
            await asyncio.sleep(0.2)
            now = monotonic()
            oldest = min(self._leases.since.values(), default=now)
            if now - max(oldest, probed) > SUSPECT_SECONDS:
                probed = now
                if not await self.answers():
                    self._leases.gone.set()
                    self._terminate_older_than(0)
                    while not await self.answers():  # noqa: ASYNC110 — asked anew each time, not waited for
                        await asyncio.sleep(0.3)
                    self._leases.gone.clear()
            self._terminate_older_than(self._lease_seconds)

    def _terminate_older_than(self, seconds: float) -> None:
        now = monotonic()
        for connection, since in list(self._leases.since.items()):
            if now - since > seconds:
                _terminate(connection)

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
            await self._discard()
            raise self._translated(error) from error
        self.context = self.engine.current_transaction.set(self)
        return self

    async def __aexit__(self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None) -> bool:
        self.engine.current_transaction.reset(self.context)
        try:
            if error is None:
                await self.connection.execute("COMMIT")
            elif isinstance(error, Exception) and not _is_closed(self.connection):
                await self.connection.execute("ROLLBACK")
        except BaseException as failure:
            await self._discard()
            raise self._translated(failure) from failure
        if error is None or isinstance(error, Exception):
            await self._engine.give_back(self.connection)
        else:
            # Cancelled in the middle of a statement: nobody knows what the connection is doing.
            await self._discard()
        if error is not None and (translated := self._translated(error)) is not error:
            raise translated from error
        return False

    async def _discard(self) -> None:
        _terminate(self.connection)
        await self._engine.give_back(self.connection)

    def _translated(self, error: BaseException) -> BaseException:
        # asyncpg's own state breaks (InternalClientError) when a server dies in the middle of an answer.
        away = isinstance(error, (*AWAY, asyncpg.InternalClientError)) or (
            isinstance(error, asyncpg.InterfaceError) and _is_closed(self.connection)
        )
        return DatabaseAway(str(error) or type(error).__name__) if away else error


# A connection that closed by itself is out of the pool's hands already, and then refuses even to be asked or ended.
def _terminate(connection: Connection) -> None:
    with contextlib.suppress(asyncpg.InterfaceError):
        connection.terminate()


def _is_closed(connection: Connection) -> bool:
    try:
        return bool(connection.is_closed())
    except asyncpg.InterfaceError:
        return True


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
