"""What befalls notices and versions after they were published: slugs they had, fates, redactions by two operators."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from migrations.seloste_2026_11_24_the_spine import column

ID = "2026-11-25T10:00:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "what befalls notices and versions"

TABLES: dict[str, tuple[str, dict[str, str]]] = {
    "NoticeSlug": (
        "notice_slugs",
        {"slug": "Text key", "tenant_id": "UUID", "notice_id": "UUID", "since": "Timestamptz"},
    ),
    "NoticeFate": (
        "notice_fates",
        {
            "id": "UUID key",
            "tenant_id": "UUID",
            "notice_id": "UUID",
            "number": "Integer",
            "fate": "Text",
            "successor_id": "UUID?",
            "reason": "JSONB",
            "at": "Timestamptz",
        },
    ),
    "VersionFate": (
        "version_fates",
        {"id": "UUID key", "tenant_id": "UUID", "version_id": "UUID", "fate": "Text", "reason": "JSONB", "at": "Timestamptz"},
    ),
    "RedactionProposal": (
        "redaction_proposals",
        {"id": "UUID key", "tenant_id": "UUID", "version_id": "UUID", "reason": "JSONB", "grounds": "Text", "proposed_at": "Timestamptz"},
    ),
    "RedactionApproval": (
        "redaction_approvals",
        {"id": "UUID key", "tenant_id": "UUID", "proposal_id": "UUID", "person": "Text", "approved_at": "Timestamptz"},
    ),
}
ADDED = {"Publication": ("publications", {"former_slugs": "Text[]?", "withdrawal": "JSONB?", "succession": "JSONB?"})}


async def forwards() -> MigrationManager:
    manager = MigrationManager(migration_id=ID, app_name="seloste", description=DESCRIPTION)
    for class_name, (table, _) in TABLES.items():
        manager.add_table(class_name=class_name, tablename=table, schema=None, columns=None)
    for class_name, (table, columns) in (TABLES | ADDED).items():
        for column_name, kind in columns.items():
            column_class, params = column(kind)
            manager.add_column(
                table_class_name=class_name,
                tablename=table,
                column_name=column_name,
                db_column_name=column_name,
                column_class_name=column_class.__name__,
                column_class=column_class,
                params=params,
                schema=None,
            )
    return manager
