"""OAuth over HTTP: the token endpoint, the published keys, and the documents that tell of both."""

from typing import Annotated, Any, Literal
from urllib.parse import parse_qsl

import msgspec
from litestar import Request, Response, get, post
from litestar.datastructures import State
from litestar.enums import MediaType, RequestEncodingType
from litestar.openapi.datastructures import ResponseSpec
from litestar.params import Body

from service.accounts import authorizing
from service.guarding import public

NO_STORE = {"cache-control": "no-store", "pragma": "no-cache"}
PUBLISHED = {"cache-control": "public, max-age=300", "access-control-allow-origin": "*"}


class TokenRequest(msgspec.Struct, omit_defaults=True):
    """RFC 6749 section 4.4.2; the two `client_` fields are RFC 7523's, for clients with `private_key_jwt`."""

    grant_type: str | None = None
    scope: str | None = None
    resource: str | None = None
    client_assertion_type: str | None = None
    client_assertion: str | None = None


class Token(msgspec.Struct):
    access_token: str
    token_type: Literal["Bearer"]
    expires_in: int
    scope: str


class TokenError(msgspec.Struct):
    """RFC 6749 section 5.2."""

    error: str
    error_description: str | None = None


def _refused(description: str) -> ResponseSpec:
    return ResponseSpec(TokenError, description=description, generate_examples=False)


@post(
    "/oauth/token",
    operation_id="getToken",
    summary="Get an access token",
    tags=["Clients"],
    status_code=200,
    opt={"public": "clients authenticate here"},
    security=[{"basic": []}, {}],
    responses={
        200: ResponseSpec(Token, description="The token", generate_examples=False),
        400: _refused("The request is wrong"),
        401: _refused("The client is unknown, has ended, or its secret is wrong"),
        503: _refused("The service cannot answer right now"),
    },
)
async def token(
    request: Request[Any, Any, Any],
    state: State,
    data: Annotated[TokenRequest, Body(media_type=RequestEncodingType.URL_ENCODED)],
) -> Response[Any]:
    """RFC 6749 section 4.4, with client_secret_basic or private_key_jwt (RFC 7523; `aud` is the issuer)."""
    if request.content_type[0] != "application/x-www-form-urlencoded":
        error = {"error": "invalid_request", "error_description": "Send the parameters as application/x-www-form-urlencoded."}
        return Response(error, status_code=400, headers=NO_STORE)
    try:
        # As sent: what is given twice must be seen twice.
        form = parse_qsl((await request.body()).decode(), keep_blank_values=True, max_num_fields=50)
        given = request.headers.get("authorization")
        status, body, headers = await state.authorization_server.token({"Authorization": given} if given else {}, form)
    except ValueError:
        error = {"error": "invalid_request", "error_description": "The form or the Authorization header cannot be read."}
        return Response(error, status_code=400, headers=NO_STORE)
    fields = {name.lower(): value for name, value in headers if name.lower() != "content-type"}
    return Response(body, status_code=status, headers={**NO_STORE, **fields}, media_type=MediaType.JSON)


@get("/oauth/jwks", operation_id="getKeys", include_in_schema=False, **public("public keys are public"))
async def jwks(state: State) -> Response[dict[str, Any]]:
    return Response(await state.signing_keys.published(), headers=PUBLISHED)


@get("/.well-known/oauth-authorization-server", operation_id="getAuthorizationServer", include_in_schema=False, **public("RFC 8414"))
async def authorization_server(state: State) -> Response[dict[str, Any]]:
    return Response(state.authorization_server.metadata(), headers=PUBLISHED)


@get("/.well-known/oauth-protected-resource", operation_id="getProtectedResource", include_in_schema=False, **public("RFC 9728"))
async def protected_resource(state: State) -> Response[dict[str, Any]]:
    return Response(authorizing.protected_resource(state.settings.public_origin), headers=PUBLISHED)
