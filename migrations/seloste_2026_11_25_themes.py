"""How a tenant's pages look, and its logo."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from migrations.seloste_2026_11_24_the_spine import write

ID = "2026-11-25T20:00:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "themes and logos"

TABLES: dict[str, tuple[str, dict[str, str]]] = {
    "Theme": (
        "themes",
        {"tenant_id": "UUID key", "revision": "Integer", "theme": "JSONB?", "logo": "JSONB?", "updated_at": "Timestamptz"},
    ),
    "Logo": (
        "logos",
        {"id": "UUID key", "tenant_id": "UUID", "name": "Text", "media_type": "Text", "body": "Bytea"},
    ),
}
ADDED = {"Publication": ("publications", {"look": "JSONB?"})}


async def forwards() -> MigrationManager:
    return write(MigrationManager(migration_id=ID, app_name="seloste", description=DESCRIPTION), TABLES, ADDED)
