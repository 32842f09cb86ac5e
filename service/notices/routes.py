"""Notices and their versions under `/v1/tenants/{tenant}/notices`."""

from typing import Any
from uuid import UUID

import asyncpg
import msgspec
from litestar import Response, get, patch, post
from litestar.datastructures import State
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody
from msgspec import UNSET

from service import clock, errors, idempotency, paging
from service.errors import FieldError, InvalidContent, NotFound
from service.guarding import requires
from service.history.recording import record
from service.idempotency import Attempt
from service.notices import drafting, publishing
from service.notices.content import Content, not_languages
from service.notices.describing import NOTICES, described, find
from service.notices.lifecycle.renaming import check_slug, taken
from service.notices.schemas import (
    NewNotice,
    NewVersion,
    Notice,
    NoticeChange,
    NoticePage,
    Number,
    VersionDetail,
    VersionPage,
    VersionWithLinks,
)
from service.notices.showing import TURNS, VERSIONS, with_links
from tenants.acting import acting_for
from tenants.callers import Acting
from tenants.database import Connection
from tenants.scopes import Scope

PATH = "/v1/tenants/{tenant:str}/notices"


@post(
    PATH,
    operation_id="createNotice",
    summary="Create a notice",
    tags=["Notices"],
    **requires(Scope.notices_write, problems=[errors.SlugTaken, errors.InvalidContent, errors.IdempotencyKeyReused]),
)
async def create_notice(
    acting: NamedDependency[Acting], data: JSONBody[NewNotice], attempt: NamedDependency[Attempt], state: State
) -> Response[Notice]:
    """It starts with an empty draft; write that, then publish it."""
    check_slug(data.slug)
    async with acting_for(acting.tenant_id) as db:
        _check(data.languages, data.default_language, data.title)
        await _check_controllers(db, acting.tenant_id, data.controller_ids, data.requests_to)

        async def effect() -> idempotency.Answer:
            at, notice_id = clock.now(), clock.new_id()
            try:
                await db.execute(
                    """INSERT INTO notices (tenant_id, id, slug, kind, title, default_language, languages, controller_ids,
                           requests_to, created_at, updated_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $10)""",
                    acting.tenant_id,
                    notice_id,
                    data.slug,
                    data.kind,
                    msgspec.json.encode(data.title).decode(),
                    data.default_language,
                    data.languages,
                    data.controller_ids,
                    data.requests_to,
                    at,
                )
            except asyncpg.UniqueViolationError as error:
                raise taken(data.slug) from error
            await db.execute(
                "INSERT INTO drafts (tenant_id, notice_id, content, revision, updated_at) VALUES ($1, $2, $3, 1, $4)",
                acting.tenant_id,
                notice_id,
                msgspec.json.encode(Content()).decode(),
                at,
            )
            await record(db, acting.tenant_id, "notice:create", acting.actor, {"notice": notice_id}, {"slug": data.slug})
            made = described(await find(db, acting.tenant_id, str(notice_id)), acting.tenant_slug, state.settings)
            return idempotency.answer(made, headers={"location": f"/v1/tenants/{acting.tenant_slug}/notices/{made.slug}"})

        return await attempt.once(db, effect)  # type: ignore[return-value]


@get(PATH, operation_id="listNotices", summary="List notices", tags=["Notices"], **requires(Scope.notices_read))
async def list_notices(
    acting: NamedDependency[Acting], state: State, limit: paging.Limit = paging.DEFAULT_LIMIT, cursor: paging.Cursor = None
) -> NoticePage:
    async with acting_for(acting.tenant_id, read_only=True) as db:
        rows = await db.fetch(
            NOTICES + "WHERE n.tenant_id = $1 AND n.id < $2 ORDER BY n.id DESC LIMIT $3",
            acting.tenant_id,
            paging.position(cursor),
            limit + 1,
        )
    items = [described(row, acting.tenant_slug, state.settings) for row in rows[:limit]]
    return NoticePage(items, paging.next_cursor([row["id"] for row in rows], limit))


@get(PATH + "/{notice:str}", operation_id="getNotice", summary="Read a notice", tags=["Notices"], **requires(Scope.notices_read))
async def get_notice(acting: NamedDependency[Acting], notice: FromPath[str], state: State) -> Notice:
    async with acting_for(acting.tenant_id, read_only=True) as db:
        return described(await find(db, acting.tenant_id, notice), acting.tenant_slug, state.settings)


@patch(
    PATH + "/{notice:str}",
    operation_id="changeNotice",
    summary="Change a notice",
    tags=["Notices"],
    **requires(Scope.notices_write, problems=[errors.InvalidContent]),
)
async def change_notice(acting: NamedDependency[Acting], notice: FromPath[str], data: JSONBody[NoticeChange], state: State) -> Notice:
    """Published versions stay as they are; the change shows with the next publication."""
    async with acting_for(acting.tenant_id) as db:
        row = await find(db, acting.tenant_id, notice, lock=True)
        changes: dict[str, Any] = {name: value for name in data.__struct_fields__ if (value := getattr(data, name)) is not UNSET}
        after = {name: changes.get(name, row[name]) for name in ("languages", "default_language", "controller_ids", "requests_to")}
        title = changes.get("title", msgspec.json.decode(row["title"]))
        _check(after["languages"], after["default_language"], title)
        await _check_controllers(db, acting.tenant_id, after["controller_ids"], after["requests_to"])
        await db.execute(
            """UPDATE notices SET title = $3, default_language = $4, languages = $5, controller_ids = $6, requests_to = $7,
                   updated_at = $8
               WHERE tenant_id = $1 AND id = $2""",
            acting.tenant_id,
            row["id"],
            msgspec.json.encode(title).decode(),
            after["default_language"],
            after["languages"],
            after["controller_ids"],
            after["requests_to"],
            clock.now(),
        )
        await record(db, acting.tenant_id, "notice:change", acting.actor, {"notice": row["id"]}, {"fields": sorted(changes)})
        return described(await find(db, acting.tenant_id, str(row["id"])), acting.tenant_slug, state.settings)


