"""Requests from before are counted where their controllers are."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from tenants.database import ENGINE

ID = "2026-11-25T17:00:01:000000"
VERSION = "1.38.0"
DESCRIPTION = "where a request's time is counted, filled in"

TABLES = ("requests", "controllers")


async def forwards() -> MigrationManager:
    manager = MigrationManager(migration_id=ID, app_name="seloste", description=DESCRIPTION)

    async def fill() -> None:
        transaction = ENGINE.current_transaction.get()
        assert transaction is not None
        db = transaction.connection
        for table in TABLES:
            await db.execute(f"ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY")
        requests = await db.fetchval("SELECT count(*) FROM requests")
        filled = await db.execute(
            """UPDATE requests r SET country = c.country, time_zone = c.time_zone FROM controllers c
               WHERE c.tenant_id = r.tenant_id AND c.id = r.controller_id"""
        )
        assert filled == f"UPDATE {requests}", filled
        for table in TABLES:
            await db.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")

    manager.add_raw(fill)
    for name in ("country", "time_zone"):
        manager.alter_column("DataSubjectRequest", "requests", name, params={"null": False}, old_params={"null": True})
    return manager
