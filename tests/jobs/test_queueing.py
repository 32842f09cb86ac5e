"""Our enqueue writes the very row that the library's own would, so that its worker finds nothing unusual."""

import json
from uuid import uuid4

import asyncpg
from pgqueuer.adapters.drivers.asyncpg import AsyncpgDriver
from pgqueuer.adapters.persistence.qb import QueryBuilderEnvironment, QueryQueueBuilder, QuerySchedulerBuilder
from pgqueuer.adapters.persistence.queries import Queries

from service.jobs.naming import NAMES
from service.jobs.queueing import Job, enqueue


async def test_a_job_is_the_row_that_the_library_writes(superuser: asyncpg.Connection) -> None:
    tenant, row = uuid4(), uuid4()
    transaction = superuser.transaction()
    await transaction.start()
    try:
        await superuser.execute("LOCK TABLE pgqueuer")  # no worker takes these
        await enqueue(superuser, Job("test.ours", tenant, row))
        queries = Queries(
            AsyncpgDriver(superuser),
            qbe=QueryBuilderEnvironment(NAMES),
            qbq=QueryQueueBuilder(NAMES),
            qbs=QuerySchedulerBuilder(NAMES),
        )
        await queries.enqueue("test.theirs", Job("test.theirs", tenant, row).payload)
        rows = await superuser.fetch("SELECT * FROM pgqueuer WHERE entrypoint LIKE 'test.%' ORDER BY id")
    finally:
        await transaction.rollback()
    ours, theirs = (dict(found) for found in rows)
    for found in (ours, theirs):
        for name in ("id", "entrypoint", "created", "updated", "execute_after"):
            del found[name]
    # No headers: the library writes that as JSON's null, we as SQL's.
    assert ours.pop("headers") is None
    assert theirs.pop("headers") == "null"
    assert ours == theirs
    assert json.loads(ours["payload"]) == {"tenant": str(tenant), "row": str(row)}
