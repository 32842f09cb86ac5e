"""Before anything serves: the database is there, its roles exist, its schema is of today, its key is ours."""

import asyncio
import contextlib
import io
import os
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import asyncpg

from service.settings import Settings
from tenants.database import ENGINE, Connection, Place, as_owner
from tenants.embedded import Embedded
from tenants.roles import Duty, Roles, prepare_roles, why_not_plain

# Waiting for another's lock must not stop the world behind us; a node that migrates at the same time is waited for.
LOCK_SECONDS = 5
STATEMENT_SECONDS = 120
ADVISORY_LOCK = "seloste migrations"

MIGRATIONS = Path(__file__).parent.parent / "migrations"


class NotPrepared(Exception):
    """The database cannot be served from as it is; the sentence says what to do."""


def start_database(settings: Settings) -> Place:
    """Where the database is; the embedded one is started, or taken over from an owner that was killed."""
    if not settings.is_embedded:
        return settings.place()
    embedded = embedded_in(settings)
    embedded.start()
    return settings.place(embedded.connection())


def embedded_in(settings: Settings) -> Embedded:
    return Embedded(settings.data / "postgres")


async def migrate(place: Place, settings: Settings) -> None:
    """Make roles and bring the schema to today. Safe to run on many nodes at once: one does it, the others wait."""
    admin = await place.connect_as_admin()
    try:
        async with admin.transaction():
            await admin.execute("SELECT pg_advisory_xact_lock(hashtext($1))", ADVISORY_LOCK)
            roles = await prepare_roles(admin, place.passwords)
            await _prepare_extension(admin)
        if _pending(await _applied(admin)):
            async with as_owner(admin, roles, lock_seconds=LOCK_SECONDS, statement_seconds=STATEMENT_SECONDS):
                await admin.execute("SELECT pg_advisory_xact_lock(hashtext($1))", ADVISORY_LOCK)
                await _run_migrations()
        await _check_key(admin, settings)
    finally:
        await admin.close(timeout=2)


async def _prepare_extension(admin: Connection) -> None:
    """Names like others are found by trigrams. Where the server has the extension, whoever may create in the database may add it."""
    try:
        await admin.execute("CREATE EXTENSION IF NOT EXISTS pg_trgm WITH SCHEMA public")
    except (asyncpg.InsufficientPrivilegeError, asyncpg.UndefinedFileError, asyncpg.FeatureNotSupportedError) as error:
        raise NotPrepared(
            f"The extension pg_trgm, by which names are searched, cannot be added: {error}. Install PostgreSQL's contrib modules, and "
            "have an administrator run this in the database:\nCREATE EXTENSION pg_trgm WITH SCHEMA public;"
        ) from error


async def _applied(admin: Connection) -> set[str]:
    try:
        return {row["name"] for row in await admin.fetch("SELECT name FROM migration WHERE app_name = 'seloste'")}
    except asyncpg.UndefinedTableError:
        return set()


def _pending(applied: set[str]) -> bool:
    """Whether there is a migration that has not run; looked up without loading Piccolo's machinery."""
    ids = {
        line.split('"')[1]
        for file in MIGRATIONS.glob("seloste_*.py")
        for line in file.read_text("utf-8").splitlines()
        if line.startswith("ID = ")
    }
    if unknown := applied - ids:
        raise NotPrepared(f"The database is newer than this program: it has migration {max(unknown)}. Start the newer program.")
    return bool(ids - applied)


async def _run_migrations() -> None:
    os.environ["PICCOLO_CONF"] = "migrations.piccolo_conf"
    from piccolo.apps.migrations.commands.forwards import ForwardsMigrationManager  # only needed here, and slow to load

    # Piccolo tells of its progress on stdout, which is not ours to fill.
    with contextlib.redirect_stdout(io.StringIO()):
        result = await ForwardsMigrationManager(app_name="seloste").run()
    if not result.success:
        raise NotPrepared(f"The migrations failed: {result.message}")


async def _check_key(admin: Connection, settings: Settings) -> None:
    """Sealed with another key, the data could not be opened; a new key over old data would lose it for good."""
    known = {row["id"] for row in await admin.fetch("SELECT id FROM master_keys")}
    if not known:
        roles = Roles(await admin.fetchval("SELECT current_database()"))
        async with admin.transaction():
            await admin.execute(f"SET LOCAL ROLE {roles.owner}")
            await admin.execute(
                "INSERT INTO master_keys (id, first_used_at) VALUES ($1, $2) ON CONFLICT DO NOTHING", settings.keys.name, datetime.now(UTC)
            )
    elif settings.keys.name not in known:
        raise NotPrepared(
            "This database was sealed with another master key than the one in MASTER_KEY or KEY_DIR. Bring the right key back: "
            "with this one, requests and signing keys cannot be opened."
        )


async def open_engine(place: Place, settings: Settings, duty: Duty) -> None:
    """Connect as a plain role, and make sure that it is one."""
    arguments = place.serving(duty, direct=duty != "app")
    await ENGINE.open(arguments, size=settings.number("database_pool"), duty=duty)
    connection = await ENGINE.lease()
    try:
        why = await why_not_plain(connection)
    finally:
        ENGINE.give_back(connection)
    if why:
        raise NotPrepared(why)


@contextlib.asynccontextmanager
async def prepared(settings: Settings, duty: Duty) -> AsyncIterator[None]:
    """For a command: the database ready and the engine open as `duty`. An embedded server that was not running is stopped again."""
    embedded = embedded_in(settings) if settings.is_embedded else None
    was_running = embedded is None or await asyncio.to_thread(embedded.is_running)
    place = await asyncio.to_thread(start_database, settings)
    try:
        await migrate(place, settings)
        await open_engine(place, settings, duty)
        yield
    finally:
        await ENGINE.close()
        if embedded is not None and not was_running:
            await asyncio.to_thread(embedded.stop)
