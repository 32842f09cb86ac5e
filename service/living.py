"""What lives as long as the server: the way to the database, the keys, the public copies, the worker beside it.

The server listens at once and shows what this node knows of published notices; everything that needs the database is
prepared behind it, however long the database takes to come.
"""

import asyncio
import contextlib
import sys
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import structlog
from litestar import Litestar, Response, get
from litestar.datastructures import State

from service import examples, preparing
from service.accounts.authenticating import Authenticator
from service.accounts.authorizing import AuthorizationServer
from service.accounts.signing import SigningKeys
from service.errors import Unavailable
from service.guarding import public
from service.hosting.copies import Copies
from service.hosting.following import Follower
from service.hosting.logos import Logos
from service.hosting.recording import Recorder
from service.intake.limiting import Limiter
from service.keys import KeyWrong
from service.preparing import NotPrepared
from service.sealing import TenantKeys
from service.settings import Settings, SettingsWrong
from tenants.database import AWAY, ENGINE, DatabaseAway
from tenants.embedded import CannotStart
from tenants.roles import RolesMissing

log = structlog.get_logger()

FATAL = (NotPrepared, RolesMissing, SettingsWrong, KeyWrong)
AGAIN_SECONDS = 1.0


class Life:
    def __init__(self, settings: Settings, recorder: Recorder) -> None:
        self._settings = settings
        self._recorder = recorder

    @contextlib.asynccontextmanager
    async def lasting(self, app: Litestar) -> AsyncIterator[None]:
        settings = self._settings
        keys = settings.keys
        copies = Copies(settings.data / "public", keys.derived("public copies"), settings.public_cache_bytes // 2)
        copies.hearers.append(self._recorder.forget)
        signing = SigningKeys(keys, timedelta(seconds=settings.number("access_token_seconds")))
        app.state.update(
            settings=settings,
            ready=False,
            failed=None,
            tenant_keys=TenantKeys(keys),
            logos=Logos(settings.data / "public" / "logos"),
            signing_keys=signing,
            authorization_server=AuthorizationServer(settings.public_origin, settings.number("access_token_seconds"), signing),
            # Who publishes here reads it here at once; every other node is told by the database.
            hear_published=copies.forget,
            authenticator=Authenticator(signing, settings.public_origin),
            copies=copies,
            limiter=Limiter(settings.number("intake_per_minute"), settings.number("intake_burst"), settings.proxies),
        )
        async with contextlib.AsyncExitStack() as stack:
            stack.callback(copies.close)
            stack.push_async_callback(self._stop_database)
            stack.push_async_callback(ENGINE.close)
            if settings.worker == "inside":
                await stack.enter_async_context(_worker_beside())
            preparing_task = asyncio.create_task(self._prepare(app.state))
            stack.push_async_callback(_cancelled, preparing_task)
            yield

    async def _prepare(self, state: State) -> None:
        """Until the server stops: prepare, again and again while the database is away; then follow what is published."""
        pause = AGAIN_SECONDS
        while True:
            try:
                place = await asyncio.to_thread(preparing.start_database, self._settings)
                await preparing.migrate(place, self._settings)
                if self._settings.is_embedded:
                    await examples.load_at_start(place, self._settings, state.tenant_keys)
                examples.renew_addresses(self._settings)
                await preparing.open_engine(place, self._settings, "app")
                await state.signing_keys.prepare()
                break
            except FATAL as error:
                # Nothing gets better by itself: told plainly, and what is published stays up meanwhile.
                state.failed = str(error)
                # What follows the first line may hold commands with password verifiers.
                log.error("not prepared", reason=str(error).partition("\n")[0])
                print(f"\nSeloste cannot work with its database:\n{error}\n", file=sys.stderr)
                return
            except (*AWAY, DatabaseAway, CannotStart) as error:
                log.warning("the database is away", reason=str(error) or type(error).__name__)
            except Exception as error:
                log.exception("preparing the database failed", reason=str(error))
                pause = min(pause * 2, 60.0)
            await ENGINE.close()
            await asyncio.sleep(pause)
        state.ready = True
        print(examples.greeting(self._settings), flush=True)
        await Follower(state.copies, state.logos).follow(place.serving("app", direct=True))

    async def _stop_database(self) -> None:
        if self._settings.is_embedded:
            await asyncio.to_thread(preparing.embedded_in(self._settings).stop)


@contextlib.asynccontextmanager
async def _worker_beside() -> AsyncIterator[None]:
    """A worker process that ends with us: when we die, however we die, its stdin ends."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "service.cli", "worker", "--until-stdin-ends", stdin=asyncio.subprocess.PIPE
    )
    try:
        yield
    finally:
        if process.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                process.terminate()
            try:
                await asyncio.wait_for(process.wait(), 10)
            except TimeoutError:
                process.kill()


async def _cancelled(task: "asyncio.Task[Any]") -> None:
    task.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await task


@get("/health/live", operation_id="isLive", include_in_schema=False, **public("for whoever runs the service"))
async def health_live() -> Response[dict[str, str]]:
    return Response({"status": "live"}, headers={"cache-control": "no-store"})


@get("/health/ready", operation_id="isReady", include_in_schema=False, **public("for whoever runs the service"))
async def health_ready(state: State) -> Response[dict[str, str]]:
    """200 when the database is prepared, the examples are loaded where they belong, and the database answers."""
    if state.failed:
        raise Unavailable("The service cannot work with its database; its log says why.", headers={"retry-after": "30"})
    if not state.ready or ENGINE.is_away or not await ENGINE.answers():
        raise Unavailable("The service is starting, or its database does not answer.", headers={"retry-after": "1"})
    return Response({"status": "ready"}, headers={"cache-control": "no-store"})
