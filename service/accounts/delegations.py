"""Delegations: a client lets an agency act for it, and ends that at once. Only the client itself decides here."""

from typing import Any
from uuid import UUID

from litestar import Response, delete, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody

from service import clock, errors, idempotency, paging
from service.accounts.schemas import Delegation, DelegationPage, NewDelegation
from service.errors import FieldError, InvalidContent, NotFound
from service.guarding import requires
from service.history.recording import record
from service.idempotency import Attempt
from tenants.acting import acting_for
from tenants.callers import Acting, Actor
from tenants.database import Connection
from tenants.delegating import as_id
from tenants.scopes import DELEGABLE, Scope

PATH = "/v1/tenants/{tenant:str}/delegations"


@post(
    PATH,
    operation_id="beginDelegation",
    summary="Let an agency act for this tenant",
    tags=["Delegations"],
    **requires(Scope.tenants_write, problems=[errors.InvalidContent, errors.IdempotencyKeyReused], delegable=False),
)
async def begin_delegation(
    acting: NamedDependency[Acting], data: JSONBody[NewDelegation], attempt: NamedDependency[Attempt]
) -> Response[Delegation]:
    if beyond := sorted(set(data.scopes) - DELEGABLE):
        raise errors.invalid("/scopes", f"Never delegated: {', '.join(beyond)}.")
    async with acting_for(acting.tenant_id) as db:

        async def effect() -> idempotency.Answer:
            agency = await db.fetchval("SELECT id FROM tenants WHERE slug = $1 OR id = $2", data.agency, as_id(data.agency))
            if agency is None or agency == acting.tenant_id:
                raise InvalidContent("There is no such agency.", errors=[FieldError("/agency", "Name another tenant's slug or id.")])
            at, delegation_id = clock.now(), clock.new_id()
            await db.execute(
                """INSERT INTO delegations (tenant_id, id, agency_id, scopes, created_at, confirmed_at)
                   VALUES ($1, $2, $3, $4, $5, $5)""",
                acting.tenant_id,
                delegation_id,
                agency,
                sorted(set(data.scopes)),
                at,
            )
            subject = {"delegation": delegation_id, "agency": agency}
            await record(db, acting.tenant_id, "delegation:begin", acting.actor, subject, {"scopes": sorted(set(data.scopes))})
            row = await db.fetchrow(_SELECT + "WHERE d.tenant_id = $1 AND d.id = $2", acting.tenant_id, delegation_id)
            return idempotency.answer(Delegation(**row))

        return await attempt.once(db, effect)  # type: ignore[return-value]


@get(
    PATH,
    operation_id="listDelegations",
    summary="List who may act, and might, for this tenant",
    tags=["Delegations"],
    **requires(Scope.tenants_read),
)
async def list_delegations(
    acting: NamedDependency[Acting], limit: paging.Limit = paging.DEFAULT_LIMIT, cursor: paging.Cursor = None
) -> DelegationPage:
    async with acting_for(acting.tenant_id, read_only=True) as db:
        rows = await db.fetch(
            _SELECT + "WHERE d.tenant_id = $1 AND d.id < $2 ORDER BY d.id DESC LIMIT $3",
            acting.tenant_id,
            paging.position(cursor),
            limit + 1,
        )
    return DelegationPage([Delegation(**row) for row in rows[:limit]], paging.next_cursor([row["id"] for row in rows], limit))


@delete(
    PATH + "/{delegation_id:uuid}",
    operation_id="endDelegation",
    summary="End a delegation at once",
    tags=["Delegations"],
    **requires(Scope.tenants_write, delegable=False),
)
async def end_delegation(acting: NamedDependency[Acting], delegation_id: FromPath[UUID]) -> None:
    """The agency's next request is refused. Ending one that has ended already changes nothing."""
    async with acting_for(acting.tenant_id) as db:
        if not await db.fetchval("SELECT true FROM delegations WHERE tenant_id = $1 AND id = $2", acting.tenant_id, delegation_id):
            raise NotFound("There is no such delegation here.")
        await end(db, acting.tenant_id, delegation_id, acting.actor)


async def end(db: Connection, tenant: UUID, delegation_id: UUID, actor: Actor) -> None:
    row: Any = await db.fetchrow(
        "UPDATE delegations SET ended_at = $3 WHERE tenant_id = $1 AND id = $2 AND ended_at IS NULL RETURNING agency_id",
        tenant,
        delegation_id,
        clock.now(),
    )
    if row is not None:
        await record(db, tenant, "delegation:end", actor, {"delegation": delegation_id, "agency": row["agency_id"]})


_SELECT = """
SELECT d.id, t.slug AS agency, d.scopes, d.created_at, d.confirmed_at, d.ended_at
FROM delegations d JOIN tenants t ON t.id = d.agency_id
"""
