"""The only place that opens a tenant's transaction.

    async with acting_for(tenant) as db:        # an asyncpg connection; Piccolo's queries inside use it too
        await db.execute(...)
    # committed here, and only then is anything answered

Row-level security shows exactly the rows of the tenant named here. The name is set by the *statement* SET LOCAL (a
Citus coordinator hands that on to its workers; set_config it does not), and is built from a UUID object, never from text.
"""

import contextlib
from collections.abc import AsyncIterator
from uuid import UUID

from tenants.database import ENGINE, Connection


@contextlib.asynccontextmanager
async def acting_for(tenant: UUID, *, read_only: bool = False) -> AsyncIterator[Connection]:
    """Act as one tenant. Commits when the block ends, rolls back when it raises."""
    async with ENGINE.beginning(f"SET LOCAL app.tenant_id = '{_checked(tenant)}'", read_only=read_only) as transaction:
        yield transaction.connection


@contextlib.asynccontextmanager
async def acting_for_clients(agency: UUID) -> AsyncIterator[Connection]:
    """Read, and only read, the rows of the agency itself and of every client whose delegation is live at this moment."""
    async with ENGINE.beginning(f"SET LOCAL app.tenant_id = '{_checked(agency)}'", read_only=True) as transaction:
        db = transaction.connection
        rows = await db.fetch("SELECT DISTINCT tenant_id FROM delegations WHERE agency_id = $1 AND ended_at IS NULL", agency)
        clients = ",".join(str(_checked(row["tenant_id"])) for row in rows)
        await db.execute(f"SET LOCAL app.tenant_ids = '{{{clients}}}'")
        yield db


@contextlib.asynccontextmanager
async def acting_for_platform(reason: str, *, read_only: bool = False) -> AsyncIterator[Connection]:
    """For platform tables alone: no tenant is set, so a tenant's table shows no row. `reason` is for who reads the code.

    What is only read is read without a transaction: a look-up is then one round trip instead of three.
    """
    assert reason
    if read_only:
        async with ENGINE.looking() as connection:
            yield connection
    else:
        async with ENGINE.beginning() as transaction:
            yield transaction.connection


def _checked(tenant: UUID) -> UUID:
    if not isinstance(tenant, UUID):
        raise TypeError(f"a tenant is named by a UUID, not by {type(tenant).__name__}")
    # uuid_utils and others may subclass; their text must be the canonical one.
    return UUID(int=tenant.int)
