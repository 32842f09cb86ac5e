"""Tenants: made by an agency for its client, or by the operator; read by themselves and by agencies that act for them."""

import re
from typing import Any
from uuid import UUID

import asyncpg
from litestar import Response, get, patch, post
from litestar.datastructures import State
from litestar.di import NamedDependency
from litestar.params import JSONBody
from msgspec import UNSET

from service import clock, errors, idempotency, paging
from service.accounts import credentials
from service.accounts.schemas import NewTenant, Tenant, TenantChange, TenantPage
from service.errors import FieldError, Forbidden, InvalidContent, SlugTaken
from service.guarding import requires
from service.history.recording import record
from service.idempotency import Attempt
from service.sealing import TenantKeys
from service.texts import why_not_mailbox
from tenants.acting import acting_for, acting_for_clients
from tenants.callers import Acting, Actor
from tenants.database import Connection
from tenants.scopes import DELEGABLE, Scope

# Words that stand, or may one day stand, where a slug does.
RESERVED = frozenset(
    [
        "about",
        "accounts",
        "admin",
        "api",
        "at",
        "diff",
        "docs",
        "draft",
        "embed",
        "health",
        "help",
        "history",
        "intake",
        "login",
        "metrics",
        "notices",
        "oauth",
        "oembed",
        "platform",
        "problems",
        "request",
        "requests",
        "root",
        "robots",
        "seloste",
        "sitemap",
        "static",
        "status",
        "support",
        "system",
        "tenants",
        "timemap",
        "v1",
        "well-known",
        "www",
    ]
)
UUID_SHAPED = re.compile(r"[0-9a-f]{8}-?([0-9a-f]{4}-?){3}[0-9a-f]{12}")


@post(
    "/v1/tenants",
    operation_id="createTenant",
    summary="Make a company as the agency's client",
    tags=["Tenants"],
    **requires(
        Scope.agency_write,
        Scope.platform,
        problems=[errors.Forbidden, errors.SlugTaken, errors.InvalidContent, errors.IdempotencyKeyReused],
    ),
)
async def create_tenant(
    acting: NamedDependency[Acting], data: JSONBody[NewTenant], attempt: NamedDependency[Attempt], state: State
) -> Response[Tenant]:
    """An agency may act for the company at once, until the company ends that. The company gets its own first credential as
    a link by mail to `contact_email`, good once and for seven days, which the agency never sees."""
    is_platform = Scope.platform in acting.scopes
    check_new(data)
    if data.kind != "company" and not is_platform:
        raise Forbidden("An agency makes companies; agencies are made by whoever runs the platform.")
    tenant_id = clock.new_id()
    async with acting_for(tenant_id) as db:

        async def effect() -> idempotency.Answer:
            agency = None if is_platform else acting.caller.tenant_id
            made = await found(db, tenant_id, acting.actor, data, state.tenant_keys, agency=agency)
            await credentials.offer(db, tenant_id, data.contact_email, data.language, state.tenant_keys)
            return idempotency.answer(made, headers={"location": f"/v1/tenants/{made.slug}"})

        return await attempt.once(db, effect)  # type: ignore[return-value]


@get(
    "/v1/tenants",
    operation_id="listTenants",
    summary="List the own tenant and, for an agency, its clients",
    tags=["Tenants"],
    **requires(Scope.tenants_read, Scope.agency_read),
)
async def list_tenants(
    acting: NamedDependency[Acting], limit: paging.Limit = paging.DEFAULT_LIMIT, cursor: paging.Cursor = None
) -> TenantPage:
    own_only = Scope.agency_read not in acting.scopes
    async with acting_for_clients(acting.caller.tenant_id) as db:
        rows = await db.fetch(
            _SELECT + "WHERE t.id < $1 AND (t.id = $2 OR NOT $3) ORDER BY t.id DESC LIMIT $4",
            paging.position(cursor),
            acting.caller.tenant_id,
            own_only,
            limit + 1,
        )
    items = [_tenant(row, acting.caller.tenant_id) for row in rows[:limit]]
    return TenantPage(items, paging.next_cursor([row["id"] for row in rows], limit))


