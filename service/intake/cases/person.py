"""The person's side: their request, its thread, the question who they are. Reference and secret are the key to all of it."""

from typing import Annotated, Any

from litestar import Request, Response, delete, get, post
from litestar.datastructures import State
from litestar.openapi.datastructures import ResponseSpec
from litestar.params import FromPath, JSONBody, QueryParameter

from service import errors, idempotency, paging
from service.guarding import public
from service.idempotency import KeyHeader, attempt_by_anybody
from service.intake import asking
from service.intake.asking import visiting
from service.intake.cases import answering, messaging, pages
from service.intake.cases.messaging import ThreadFull
from service.intake.cases.schemas import Message, MessagePage, NewMessage, RequestStatus, Verification, VerificationState
from service.intake.limiting import limited
from service.intake.opening import opened

Asked = Request[Any, Any, Any]
REQUEST = "/intake/requests/{reference:str}"
Secret = Annotated[str, QueryParameter(name="secret", description="From `status_url`; or send it as `Authorization: Bearer`.")]
_NO_STORE = {"cache-control": "no-store"}
_WRITING = (errors.NotFound, errors.WrongState, errors.InvalidContent, errors.TooManyRequests, errors.BodyTooLarge)


def _described(operation_id: str, summary: str, *problems: type[errors.Problem]) -> dict[str, Any]:
    return {
        **public("reference and secret are the key", [errors.NotFound, *problems]),
        "operation_id": operation_id,
        "summary": summary,
        "tags": ["Intake"],
    }


def _answered(kind: Any, description: str, described: dict[str, Any], status: int = 200) -> dict[str, Any]:
    spec = ResponseSpec(kind, description=description, generate_examples=False)
    return {**described, "responses": {**described["responses"], status: spec}}


def given_secret(request: Asked, secret: str) -> str:
    scheme, _, bearer = request.headers.get("authorization", "").partition(" ")
    return bearer.strip() if scheme.lower() == "bearer" else secret


def is_for_people(request: Asked) -> bool:
    return "text/html" in request.headers.get("accept", "")


@get(REQUEST, **_answered(RequestStatus, "A page to `Accept: text/html`", _described("readRequestStatus", "How a request is doing")))
async def read_status(
    request: Asked, state: State, reference: FromPath[str], secret: Secret = "", cursor: paging.Cursor = None
) -> Response[Any]:
    """A wrong secret, no secret and an unknown reference give the same 404."""
    given, people = given_secret(request, secret), is_for_people(request)
    async with visiting(reference, given, read_only=True) as visit:
        language = pages.language_of(request, visit.row["language"]) if people else None
        found = await asking.status(visit, state.tenant_keys, state.settings.public_origin, language=language, cursor=cursor)
    if people:
        return pages.show(request, found, given, language or "en")
    return Response(found, headers=_NO_STORE, media_type="application/json")


@delete(
    REQUEST,
    guards=[limited],
    status_code=204,
    **_described("withdrawRequestAsPerson", "Withdraw a request", errors.WrongState, errors.TooManyRequests),
)
async def withdraw_request(request: Asked, state: State, reference: FromPath[str], secret: Secret = "") -> None:
    """The controller need not answer it any more. Withdrawing it again changes nothing."""
    async with visiting(reference, given_secret(request, secret)) as visit:
        await answering.withdraw(visit, state.tenant_keys)


@get(REQUEST + "/messages", **_described("readOwnMessages", "Read the thread with the controller"))
async def read_messages(
    request: Asked,
    state: State,
    reference: FromPath[str],
    secret: Secret = "",
    limit: paging.Limit = paging.DEFAULT_LIMIT,
    cursor: paging.Cursor = None,
) -> Response[MessagePage]:
    """Newest first."""
    async with visiting(reference, given_secret(request, secret), read_only=True) as visit:
        found = await opened(visit.db, visit.tenant, visit.row["id"], state.tenant_keys)
        return Response(await messaging.page(visit.db, found, limit, cursor), headers=_NO_STORE)


@post(REQUEST + "/messages", guards=[limited], **_described("writeOwnMessage", "Write to the controller", *_WRITING, ThreadFull))
async def write_message(
    request: Asked,
    state: State,
    reference: FromPath[str],
    data: JSONBody[NewMessage],
    secret: Secret = "",
    idempotency_key: KeyHeader = None,
) -> Response[Message]:
    """While the controller waits for an answer about what it holds on you, this is the answer, and its time runs again."""
    attempt = await attempt_by_anybody(request, state.settings.keys, idempotency_key)
    async with visiting(reference, given_secret(request, secret)) as visit:

        async def effect() -> idempotency.Answer:
            return idempotency.answer(await answering.write(visit, data.text, state.tenant_keys), headers=_NO_STORE)

        answer: Any = await attempt.once(visit.db, effect)
    return answer  # type: ignore[no-any-return]


@get(
    REQUEST + "/verification",
    **_answered(VerificationState, "A page to `Accept: text/html`", _described("readVerification", "What you are asked, to be known")),
)
async def read_verification(
    request: Asked,
    state: State,
    reference: FromPath[str],
    secret: Secret = "",
    token: Annotated[str, QueryParameter(name="token", max_length=100, description="From the mailed link.")] = "",
) -> Response[Any]:
    """Reading it answers nothing: programs that look into mails open links, too."""
    given = given_secret(request, secret)
    async with visiting(reference, given, read_only=True) as visit:
        found = await opened(visit.db, visit.tenant, visit.row["id"], state.tenant_keys)
        asked, language = await asking.asked(visit, found), pages.language_of(request, visit.row["language"])
    if is_for_people(request):
        return pages.confirm(request, visit.row["reference"], asked, given, token, language)
    return Response(VerificationState(visit.row["state"], asked), headers=_NO_STORE, media_type="application/json")


@post(
    REQUEST + "/verification",
    guards=[limited],
    **_answered(VerificationState, "The time runs again", _described("answerVerification", "Answer who you are", *_WRITING), 201),
)
async def answer_verification(
    request: Asked,
    state: State,
    reference: FromPath[str],
    data: JSONBody[Verification],
    secret: Secret = "",
    idempotency_key: KeyHeader = None,
) -> Response[Any]:
    """With the `token` of the mailed link, or with an `answer` in words: as `method` says."""
    attempt = await attempt_by_anybody(request, state.settings.keys, idempotency_key)
    async with visiting(reference, given_secret(request, secret)) as visit:

        async def effect() -> idempotency.Answer:
            await answering.verify(visit, data, state.tenant_keys)
            now = await opened(visit.db, visit.tenant, visit.row["id"], state.tenant_keys)
            return idempotency.answer(VerificationState(now.row["state"], None), headers=_NO_STORE)

        return await attempt.once(visit.db, effect)


@post(REQUEST, include_in_schema=False, guards=[limited], operation_id="sendRequestPage", **public("the secret in the form is the key"))
async def send_page(request: Asked, state: State, reference: FromPath[str]) -> Response[Any]:
    return await pages.take(request, reference, state)
