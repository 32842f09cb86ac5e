"""Enqueue: the job's row commits with whatever caused it. A payload holds a tenant's id and a row's id, nothing else."""

from typing import NamedTuple
from uuid import UUID

import msgspec

from tenants.database import Connection
from tenants.writing import Write, write


class Job(NamedTuple):
    """`name` is what worker.py registers a handler for; `row` is the id of what to work on."""

    name: str
    tenant: UUID
    row: UUID

    @property
    def payload(self) -> bytes:
        return msgspec.json.encode({"tenant": self.tenant, "row": self.row})


async def enqueue(db: Connection, *jobs: Job) -> None:
    """Run `jobs` soon after this transaction commits, at least once each.

    pgqueuer's own enqueue writes this row too (a test compares them), and a second one into its log; importing it would
    double the server's start, and the log tells nothing that history does not.
    """
    await write(db, enqueued(*jobs))


def enqueued(*jobs: Job) -> Write:
    """The same, to be sent together with the cause."""
    return Write(
        """INSERT INTO pgqueuer (priority, entrypoint, payload, execute_after, status)
           SELECT 0, name, payload, now(), 'queued' FROM unnest($1::text[], $2::bytea[]) AS job (name, payload)""",
        ([job.name for job in jobs], [job.payload for job in jobs]),
    )


async def enqueue_once(db: Connection, *jobs: Job) -> None:
    """Only those that do not wait already. The worker's own: it may read the queue, as this must."""
    await db.execute(
        """INSERT INTO pgqueuer (priority, entrypoint, payload, execute_after, status, dedupe_key)
           SELECT 0, name, payload, now(), 'queued', key FROM unnest($1::text[], $2::bytea[], $3::text[]) AS job (name, payload, key)
           ON CONFLICT DO NOTHING""",
        [job.name for job in jobs],
        [job.payload for job in jobs],
        [f"{job.name} {job.row}" for job in jobs],
    )
