"""The audit events: what happened in a tenant, newest first."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

import msgspec
from litestar import get
from litestar.di import NamedDependency
from msgspec import Meta

from service import paging
from service.guarding import requires
from tenants.acting import acting_for
from tenants.callers import Acting, Actor
from tenants.scopes import Scope


class AuditEvent(msgspec.Struct):
    id: UUID
    at: datetime
    event: Annotated[str, Meta(description="`noun:verb`, such as `version:publish`; docs/events.md lists them.")]
    actor: Actor
    subject: Annotated[dict[str, Any], Meta(description="Ids of what it happened to.")]
    details: dict[str, Any]


class AuditEventPage(msgspec.Struct):
    items: list[AuditEvent]
    next_cursor: str | None


@get(
    "/v1/tenants/{tenant:str}/audit-events",
    operation_id="listAuditEvents",
    summary="List what happened",
    tags=["Audit"],
    **requires(Scope.audit_read),
)
async def list_audit_events(
    acting: NamedDependency[Acting], limit: paging.Limit = paging.DEFAULT_LIMIT, cursor: paging.Cursor = None
) -> AuditEventPage:
    """Who did what when: publications, delegations, requests received and read, clients made and ended. No personal data."""
    async with acting_for(acting.tenant_id, read_only=True) as db:
        rows = await db.fetch(
            "SELECT * FROM history WHERE tenant_id = $1 AND id < $2 ORDER BY id DESC LIMIT $3",
            acting.tenant_id,
            paging.position(cursor),
            limit + 1,
        )
    items = [
        AuditEvent(
            row["id"],
            row["at"],
            row["event"],
            msgspec.json.decode(row["actor"], type=Actor),
            msgspec.json.decode(row["subject"]),
            msgspec.json.decode(row["details"]),
        )
        for row in rows[:limit]
    ]
    return AuditEventPage(items, paging.next_cursor([row["id"] for row in rows], limit))
