"""What a notice is called and whose it is, for pages that show no version of it."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from migrations.seloste_2026_11_24_the_spine import write

ID = "2026-11-25T18:00:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "what a notice is called and whose it is"

ADDED = {"Publication": ("publications", {"face": "JSONB?"})}


async def forwards() -> MigrationManager:
    return write(MigrationManager(migration_id=ID, app_name="seloste", description=DESCRIPTION), {}, ADDED)
