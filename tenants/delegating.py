"""Acting for another: an agency for its client, under a delegation that is looked up in each request.

Nothing of a delegation is carried in a token, so that what the client ends has ended at once.
"""

from uuid import UUID

from tenants.acting import acting_for
from tenants.callers import Acting, Caller, ClientEnded
from tenants.scopes import Scope


async def resolve(caller: Caller, wanted: str | None = None) -> Acting | None:
    """The caller acting for the tenant `wanted` (slug or id), or for its own; None when it may not know of that tenant.

    Raises ClientEnded when the caller's own client was ended after its token was given.
    """
    async with acting_for(caller.tenant_id, read_only=True) as db:
        row = await db.fetchrow(
            """SELECT c.ended_at IS NULL AS alive, t.id, t.slug, d.scopes
               FROM clients c
               LEFT JOIN tenants t ON t.slug = $3 OR t.id = $4
               LEFT JOIN LATERAL (
                   SELECT array_agg(scope) AS scopes FROM delegations, unnest(scopes) AS scope
                   WHERE tenant_id = t.id AND agency_id = $1 AND ended_at IS NULL
               ) d ON true
               WHERE c.tenant_id = $1 AND c.id = $2""",
            caller.tenant_id,
            caller.client_id,
            wanted,
            caller.tenant_id if wanted is None else as_id(wanted),
        )
    if row is None or not row["alive"]:
        raise ClientEnded
    if row["id"] is None:
        return None
    if row["id"] == caller.tenant_id:
        return Acting(caller, row["id"], row["slug"], caller.scopes)
    if row["scopes"] is None:
        return None
    delegated = frozenset(Scope(scope) for scope in row["scopes"])
    return Acting(caller, row["id"], row["slug"], caller.scopes & delegated)


def as_id(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
