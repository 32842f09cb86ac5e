"""Let another notice take the place of one, or none: its address leads there, or says that it is no longer used."""

from typing import Annotated, Any, ClassVar
from uuid import UUID

from litestar import Response, delete, post
from litestar.datastructures import State
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody
from msgspec import Meta

from service import clock, errors, idempotency
from service.errors import NotFound, WrongState
from service.guarding import requires
from service.history.recording import record
from service.idempotency import Attempt
from service.notices import timing
from service.notices.describing import find
from service.notices.lifecycle.befalling import NOTICE, NoticeFate, befall, check_published, check_reason, held, shown
from service.notices.schemas import Notice, Told
from service.notices.showing import TURNS, VERSIONS, scheduled, show, with_links
from service.texts import Input
from tenants.acting import acting_for
from tenants.callers import Acting
from tenants.database import Connection
from tenants.scopes import Scope


class NewSuccession(Input):
    """`successor` is a published notice of the same tenant; null retires the notice."""

    successor: Annotated[str, Meta(max_length=63, description="A slug or an id.")] | None
    reason: Told = {}
    many_lines: ClassVar[frozenset[str]] = frozenset({"reason"})


@post(
    NOTICE + "/succession",
    operation_id="endNotice",
    summary="Let another notice take its place, or retire it",
    tags=["Notices"],
    status_code=200,
    **requires(Scope.notices_publish, problems=[errors.WrongState, errors.InvalidContent, errors.IdempotencyKeyReused]),
)
async def end_notice(
    acting: NamedDependency[Acting], notice: FromPath[str], data: JSONBody[NewSuccession], attempt: NamedDependency[Attempt], state: State
) -> Response[Notice]:
    """Its address redirects (307) to the successor's, in the same language and form; retired, it answers 410. History and versions stay."""
    check_reason(data.reason)
    touched: list[UUID] = []
    async with TURNS.turn(), acting_for(acting.tenant_id) as db:

        async def effect() -> idempotency.Answer:
            # Two successions at once could close a ring that neither of them sees.
            await db.execute("SELECT pg_advisory_xact_lock(hashtext($1))", f"succession {acting.tenant_id}")
            row = await held(db, acting.tenant_id, notice)
            check_published(row)
            if row["succession"] in ("succeeded", "retired"):
                raise WrongState("The notice has ended already. Undo that first.", members={"state": row["succession"]})
            successor = await _successor(db, acting.tenant_id, row, data.successor) if data.successor is not None else None
            fate: NoticeFate = "succeeded" if successor else "retired"
            at = await befall(db, acting.tenant_id, row["id"], fate, data.reason, successor=successor)
            await show(db, acting.tenant_id, acting.tenant_slug, row["id"], at)
            subject = {"notice": row["id"], **({"successor": successor} if successor else {})}
            await record(db, acting.tenant_id, "notice:end", acting.actor, subject, {"as": fate})
            touched.append(row["id"])
            return await shown(db, acting, row["id"], state.settings)

        answer: Any = await attempt.once(db, effect)
    state.hear_published(touched)
    return answer  # type: ignore[no-any-return]


@delete(
    NOTICE + "/succession",
    operation_id="resumeNotice",
    summary="Undo that a notice has ended",
    tags=["Notices"],
    **requires(Scope.notices_publish),
)
async def resume_notice(acting: NamedDependency[Acting], notice: FromPath[str], state: State) -> None:
    """Its address shows the version in force again, unless it is withdrawn. Resuming one that has not ended changes nothing."""
    async with TURNS.turn(), acting_for(acting.tenant_id) as db:
        row = await held(db, acting.tenant_id, notice)
        if row["succession"] in ("succeeded", "retired"):
            at = await befall(db, acting.tenant_id, row["id"], "resumed", {})
            await show(db, acting.tenant_id, acting.tenant_slug, row["id"], at)
            await record(db, acting.tenant_id, "notice:resume", acting.actor, {"notice": row["id"]})
    state.hear_published([row["id"]])


async def _successor(db: Connection, tenant: UUID, row: Any, wanted: str) -> UUID:
    """Its id: another notice that the world can read now, from which no way leads back."""
    try:
        successor = await find(db, tenant, wanted)
    except NotFound as error:
        raise errors.invalid("/successor", "This tenant has no such notice.") from error
    rows = await db.fetch(VERSIONS, tenant, successor["id"])
    in_force = timing.in_force([scheduled(with_links("", version)) for version in rows], clock.now())
    if in_force is None or in_force.redacted or successor["withdrawal"] == "withdrawn":
        raise errors.invalid("/successor", "The successor cannot be read now. Publish it, or put it back, first.")
    step = successor
    while step["id"] != row["id"] and step["succession"] == "succeeded":
        step = await find(db, tenant, str(step["successor_id"]))
    if step["id"] == row["id"]:
        raise errors.invalid("/successor", "That way leads back to this notice.")
    if step["succession"] == "retired":
        raise errors.invalid("/successor", "That way leads to a notice that was retired.")
    return UUID(int=successor["id"].int)
