"""The authorization server (RFC 6749 client credentials, RFC 7523 assertions, RFC 9068 tokens) on Authlib.

Authlib's hooks are synchronous and our storage is not: each token request runs in a worker thread, and what it asks of
the database hops back to the event loop.
"""

import asyncio
import hashlib
import hmac
import json
from collections import defaultdict
from collections.abc import Coroutine, Mapping
from datetime import UTC, datetime
from typing import Any, TypeVar
from uuid import UUID

from authlib.oauth2.rfc6749 import AuthorizationServer as AuthlibServer
from authlib.oauth2.rfc6749 import ClientMixin, InvalidClientError, InvalidRequestError, OAuth2Error, OAuth2Request
from authlib.oauth2.rfc6749.grants import ClientCredentialsGrant
from authlib.oauth2.rfc6749.requests import BasicOAuth2Payload
from authlib.oauth2.rfc7523 import JWTBearerClientAssertion
from authlib.oauth2.rfc9068 import JWTBearerTokenGenerator
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from service import clock
from service.accounts.signing import SigningKeys
from tenants.acting import acting_for, acting_for_platform
from tenants.scopes import Scope

T = TypeVar("T")

METHODS = ("client_secret_basic", "private_key_jwt")
# Never `none`, and never a secret-keyed algorithm: with those, our own knowledge of the public key could forge.
ASSERTION_ALGORITHMS = ("RS256", "PS256", "ES256", "EdDSA")
ASSERTION_SECONDS = 3600
WAIT_SECONDS = 5


class TokenClient(ClientMixin):  # type: ignore[misc]
    """A client as Authlib asks about it, read from the database once per request."""

    def __init__(self, row: Mapping[str, Any]) -> None:
        self.id: UUID = row["id"]
        self.tenant_id: UUID = row["tenant_id"]
        self.scopes = [Scope(scope) for scope in row["scopes"]]
        self.jwks = json.loads(row["jwks"]) if row["jwks"] else None
        self._auth_method = row["auth_method"]
        self._secret_hash: bytes | None = row["secret_hash"]

    def get_client_id(self) -> str:
        return str(self.id)

    def check_client_secret(self, client_secret: str) -> bool:
        given = hashlib.sha256(client_secret.encode()).digest()
        return self._secret_hash is not None and hmac.compare_digest(given, self._secret_hash)

    def check_endpoint_auth_method(self, method: str, endpoint: str) -> bool:
        return bool(method == self._auth_method)

    def check_grant_type(self, grant_type: str) -> bool:
        return grant_type == "client_credentials"

    def get_allowed_scope(self, scope: str | None) -> str | None:
        """All of the client's scopes when it names none; never fewer than it names without saying so (invalid_scope)."""
        if not scope:
            return " ".join(self.scopes)
        wanted = scope.split()
        return " ".join(wanted) if set(wanted) <= set(self.scopes) else None


class _Assertion(JWTBearerClientAssertion):  # type: ignore[misc]
    CLIENT_AUTH_METHOD = "private_key_jwt"

    def __init__(self, issuer: str, bridge: "_Bridge") -> None:
        super().__init__(validate_jti=True)
        self._issuer = issuer
        self._bridge = bridge

    def get_audiences(self) -> list[str]:
        return [self._issuer]

    def resolve_client_public_key(self, client: TokenClient) -> KeySet:
        if client.jwks is None:
            raise InvalidClientError(description="This client does not authenticate with private_key_jwt.")
        return KeySet.import_key_set(client.jwks)

    def process_assertion_claims(self, assertion: str, resolve_key: KeySet) -> jwt.Claims:
        try:
            token = jwt.decode(assertion, resolve_key, algorithms=list(ASSERTION_ALGORITHMS))
        except (JoseError, ValueError) as error:
            raise InvalidClientError(description="The assertion's signature or form is wrong.") from error
        self.verify_claims(token.claims)
        return token.claims

    def verify_claims(self, claims: jwt.Claims) -> None:
        # RFC 10070: the issuer is the only audience; an assertion meant for several servers could be replayed at ours.
        if claims.get("aud") not in (self._issuer, [self._issuer]):
            raise InvalidClientError(description=f"The assertion's `aud` must be {self._issuer} alone.")
        expires = claims.get("exp")
        if not isinstance(expires, int | float) or expires > clock.now().timestamp() + ASSERTION_SECONDS:
            raise InvalidClientError(description="The assertion's `exp` must lie within the next hour.")
        if not isinstance(claims.get("jti"), str):
            raise InvalidClientError(description="The assertion needs a `jti`.")
        super().verify_claims(claims)

    def validate_jti(self, claims: jwt.Claims, jti: str) -> bool:
        return self._bridge.wait(_first_use(str(claims["sub"]), jti, datetime.fromtimestamp(claims["exp"], UTC)))


