"""Look after the cases of all tenants each hour: a job for each, which opens its tenant by itself."""

from uuid import UUID

from service.intake.cases.reminding import remind
from service.intake.cases.retaining import retain
from service.jobs.queueing import Job, enqueue_once
from tenants.acting import acting_for_platform

LOOK_AFTER = "intake.look_after"


async def look_after_all() -> None:
    """Each node does; a tenant's job that waits already is not made again."""
    async with acting_for_platform("which tenants there are is known to all") as db:
        tenants = await db.fetch("SELECT id FROM tenants")
        await enqueue_once(db, *(Job(LOOK_AFTER, row["id"], row["id"]) for row in tenants))


async def look_after(tenant: UUID, _: UUID) -> None:
    await remind(tenant)
    await retain(tenant)
