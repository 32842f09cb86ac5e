"""What is known of a draft beside its text (what its source showed, what was translated from what), dismissals, policies."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from migrations.seloste_2026_11_24_the_spine import write

ID = "2026-11-25T09:00:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "what checks need: sources, dismissals, policies"

TABLES: dict[str, tuple[str, dict[str, str]]] = {
    "Dismissal": (
        "dismissals",
        {
            "id": "UUID key",
            "tenant_id": "UUID",
            "notice_id": "UUID",
            "finding": "Text",
            "code": "Text",
            "section": "Text?",
            "language": "Text?",
            "reason": "Text",
            "dismissed_by": "JSONB",
            "dismissed_at": "Timestamptz",
            "ended_at": "Timestamptz?",
        },
    ),
    "PublishingPolicy": (
        "publishing_policies",
        {"tenant_id": "UUID key", "errors_stop": "Boolean", "all_languages": "Boolean", "updated_at": "Timestamptz"},
    ),
}
ADDED = {"Draft": ("drafts", {"imported": "JSONB?", "translated_from": "JSONB?"})}


async def forwards() -> MigrationManager:
    return write(MigrationManager(migration_id=ID, app_name="seloste", description=DESCRIPTION), TABLES, ADDED)
