"""The operator verifies whose an identifier is: by an outside register, evidence recorded, never by the tenant or its agency.

The approval sends a new link to the address in the register and ends every client made before, so that whoever had made
the account in another's name is out. The identifiers route once that link is used.
"""

from uuid import UUID

import asyncpg

from service import clock
from service.accounts import clients, credentials
from service.errors import Conflict, NotFound, invalid
from service.history.recording import record
from service.sealing import TenantKeys
from service.texts import why_not_mailbox
from tenants.acting import acting_for
from tenants.callers import OPERATOR


async def approve(tenant: UUID, controller_id: UUID, address: str, evidence: str, keys: TenantKeys) -> list[str]:
    """Approve all that the controller claims today; says which identifiers those are. Runs as the operator's role."""
    if why := why_not_mailbox(address):
        raise invalid("/email", why)
    async with acting_for(tenant) as db:
        language = await db.fetchval("SELECT language FROM tenant_profiles WHERE tenant_id = $1", tenant)
        claimed = await db.fetch(
            """SELECT id, kind, value FROM directory
               WHERE tenant_id = $1 AND controller_id = $2 AND ended_at IS NULL ORDER BY id""",
            tenant,
            controller_id,
        )
        if not claimed:
            raise NotFound("There is no such controller.")
        await clients.end(db, tenant, None, OPERATOR)
        await db.execute("UPDATE delegations SET confirmed_at = NULL WHERE tenant_id = $1 AND ended_at IS NULL", tenant)
        link_id = await credentials.offer(db, tenant, address, language, keys)
        verification_id = clock.new_id()
        try:
            await db.execute(
                "SELECT approve_verification($1, $2, $3, $4, $5, $6, $7)",
                tenant,
                verification_id,
                controller_id,
                [row["id"] for row in claimed],
                evidence,
                link_id,
                clock.now(),
            )
        except asyncpg.RaiseError as error:
            raise Conflict(str(error)) from error
        subject = {"controller": controller_id, "verification": verification_id}
        await record(db, tenant, "controller:approve", OPERATOR, subject, {"evidence": evidence})
    return [f"{row['kind']}: {row['value']}" for row in claimed]
