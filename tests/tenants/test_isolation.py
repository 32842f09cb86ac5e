"""Isolation is the database's job: as the application's own role, with the application's own code, no tenant sees another."""

import asyncio
from collections.abc import AsyncIterator
from uuid import UUID, uuid4

import asyncpg
import pytest

from tenants.acting import acting_for, acting_for_clients, acting_for_platform
from tenants.database import ENGINE
from tenants.tables import Controller
from tests.cast import Cast, controller, published
from tests.house import House

# Read by all on purpose; tests/promises lists them with their reasons.
PUBLIC = {"tenants", "directory", "publications", "renditions"}


@pytest.fixture
async def engine(house: House) -> AsyncIterator[None]:
    """This process connects as the house's server does: as its plain role, with its password."""
    await ENGINE.open(house.serving("app"), size=4)
    yield
    await ENGINE.close()


@pytest.fixture(scope="module")
def filled(cast: Cast) -> None:
    for player in (cast.alice, cast.charlie):
        published(player)


async def ids(superuser: asyncpg.Connection) -> tuple[UUID, UUID]:
    rows = await superuser.fetch("SELECT slug, id FROM tenants WHERE slug IN ('acme', 'charlies')")
    by_slug = {row["slug"]: row["id"] for row in rows}
    return by_slug["acme"], by_slug["charlies"]


async def owned(superuser: asyncpg.Connection) -> list[str]:
    rows = await superuser.fetch(
        "SELECT table_name FROM information_schema.columns WHERE table_schema = 'public' AND column_name = 'tenant_id' ORDER BY 1"
    )
    return [row["table_name"] for row in rows]


async def readable(superuser: asyncpg.Connection) -> list[str]:
    return [
        name
        for name in await owned(superuser)
        if name not in PUBLIC and await superuser.fetchval("SELECT has_table_privilege('seloste_app', $1::text, 'SELECT')", name)
    ]


@pytest.mark.usefixtures("engine", "filled")
async def test_each_table_shows_the_acting_tenants_rows_alone(superuser: asyncpg.Connection) -> None:
    acme, charlies = await ids(superuser)
    tables = [name for name in await readable(superuser) if name not in ("client_tenants", "request_references", "delegations")]
    assert len(tables) >= 12
    for name in tables:
        async with acting_for(charlies) as db:
            seen = {row["tenant_id"] for row in await db.fetch(f"SELECT DISTINCT tenant_id FROM {name}")}
        assert seen <= {charlies}, name
        async with acting_for_platform("nobody acts") as db:
            assert await db.fetchval(f"SELECT count(*) FROM {name}") == 0, name
    async with acting_for(acme) as db:
        assert await db.fetchval("SELECT count(*) FROM version_contents") > 0


@pytest.mark.usefixtures("engine", "filled")
async def test_another_tenants_rows_cannot_be_written_moved_or_taken_away(superuser: asyncpg.Connection) -> None:
    acme, charlies = await ids(superuser)
    before = await superuser.fetchval("SELECT md5(string_agg(c::text, '|' ORDER BY id)) FROM controllers c WHERE tenant_id = $1", acme)
    async with acting_for(charlies) as db:
        assert await db.execute("UPDATE controllers SET name = 'Vallattu' WHERE tenant_id = $1", acme) == "UPDATE 0"
        assert await db.execute("DELETE FROM renditions WHERE tenant_id = $1", acme) == "DELETE 0"
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        async with acting_for(charlies) as db:
            await db.execute("UPDATE controllers SET tenant_id = $1", acme)
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        async with acting_for(charlies) as db:
            await db.execute(
                "INSERT INTO tenant_profiles SELECT $1, name, kind, NULL, language, NULL, created_at FROM tenant_profiles", uuid4()
            )
    assert before == await superuser.fetchval(
        "SELECT md5(string_agg(c::text, '|' ORDER BY id)) FROM controllers c WHERE tenant_id = $1", acme
    )


@pytest.mark.usefixtures("engine", "filled")
async def test_a_row_cannot_point_into_another_tenant(superuser: asyncpg.Connection) -> None:
    acme, charlies = await ids(superuser)
    theirs = await superuser.fetchval("SELECT id FROM controllers WHERE tenant_id = $1 LIMIT 1", acme)
    with pytest.raises(asyncpg.ForeignKeyViolationError):
        async with acting_for(charlies) as db:
            await db.execute(
                """INSERT INTO directory (id, tenant_id, controller_id, kind, value, folded, country, time_zone, claimed_at)
                   VALUES ($1, $2, $3, 'brand', 'x', 'x', 'FI', 'Europe/Helsinki', now())""",
                uuid4(),
                charlies,
                theirs,
            )


@pytest.mark.usefixtures("engine", "filled")
async def test_piccolo_inside_uses_the_same_tenant(superuser: asyncpg.Connection) -> None:
    acme, charlies = await ids(superuser)
    async with acting_for(charlies):
        rows = await Controller.select(Controller.tenant_id)
    assert {row["tenant_id"] for row in rows} == {charlies}
    assert acme != charlies


