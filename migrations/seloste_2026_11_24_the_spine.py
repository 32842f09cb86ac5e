"""The spine's tables: tenants, directory, accounts, history, notices, public copies, intake. Keys and policies come next."""

from typing import Any

from piccolo.apps.migrations.auto.migration_manager import MigrationManager
from piccolo.columns import column_types
from piccolo.columns.indexes import IndexMethod

ID = "2026-11-24T00:00:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "the spine's tables"

# Class, table, columns; `?` may be null, `[]` is an array. Written out, since a migration is history and the tables go on.
TABLES: dict[str, tuple[str, dict[str, str]]] = {
    "Tenant": ("tenants", {"id": "UUID key", "slug": "Text unique", "created_at": "Timestamptz"}),
    "TenantProfile": (
        "tenant_profiles",
        {
            "tenant_id": "UUID key",
            "name": "Text",
            "kind": "Text",
            "contact_email": "Text?",
            "language": "Text",
            "founded_by": "UUID?",
            "created_at": "Timestamptz",
        },
    ),
    "TenantKey": ("tenant_keys", {"tenant_id": "UUID key", "wrapped": "Bytea", "created_at": "Timestamptz"}),
    "Controller": (
        "controllers",
        {
            "id": "UUID key",
            "tenant_id": "UUID",
            "name": "Text",
            "business_id": "Text?",
            "address": "Text?",
            "email": "Text?",
            "phone": "Text?",
            "dpo": "JSONB?",
            "brands": "Text[]",
            "former_names": "Text[]",
            "domains": "Text[]",
            "country": "Text",
            "time_zone": "Text",
            "languages": "Text[]",
            "revision": "Integer",
            "created_at": "Timestamptz",
            "updated_at": "Timestamptz",
        },
    ),
    "Identifier": (
        "directory",
        {
            "id": "UUID key",
            "tenant_id": "UUID",
            "controller_id": "UUID",
            "kind": "Text",
            "value": "Text",
            "folded": "Text",
            "country": "Text",
            "time_zone": "Text",
            "claimed_at": "Timestamptz",
            "verified_at": "Timestamptz?",
            "ended_at": "Timestamptz?",
        },
    ),
    "Verification": (
        "verifications",
        {
            "id": "UUID key",
            "tenant_id": "UUID",
            "controller_id": "UUID",
            "identifiers": "UUID[]",
            "evidence": "Text",
            "link_id": "UUID",
            "approved_at": "Timestamptz",
            "completed_at": "Timestamptz?",
        },
    ),
    "Delegation": (
        "delegations",
        {
            "id": "UUID key",
            "tenant_id": "UUID",
            "agency_id": "UUID",
            "scopes": "Text[]",
            "created_at": "Timestamptz",
            "confirmed_at": "Timestamptz?",
            "ended_at": "Timestamptz?",
        },
    ),
    "Client": (
        "clients",
        {
            "id": "UUID key",
            "tenant_id": "UUID",
            "name": "Text",
            "auth_method": "Text",
            "secret_hash": "Bytea?",
            "jwks": "JSONB?",
            "scopes": "Text[]",
            "created_at": "Timestamptz",
            "ended_at": "Timestamptz?",
        },
    ),
    "ClientTenant": ("client_tenants", {"id": "UUID key", "tenant_id": "UUID"}),
    "CredentialLink": (
        "credential_links",
        {
            "id": "UUID key",
            "tenant_id": "UUID",
            "secret_hash": "Bytea",
            "sealed": "Bytea?",
            "language": "Text",
            "created_at": "Timestamptz",
            "expires_at": "Timestamptz",
            "used_at": "Timestamptz?",
        },
    ),
    "UsedAssertion": ("used_assertions", {"id": "Bytea key", "expires_at": "Timestamptz"}),
    "SigningKey": (
        "signing_keys",
        {"id": "Text key", "public": "JSONB", "sealed": "Bytea", "created_at": "Timestamptz", "retired_at": "Timestamptz?"},
    ),
    "MasterKeyName": ("master_keys", {"id": "Text key", "first_used_at": "Timestamptz"}),
    "Event": (
        "history",
        {
            "id": "UUID key",
            "tenant_id": "UUID",
            "at": "Timestamptz",
            "event": "Text",
            "actor": "JSONB",
            "subject": "JSONB",
            "details": "JSONB",
        },
    ),
    "IdempotencyKey": ("idempotency_keys", {"id": "Bytea key", "fingerprint": "Bytea", "answer": "Bytea?", "expires_at": "Timestamptz"}),
    "Notice": (
        "notices",
        {
            "id": "UUID key",
            "tenant_id": "UUID",
            "slug": "Text",
            "kind": "Text",
            "title": "JSONB",
            "default_language": "Text",
            "languages": "Text[]",
            "controller_ids": "UUID[]",
            "created_at": "Timestamptz",
            "updated_at": "Timestamptz",
        },
    ),
    "Draft": (
        "drafts",
        {"notice_id": "UUID key", "tenant_id": "UUID", "content": "JSONB", "revision": "Integer", "updated_at": "Timestamptz"},
    ),
    "Version": (
        "versions",
        {
            "id": "UUID key",
            "tenant_id": "UUID",
            "notice_id": "UUID",
            "number": "Integer",
            "published_at": "Timestamptz",
            "effective_from": "Date",
            "effective_at": "Timestamptz",
            "time_zone": "Text",
            "significance": "Text",
            "historical": "Boolean",
            "change_note": "JSONB",
            "languages": "Text[]",
            "content_hash": "Bytea",
            "previous_hash": "Bytea?",
        },
    ),
    "VersionContent": ("version_contents", {"id": "UUID key", "tenant_id": "UUID", "canonical": "Bytea"}),
    "Publication": (
        "publications",
        {
            "id": "UUID key",
            "tenant_id": "UUID",
            "slug": "Text",
            "default_language": "Text",
            "controller_ids": "UUID[]",
            "schedule": "JSONB",
            "changed_at": "Timestamptz",
        },
    ),
    "Rendition": (
        "renditions",
        {
            "id": "UUID key",
            "tenant_id": "UUID",
            "notice_id": "UUID",
            "number": "Integer",
            "path": "Text",
            "media_type": "Text",
            "body": "Bytea",
            "gzip": "Bytea",
            "br": "Bytea",
        },
    ),
    "DataSubjectRequest": (
        "requests",
        {
            "id": "UUID key",
            "tenant_id": "UUID",
            "reference": "Text",
            "controller_id": "UUID",
            "types": "Text[]",
            "state": "Text",
            "language": "Text",
            "matched_by": "Text",
            "received_at": "Timestamptz",
            "nominal_on": "Date",
            "due_on": "Date",
            "due_at": "Timestamptz",
            "notice_id": "UUID?",
            "notice_version": "Integer?",
            "secret_hash": "Bytea",
            "secret": "Bytea",
            "subject": "Bytea",
            "message": "Bytea",
            "details": "Bytea?",
        },
    ),
    "RequestKey": ("request_keys", {"id": "UUID key", "tenant_id": "UUID", "wrapped": "Bytea"}),
    "RequestReference": ("request_references", {"id": "Bytea key", "tenant_id": "UUID", "request_id": "UUID"}),
    "PendingRequest": (
        "pending_requests",
        {
            "id": "UUID key",
            "secret_hash": "Bytea",
            "wrapped": "Bytea",
            "sealed": "Bytea",
            "candidates": "UUID[]",
            "received_at": "Timestamptz",
            "expires_at": "Timestamptz",
        },
    ),
    "MailAllowance": ("mail_allowances", {"id": "UUID key", "address_hash": "Bytea", "sent_at": "Timestamptz"}),
}


def column(kind: str) -> tuple[type[Any], dict[str, Any]]:
    name, *marks = kind.split()
    common = {
        "unique": "unique" in marks,
        "index": False,
        "index_method": IndexMethod.btree,
        "choices": None,
        "db_column_name": None,
        "secret": False,
    }
    params: dict[str, Any] = {"default": None, "null": "?" in name, "primary_key": "key" in marks, **common}
    plain = name.rstrip("?")
    if plain.endswith("[]"):
        base = getattr(column_types, plain.removesuffix("[]"))
        return column_types.Array, {**params, "base_column": base()}
    return getattr(column_types, plain), params


Columns = dict[str, tuple[str, dict[str, str]]]


def write(manager: MigrationManager, tables: Columns, added: Columns | None = None) -> MigrationManager:
    """New tables, and columns `added` to older ones."""
    for class_name, (table, _) in tables.items():
        manager.add_table(class_name=class_name, tablename=table, schema=None, columns=None)
    for class_name, (table, columns) in (tables | (added or {})).items():
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


async def forwards() -> MigrationManager:
    return write(MigrationManager(migration_id=ID, app_name="seloste", description=DESCRIPTION), TABLES)
