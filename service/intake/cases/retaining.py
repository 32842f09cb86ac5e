"""How long a closed case is kept: what was written by destroying its data key, then the case itself. Set by each tenant, within bounds."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from litestar import get, put
from litestar.di import NamedDependency
from litestar.params import JSONBody
from msgspec import Meta

from service import clock, errors
from service.guarding import requires
from service.history.recording import record
from service.texts import Input
from tenants.acting import acting_for
from tenants.callers import SYSTEM, Acting
from tenants.database import Connection
from tenants.scopes import Scope

RETENTION = "/v1/tenants/{tenant:str}/request-retention"
# A step of its own, so that no transaction grows with what has piled up.
AT_ONCE = 200


class RetentionPolicy(Input):
    """Months after a case is closed. Then its data key is destroyed, and with it all that was written; later the case itself."""

    content_months: Annotated[int, Meta(ge=1, le=24, description="How long what was written is kept.")] = 6
    log_months: Annotated[
        int, Meta(ge=12, le=120, description="How long it stays on record what was asked and done, and when; never shorter than that.")
    ] = 36


@get(
    RETENTION,
    operation_id="getRequestRetention",
    summary="How long closed requests are kept",
    tags=["Requests"],
    **requires(Scope.requests_read),
)
async def get_request_retention(acting: NamedDependency[Acting]) -> RetentionPolicy:
    async with acting_for(acting.tenant_id, read_only=True) as db:
        return await policy_of(db, acting.tenant_id)


@put(
    RETENTION,
    operation_id="setRequestRetention",
    summary="Say how long closed requests are kept",
    tags=["Requests"],
    **requires(Scope.requests_write, problems=[errors.InvalidContent], delegable=False),
)
async def set_request_retention(acting: NamedDependency[Acting], data: JSONBody[RetentionPolicy]) -> RetentionPolicy:
    """Only the tenant itself. A shorter time holds for what is closed already, too, within the hour."""
    if data.log_months < data.content_months:
        raise errors.invalid("/log_months", "The record cannot be destroyed before what was written.")
    async with acting_for(acting.tenant_id) as db:
        await db.execute(
            """INSERT INTO request_retentions (tenant_id, content_months, log_months, updated_at) VALUES ($1, $2, $3, $4)
               ON CONFLICT (tenant_id) DO UPDATE SET content_months = $2, log_months = $3, updated_at = $4""",
            acting.tenant_id,
            data.content_months,
            data.log_months,
            clock.now(),
        )
        facts = {"content_months": data.content_months, "log_months": data.log_months}
        await record(db, acting.tenant_id, "request:set_retention", acting.actor, {}, facts)
    return data


async def policy_of(db: Connection, tenant: UUID) -> RetentionPolicy:
    """The tenant's own, or what holds where it has said nothing."""
    row = await db.fetchrow("SELECT content_months, log_months FROM request_retentions WHERE tenant_id = $1", tenant)
    return RetentionPolicy(**row) if row else RetentionPolicy()


async def retain(tenant: UUID) -> None:
    """The worker's part."""
    at = clock.now()
    async with acting_for(tenant, read_only=True) as db:
        policy = await policy_of(db, tenant)
    while await _destroy(tenant, at, policy.content_months):
        pass
    while await _forget(tenant, at, policy.log_months):
        pass


async def _destroy(tenant: UUID, at: datetime, months: int) -> bool:
    """Whether there may be more."""
    async with acting_for(tenant) as db:
        over = await _over(db, tenant, at, months, "AND destroyed_at IS NULL")
        await db.execute("DELETE FROM request_keys WHERE tenant_id = $1 AND id = ANY ($2)", tenant, over)
        await db.execute(
            """UPDATE requests SET destroyed_at = $3, email_index = NULL, assignee = NULL, assignee_index = NULL
               WHERE tenant_id = $1 AND id = ANY ($2)""",
            tenant,
            over,
            at,
        )
        for request_id in over:
            await record(db, tenant, "request:destroy_content", SYSTEM, {"request": request_id})
    return len(over) == AT_ONCE


async def _forget(tenant: UUID, at: datetime, months: int) -> bool:
    async with acting_for(tenant) as db:
        over = await _over(db, tenant, at, months, "AND destroyed_at IS NOT NULL")
        await db.execute("DELETE FROM request_references WHERE tenant_id = $1 AND request_id = ANY ($2)", tenant, over)
        # Its moves, messages and reminders follow it.
        await db.execute("DELETE FROM requests WHERE tenant_id = $1 AND id = ANY ($2)", tenant, over)
        for request_id in over:
            await record(db, tenant, "request:forget", SYSTEM, {"request": request_id})
    return len(over) == AT_ONCE


async def _over(db: Connection, tenant: UUID, at: datetime, months: int, which: str) -> list[UUID]:
    """Held by `db`'s transaction, so that none is reopened meanwhile; one that is being worked on now is left for the next time."""
    rows = await db.fetch(
        f"""SELECT id FROM requests WHERE tenant_id = $1 AND closed_at < $2::timestamptz - make_interval(months => $3) {which}
            ORDER BY closed_at LIMIT {AT_ONCE} FOR UPDATE SKIP LOCKED""",
        tenant,
        at,
        months,
    )
    return [row["id"] for row in rows]
