"""Names are compared loosely too, for a while or for always; who takes over, who works for whom, and whom joint controllers chose."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from migrations.seloste_2026_11_24_the_spine import write

ID = "2026-11-25T21:00:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "names"

ADDED = {
    "Controller": ("controllers", {"periods": "JSONB?", "ceased_on": "Date?", "successor_id": "UUID?", "processor_for": "UUID[]?"}),
    "Identifier": ("directory", {"loose": "Text?", "since": "Date?", "until": "Date?"}),
    "Notice": ("notices", {"requests_to": "UUID?"}),
    "Publication": ("publications", {"requests_to": "UUID?", "registers": "Text[]?"}),
}


async def forwards() -> MigrationManager:
    return write(MigrationManager(migration_id=ID, app_name="seloste", description=DESCRIPTION), {}, ADDED)
