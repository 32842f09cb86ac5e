"""Take a version's text down: the operator's act, with four eyes. Two persons, by name and on record, must both be for it.

What goes is the text with everything made of it; number, dates and hash stay, so that the chain still holds. A version in
force goes on being that without a text: its address says so (451) until another is published, since to show an older text
as the one in force would be untrue.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

import asyncpg
import msgspec

from service import clock
from service.errors import Conflict, NotFound, invalid
from service.history.recording import record
from service.notices import drafting
from service.notices.lifecycle.befalling import check_reason, version_of
from service.notices.showing import show
from tenants.acting import acting_for
from tenants.callers import OPERATOR
from tenants.database import Connection


async def propose(tenant: UUID, notice: str, number: int, reason: Mapping[str, str], grounds: str, person: str) -> UUID:
    """The proposal's id; who proposes has approved. Runs as the operator's role. `grounds` are kept and not shown."""
    check_reason(reason)
    if not reason:
        raise invalid("/reason", "Readers are told why: give a reason in at least one language.")
    if not grounds.strip():
        raise invalid("/grounds", "Say what this is based on; it is kept on record.")
    async with acting_for(tenant) as db:
        row = await drafting.find(db, tenant, notice, lock=True)
        version = await version_of(db, tenant, row["id"], number)
        if version["redacted_at"] is not None:
            raise Conflict(f"The text of version {number} was taken down already.")
        proposal = clock.new_id()
        await db.execute(
            "INSERT INTO redaction_proposals (tenant_id, id, version_id, reason, grounds, proposed_at) VALUES ($1, $2, $3, $4, $5, $6)",
            tenant,
            proposal,
            version["id"],
            msgspec.json.encode(reason).decode(),
            grounds,
            clock.now(),
        )
        await _approve(db, tenant, proposal, person)
        subject = {"notice": row["id"], "number": number, "proposal": proposal}
        await record(db, tenant, "version:propose_redaction", OPERATOR, subject)
    return proposal


class Proposal(NamedTuple):
    """What a second person looks at before approving."""

    id: UUID
    notice: str
    number: int
    reason: dict[str, str]
    grounds: str
    by: str
    at: datetime


async def proposals(tenant: UUID) -> list[Proposal]:
    """Those that nobody has carried out, the oldest first. Runs as the operator's role."""
    async with acting_for(tenant, read_only=True) as db:
        rows = await db.fetch(
            """SELECT p.id, n.slug AS notice, v.number, p.reason, p.grounds, a.person AS by, p.proposed_at AS at FROM redaction_proposals p
               JOIN versions v ON v.tenant_id = p.tenant_id AND v.id = p.version_id
               JOIN notices n ON n.tenant_id = v.tenant_id AND n.id = v.notice_id
               JOIN redaction_approvals a ON a.tenant_id = p.tenant_id AND a.proposal_id = p.id
               WHERE p.tenant_id = $1 AND NOT EXISTS (SELECT FROM version_fates f
                   WHERE f.tenant_id = p.tenant_id AND f.version_id = p.version_id AND f.fate = 'redacted') ORDER BY p.id""",
            tenant,
        )
    return [Proposal(**{**row, "reason": msgspec.json.decode(row["reason"])}) for row in rows]


async def redact(tenant: UUID, tenant_slug: str, proposal: UUID, person: str) -> tuple[str, int]:
    """Approve as the second person, and carry it out; the notice's slug and the version's number. Runs as the operator's role."""
    async with acting_for(tenant) as db:
        found = await db.fetchrow(
            """SELECT v.notice_id, v.number FROM redaction_proposals p JOIN versions v ON v.tenant_id = p.tenant_id AND v.id = p.version_id
               WHERE p.tenant_id = $1 AND p.id = $2""",
            tenant,
            proposal,
        )
        if found is None:
            raise NotFound("There is no such proposal.")
        row = await drafting.find(db, tenant, str(found["notice_id"]), lock=True)
        await _approve(db, tenant, proposal, person)
        at = clock.now()
        try:
            await db.execute("SELECT redact_version($1, $2, $3, $4)", tenant, proposal, clock.new_id(), at)
        except asyncpg.UniqueViolationError as error:
            raise Conflict(f"The text of version {found['number']} was taken down already.") from error
        await show(db, tenant, tenant_slug, row["id"], at, anew=True)
        subject = {"notice": row["id"], "number": found["number"], "proposal": proposal}
        await record(db, tenant, "version:redact", OPERATOR, subject)
    return row["slug"], found["number"]


async def _approve(db: Connection, tenant: UUID, proposal: UUID, person: str) -> None:
    if not person.strip():
        raise invalid("/operator", "Who approves gives their name.")
    try:
        await db.execute(
            "INSERT INTO redaction_approvals (tenant_id, id, proposal_id, person, approved_at) VALUES ($1, $2, $3, $4, $5)",
            tenant,
            clock.new_id(),
            proposal,
            person.strip(),
            clock.now(),
        )
    except asyncpg.UniqueViolationError as error:
        raise Conflict(f"{person.strip()} has approved already. Another person must look at it and approve.") from error
