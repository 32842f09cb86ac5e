"""A former slug is found without reading what was written lately and is not in the index's order yet: up to four megabytes of it."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from tenants.database import ENGINE

ID = "2026-11-25T20:30:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "former slugs are put in order at once"


async def forwards() -> MigrationManager:
    manager = MigrationManager(migration_id=ID, app_name="seloste", description=DESCRIPTION)

    async def put_in_order() -> None:
        transaction = ENGINE.current_transaction.get()
        assert transaction is not None
        await transaction.connection.execute("ALTER INDEX publications_by_former_slug SET (fastupdate = off)")

    manager.add_raw(put_in_order)
    return manager
