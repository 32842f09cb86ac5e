"""The controller's side: its requests, listed without and read with what the persons wrote. Each reading is recorded."""

from typing import Any
from uuid import UUID

import msgspec
from litestar import get
from litestar.datastructures import State
from litestar.di import NamedDependency
from litestar.params import FromPath

from service import paging, sealing
from service.errors import NotFound
from service.guarding import requires
from service.history.recording import record
from service.intake.deadlines import counted
from service.intake.explaining import explain
from service.intake.schemas import ReadSubject, RequestDetail, RequestItem, RequestPage
from service.languages import OURS
from service.sealing import TenantKeys
from tenants.acting import acting_for
from tenants.callers import Acting
from tenants.database import Connection
from tenants.scopes import Scope

PATH = "/v1/tenants/{tenant:str}/requests"


@get(PATH, operation_id="listRequests", summary="List data-subject requests", tags=["Requests"], **requires(Scope.requests_read))
async def list_requests(
    acting: NamedDependency[Acting], limit: paging.Limit = paging.DEFAULT_LIMIT, cursor: paging.Cursor = None
) -> RequestPage:
    """Newest first, without anything that a person wrote."""
    async with acting_for(acting.tenant_id, read_only=True) as db:
        rows = await db.fetch(
            """SELECT id, reference, types, state, controller_id, received_at, nominal_on, due_on, due_at FROM requests
               WHERE tenant_id = $1 AND id < $2 ORDER BY id DESC LIMIT $3""",
            acting.tenant_id,
            paging.position(cursor),
            limit + 1,
        )
    return RequestPage([RequestItem(**row) for row in rows[:limit]], paging.next_cursor([row["id"] for row in rows], limit))


@get(
    PATH + "/{request_id:uuid}",
    operation_id="getRequest",
    summary="Read a data-subject request",
    tags=["Requests"],
    **requires(Scope.requests_read),
)
async def get_request(acting: NamedDependency[Acting], request_id: FromPath[UUID], state: State) -> RequestDetail:
    """With what the person wrote; that it was read, and by whom, stands in the audit events."""
    async with acting_for(acting.tenant_id) as db:
        row, opened = await unsealed(db, acting.tenant_id, request_id, state.tenant_keys)
        await record(db, acting.tenant_id, "request:read", acting.actor, {"request": request_id})
    clear = {name: row[name] for name in RequestDetail.__struct_fields__ if name not in ("subject", "message", "details", "explanation")}
    return RequestDetail(
        **clear,
        explanation={language: explain(counted(row), row["country"], language) for language in OURS},
        subject=msgspec.convert(opened["subject"], ReadSubject),
        message=opened["message"],
        details=opened["details"],
    )


async def unsealed(db: Connection, tenant: UUID, request_id: UUID, keys: TenantKeys) -> tuple[Any, dict[str, Any]]:
    """The request's row, and what is sealed in it, opened. `db` is acting for `tenant`."""
    row = await db.fetchrow(
        """SELECT r.*, k.wrapped FROM requests r JOIN request_keys k ON k.tenant_id = r.tenant_id AND k.id = r.id
           WHERE r.tenant_id = $1 AND r.id = $2""",
        tenant,
        request_id,
    )
    if row is None:
        raise NotFound("There is no such request here.")
    key = sealing.unseal(await keys.of(db, tenant), row["wrapped"], tenant, request_id, "data key")
    opened = {
        field: msgspec.msgpack.decode(sealing.unseal(key, row[field], tenant, request_id, field)) if row[field] is not None else None
        for field in ("subject", "message", "details", "secret")
    }
    return row, opened