async def _first_use(client_id: str, jti: str, expires_at: datetime) -> bool:
    """Whether the assertion is new, on any node; the row stays until the assertion would have expired anyway."""
    seen = hashlib.sha256(f"{client_id}\x00{jti}".encode()).digest()
    async with acting_for_platform("an assertion is spent before anybody acts for a tenant") as db:
        return bool(
            await db.fetchval(
                "INSERT INTO used_assertions (id, expires_at) VALUES ($1, $2) ON CONFLICT (id) DO NOTHING RETURNING true",
                seen,
                expires_at,
            )
        )


async def _client(client_id: str) -> TokenClient | None:
    try:
        key = UUID(client_id)
    except ValueError:
        return None
    async with acting_for_platform("a client id is all we know yet", read_only=True) as db:
        tenant = await db.fetchval("SELECT tenant_id FROM client_tenants WHERE id = $1", key)
    if tenant is None:
        return None
    async with acting_for(tenant, read_only=True) as db:
        row = await db.fetchrow("SELECT * FROM clients WHERE tenant_id = $1 AND id = $2 AND ended_at IS NULL", tenant, key)
    return TokenClient(row) if row else None


class _Bridge:
    """From Authlib's thread back to the event loop."""

    def __init__(self) -> None:
        self.loop: asyncio.AbstractEventLoop | None = None

    def wait(self, work: Coroutine[Any, Any, T]) -> T:
        assert self.loop is not None
        return asyncio.run_coroutine_threadsafe(work, self.loop).result(WAIT_SECONDS)


class _Tokens(JWTBearerTokenGenerator):  # type: ignore[misc]
    def __init__(self, issuer: str, seconds: int, keys: SigningKeys, bridge: _Bridge) -> None:
        super().__init__(issuer=issuer, alg="RS256", expires_generator=seconds)
        self._keys = keys
        self._bridge = bridge

    def get_jwks(self) -> KeySet:
        # Out of a set the token also names its key (`kid`), which whoever checks it needs while two are published.
        return KeySet([self._bridge.wait(self._keys.signing())])

    def get_audiences(self, client: TokenClient, user: object, scope: str) -> str:
        return str(self.issuer)

    def get_extra_claims(self, client: TokenClient, grant_type: str, user: object, scope: str) -> dict[str, str]:
        return {"tenant_id": str(client.tenant_id)}


class _Grant(ClientCredentialsGrant):  # type: ignore[misc]
    TOKEN_ENDPOINT_AUTH_METHODS = list(METHODS)


class _Request(OAuth2Request):  # type: ignore[misc]
    def __init__(self, headers: Mapping[str, str], form: dict[str, str]) -> None:
        # Whether the way to us is encrypted is PUBLIC_URL's business; behind a proxy this hop is plain.
        super().__init__("POST", "https://seloste.invalid/oauth/token", headers=headers)
        self.payload = BasicOAuth2Payload(form)
        self._form = form

    @property
    def form(self) -> dict[str, str]:
        return self._form


