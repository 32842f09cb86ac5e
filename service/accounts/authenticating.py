"""From an Authorization header to a Caller: RFC 6750 with RFC 9068 tokens. Any doubt is `invalid_token`."""

from typing import Any
from uuid import UUID

from joserfc import jwt
from joserfc.errors import JoseError

from service import clock
from service.accounts.signing import SigningKeys
from service.errors import InsufficientScope, MalformedRequest, Unauthenticated
from tenants.callers import Caller
from tenants.scopes import Scope

HELP = "Get a token from /oauth/token and send it as `Authorization: Bearer ...`."


class Authenticator:
    def __init__(self, keys: SigningKeys, issuer: str) -> None:
        self._keys = keys
        self._issuer = issuer

    async def caller(self, authorization: str | None) -> Caller:
        """The caller named by the header, whose client may have been ended since: `delegating.resolve` looks."""
        if authorization is None:
            raise Unauthenticated(HELP, headers=self._challenge())
        scheme, _, token = authorization.partition(" ")
        if scheme.lower() != "bearer" or not token.strip():
            raise Unauthenticated(HELP, headers=self._challenge())
        if len(token) > 8192 or not token.isascii():
            raise MalformedRequest("The access token is not one of ours.", headers=self._challenge("invalid_request"))
        try:
            checked = await self._keys.verify(token.strip())
            return self._caller(checked)
        except (JoseError, ValueError, KeyError, TypeError) as error:
            raise self.invalid("The access token is wrong or has expired.") from error

    def _caller(self, token: jwt.Token) -> Caller:
        if str(token.header.get("typ", "")).lower() not in ("at+jwt", "application/at+jwt"):
            raise ValueError("not an access token (RFC 9068 section 4)")
        registry = jwt.JWTClaimsRegistry(
            now=int(clock.now().timestamp()),
            iss={"essential": True, "value": self._issuer},
            aud={"essential": True, "value": self._issuer},
            exp={"essential": True},
        )
        registry.validate(token.claims)
        claims: dict[str, Any] = token.claims
        scopes = frozenset(Scope(scope) for scope in str(claims["scope"]).split())
        return Caller(UUID(claims["tenant_id"]), UUID(claims["client_id"]), scopes)

    def invalid(self, detail: str) -> Unauthenticated:
        return Unauthenticated(f"{detail} {HELP}", headers=self._challenge("invalid_token"))

    def insufficient(self, needed: tuple[Scope, ...]) -> InsufficientScope:
        words = " or ".join(f"`{scope}`" for scope in needed)
        return InsufficientScope(
            f"This needs the scope {words}.", headers=self._challenge("insufficient_scope", needed), members={"scope": list(needed)}
        )

    def _challenge(self, error: str | None = None, scopes: tuple[Scope, ...] = ()) -> dict[str, str]:
        """RFC 6750 section 3, with RFC 9728 section 5.1's pointer to where tokens come from."""
        parts = [f'resource_metadata="{self._issuer}/.well-known/oauth-protected-resource"']
        if error:
            parts.append(f'error="{error}"')
        if scopes:
            parts.append(f'scope="{" ".join(scopes)}"')
        return {"www-authenticate": "Bearer " + ", ".join(parts)}
