"""OAuth clients of a tenant. Making one is never delegated, and no client gets a scope that its maker does not hold."""

import hashlib
import json
import secrets
from collections.abc import Iterable
from uuid import UUID

from joserfc.errors import JoseError
from joserfc.jwk import KeySet
from litestar import Response, delete, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody

from service import clock, errors, idempotency, paging
from service.accounts.schemas import Client, ClientPage, ClientWithSecret, NewClient
from service.errors import NotFound
from service.guarding import requires
from service.history.recording import record
from service.idempotency import Attempt
from tenants.acting import acting_for
from tenants.callers import Acting, Actor
from tenants.database import Connection
from tenants.scopes import Scope

PATH = "/v1/tenants/{tenant:str}/clients"


@post(
    PATH,
    operation_id="createClient",
    summary="Make an OAuth client",
    tags=["Clients"],
    **requires(Scope.clients_write, problems=[errors.InvalidContent, errors.IdempotencyKeyReused], delegable=False),
)
async def create_client(
    acting: NamedDependency[Acting], data: JSONBody[NewClient], attempt: NamedDependency[Attempt]
) -> Response[ClientWithSecret]:
    """The answer holds the secret, this once."""
    if beyond := sorted(set(data.scopes) - acting.scopes):
        raise errors.invalid("/scopes", f"You can only give scopes that you hold yourself; not {', '.join(beyond)}.")
    check_jwks(data)
    async with acting_for(acting.tenant_id) as db:

        async def effect() -> idempotency.Answer:
            return idempotency.answer(await make(db, acting.tenant_id, acting.actor, data), headers={"cache-control": "no-store"})

        return await attempt.once(db, effect)  # type: ignore[return-value]


@get(
    PATH,
    operation_id="listClients",
    summary="List OAuth clients",
    tags=["Clients"],
    **requires(Scope.clients_write, delegable=False),
)
async def list_clients(
    acting: NamedDependency[Acting], limit: paging.Limit = paging.DEFAULT_LIMIT, cursor: paging.Cursor = None
) -> ClientPage:
    async with acting_for(acting.tenant_id, read_only=True) as db:
        rows = await db.fetch(
            """SELECT id, name, scopes, auth_method, created_at, ended_at FROM clients
               WHERE tenant_id = $1 AND id < $2 ORDER BY id DESC LIMIT $3""",
            acting.tenant_id,
            paging.position(cursor),
            limit + 1,
        )
    return ClientPage([Client(**row) for row in rows[:limit]], paging.next_cursor([row["id"] for row in rows], limit))


@delete(
    PATH + "/{client_id:uuid}",
    operation_id="endClient",
    summary="End an OAuth client at once",
    tags=["Clients"],
    **requires(Scope.clients_write, delegable=False),
)
async def end_client(acting: NamedDependency[Acting], client_id: FromPath[UUID]) -> None:
    """Its tokens are refused from now on. Ending one that has ended already changes nothing."""
    async with acting_for(acting.tenant_id) as db:
        if not await db.fetchval("SELECT true FROM clients WHERE tenant_id = $1 AND id = $2", acting.tenant_id, client_id):
            raise NotFound("There is no such client here.")
        await end(db, acting.tenant_id, [client_id], acting.actor)


def check_jwks(data: NewClient) -> None:
    if data.auth_method == "client_secret_basic":
        if data.jwks is not None:
            raise errors.invalid("/jwks", "Keys belong to `private_key_jwt`; with a secret, leave them out.")
        return
    try:
        keys = KeySet.import_key_set(data.jwks or {})  # type: ignore[arg-type]
    except (JoseError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise errors.invalid("/jwks", "`private_key_jwt` needs a JWK set (RFC 7517) with the client's public keys.") from error
    if not keys.keys or any(key.key_type not in ("RSA", "EC", "OKP") or key.is_private for key in keys.keys):
        raise errors.invalid("/jwks", "The set must hold public RSA, EC or OKP keys, and nothing secret.")


async def make(db: Connection, tenant: UUID, actor: Actor, data: NewClient) -> ClientWithSecret:
    """`db` is acting for `tenant`. The secret is shown once; its hash is kept."""
    client_id, at = clock.new_id(), clock.now()
    secret = secrets.token_urlsafe(32) if data.auth_method == "client_secret_basic" else None
    scopes = sorted(set(data.scopes))
    await db.execute(
        """INSERT INTO clients (tenant_id, id, name, auth_method, secret_hash, jwks, scopes, created_at)
           VALUES ($1, $2, $3, $4, $5, $6, $7, $8)""",
        tenant,
        client_id,
        data.name,
        data.auth_method,
        hashlib.sha256(secret.encode()).digest() if secret else None,
        json.dumps(data.jwks) if data.jwks else None,
        scopes,
        at,
    )
    await db.execute("INSERT INTO client_tenants (id, tenant_id) VALUES ($1, $2)", client_id, tenant)
    await record(db, tenant, "client:make", actor, {"client": client_id}, {"scopes": scopes})
    return ClientWithSecret(client_id, data.name, [Scope(scope) for scope in scopes], data.auth_method, at, secret)


async def end(db: Connection, tenant: UUID, clients: Iterable[UUID] | None, actor: Actor) -> None:
    """End these clients of `tenant`, or all of them."""
    rows = await db.fetch(
        """UPDATE clients SET ended_at = $2 WHERE tenant_id = $1 AND ended_at IS NULL
           AND ($3::uuid[] IS NULL OR id = ANY ($3)) RETURNING id""",
        tenant,
        clock.now(),
        None if clients is None else list(clients),
    )
    for row in rows:
        await record(db, tenant, "client:end", actor, {"client": row["id"]})