@get(
    "/v1/tenants/{tenant:str}",
    operation_id="getTenant",
    summary="Read a tenant",
    tags=["Tenants"],
    **requires(Scope.tenants_read),
)
async def get_tenant(acting: NamedDependency[Acting]) -> Tenant:
    async with acting_for(acting.tenant_id, read_only=True) as db:
        return _tenant(await db.fetchrow(_SELECT + "WHERE t.id = $1", acting.tenant_id), acting.caller.tenant_id)


@patch(
    "/v1/tenants/{tenant:str}",
    operation_id="changeTenant",
    summary="Change a tenant's profile",
    tags=["Tenants"],
    **requires(Scope.tenants_write, problems=[errors.InvalidContent], delegable=False),
)
async def change_tenant(acting: NamedDependency[Acting], data: JSONBody[TenantChange]) -> Tenant:
    """Only the tenant itself: whoever could change its contact address could take its mail."""
    changes: dict[str, Any] = {name: value for name in data.__struct_fields__ if (value := getattr(data, name)) is not UNSET}
    if "contact_email" in changes and (why := why_not_mailbox(changes["contact_email"])):
        raise errors.invalid("/contact_email", why)
    async with acting_for(acting.tenant_id) as db:
        if changes:
            fields = ", ".join(f"{name} = ${number}" for number, name in enumerate(changes, start=2))
            await db.execute(f"UPDATE tenant_profiles SET {fields} WHERE tenant_id = $1", acting.tenant_id, *changes.values())
            await record(db, acting.tenant_id, "tenant:change", acting.actor, {}, {"fields": sorted(changes)})
        return _tenant(await db.fetchrow(_SELECT + "WHERE t.id = $1", acting.tenant_id), acting.caller.tenant_id)


def check_new(data: NewTenant) -> None:
    wrong = []
    if data.slug in RESERVED or UUID_SHAPED.fullmatch(data.slug):
        wrong.append(FieldError("/slug", f"{data.slug!r} is reserved. Choose another."))
    if why := why_not_mailbox(data.contact_email):
        wrong.append(FieldError("/contact_email", why))
    if wrong:
        raise InvalidContent("The tenant cannot be made like this; `errors` says where.", errors=wrong)


async def found(db: Connection, tenant_id: UUID, actor: Actor, data: NewTenant, keys: TenantKeys, *, agency: UUID | None = None) -> Tenant:
    """Make the tenant that `db` is acting for. With an agency, also the delegation under which that acts for it."""
    at = clock.now()
    try:
        await db.execute("INSERT INTO tenants (id, slug, created_at) VALUES ($1, $2, $3)", tenant_id, data.slug, at)
    except asyncpg.UniqueViolationError as error:
        raise SlugTaken(f"The slug {data.slug!r} is taken. Choose another.") from error
    await db.execute(
        """INSERT INTO tenant_profiles (tenant_id, name, kind, contact_email, language, founded_by, created_at)
           VALUES ($1, $2, $3, $4, $5, $6, $7)""",
        tenant_id,
        data.name,
        data.kind,
        data.contact_email,
        data.language,
        agency,
        at,
    )
    await keys.add(db, tenant_id)
    await record(db, tenant_id, "tenant:found", actor, {}, {"kind": data.kind})
    if agency is not None:
        delegation_id = clock.new_id()
        await db.execute(
            "INSERT INTO delegations (tenant_id, id, agency_id, scopes, created_at) VALUES ($1, $2, $3, $4, $5)",
            tenant_id,
            delegation_id,
            agency,
            sorted(DELEGABLE),
            at,
        )
        await record(db, tenant_id, "delegation:begin", actor, {"delegation": delegation_id, "agency": agency})
    return _tenant(await db.fetchrow(_SELECT + "WHERE t.id = $1", tenant_id), agency or tenant_id)


_SELECT = """
SELECT t.id, t.slug, p.name, p.kind, p.contact_email, p.language, p.created_at
FROM tenants t JOIN tenant_profiles p ON p.tenant_id = t.id
"""


def _tenant(row: Any, caller: UUID) -> Tenant:
    return Tenant(**row, relation="own" if row["id"] == caller else "client")