class AuthorizationServer(AuthlibServer):  # type: ignore[misc]
    """One per process. `token` answers a token request; `metadata` tells what is offered (RFC 8414)."""

    def __init__(self, issuer: str, token_seconds: int, keys: SigningKeys) -> None:
        super().__init__(scopes_supported=[scope.value for scope in Scope])
        self._issuer = issuer
        self._bridge = _Bridge()
        self.register_token_generator("default", _Tokens(issuer, token_seconds, keys, self._bridge))
        self.register_client_auth_method("private_key_jwt", _Assertion(issuer, self._bridge))
        self.register_grant(_Grant)

    async def token(self, headers: Mapping[str, str], form: list[tuple[str, str]]) -> tuple[int, dict[str, Any], list[tuple[str, str]]]:
        """Status, JSON body and headers of the answer (RFC 6749 section 5)."""
        self._bridge.loop = asyncio.get_running_loop()
        try:
            self._check(headers, form)
        except OAuth2Error as error:
            return self.handle_response(*error(None))
        answer: tuple[int, dict[str, Any], list[tuple[str, str]]] = await asyncio.to_thread(
            self.create_token_response, _Request(headers, dict(form))
        )
        return answer

    def _check(self, headers: Mapping[str, str], form: list[tuple[str, str]]) -> None:
        counted: defaultdict[str, int] = defaultdict(int)
        for name, _ in form:
            counted[name] += 1
        if repeated := sorted(name for name, count in counted.items() if count > 1):
            raise InvalidRequestError(description=f"Given more than once: {', '.join(repeated)}.")
        values = dict(form)
        if not values.get("grant_type"):
            raise InvalidRequestError(description="`grant_type` is missing; this server offers client_credentials.")
        if values["grant_type"] != "client_credentials":
            raise UnsupportedGrantType(description="This server offers client_credentials.")
        if "client_assertion" in values and "Authorization" in headers:
            raise InvalidRequestError(description="Authenticate in one way: by header or by assertion.")
        if (resource := values.get("resource")) is not None and resource.rstrip("/") != self._issuer:
            raise InvalidTarget(description=f"The only resource here is {self._issuer}.")

    def metadata(self) -> dict[str, Any]:
        return {
            "issuer": self._issuer,
            "token_endpoint": f"{self._issuer}/oauth/token",
            "jwks_uri": f"{self._issuer}/oauth/jwks",
            "scopes_supported": [scope.value for scope in Scope],
            "response_types_supported": [],
            "grant_types_supported": ["client_credentials"],
            "token_endpoint_auth_methods_supported": list(METHODS),
            "token_endpoint_auth_signing_alg_values_supported": list(ASSERTION_ALGORITHMS),
            "service_documentation": f"{self._issuer}/docs",
        }

    def authenticate_client(self, request: _Request, methods: list[str], endpoint: str = "token") -> TokenClient:
        try:
            client: TokenClient = super().authenticate_client(request, methods, endpoint)
        except InvalidClientError as error:
            if "client_assertion" in request.form:
                raise
            # One sentence for an unknown client and for a wrong secret, so that guessing tells nothing.
            detail = (
                "Authenticate with client_id and client_secret (HTTP Basic); this client is unknown, has ended, or its secret is wrong."
            )
            raise InvalidClientError(status_code=401, description=detail) from error
        return client

    # What Authlib asks of whoever embeds it.
    def query_client(self, client_id: str) -> TokenClient | None:
        return self._bridge.wait(_client(client_id))

    def save_token(self, token: dict[str, Any], request: OAuth2Request) -> None:
        """Access tokens are self-contained and not kept; an ended client's tokens stop because the client is looked up."""

    def create_oauth2_request(self, request: _Request) -> _Request:
        return request

    def handle_response(self, status: int, body: Any, headers: Any) -> tuple[int, dict[str, Any], list[tuple[str, str]]]:
        return status, body, list(headers)

    def send_signal(self, name: str, *args: object, **kwargs: object) -> None:
        """Nobody listens."""


class UnsupportedGrantType(OAuth2Error):  # type: ignore[misc]
    """RFC 6749 section 5.2; Authlib's own says nothing about what is supported."""

    error = "unsupported_grant_type"


class InvalidTarget(OAuth2Error):  # type: ignore[misc]
    """RFC 8707 section 2."""

    error = "invalid_target"


def protected_resource(issuer: str) -> dict[str, Any]:
    """RFC 9728: where a token for this API comes from."""
    return {
        "resource": issuer,
        "authorization_servers": [issuer],
        "scopes_supported": [scope.value for scope in Scope],
        "bearer_methods_supported": ["header"],
        "resource_name": "Seloste",
        "resource_documentation": f"{issuer}/docs",
    }