@pytest.mark.usefixtures("engine", "filled")
async def test_many_at_once_on_few_connections_never_mix(superuser: asyncpg.Connection) -> None:
    both = await ids(superuser)

    async def one(tenant: UUID) -> bool:
        async with acting_for(tenant) as db:
            await asyncio.sleep(0)
            return {row["tenant_id"] for row in await db.fetch("SELECT tenant_id FROM controllers")} == {tenant}

    assert all(await asyncio.gather(*(one(both[number % 2]) for number in range(200))))


@pytest.mark.usefixtures("engine")
async def test_the_tenant_ends_with_its_transaction(superuser: asyncpg.Connection) -> None:
    acme, _ = await ids(superuser)
    async with acting_for(acme):
        pass
    for _ in range(8):
        async with acting_for_platform("nobody acts") as db:
            assert await db.fetchval("SELECT acting_tenant()") is None
            assert await db.fetchval("SELECT acting_clients()") == []


@pytest.mark.usefixtures("engine")
async def test_transactions_are_not_nested_and_a_tenant_is_a_uuid() -> None:
    with pytest.raises(Exception, match=r"nested|transaction"):
        async with acting_for(uuid4()), acting_for(uuid4()):
            pass
    with pytest.raises(TypeError):
        async with acting_for("'; DROP TABLE tenants; --"):  # type: ignore[arg-type]
            pass


@pytest.mark.usefixtures("engine", "filled")
async def test_an_agency_reads_its_clients_and_writes_nothing(cast: Cast, superuser: asyncpg.Connection) -> None:
    company = cast.company(maker=cast.bob.api)
    controller(company)
    client = await superuser.fetchval("SELECT id FROM tenants WHERE slug = $1", company.slug)
    agency = await superuser.fetchval("SELECT id FROM tenants WHERE slug = $1", cast.bob.slug)
    _, charlies = await ids(superuser)
    async with acting_for_clients(agency) as db:
        seen = {row["tenant_id"] for row in await db.fetch("SELECT tenant_id FROM controllers")}
        assert client in seen
        assert charlies not in seen
        with pytest.raises(asyncpg.ReadOnlySQLTransactionError):
            await db.execute("UPDATE controllers SET name = 'x'")
    # Even where the transaction could write, the clients' rows are for reading.
    async with acting_for(agency) as db:
        await db.execute(f"SET LOCAL app.tenant_ids = '{{{client}}}'")
        assert await db.execute("UPDATE controllers SET name = 'x' WHERE tenant_id = $1", client) == "UPDATE 0"


@pytest.mark.usefixtures("engine")
async def test_an_ended_delegation_opens_nothing(cast: Cast, superuser: asyncpg.Connection) -> None:
    company = cast.company(maker=cast.bob.api)
    [delegation] = company.get("/delegations").json()["items"]
    company.api.delete(f"{company.path}/delegations/{delegation['id']}")
    client = await superuser.fetchval("SELECT id FROM tenants WHERE slug = $1", company.slug)
    agency = await superuser.fetchval("SELECT id FROM tenants WHERE slug = $1", cast.bob.slug)
    async with acting_for_clients(agency) as db:
        assert client not in {row["tenant_id"] for row in await db.fetch("SELECT tenant_id FROM tenant_profiles")}


@pytest.mark.usefixtures("engine")
async def test_a_failure_inside_leaves_nothing_behind(superuser: asyncpg.Connection) -> None:
    acme, _ = await ids(superuser)
    before = await superuser.fetchval("SELECT count(*) FROM controllers")

    async def failing() -> None:
        async with acting_for(acme) as db:
            await db.execute("UPDATE controllers SET name = 'jäänne'")
            raise ValueError("on purpose")

    with pytest.raises(ValueError, match="on purpose"):
        await failing()
    assert await superuser.fetchval("SELECT count(*) FROM controllers WHERE name = 'jäänne'") == 0
    assert await superuser.fetchval("SELECT count(*) FROM controllers") == before


async def test_the_serving_role_becomes_neither_owner_nor_backup(house: House) -> None:
    for duty in ("app", "worker", "operator"):
        connection = await asyncpg.connect(**house.serving(duty))
        try:
            for role in ("seloste_owner", "seloste_backup", "postgres"):
                with pytest.raises(asyncpg.InsufficientPrivilegeError):
                    await connection.execute(f"SET ROLE {role}")
            with pytest.raises(asyncpg.PostgresError):
                await connection.execute("ALTER TABLE controllers NO FORCE ROW LEVEL SECURITY")
        finally:
            await connection.close()


async def test_a_backup_sees_every_row(house: House, superuser: asyncpg.Connection) -> None:
    """Under FORCE even the owner sees none; pg_dump runs as a role of its own."""
    rows = await superuser.fetchval("SELECT count(*) FROM controllers")
    await superuser.execute("SET ROLE seloste_owner")
    assert await superuser.fetchval("SELECT count(*) FROM controllers") == 0
    await superuser.execute("SET ROLE seloste_backup")
    assert await superuser.fetchval("SELECT count(*) FROM controllers") == rows
    await superuser.execute("RESET ROLE")
