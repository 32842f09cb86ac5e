"""What befalls notices and versions after they were published: slugs they had, fates, redactions by two operators."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from migrations.seloste_2026_11_24_the_spine import write

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
    return write(MigrationManager(migration_id=ID, app_name="seloste", description=DESCRIPTION), TABLES, ADDED)
