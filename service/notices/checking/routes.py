"""Check a draft; set a finding aside, with a reason; say what must be right before a draft is published."""

from datetime import datetime
from typing import Annotated, Any, ClassVar
from uuid import UUID

import msgspec
from litestar import Response, delete, get, post, put
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody
from msgspec import Meta

from service import clock, errors, idempotency, paging
from service.errors import NotFound
from service.guarding import requires
from service.history.recording import record
from service.idempotency import Attempt
from service.notices import drafting
from service.notices.checking.judging import DraftCheck, brief, judge
from service.texts import Input
from tenants.acting import acting_for
from tenants.callers import Acting, Actor
from tenants.database import ENGINE
from tenants.scopes import Scope

DISMISSALS = "/v1/tenants/{tenant:str}/notices/{notice:str}/dismissals"
POLICY = "/v1/tenants/{tenant:str}/publishing-policy"


class NewDismissal(Input):
    """Set a finding aside: it is no defect here, or it is accepted."""

    finding: Annotated[str, Meta(pattern=r"^[0-9a-f]{16}$", description="The `id` of a finding of the draft's check.")]
    reason: Annotated[str, Meta(min_length=3, max_length=2000, description="For whoever audits this later.")]
    many_lines: ClassVar[frozenset[str]] = frozenset({"reason"})


class Dismissal(msgspec.Struct):
    id: UUID
    finding: str
    code: str
    section: str | None
    language: str | None
    reason: str
    dismissed_by: Actor
    dismissed_at: datetime
    ended_at: datetime | None


class DismissalPage(msgspec.Struct):
    items: list[Dismissal]
    next_cursor: str | None


class PublishingPolicy(Input):
    """What a draft needs before it is published, beyond a title and a text. Nothing by default; historical versions are exempt."""

    errors_stop: Annotated[bool, Meta(description="A finding of severity `error` that nobody dismissed stops publishing.")] = False
    all_languages: Annotated[bool, Meta(description="Every section must be written in every language of the notice.")] = False


@get(
    drafting.PATH + "/check",
    operation_id="checkDraft",
    summary="Check the draft",
    tags=["Notices"],
    **requires(Scope.notices_read),
)
async def check_draft(acting: NamedDependency[Acting], notice: FromPath[str]) -> Response[DraftCheck]:
    """What the law, custom and hygiene still want, each with its article and how to mend it, and which items are told.

    The text is judged as its readers see it. docs/checks.md lists the codes.
    """
    async with acting_for(acting.tenant_id, read_only=True) as db:
        row = await drafting.find(db, acting.tenant_id, notice)
        known = await brief(db, acting.tenant_id, row)
    return Response(await judge(known), headers={"etag": f'"{row["revision"]}"', "cache-control": "no-store"})


@post(
    DISMISSALS,
    operation_id="dismissFinding",
    summary="Set a finding aside",
    tags=["Notices"],
    **requires(Scope.notices_write, problems=[errors.InvalidContent, errors.Conflict, errors.IdempotencyKeyReused]),
)
async def dismiss_finding(
    acting: NamedDependency[Acting], notice: FromPath[str], data: JSONBody[NewDismissal], attempt: NamedDependency[Attempt]
) -> Response[Dismissal]:
    """It holds for the words at fault: when they change, a new finding stands there."""
    async with acting_for(acting.tenant_id) as db:

        async def effect() -> idempotency.Answer:
            row = await drafting.find(db, acting.tenant_id, notice, lock=True)
            known = await brief(db, acting.tenant_id, row)
            with ENGINE.working(db):
                judged = await judge(known)
            if any(finding.id == data.finding for finding in judged.dismissed):
                raise errors.Conflict("This finding is set aside already.")
            finding = next((finding for finding in judged.findings if finding.id == data.finding), None)
            if finding is None:
                raise errors.invalid("/finding", "The draft has no such finding now. Check it again: its text may have changed.")
            made = Dismissal(
                clock.new_id(),
                finding.id,
                finding.code,
                finding.section,
                finding.language,
                data.reason,
                acting.actor,
                clock.now(),
                None,
            )
            await db.execute(
                """INSERT INTO dismissals (tenant_id, id, notice_id, finding, code, section, language, reason, dismissed_by, dismissed_at)
                   VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)""",
                acting.tenant_id,
                made.id,
                row["id"],
                made.finding,
                made.code,
                made.section,
                made.language,
                made.reason,
                msgspec.json.encode(made.dismissed_by).decode(),
                made.dismissed_at,
            )
            subject = {"notice": row["id"], "dismissal": made.id}
            await record(db, acting.tenant_id, "finding:dismiss", acting.actor, subject, {"code": made.code})
            return idempotency.answer(made)

        return await attempt.once(db, effect)  # type: ignore[return-value]


