"""The controller's side: its requests, listed without and read with what the persons wrote. Each reading is recorded."""

from datetime import date, datetime
from typing import Annotated, Any
from uuid import UUID

import msgspec
from litestar import Response, get
from litestar.datastructures import State
from litestar.di import NamedDependency
from litestar.params import FromPath, QueryParameter

from service import clock, paging
from service.guarding import requires
from service.history.recording import record
from service.intake.cases import indexing, machine
from service.intake.cases.moving import case_of, etag
from service.intake.deadlines import deadline
from service.intake.explaining import explain
from service.intake.opening import Opened, opened
from service.intake.schemas import ReadSubject, RequestCase, RequestDetail, RequestItem, RequestPage, RequestType
from service.intake.storing import read_reference
from service.languages import OURS
from tenants.acting import acting_for
from tenants.callers import Acting
from tenants.database import Connection
from tenants.scopes import Scope

PATH = "/v1/tenants/{tenant:str}/requests"
REQUEST = PATH + "/{request_id:uuid}"

_STORED = tuple(name for name in RequestItem.__struct_fields__ if name not in ("assignee", "nominal_on", "due_on", "due_at"))


@get(PATH, operation_id="listRequests", summary="List data-subject requests", tags=["Requests"], **requires(Scope.requests_read))
async def list_requests(
    acting: NamedDependency[Acting],
    state: State,
    limit: paging.Limit = paging.DEFAULT_LIMIT,
    cursor: paging.Cursor = None,
    in_state: Annotated[machine.State | None, QueryParameter(name="state")] = None,
    kind: Annotated[RequestType | None, QueryParameter(name="type")] = None,
    is_open: Annotated[bool | None, QueryParameter(name="open", description="Those that wait for an answer, or those that do not.")] = None,
    due_before: Annotated[
        date | None, QueryParameter(name="due_before", description="Of those that wait for an answer, the ones due before this day.")
    ] = None,
    reference: Annotated[str | None, QueryParameter(name="reference", max_length=40)] = None,
    email: Annotated[
        str | None, QueryParameter(name="email", max_length=254, description="The person's exact address, in whatever case.")
    ] = None,
    assignee: Annotated[str | None, QueryParameter(name="assignee", max_length=100)] = None,
) -> RequestPage:
    """Newest first, without anything that a person wrote. What they wrote is sealed, so it cannot be searched."""
    tenant = acting.tenant_id
    async with acting_for(tenant, read_only=True) as db:
        key = await state.tenant_keys.of(db, tenant)
        wanted: dict[str, Any] = {
            "state = {}": in_state,
            "types @> ARRAY[{}]": kind,
            "closed_at IS NULL = {}": is_open,
            "closed_at IS NULL AND due_on < {}": due_before,
            "reference = {}": read_reference(reference) if reference is not None else None,
            "email_index = {}": indexing.index(key, "email", email) if email is not None else None,
            "assignee_index = {}": indexing.index(key, "assignee", assignee) if assignee is not None else None,
        }
        asked = {condition: value for condition, value in wanted.items() if value is not None}
        conditions = "".join(f" AND {condition.format(f'${number}')}" for number, condition in enumerate(asked, start=4))
        rows = await db.fetch(
            f"SELECT * FROM requests WHERE tenant_id = $1 AND id < $2{conditions} ORDER BY id DESC LIMIT $3",
            tenant,
            paging.position(cursor),
            limit + 1,
            *asked.values(),
        )
    items = [msgspec.convert(_item(row, key), RequestItem) for row in rows[:limit]]
    return RequestPage(items, paging.next_cursor([row["id"] for row in rows], limit))


@get(
    REQUEST,
    operation_id="getRequest",
    summary="Read a data-subject request",
    tags=["Requests"],
    **requires(Scope.requests_read),
)
async def get_request(acting: NamedDependency[Acting], request_id: FromPath[UUID], state: State) -> Response[RequestDetail]:
    """With what the person wrote; that it was read, and by whom, stands in the audit events. The first reading opens it."""
    tenant = acting.tenant_id
    async with acting_for(tenant) as db:
        found = await opened(db, tenant, request_id, state.tenant_keys)
        key = await state.tenant_keys.of(db, tenant)
        at = await note_reading(db, acting, found)
    row, subject = found.row, found.field("subject")
    detail = RequestDetail(
        **{**_case(found, key), "opened_at": at},
        **{name: row[name] for name in ("language", "matched_by", "notice_id", "notice_version")},
        subject=msgspec.convert(subject, ReadSubject) if subject else None,
        message=found.field("message"),
        details=found.field("details"),
    )
    return Response(detail, headers={"etag": etag(row), "cache-control": "no-store"})


async def note_reading(db: Connection, acting: Acting, found: Opened) -> datetime:
    """Record who read it; the first time opens it. When that was."""
    tenant, request_id = acting.tenant_id, found.row["id"]
    await record(db, tenant, "request:read", acting.actor, {"request": request_id})
    if found.row["opened_at"] is not None:
        return found.row["opened_at"]  # type: ignore[no-any-return]
    return await db.fetchval(  # type: ignore[no-any-return]
        "UPDATE requests SET opened_at = coalesce(opened_at, $3) WHERE tenant_id = $1 AND id = $2 RETURNING opened_at",
        tenant,
        request_id,
        clock.now(),
    )


def shown(found: Opened, tenant_key: bytes) -> RequestCase:
    return RequestCase(**_case(found, tenant_key))


def _item(row: Any, tenant_key: bytes) -> dict[str, Any]:
    case = case_of(row)
    # What is stored stands still while a question waits; what is shown does not.
    due = case.deadline(clock.now()) if case.is_paused else None
    days = {name: getattr(due, name) if due else row[name] for name in ("nominal_on", "due_on", "due_at")}
    assignee = indexing.assignee(tenant_key, row["assignee"], row["tenant_id"], row["id"])
    return {**{name: row[name] for name in _STORED}, **days, "assignee": assignee}


def _case(found: Opened, tenant_key: bytes) -> dict[str, Any]:
    row, case = found.row, case_of(found.row)
    due = case.deadline(clock.now())
    return {
        **_item(row, tenant_key),
        "first_due_on": deadline(case.received_at, case.country, case.time_zone).due_on,
        "extended": case.extended,
        "paused_since": case.pauses[-1][0] if case.is_paused else None,
        "time_zone": case.time_zone,
        "explanation": {language: explain(due, case.country, language) for language in OURS},
        "legal_moves": machine.legal(case.state, "controller") if found.key else [],
    }
