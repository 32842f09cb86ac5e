"""The other door: jobs from the queue, each opening its own tenant. No HTTP here.

A job is done at least once. One that fails is tried again, later and later, for some days; after that it is kept as failed
for the operator to look at, never dropped.
"""

import asyncio
import contextlib
import json
import signal
import sys
from collections.abc import Awaitable, Callable
from datetime import timedelta
from functools import partial
from uuid import UUID

import asyncpg
import structlog
from pgqueuer.adapters.drivers.asyncpg import AsyncpgDriver
from pgqueuer.adapters.persistence.qb import QueryBuilderEnvironment, QueryQueueBuilder, QuerySchedulerBuilder
from pgqueuer.adapters.persistence.queries import Queries
from pgqueuer.core.executors import DatabaseRetryEntrypointExecutor, EntrypointExecutorParameters
from pgqueuer.core.qm import QueueManager
from pgqueuer.domain.models import Job

from service import clock, preparing
from service.accounts import credentials
from service.intake import storing, telling
from service.intake.cases import messaging, moving, reminding, watching
from service.intake.cases import telling as cases
from service.jobs.naming import NAMES
from service.notices.theming import restyling
from service.sealing import TenantKeys
from service.settings import Settings
from tenants.acting import acting_for_platform
from tenants.database import ENGINE, UNREACHABLE, DatabaseAway, Place

log = structlog.get_logger()

POLL = timedelta(seconds=1)
TRIES = 30
LONGEST_WAIT = timedelta(hours=6)
EXPIRY_SECONDS = 60
LOOKING_SECONDS = 3600

Handler = Callable[[UUID, UUID], Awaitable[None]]


class JobFailed(Exception):
    """A job's handler raised; the text is the kind of what it raised, and nothing that this said."""


class _Executor(DatabaseRetryEntrypointExecutor):
    """Tried again after 2 s, 4 s, ... up to six hours: together about five days."""

    def __init__(self, parameters: EntrypointExecutorParameters) -> None:
        super().__init__(parameters, max_attempts=TRIES, initial_delay=timedelta(seconds=2), max_delay=LONGEST_WAIT, backoff_multiplier=2.0)


def handlers(settings: Settings) -> dict[str, Handler]:
    """What each job's name stands for: a function of tenant and row."""
    keys = TenantKeys(settings.keys)
    return {
        credentials.SEND_LINK: partial(credentials.send_link, settings=settings, keys=keys),
        storing.TELL_CONTROLLER: partial(telling.tell_controller, settings=settings),
        storing.CONFIRM: partial(telling.confirm, settings=settings, keys=keys),
        moving.TELL: partial(cases.tell_move, settings=settings, keys=keys),
        messaging.TELL: partial(cases.tell_message, settings=settings, keys=keys),
        restyling.RESTYLE: restyling.restyle,
        reminding.REMIND: partial(reminding.send_reminder, settings=settings),
        watching.LOOK_AFTER: watching.look_after,
    }


async def work(settings: Settings, stopping: asyncio.Event) -> None:
    """Work until `stopping`; while the database is away, wait for it."""
    while not stopping.is_set():
        try:
            place = _place(settings)
            await preparing.open_engine(place, settings, "worker")
            connection = await asyncpg.connect(**place.serving("worker", direct=True))
            if not await connection.fetchval("SELECT to_regclass('public.pgqueuer') IS NOT NULL"):
                connection.terminate()
                raise DatabaseAway("the server has not migrated yet")
        except (*UNREACHABLE, DatabaseAway, FileNotFoundError):
            await ENGINE.close()
            await _pause(stopping, 0.5)
            continue
        try:
            await _run(settings, connection, stopping)
        except (*UNREACHABLE, DatabaseAway, BaseExceptionGroup) as error:
            log.warning("the worker lost its database", reason=str(error) or type(error).__name__)
        finally:
            connection.terminate()
            await ENGINE.close()
        await _pause(stopping, 0.5)


async def _run(settings: Settings, connection: asyncpg.Connection, stopping: asyncio.Event) -> None:
    manager = _manager(settings, connection)
    running = asyncio.create_task(manager.run(dequeue_timeout=POLL, batch_size=20, heartbeat_timeout=timedelta(seconds=60)))
    timed = [asyncio.create_task(_each(EXPIRY_SECONDS, expire)), asyncio.create_task(_each(LOOKING_SECONDS, watching.look_after_all))]
    stopped = asyncio.create_task(stopping.wait())
    await asyncio.wait({running, *timed, stopped}, return_when=asyncio.FIRST_COMPLETED)
    manager.shutdown.set()
    for task in (*timed, stopped):
        task.cancel()
    await asyncio.wait({running}, timeout=10)
    if running.done():
        running.result()
    else:
        running.cancel()
    for task in timed:
        with contextlib.suppress(asyncio.CancelledError):
            await task


def _manager(settings: Settings, connection: asyncpg.Connection) -> QueueManager:
    queries = Queries(
        AsyncpgDriver(connection),
        qbe=QueryBuilderEnvironment(NAMES),
        qbq=QueryQueueBuilder(NAMES),
        qbs=QuerySchedulerBuilder(NAMES),
    )
    manager = QueueManager(queries, channel=NAMES.channel)
    for name, handler in handlers(settings).items():
        manager.entrypoint(name, accepts_context=False, on_failure="hold", executor_factory=_Executor)(_job(name, handler))
    return manager


def _job(name: str, handler: Handler) -> Callable[[Job], Awaitable[None]]:
    async def run(job: Job) -> None:
        payload = json.loads(job.payload or b"{}")
        try:
            await handler(UUID(payload["tenant"]), UUID(payload["row"]))
        except Exception as error:
            # Only its kind: a mail server's answer may quote an address, and the queue keeps what is raised here in its log.
            log.warning("a job failed and is tried again", job=name, attempt=job.attempts, kind=type(error).__name__)
            raise JobFailed(type(error).__name__) from None
        log.info("job", job=name, tenant=payload["tenant"], row=payload["row"])

    return run


async def _each(seconds: float, act: Callable[[], Awaitable[None]]) -> None:
    """Now, and again and again."""
    while True:
        await act()
        await asyncio.sleep(seconds)


async def expire() -> None:
    """What is kept for a while only: pending requests with their keys, stored answers, spent assertions, the queue's log."""
    at = clock.now()
    async with acting_for_platform("what has expired belongs to no tenant") as db:
        await db.execute("DELETE FROM pending_requests WHERE expires_at < $1", at)
        await db.execute("DELETE FROM idempotency_keys WHERE expires_at < $1", at)
        await db.execute("DELETE FROM used_assertions WHERE expires_at < $1", at)
        await db.execute("DELETE FROM pgqueuer_log WHERE created < $1", at - timedelta(days=7))


def _place(settings: Settings) -> Place:
    """Where the database is. The worker never starts or migrates it: the server does."""
    return settings.place(preparing.embedded_in(settings).connection() if settings.is_embedded else None)


async def _pause(stopping: asyncio.Event, seconds: float) -> None:
    with contextlib.suppress(TimeoutError):
        await asyncio.wait_for(stopping.wait(), seconds)


async def main(settings: Settings, *, until_stdin_ends: bool) -> None:
    stopping = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stopping.set)
    if until_stdin_ends:
        # The server holds the other end: when it dies, this ends, and so do we.
        reader = asyncio.StreamReader()
        await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
        ended = asyncio.create_task(reader.read())
        ended.add_done_callback(lambda _: stopping.set())
    await work(settings, stopping)
