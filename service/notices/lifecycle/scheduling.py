"""Recall a version before its day; give it another day, which is recalling it and publishing the same once more."""

from datetime import date
from typing import Annotated, Any, ClassVar
from uuid import UUID

import msgspec
from litestar import Response, post
from litestar.datastructures import State
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody
from msgspec import Meta

from service import clock, errors, idempotency
from service.errors import WrongState
from service.guarding import requires
from service.history.recording import record
from service.idempotency import Attempt
from service.notices import drafting
from service.notices.lifecycle.befalling import VERSION, check_reason, version_of
from service.notices.lifecycle.reverting import with_content_of
from service.notices.publishing import made_at, publish
from service.notices.schemas import NewVersion, Number, ReasonGiven, Told, VersionWithLinks
from service.notices.showing import TURNS, show, with_links
from service.texts import Input
from tenants.acting import acting_for
from tenants.callers import Acting
from tenants.database import Connection
from tenants.scopes import Scope

_PROBLEMS = [errors.WrongState, errors.InvalidContent, errors.IdempotencyKeyReused]


class NewDay(Input):
    """Why the day that was announced is given up may be told."""

    effective_from: Annotated[date, Meta(description="Today or later, in the notice's zone.")]
    reason: Told = {}
    many_lines: ClassVar[frozenset[str]] = frozenset({"reason"})


@post(
    VERSION + "/recall",
    operation_id="recallVersion",
    summary="Recall a version before its day",
    tags=["Versions"],
    status_code=200,
    **requires(Scope.notices_publish, problems=_PROBLEMS),
)
async def recall_version(
    acting: NamedDependency[Acting],
    notice: FromPath[str],
    number: Number,
    data: JSONBody[ReasonGiven],
    attempt: NamedDependency[Attempt],
    state: State,
) -> Response[VersionWithLinks]:
    """It never comes into force. Its permanent page stays as it is, and the history tells that it was recalled."""
    check_reason(data.reason)
    touched: list[UUID] = []
    async with TURNS.turn(), acting_for(acting.tenant_id) as db:

        async def effect() -> idempotency.Answer:
            row = await drafting.find(db, acting.tenant_id, notice, lock=True)
            version = await _recall(db, acting, row["id"], number, data.reason)
            await show(db, acting.tenant_id, acting.tenant_slug, row["id"], clock.now())
            touched.append(row["id"])
            recalled = await version_of(db, acting.tenant_id, row["id"], version["number"])
            return idempotency.answer(with_links(f"/n/{acting.tenant_slug}/{row['slug']}", recalled), status=200)

        answer: Any = await attempt.once(db, effect)
    state.hear_published(touched)
    return answer  # type: ignore[no-any-return]


@post(
    VERSION + "/reschedule",
    operation_id="rescheduleVersion",
    summary="Give a version another day",
    tags=["Versions"],
    **requires(Scope.notices_publish, problems=[*_PROBLEMS, errors.DraftUnchanged, errors.DraftIncomplete]),
)
async def reschedule_version(
    acting: NamedDependency[Acting],
    notice: FromPath[str],
    number: Number,
    data: JSONBody[NewDay],
    attempt: NamedDependency[Attempt],
    state: State,
) -> Response[VersionWithLinks]:
    """Recalls it, and publishes what it says once more under the next number, in one step. The draft stays as it is."""
    check_reason(data.reason)
    touched: list[UUID] = []
    async with TURNS.turn(), acting_for(acting.tenant_id) as db:

        async def effect() -> idempotency.Answer:
            row = await drafting.find(db, acting.tenant_id, notice, lock=True)
            again = await with_content_of(db, acting.tenant_id, row, number)
            version = await _recall(db, acting, row["id"], number, data.reason)
            if data.effective_from == version["effective_from"]:
                raise errors.invalid("/effective_from", f"{data.effective_from} is its day already.")
            note = {code: text for code, text in msgspec.json.decode(version["change_note"]).items() if code in row["languages"]}
            published = NewVersion(change_note=note, significance=version["significance"], effective_from=data.effective_from)
            because = {"reschedules": number}
            made = await publish(db, acting.tenant_id, acting.tenant_slug, again, published, acting.actor, because)
            touched.append(row["id"])
            return made_at(made, acting.tenant_slug, row["slug"])

        answer: Any = await attempt.once(db, effect)
    state.hear_published(touched)
    return answer  # type: ignore[no-any-return]


async def _recall(db: Connection, acting: Acting, notice_id: UUID, number: int, reason: dict[str, str]) -> Any:
    """The version as it was before."""
    version = await version_of(db, acting.tenant_id, notice_id, number)
    at = clock.now()
    if version["recalled_at"] is not None:
        raise WrongState(f"Version {number} is recalled already.", members={"state": "recalled"})
    if max(version["effective_at"], version["published_at"]) <= at:
        detail = f"Version {number} has come into force, and stays in the history as that. Publish another, or revert to an earlier one."
        raise WrongState(detail, members={"state": "in_force"})
    await db.execute(
        "INSERT INTO version_fates (tenant_id, id, version_id, fate, reason, at) VALUES ($1, $2, $3, 'recalled', $4, $5)",
        acting.tenant_id,
        clock.new_id(),
        version["id"],
        msgspec.json.encode(reason).decode(),
        at,
    )
    await record(db, acting.tenant_id, "version:recall", acting.actor, {"notice": notice_id, "number": number})
    return version
