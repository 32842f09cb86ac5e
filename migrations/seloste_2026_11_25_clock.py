"""A request keeps the country and the zone that its time is counted in, whatever its controller's record says later."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from migrations.seloste_2026_11_24_the_spine import write

ID = "2026-11-25T17:00:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "where a request's time is counted"

ADDED = {"DataSubjectRequest": ("requests", {"country": "Text?", "time_zone": "Text?"})}


async def forwards() -> MigrationManager:
    return write(MigrationManager(migration_id=ID, app_name="seloste", description=DESCRIPTION), {}, ADDED)
