"""Drafts: written as a whole (PUT) or in parts (PATCH), and never over what somebody else wrote meanwhile."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

import msgspec
from litestar import Response, get, patch, put
from litestar.di import NamedDependency
from litestar.params import FromPath, HeaderParameter, JSONBody
from msgspec import UNSET

from service import clock, errors
from service.errors import NotFound, PreconditionFailed, PreconditionRequired
from service.guarding import requires
from service.history.recording import record
from service.notices.content import Content, normalised
from service.notices.schemas import Draft, DraftChange
from service.notices.translating.tracking import Bases, track
from tenants.acting import acting_for
from tenants.callers import Acting
from tenants.database import Connection
from tenants.delegating import as_id
from tenants.scopes import Scope

PATH = "/v1/tenants/{tenant:str}/notices/{notice:str}/draft"
IfMatch = Annotated[str | None, HeaderParameter(name="If-Match", description="The ETag of the draft that you read.")]
_WRITING = [errors.PreconditionRequired, errors.PreconditionFailed, errors.InvalidContent]


@get(PATH, operation_id="getDraft", summary="Read the draft", tags=["Notices"], **requires(Scope.notices_read))
async def get_draft(acting: NamedDependency[Acting], notice: FromPath[str]) -> Response[Draft]:
    async with acting_for(acting.tenant_id, read_only=True) as db:
        row = await find(db, acting.tenant_id, notice)
    return _answer(content_of(row), row["revision"], row["drafted_at"])


@put(
    PATH,
    operation_id="writeDraft",
    summary="Write the draft",
    tags=["Notices"],
    **requires(Scope.notices_write, problems=_WRITING),
)
async def write_draft(
    acting: NamedDependency[Acting], notice: FromPath[str], data: JSONBody[Content], if_match: IfMatch = None
) -> Response[Draft]:
    """Sections come back with unique ids (a repeated one gets -2, -3) and with `covers` spelled out."""
    async with acting_for(acting.tenant_id) as db:
        row = await find(db, acting.tenant_id, notice, lock=True)
        check_match(if_match, row["revision"])
        return await _write(db, acting, row, normalised(data, row["languages"]))


@patch(
    PATH,
    operation_id="changeDraft",
    summary="Change parts of the draft",
    tags=["Notices"],
    **requires(Scope.notices_write, problems=_WRITING),
)
async def change_draft(
    acting: NamedDependency[Acting], notice: FromPath[str], data: JSONBody[DraftChange], if_match: IfMatch = None
) -> Response[Draft]:
    """What is given replaces what was there; `sections` are given all together, so that their order is certain."""
    async with acting_for(acting.tenant_id) as db:
        row = await find(db, acting.tenant_id, notice, lock=True)
        check_match(if_match, row["revision"])
        changes = {name: value for name in data.__struct_fields__ if (value := getattr(data, name)) is not UNSET}
        changed = msgspec.structs.replace(content_of(row), **changes)
        return await _write(db, acting, row, normalised(changed, row["languages"]))


async def find(db: Connection, tenant: UUID, notice: str, *, lock: bool = False) -> Any:
    """A notice with its draft, by its slug, one that it had, or its id.

    With `lock`, nobody else writes or publishes it, and nothing else befalls it, until this transaction ends.
    """
    asked = (tenant, notice, as_id(notice))
    if lock:
        # In a statement of its own: one that waits for the draft would go on with the notice as it was before.
        locked = await db.fetchval(
            """SELECT notice_id FROM drafts WHERE tenant_id = $1
               AND notice_id = coalesce($3, (SELECT notice_id FROM notice_slugs WHERE tenant_id = $1 AND slug = $2)) FOR UPDATE""",
            *asked,
        )
        asked = (tenant, notice, locked)
    row = await db.fetchrow(
        """SELECT n.*, d.content, d.imported, d.translated_from, d.revision, d.updated_at AS drafted_at FROM notices n
           JOIN drafts d ON d.tenant_id = n.tenant_id AND d.notice_id = n.id
           WHERE n.tenant_id = $1 AND n.id = coalesce($3, (SELECT notice_id FROM notice_slugs WHERE tenant_id = $1 AND slug = $2))""",
        *asked,
    )
    if row is None:
        raise NotFound("There is no such notice here.")
    return row


def content_of(row: Any) -> Content:
    return msgspec.json.decode(row["content"], type=Content)


def bases_of(row: Any) -> Bases:
    return msgspec.json.decode(row["translated_from"], type=Bases) if row["translated_from"] else {}


def language_of(row: Any, wanted: str | None) -> str:
    """The language that a parameter names, by default the notice's."""
    shown: str = wanted or row["default_language"]
    if shown not in row["languages"]:
        raise errors.invalid("language", f"{shown!r} is not a language of this notice ({', '.join(row['languages'])}).")
    return shown


def check_match(if_match: str | None, revision: int, *, needed: bool = True) -> None:
    """RFC 9110 section 13.1.1, strongly compared. Without the header a lost update would go unnoticed: 428."""
    if if_match is None:
        if needed:
            raise PreconditionRequired("Send the draft's ETag, which reading it gave you, as If-Match.")
        return
    given = {part.strip() for part in if_match.split(",")}
    if "*" not in given and f'"{revision}"' not in given:
        raise PreconditionFailed(
            "The draft was changed since you read it. Read it again, and apply your change to what is there now.",
            headers={"etag": f'"{revision}"'},
        )


async def store(db: Connection, tenant: UUID, row: Any, content: Content, *, imported: str | None = None) -> tuple[int, datetime]:
    """The draft's new revision, and when. `row` is from `find` with lock; `imported`: what the source showed, of an import."""
    revision, at = row["revision"] + 1, clock.now()
    tracked = track(content_of(row), content, bases_of(row), row["default_language"], at)
    await db.execute(
        """UPDATE drafts SET content = $3, revision = $4, updated_at = $5, imported = coalesce($6, imported), translated_from = $7
           WHERE tenant_id = $1 AND notice_id = $2""",
        tenant,
        row["id"],
        msgspec.json.encode(content).decode(),
        revision,
        at,
        imported,
        msgspec.json.encode(tracked).decode(),
    )
    return revision, at


async def _write(db: Connection, acting: Acting, row: Any, content: Content) -> Response[Draft]:
    revision, at = await store(db, acting.tenant_id, row, content)
    await record(db, acting.tenant_id, "draft:write", acting.actor, {"notice": row["id"]}, {"revision": revision})
    return _answer(content, revision, at)


def _answer(content: Content, revision: int, updated_at: datetime) -> Response[Draft]:
    draft = Draft(content.title, content.sections, content.register_name, content.facts, updated_at)
    return Response(draft, headers={"etag": f'"{revision}"', "cache-control": "no-store"})
