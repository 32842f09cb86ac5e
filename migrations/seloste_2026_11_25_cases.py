"""A request becomes a case: its moves, its thread, reminders, and how long a tenant keeps it."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from migrations.seloste_2026_11_24_the_spine import write

ID = "2026-11-25T19:00:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "cases"

TABLES: dict[str, tuple[str, dict[str, str]]] = {
    "RequestMove": (
        "request_moves",
        {
            "id": "UUID key",
            "tenant_id": "UUID",
            "request_id": "UUID",
            "number": "Integer",
            "act": "Text",
            "from_state": "Text",
            "to_state": "Text",
            "actor": "JSONB",
            "at": "Timestamptz",
            "facts": "JSONB",
            "told": "Bytea?",
            "nominal_on": "Date",
            "due_on": "Date",
        },
    ),
    "RequestMessage": (
        "request_messages",
        {
            "id": "UUID key",
            "tenant_id": "UUID",
            "request_id": "UUID",
            "author": "Text",
            "actor": "JSONB",
            "at": "Timestamptz",
            "text": "Bytea",
        },
    ),
    "RequestReminder": (
        "request_reminders",
        {"id": "UUID key", "tenant_id": "UUID", "request_id": "UUID", "kind": "Text", "at": "Timestamptz"},
    ),
    "RequestRetention": (
        "request_retentions",
        {"tenant_id": "UUID key", "content_months": "Integer", "log_months": "Integer", "updated_at": "Timestamptz"},
    ),
}
ADDED = {
    "DataSubjectRequest": (
        "requests",
        {
            "channel": "Text?",
            "revision": "Integer?",
            "extended": "Boolean?",
            "pauses": "JSONB?",
            "opened_at": "Timestamptz?",
            "closed_at": "Timestamptz?",
            "destroyed_at": "Timestamptz?",
            "email_index": "Bytea?",
            "assignee": "Bytea?",
            "assignee_index": "Bytea?",
        },
    )
}


async def forwards() -> MigrationManager:
    return write(MigrationManager(migration_id=ID, app_name="seloste", description=DESCRIPTION), TABLES, ADDED)
