"""A database of before this room: its slugs are kept for their notices, its versions get permanent forms of their own."""

import contextlib
import io
from collections.abc import AsyncIterator
from datetime import UTC, date, datetime
from uuid import UUID, uuid4

import asyncpg
import pytest
from piccolo.apps.migrations.commands.forwards import ForwardsMigrationManager

from tenants.database import as_owner
from tenants.roles import DUTIES, prepare_roles
from tests.house import House

YESTERDAY = "2026-11-25T09:00:01:000000"
NAME = "of_yesterday"
AT = datetime(2026, 11, 24, tzinfo=UTC)
FORMS = ("fi", "v/fi", "fi.json", "fi.md", "fi.fragment.html", "canonical.json")


@pytest.fixture
async def old(house: House, superuser: asyncpg.Connection, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[asyncpg.Connection]:
    """An empty database with yesterday's schema, as its superuser."""
    monkeypatch.setenv("PICCOLO_CONF", "migrations.piccolo_conf")
    await superuser.execute(f"CREATE DATABASE {NAME}")
    admin = await asyncpg.connect(**{**house.superuser(), "database": NAME})
    try:
        # As the administrator adds it before any migration.
        await admin.execute("CREATE EXTENSION IF NOT EXISTS pg_trgm WITH SCHEMA public")
        await migrate(admin, YESTERDAY)
        yield admin
    finally:
        await admin.close()
        await superuser.execute(f"DROP DATABASE {NAME} WITH (FORCE)")
        for name in (*(f"{NAME}_{duty}" for duty in DUTIES), f"{NAME}_owner", f"{NAME}_backup"):
            await superuser.execute(f"DROP ROLE IF EXISTS {name}")


async def migrate(admin: asyncpg.Connection, to: str = "all") -> None:
    roles = await prepare_roles(admin, dict.fromkeys(DUTIES, "password"))
    async with as_owner(admin, roles, lock_seconds=5, statement_seconds=60):
        with contextlib.redirect_stdout(io.StringIO()):
            done = await ForwardsMigrationManager(app_name="seloste", migration_id=to).run()
    assert done.success, done.message


async def filled(admin: asyncpg.Connection) -> tuple[UUID, UUID]:
    """Two tenants with a notice of the same slug, the first published."""
    tenants = (uuid4(), uuid4())
    for tenant, slug in zip(tenants, ("one", "two"), strict=True):
        await admin.execute("INSERT INTO tenants (id, slug, created_at) VALUES ($1, $2, $3)", tenant, slug, AT)
        await admin.execute(
            """INSERT INTO notices (tenant_id, id, slug, kind, title, default_language, languages, controller_ids, created_at, updated_at)
               VALUES ($1, $1, 'customers', 'privacy_notice', '{"fi": "x"}', 'fi', '{fi}', '{}', $2, $2)""",
            tenant,
            AT,
        )
    tenant = tenants[0]
    await admin.execute(
        """INSERT INTO versions (tenant_id, id, notice_id, number, published_at, effective_from, effective_at, time_zone, significance,
               historical, change_note, languages, content_hash)
           VALUES ($1, $1, $1, 1, $2, $3, $2, 'Europe/Helsinki', 'material', false, '{"fi": "x"}', '{fi}', '\\x00')""",
        tenant,
        AT,
        date(2026, 11, 24),
    )
    await admin.execute(
        "INSERT INTO publications (tenant_id, id, slug, default_language, controller_ids, schedule, changed_at) "
        "VALUES ($1, $1, 'customers', 'fi', '{}', '[]', $2)",
        tenant,
        AT,
    )
    for path in (*FORMS, "history/fi", "history.json"):
        number = 0 if path.startswith("history") else 1
        await admin.execute(
            "INSERT INTO renditions (tenant_id, id, notice_id, number, path, media_type, body, gzip, br) "
            "VALUES ($1, $2, $1, $3, $4, 'x', convert_to($4, 'UTF8'), '', '')",
            tenant,
            uuid4(),
            number,
            path,
        )
    return tenants


async def test_slugs_are_kept_and_versions_get_their_own_forms(old: asyncpg.Connection) -> None:
    one, two = await filled(old)
    await migrate(old)
    kept = await old.fetch("SELECT tenant_id, slug, notice_id FROM notice_slugs ORDER BY tenant_id")
    assert [tuple(row) for row in kept] == sorted([(one, "customers", one), (two, "customers", two)])
    forms = {(row["number"], row["path"]): row["body"].decode() for row in await old.fetch("SELECT number, path, body FROM renditions")}
    assert forms == {
        **{(1, path): path for path in FORMS},
        **{(1, f"v/fi{ending}"): f"fi{ending}" for ending in (".json", ".md", ".fragment.html")},
        **{(0, path): path for path in ("history/fi", "history.json")},
    }
    published = await old.fetchrow("SELECT changed_at, former_slugs, withdrawal, succession FROM publications")
    assert published["changed_at"] > AT, "so that every node fetches what is new"
    assert tuple(published)[1:] == (None, None, None)
    unforced = "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'r' AND NOT relforcerowsecurity"
    assert await old.fetch(unforced) == []


async def test_afterwards_a_slug_stays_its_notices(old: asyncpg.Connection) -> None:
    one, two = await filled(old)
    await migrate(old)
    await old.execute("UPDATE notices SET slug = 'clients' WHERE id = $1", one)
    await old.execute("UPDATE notices SET slug = 'clients' WHERE id = $1", two)
    with pytest.raises(asyncpg.UniqueViolationError):
        await old.execute(
            """INSERT INTO notices SELECT $2, tenant_id, 'customers', kind, title, default_language, languages, controller_ids,
               created_at, updated_at FROM notices WHERE id = $1""",
            one,
            uuid4(),
        )


async def test_an_empty_database_comes_to_today_as_well(old: asyncpg.Connection) -> None:
    await migrate(old)
    assert await old.fetchval("SELECT count(*) FROM notice_slugs") == 0
