"""What the person sees of a request: the way back is reference and secret, and nothing tells a wrong one from an unknown."""

import hashlib
import hmac
from typing import Any
from uuid import UUID

from service import clock
from service.errors import MalformedRequest, NotFound
from service.intake.cases.moving import case_of
from service.intake.explaining import explain
from service.intake.receiving import shown, version_url
from service.intake.schemas import RequestStatus
from service.intake.storing import read_reference
from tenants import directory
from tenants.acting import acting_for, acting_for_platform


async def status(reference: str, secret: str, public_origin: str) -> RequestStatus:
    row, entry = await _find(reference, secret)
    due = case_of(row).deadline(clock.now())
    notice = version_url(public_origin, row["tenant"], row, row["notice_version"], row["language"]) if row["notice_version"] else None
    return RequestStatus(
        reference=row["reference"],
        state=row["state"],
        types=row["types"],
        controller=shown(entry),
        received_at=row["received_at"],
        nominal_on=due.nominal_on,
        due_on=due.due_on,
        due_at=due.due_at,
        time_zone=row["time_zone"],
        explanation=explain(due, row["country"], row["language"]),
        notice=notice,
    )


async def _find(reference: str, secret: str) -> tuple[Any, directory.Entry]:
    try:
        hashed = hashlib.sha256(read_reference(reference).encode()).digest()
    except MalformedRequest as error:
        raise _nothing() from error
    async with acting_for_platform("a reference is all we know yet", read_only=True) as db:
        place = await db.fetchrow("SELECT tenant_id, request_id FROM request_references WHERE id = $1", hashed)
    # An unknown reference goes through the same steps as a known one with a wrong secret.
    tenant, request_id = (place["tenant_id"], place["request_id"]) if place else (clock.new_id(), UUID(int=0))
    async with acting_for(tenant, read_only=True) as db:
        row = await db.fetchrow(
            """SELECT r.*, t.slug AS tenant, p.slug, p.schedule FROM requests r
               JOIN tenants t ON t.id = r.tenant_id LEFT JOIN publications p ON p.tenant_id = r.tenant_id AND p.id = r.notice_id
               WHERE r.tenant_id = $1 AND r.id = $2""",
            tenant,
            request_id,
        )
        kept = row["secret_hash"] if row else bytes(32)
        if not hmac.compare_digest(kept, hashlib.sha256(secret.encode()).digest()) or row is None:
            raise _nothing()
        [entry] = await directory.entries(db, [row["controller_id"]])
    return row, entry


def _nothing() -> NotFound:
    return NotFound("There is no such request, or the secret is not its. Use the link that you got when you sent it.")
