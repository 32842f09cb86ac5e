"""The public door: requests as JSON and as forms, the choice between candidates, and the way back to a request."""

from typing import Annotated, Any
from uuid import UUID

from litestar import Request, Response, get, post
from litestar.datastructures import State
from litestar.openapi.datastructures import ResponseSpec
from litestar.params import FromPath, JSONBody, QueryParameter

from service import errors
from service.guarding import public
from service.idempotency import KeyHeader, attempt_by_anybody
from service.intake import finding, form, receiving
from service.intake.limiting import limited
from service.intake.receiving import Doors, NoController, SeveralControllers
from service.intake.schemas import Acknowledgement, Choice, ChooseController, FoundController, FoundControllers, NewRequest
from tenants.acting import acting_for_platform

Asked = Request[Any, Any, Any]
Secret = Annotated[str, QueryParameter(name="secret", description="From `status_url`; or send it as `Authorization: Bearer`.")]


_REFUSED = (errors.InvalidContent, errors.TooManyRequests, errors.BodyTooLarge, errors.UnsupportedMediaType)


def _taken(reason: str) -> dict[str, Any]:
    described = public(reason, [*_REFUSED, NoController, SeveralControllers])
    return {
        **described,
        "guards": [limited],
        "tags": ["Intake"],
        "status_code": 202,
        "responses": {
            **described["responses"],
            202: ResponseSpec(Acknowledgement, description="Stored; the controller is being told", generate_examples=False),
            409: ResponseSpec(
                ChooseController,
                media_type=errors.MEDIA_TYPE,
                description="Several controllers fit; kept for 24 hours until one is chosen",
                generate_examples=False,
            ),
        },
    }


@post("/intake/requests", operation_id="sendRequest", summary="Send a data-subject request", **_taken("anybody may use their rights"))
async def send_request(request: Asked, state: State, data: JSONBody[NewRequest], idempotency_key: KeyHeader = None) -> Response[Any]:
    """202: it is stored and its controller is being told. 409: several controllers fit, choose one. 422: none fits; then
    nothing was delivered and nothing is kept. No token, no cookie, no account; at most 120 a minute from one network."""
    _check_json(request)
    attempt = await attempt_by_anybody(request, state.settings.keys, idempotency_key)
    return await receiving.receive(data, attempt, _doors(state))


@post(
    "/intake/pending/{pending_id:uuid}",
    operation_id="chooseController",
    summary="Choose one of several controllers",
    **_taken("the secret in `resume` is the key"),
)
async def choose_controller(
    request: Asked, state: State, pending_id: FromPath[UUID], data: JSONBody[Choice], secret: Secret = "", idempotency_key: KeyHeader = None
) -> Response[Any]:
    """`resume` of the 409 leads here. The request counts as received when it was first sent."""
    _check_json(request)
    attempt = await attempt_by_anybody(request, state.settings.keys, idempotency_key)
    return await receiving.choose(pending_id, secret, data.controller_id, attempt, _doors(state))


@get(
    "/intake/controllers",
    operation_id="findControllers",
    summary="Find a controller by name or business id",
    tags=["Intake"],
    guards=[limited],
    **public("the directory is for everybody, five answers at a time", [errors.TooManyRequests]),
)
async def find_controllers(
    q: Annotated[str, QueryParameter(min_length=3, max_length=100, description="At least three letters of a name, or a business id.")],
) -> FoundControllers:
    """At most five answers: for finding one controller, not for listing them."""
    async with acting_for_platform("the directory is for everybody", read_only=True) as db:
        entries = await finding.like(db, q)
    return FoundControllers([FoundController(e.controller_id, e.name, e.business_id, e.verified, e.place) for e in entries])


@get("/intake", operation_id="showRequestForm", include_in_schema=False, **public("anybody may use their rights"))
async def show_form(request: Asked) -> Response[bytes]:
    return await form.show(request)


@post("/intake", operation_id="sendRequestForm", include_in_schema=False, guards=[limited], **public("anybody may use their rights"))
async def send_form(request: Asked, state: State) -> Response[bytes]:
    return await form.take(request, _doors(state))


@post(
    form.CHOICE_PATH,
    operation_id="sendChoiceForm",
    include_in_schema=False,
    guards=[limited],
    **public("the secret of the 409 page is the key"),
)
async def send_choice_form(request: Asked, state: State, pending_id: FromPath[UUID]) -> Response[bytes]:
    return await form.take_choice(request, pending_id, _doors(state))


@get(
    "/n/{tenant:str}/{notice:str}/request",
    operation_id="showNoticeRequestForm",
    include_in_schema=False,
    **public("anybody may use their rights"),
)
async def show_notice_form(request: Asked, tenant: FromPath[str], notice: FromPath[str]) -> Response[bytes]:
    return await form.show(request, f"{tenant}/{notice}")


@post(
    "/n/{tenant:str}/{notice:str}/request",
    operation_id="sendNoticeRequestForm",
    include_in_schema=False,
    guards=[limited],
    **public("anybody may use their rights"),
)
async def send_notice_form(request: Asked, state: State, tenant: FromPath[str], notice: FromPath[str]) -> Response[bytes]:
    return await form.take(request, _doors(state), f"{tenant}/{notice}")


def _doors(state: State) -> Doors:
    return Doors(state.settings, state.tenant_keys)


def _check_json(request: Asked) -> None:
    """litestar reads JSON under any name; what is sent under another was meant otherwise."""
    if request.content_type[0] != "application/json":
        raise errors.UnsupportedMediaType("Send the body as application/json.")
