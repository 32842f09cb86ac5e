"""The controller's other routes: what happened to a case, its thread, and requests that came another way."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from litestar import Response, get, post
from litestar.datastructures import State
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody

from service import clock, errors, idempotency, languages, paging
from service.errors import FieldError, InvalidContent
from service.guarding import requires
from service.idempotency import Attempt
from service.intake.cases import messaging, moving
from service.intake.cases.messaging import ThreadFull
from service.intake.cases.schemas import EnteredRequest, Message, MessagePage, NewEntry, NewMessage, RequestMove, RequestMovePage
from service.intake.opening import opened
from service.intake.reading import PATH, REQUEST, note_reading, shown
from service.intake.storing import CONFIRM, Incoming, status_url, stored
from service.texts import why_not_mailbox
from tenants.acting import acting_for
from tenants.callers import Acting
from tenants.scopes import Scope
from tenants.writing import write

# A letter may lie long; what is older was typed wrongly.
OLDEST = timedelta(days=2 * 365)
# Clocks of two machines are never the same.
AHEAD = timedelta(minutes=5)


@post(
    PATH,
    operation_id="enterRequest",
    summary="Enter a request that came by phone, letter, counter or mail",
    tags=["Requests"],
    **requires(Scope.requests_write, problems=[errors.InvalidContent, errors.IdempotencyKeyReused]),
)
async def enter_request(
    acting: NamedDependency[Acting], data: JSONBody[NewEntry], attempt: NamedDependency[Attempt], state: State
) -> Response[EnteredRequest]:
    """Its time runs from when it reached the controller. With a mail address the person gets the confirmation that all get; without
    one, hand them `status_url` or tell them yourself."""
    tenant = acting.tenant_id
    async with acting_for(tenant) as db:

        async def effect() -> idempotency.Answer:
            controller = await db.fetchrow(
                "SELECT country, time_zone FROM controllers WHERE tenant_id = $1 AND id = $2", tenant, data.controller_id
            )
            _check(data, known=controller is not None)
            incoming = Incoming(
                controller_id=data.controller_id,
                country=controller["country"],
                time_zone=controller["time_zone"],
                types=list(dict.fromkeys(data.types)),
                language=data.language,
                channel=data.channel,
                matched_by="controller_id",
                received_at=data.received_at,
                notice_id=None,
                notice_version=None,
                subject=data.subject,
                email=data.subject.email,
                message=data.message,
                details=None,
            )
            taken = await stored(db, tenant, incoming, acting.actor, (CONFIRM,) if data.subject.email else (), state.tenant_keys)
            await write(db, *taken.writes)
            found = await opened(db, tenant, taken.id, state.tenant_keys)
            case = shown(found, await state.tenant_keys.of(db, tenant))
            entered = EnteredRequest(
                **{name: getattr(case, name) for name in case.__struct_fields__},
                status_url=status_url(state.settings, taken.reference, taken.secret),
            )
            headers = {"location": f"/v1/tenants/{acting.tenant_slug}/requests/{taken.id}", "etag": moving.etag(found.row)}
            return idempotency.answer(entered, headers={**headers, "cache-control": "no-store"})

        answer: Any = await attempt.once(db, effect)
    return answer  # type: ignore[no-any-return]


def _check(data: NewEntry, *, known: bool) -> None:
    wrong = []
    at = clock.now()
    if not known:
        wrong.append(FieldError("/controller_id", "You have no such controller."))
    if data.received_at > at + AHEAD:
        wrong.append(FieldError("/received_at", "It cannot have come yet."))
    elif data.received_at < at - OLDEST:
        wrong.append(FieldError("/received_at", "That is more than two years ago. Look whether the year is right."))
    if data.subject.email is not None and (why := why_not_mailbox(data.subject.email)):
        wrong.append(FieldError("/subject/email", why))
    if not languages.is_known(data.language):
        wrong.append(FieldError("/language", f"{data.language!r} is not a language code of ISO 639 such as fi, sv or en."))
    if wrong:
        raise InvalidContent("The request cannot be entered like this; `errors` says where. Nothing was stored.", errors=wrong)


@get(
    REQUEST + "/moves",
    operation_id="listRequestMoves",
    summary="List what happened to a request",
    tags=["Requests"],
    **requires(Scope.requests_read),
)
async def list_moves(
    acting: NamedDependency[Acting],
    request_id: FromPath[UUID],
    state: State,
    limit: paging.Limit = paging.DEFAULT_LIMIT,
    cursor: paging.Cursor = None,
) -> RequestMovePage:
    """Each move with who made it, what was written with it, and the days as they stood after it. Newest first."""
    async with acting_for(acting.tenant_id) as db:
        found = await opened(db, acting.tenant_id, request_id, state.tenant_keys)
        rows = await moving.moves(db, found, limit + 1, paging.position(cursor))
        await note_reading(db, acting, found)
    items = [RequestMove(**{name: row[name] for name in RequestMove.__struct_fields__}) for row in rows[:limit]]
    return RequestMovePage(items, paging.next_cursor([row["id"] for row in rows], limit))


@get(
    REQUEST + "/messages",
    operation_id="listRequestMessages",
    summary="Read the thread with the person",
    tags=["Requests"],
    **requires(Scope.requests_read),
)
async def list_messages(
    acting: NamedDependency[Acting],
    request_id: FromPath[UUID],
    state: State,
    limit: paging.Limit = paging.DEFAULT_LIMIT,
    cursor: paging.Cursor = None,
) -> MessagePage:
    async with acting_for(acting.tenant_id) as db:
        found = await opened(db, acting.tenant_id, request_id, state.tenant_keys)
        page = await messaging.page(db, found, limit, cursor)
        await note_reading(db, acting, found)
    return page


@post(
    REQUEST + "/messages",
    operation_id="writeRequestMessage",
    summary="Write to the person",
    tags=["Requests"],
    **requires(Scope.requests_write, problems=[errors.WrongState, ThreadFull, errors.InvalidContent, errors.IdempotencyKeyReused]),
)
async def write_message(
    acting: NamedDependency[Acting],
    request_id: FromPath[UUID],
    data: JSONBody[NewMessage],
    attempt: NamedDependency[Attempt],
    state: State,
) -> Response[Message]:
    """The person is told by mail that there is a message, and reads it through the secret link. It stops no clock."""
    async with acting_for(acting.tenant_id) as db:

        async def effect() -> idempotency.Answer:
            found = await moving.held(db, acting.tenant_id, request_id, state.tenant_keys)
            return idempotency.answer(await messaging.add(db, found, "controller", acting.actor, data.text))

        answer: Any = await attempt.once(db, effect)
    return answer  # type: ignore[no-any-return]