@post(
    PATH + "/{notice:str}/versions",
    operation_id="publishVersion",
    summary="Publish the draft",
    tags=["Versions"],
    **requires(
        Scope.notices_publish,
        problems=[
            errors.DraftUnchanged,
            errors.WrongState,
            errors.PreconditionFailed,
            errors.InvalidContent,
            errors.DraftIncomplete,
            errors.IdempotencyKeyReused,
        ],
    ),
)
async def publish_version(
    acting: NamedDependency[Acting],
    notice: FromPath[str],
    data: JSONBody[NewVersion],
    attempt: NamedDependency[Attempt],
    state: State,
    if_match: drafting.IfMatch = None,
) -> Response[VersionWithLinks]:
    """Makes an immutable, numbered, hashed version. With the draft's ETag as If-Match, what was read is what is published."""
    published: list[UUID] = []
    async with TURNS.turn(), acting_for(acting.tenant_id) as db:

        async def effect() -> idempotency.Answer:
            row = await drafting.find(db, acting.tenant_id, notice, lock=True)
            drafting.check_match(if_match, row["revision"], needed=False)
            made = await publishing.publish(db, acting.tenant_id, acting.tenant_slug, row, data, acting.actor)
            published.append(row["id"])
            return publishing.made_at(made, acting.tenant_slug, row["slug"])

        answer: Any = await attempt.once(db, effect)
    state.hear_published(published)
    return answer  # type: ignore[no-any-return]


@get(
    PATH + "/{notice:str}/versions",
    operation_id="listVersions",
    summary="List versions",
    tags=["Versions"],
    **requires(Scope.notices_read),
)
async def list_versions(
    acting: NamedDependency[Acting], notice: FromPath[str], limit: paging.Limit = paging.DEFAULT_LIMIT, cursor: paging.Cursor = None
) -> VersionPage:
    async with acting_for(acting.tenant_id, read_only=True) as db:
        row = await find(db, acting.tenant_id, notice)
        rows = await db.fetch(
            VERSIONS + "AND v.id < $3 ORDER BY v.id DESC LIMIT $4",
            acting.tenant_id,
            row["id"],
            paging.position(cursor),
            limit + 1,
        )
    base = f"/n/{acting.tenant_slug}/{row['slug']}"
    items = [with_links(base, version) for version in rows[:limit]]
    return VersionPage(items, paging.next_cursor([version["id"] for version in rows], limit))


@get(
    PATH + "/{notice:str}/versions/{number:int}",
    operation_id="getVersion",
    summary="Read a version",
    tags=["Versions"],
    **requires(Scope.notices_read),
)
async def get_version(acting: NamedDependency[Acting], notice: FromPath[str], number: Number) -> VersionDetail:
    async with acting_for(acting.tenant_id, read_only=True) as db:
        row = await find(db, acting.tenant_id, notice)
        version = await db.fetchrow(VERSIONS + "AND v.number = $3", acting.tenant_id, row["id"], number)
        if version is None:
            raise NotFound("The notice has no version with this number.")
        canonical = await db.fetchval(
            "SELECT canonical FROM version_contents WHERE tenant_id = $1 AND id = $2", acting.tenant_id, version["id"]
        )
    shown = with_links(f"/n/{acting.tenant_slug}/{row['slug']}", version)
    return VersionDetail(**msgspec.structs.asdict(shown), content=msgspec.json.decode(canonical) if canonical else None)


def _check(languages: list[str], default: str, title: dict[str, str]) -> None:
    wrong = not_languages(languages, "/languages")
    if default not in languages:
        wrong.append(FieldError("/default_language", f"{default!r} must be one of the notice's languages."))
    if len(set(languages)) < len(languages):
        wrong.append(FieldError("/languages", "Each language stands once."))
    for code in title:
        if code not in languages:
            wrong.append(FieldError(f"/title/{code}", f"{code!r} is not one of the notice's languages."))
    if not title.get(default, "").strip():
        wrong.append(FieldError("/title", f"The title is needed in the default language ({default})."))
    if wrong:
        raise InvalidContent("The notice cannot be kept like this; `errors` says where.", errors=wrong)


async def _check_controllers(db: Connection, tenant: UUID, ids: list[UUID], requests_to: UUID | None) -> None:
    known = await db.fetch("SELECT id FROM controllers WHERE tenant_id = $1 AND id = ANY ($2)", tenant, ids)
    if unknown := {str(i) for i in ids} - {str(row["id"]) for row in known}:
        raise errors.invalid("/controller_ids", f"Not controllers of this tenant: {', '.join(sorted(unknown))}.")
    if len(set(ids)) < len(ids):
        raise errors.invalid("/controller_ids", "Each controller stands once.")
    if requests_to and requests_to not in ids:
        raise errors.invalid("/requests_to", "Requests can go to one of the notice's controllers.")
