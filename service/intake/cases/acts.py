"""The controller's moves, one address for each. All of them answer the case as it then is, with its ETag."""

from dataclasses import dataclass
from datetime import date
from typing import Annotated, Any
from uuid import UUID

from litestar import Response, post
from litestar.datastructures import State
from litestar.di import NamedDependency, Provide
from litestar.params import FromPath, HeaderParameter, JSONBody

from service import errors, idempotency
from service.guarding import requires
from service.history.recording import record
from service.idempotency import Attempt
from service.intake.cases import indexing
from service.intake.cases.machine import Act, ExtensionVoid
from service.intake.cases.moving import Step, etag, held, move
from service.intake.cases.schemas import (
    Assignment,
    Beginning,
    Completion,
    Extension,
    HandOver,
    IdentityQuestion,
    Refusal,
    Reopening,
    SettledIdentity,
    Withdrawal,
)
from service.intake.opening import opened
from service.intake.reading import REQUEST, shown
from service.intake.schemas import RequestCase
from service.sealing import TenantKeys
from tenants.acting import acting_for
from tenants.callers import Acting
from tenants.database import Connection
from tenants.scopes import Scope

IfMatch = Annotated[
    str | None,
    HeaderParameter(name="If-Match", description="The case's ETag: then nothing is done if it has moved on since you read it."),
]


@dataclass(frozen=True)
class Desk:
    """An officer at a case."""

    acting: Acting
    request_id: UUID
    attempt: Attempt
    if_match: str | None
    keys: TenantKeys

    async def move(
        self, act: Act, facts: dict[str, Any] | None = None, told: dict[str, Any] | None = None, *, answered_on: date | None = None
    ) -> Response[Any]:
        step = Step(act, "controller", self.acting.actor, facts or {}, told or {}, answered_on)
        async with acting_for(self.acting.tenant_id) as db:

            async def effect() -> idempotency.Answer:
                await move(db, await held(db, self.acting.tenant_id, self.request_id, self.keys, self.if_match), step)
                return await self.answered(db)

            return await self.attempt.once(db, effect)

    async def answered(self, db: Connection) -> idempotency.Answer:
        found = await opened(db, self.acting.tenant_id, self.request_id, self.keys)
        case = shown(found, await self.keys.of(db, self.acting.tenant_id))
        return idempotency.answer(case, status=200, headers={"etag": etag(found.row), "cache-control": "no-store"})


async def _desk(
    acting: NamedDependency[Acting],
    request_id: FromPath[UUID],
    attempt: NamedDependency[Attempt],
    state: State,
    if_match: IfMatch = None,
) -> Desk:
    return Desk(acting, request_id, attempt, if_match, state.tenant_keys)


def _act(operation_id: str, summary: str, *problems: type[errors.Problem]) -> dict[str, Any]:
    usual = (errors.WrongState, errors.PreconditionFailed, errors.InvalidContent, errors.IdempotencyKeyReused)
    return {
        **requires(Scope.requests_write, problems=[*usual, *problems]),
        "operation_id": operation_id,
        "summary": summary,
        "tags": ["Requests"],
        "status_code": 200,
        "dependencies": {"desk": Provide(_desk)},
    }


@post(REQUEST + "/start", **_act("startRequest", "Begin to work on a request"))
async def start_request(desk: NamedDependency[Desk], data: JSONBody[Beginning]) -> Response[RequestCase]:
    return await desk.move("start")


@post(REQUEST + "/ask-identity", **_act("askIdentity", "Ask who the person is"))
async def ask_identity(desk: NamedDependency[Desk], data: JSONBody[IdentityQuestion]) -> Response[RequestCase]:
    """The time stands still from today until the day of the answer. Days that passed before the question stay counted."""
    return await desk.move("ask_identity", {"method": data.method}, {"reason": data.reason, "question": data.question})


@post(REQUEST + "/settle-identity", **_act("settleIdentity", "Settle the question who the person is"))
async def settle_identity(desk: NamedDependency[Desk], data: JSONBody[SettledIdentity]) -> Response[RequestCase]:
    """For an answer that came by phone, at the counter or by another means, and for a question that is dropped."""
    return await desk.move("settle_identity", {}, {"answer": data.answer}, answered_on=data.answered_on)


@post(REQUEST + "/extend", **_act("extendRequest", "Extend the time by two months", ExtensionVoid))
async def extend_request(desk: NamedDependency[Desk], data: JSONBody[Extension]) -> Response[RequestCase]:
    """Once, and only while the time without it runs: told later it would be void, so it is refused."""
    return await desk.move("extend", {"grounds": data.grounds}, {"reason": data.reason})


@post(REQUEST + "/complete", **_act("completeRequest", "Answer a request"))
async def complete_request(desk: NamedDependency[Desk], data: JSONBody[Completion]) -> Response[RequestCase]:
    return await desk.move("complete", {}, {"answer": data.answer})


@post(REQUEST + "/refuse", **_act("refuseRequest", "Refuse a request, or a part of it"))
async def refuse_request(desk: NamedDependency[Desk], data: JSONBody[Refusal]) -> Response[RequestCase]:
    """With an `answer` for the rest it is a refusal of a part."""
    if data.answer is None:
        return await desk.move("refuse", {"ground": data.ground}, {"reason": data.reason})
    return await desk.move("refuse_partly", {"ground": data.ground}, {"reason": data.reason, "answer": data.answer})


@post(REQUEST + "/withdraw", **_act("withdrawRequest", "Note that the person withdrew"))
async def withdraw_request(desk: NamedDependency[Desk], data: JSONBody[Withdrawal]) -> Response[RequestCase]:
    return await desk.move("withdraw", {}, {"reason": data.reason})


@post(REQUEST + "/hand-over", **_act("handOverRequest", "Note that another controller answers"))
async def hand_over_request(desk: NamedDependency[Desk], data: JSONBody[HandOver]) -> Response[RequestCase]:
    """The case ends here, and the person is told who answers. Its first receipt counts there as well: tell them that day."""
    return await desk.move("hand_over", {}, {"to": data.to, "reason": data.reason})


@post(REQUEST + "/reopen", **_act("reopenRequest", "Reopen a closed request"))
async def reopen_request(desk: NamedDependency[Desk], data: JSONBody[Reopening]) -> Response[RequestCase]:
    """Its days are those that they were."""
    return await desk.move("reopen", {}, {"reason": data.reason})


@post(REQUEST + "/assign", **_act("assignRequest", "Say who works on a request"))
async def assign_request(desk: NamedDependency[Desk], data: JSONBody[Assignment]) -> Response[RequestCase]:
    tenant = desk.acting.tenant_id
    async with acting_for(tenant) as db:

        async def effect() -> idempotency.Answer:
            await held(db, tenant, desk.request_id, desk.keys, desk.if_match)
            key, sealed, index = await desk.keys.of(db, tenant), None, None
            if data.assignee is not None:
                sealed = indexing.sealed_assignee(key, data.assignee, tenant, desk.request_id)
                index = indexing.index(key, "assignee", data.assignee)
            await db.execute(
                "UPDATE requests SET assignee = $3, assignee_index = $4, revision = revision + 1 WHERE tenant_id = $1 AND id = $2",
                tenant,
                desk.request_id,
                sealed,
                index,
            )
            await record(db, tenant, "request:assign", desk.acting.actor, {"request": desk.request_id}, {"assigned": sealed is not None})
            return await desk.answered(db)

        answer: Any = await desk.attempt.once(db, effect)
    return answer  # type: ignore[no-any-return]
