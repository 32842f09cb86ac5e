"""Withdraw a notice, and put it back. Its history and its versions stay readable all the while."""

from typing import Any
from uuid import UUID

from litestar import Response, delete, post
from litestar.datastructures import State
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody

from service import errors, idempotency
from service.errors import WrongState
from service.guarding import requires
from service.history.recording import record
from service.idempotency import Attempt
from service.notices.lifecycle.befalling import NOTICE, befall, check_published, check_reason, held, shown
from service.notices.schemas import Notice, ReasonGiven
from service.notices.showing import TURNS, show
from tenants.acting import acting_for
from tenants.callers import Acting
from tenants.scopes import Scope


@post(
    NOTICE + "/withdrawal",
    operation_id="withdrawNotice",
    summary="Withdraw a notice",
    tags=["Notices"],
    status_code=200,
    **requires(Scope.notices_publish, problems=[errors.WrongState, errors.InvalidContent, errors.IdempotencyKeyReused]),
)
async def withdraw_notice(
    acting: NamedDependency[Acting], notice: FromPath[str], data: JSONBody[ReasonGiven], attempt: NamedDependency[Attempt], state: State
) -> Response[Notice]:
    """At once its address answers 410 and tells so. Publishing goes on being possible; it is shown again once it is put back."""
    check_reason(data.reason)
    touched: list[UUID] = []
    async with TURNS.turn(), acting_for(acting.tenant_id) as db:

        async def effect() -> idempotency.Answer:
            row = await held(db, acting.tenant_id, notice)
            check_published(row)
            if row["withdrawal"] == "withdrawn":
                raise WrongState("The notice is withdrawn already.", members={"state": "withdrawn"})
            at = await befall(db, acting.tenant_id, row["id"], "withdrawn", data.reason)
            await show(db, acting.tenant_id, acting.tenant_slug, row["id"], at)
            await record(db, acting.tenant_id, "notice:withdraw", acting.actor, {"notice": row["id"]})
            touched.append(row["id"])
            return await shown(db, acting, row["id"], state.settings)

        answer: Any = await attempt.once(db, effect)
    state.hear_published(touched)
    return answer  # type: ignore[no-any-return]


@delete(
    NOTICE + "/withdrawal",
    operation_id="putNoticeBack",
    summary="Put a withdrawn notice back",
    tags=["Notices"],
    **requires(Scope.notices_publish),
)
async def put_notice_back(acting: NamedDependency[Acting], notice: FromPath[str], state: State) -> None:
    """Its address shows the version in force again. Putting back one that is not withdrawn changes nothing."""
    async with TURNS.turn(), acting_for(acting.tenant_id) as db:
        row = await held(db, acting.tenant_id, notice)
        if row["withdrawal"] == "withdrawn":
            at = await befall(db, acting.tenant_id, row["id"], "put_back", {})
            await show(db, acting.tenant_id, acting.tenant_slug, row["id"], at)
            await record(db, acting.tenant_id, "notice:put_back", acting.actor, {"notice": row["id"]})
    state.hear_published([row["id"]])