@get(
    DISMISSALS,
    operation_id="listDismissals",
    summary="List what was set aside",
    tags=["Notices"],
    **requires(Scope.notices_read),
)
async def list_dismissals(
    acting: NamedDependency[Acting], notice: FromPath[str], limit: paging.Limit = paging.DEFAULT_LIMIT, cursor: paging.Cursor = None
) -> DismissalPage:
    async with acting_for(acting.tenant_id, read_only=True) as db:
        row = await drafting.find(db, acting.tenant_id, notice)
        rows = await db.fetch(
            "SELECT * FROM dismissals WHERE tenant_id = $1 AND notice_id = $2 AND id < $3 ORDER BY id DESC LIMIT $4",
            acting.tenant_id,
            row["id"],
            paging.position(cursor),
            limit + 1,
        )
    return DismissalPage([_dismissal(made) for made in rows[:limit]], paging.next_cursor([made["id"] for made in rows], limit))


@delete(
    DISMISSALS + "/{dismissal_id:uuid}",
    operation_id="endDismissal",
    summary="Let a finding count again",
    tags=["Notices"],
    **requires(Scope.notices_write),
)
async def end_dismissal(acting: NamedDependency[Acting], notice: FromPath[str], dismissal_id: FromPath[UUID]) -> None:
    async with acting_for(acting.tenant_id) as db:
        row = await drafting.find(db, acting.tenant_id, notice)
        ended = await db.fetchval(
            """UPDATE dismissals SET ended_at = $4 WHERE tenant_id = $1 AND notice_id = $2 AND id = $3 AND ended_at IS NULL
               RETURNING code""",
            acting.tenant_id,
            row["id"],
            dismissal_id,
            clock.now(),
        )
        if ended is None:
            raise NotFound("There is no such dismissal, or it was ended before.")
        subject = {"notice": row["id"], "dismissal": dismissal_id}
        await record(db, acting.tenant_id, "finding:restore", acting.actor, subject, {"code": ended})


@get(
    POLICY,
    operation_id="getPublishingPolicy",
    summary="Read what a draft needs before it is published",
    tags=["Notices"],
    **requires(Scope.notices_read),
)
async def get_publishing_policy(acting: NamedDependency[Acting]) -> PublishingPolicy:
    async with acting_for(acting.tenant_id, read_only=True) as db:
        row = await db.fetchrow("SELECT errors_stop, all_languages FROM publishing_policies WHERE tenant_id = $1", acting.tenant_id)
    return PublishingPolicy(**row) if row else PublishingPolicy()


@put(
    POLICY,
    operation_id="setPublishingPolicy",
    summary="Say what a draft needs before it is published",
    tags=["Notices"],
    **requires(Scope.tenants_write, problems=[errors.InvalidContent]),
)
async def set_publishing_policy(acting: NamedDependency[Acting], data: JSONBody[PublishingPolicy]) -> PublishingPolicy:
    async with acting_for(acting.tenant_id) as db:
        await db.execute(
            """INSERT INTO publishing_policies (tenant_id, errors_stop, all_languages, updated_at) VALUES ($1, $2, $3, $4)
               ON CONFLICT (tenant_id) DO UPDATE SET errors_stop = $2, all_languages = $3, updated_at = $4""",
            acting.tenant_id,
            data.errors_stop,
            data.all_languages,
            clock.now(),
        )
        await record(db, acting.tenant_id, "policy:set", acting.actor, {}, msgspec.structs.asdict(data))
    return data


def _dismissal(row: Any) -> Dismissal:
    fields = {name: row[name] for name in Dismissal.__struct_fields__ if name != "dismissed_by"}
    return Dismissal(**fields, dismissed_by=msgspec.json.decode(row["dismissed_by"], type=Actor))
