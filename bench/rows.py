"""What one request leaves in the database: a statement for each table; and a look at what was really written.

The values come from rows that Seloste wrote, so the bare route and pgbench write rows of the same size into the same tables.
"""

import contextlib
from collections.abc import AsyncIterator, Mapping
from pathlib import Path
from typing import Any

import asyncpg

from bench.machine import CannotMeasure
from bench.seloste import superuser

# `{name}` is a value; whoever writes puts a notation of its own there.
STATEMENTS: Mapping[str, str] = {
    "idempotency_keys": """INSERT INTO idempotency_keys (id, fingerprint, answer, expires_at)
        VALUES ({key}, {fingerprint}, {answer}, {expires_at})""",
    "requests": """INSERT INTO requests (tenant_id, id, reference, controller_id, types, state, language, matched_by, received_at,
        nominal_on, due_on, due_at, notice_id, notice_version, secret_hash, secret, subject, message, country, time_zone, channel,
        email_index)
        VALUES ({tenant_id}, {request}, {reference}, {controller_id}, {types}, {state}, {language}, {matched_by}, {received_at},
        {nominal_on}, {due_on}, {due_at}, {notice_id}, {notice_version}, {secret_hash}, {secret}, {subject}, {message},
        {country}, {time_zone}, {channel}, {email_index})""",
    "request_keys": "INSERT INTO request_keys (tenant_id, id, wrapped) VALUES ({tenant_id}, {request}, {wrapped})",
    "request_references": "INSERT INTO request_references (id, tenant_id, request_id) VALUES ({reference_hash}, {tenant_id}, {request})",
    "history": """INSERT INTO history (id, tenant_id, at, event, actor, subject, details)
        VALUES ({event_id}, {tenant_id}, {received_at}, {event}, {actor}, {event_subject}, {details})""",
    "pgqueuer": """INSERT INTO pgqueuer (priority, entrypoint, payload, execute_after, status)
        VALUES (0, {first_job}, {payload}, now(), 'queued'), (0, {second_job}, {payload}, now(), 'queued')""",
}
# Half a per cent: a tenth of a second more or less in a timestamp's text, and the like.
TOLERANCE = 0.005

Contents = dict[str, tuple[int, int]]
Written = dict[str, tuple[float, float]]


def opening(pattern: Mapping[str, Any]) -> tuple[str, str]:
    """Row-level security binds everybody here: the rows are the tenant's that the transaction names."""
    return "BEGIN", f"SET LOCAL app.tenant_id = '{pattern['tenant_id']}'"


@contextlib.asynccontextmanager
async def _looking(data: Path) -> AsyncIterator[asyncpg.Connection]:
    db = await asyncpg.connect(**superuser(data))
    try:
        yield db
    finally:
        await db.close()


async def pattern(data: Path) -> dict[str, Any]:
    """The values of the newest request that Seloste took in, by the names in STATEMENTS."""
    async with _looking(data) as db:
        request = await db.fetchrow(
            "SELECT r.*, k.wrapped FROM requests r JOIN request_keys k USING (tenant_id, id) ORDER BY r.received_at DESC LIMIT 1"
        )
        event = await db.fetchrow(
            """SELECT event, actor, subject AS event_subject, details FROM history
               WHERE event = 'request:receive' ORDER BY at DESC LIMIT 1"""
        )
        jobs = await db.fetch("SELECT entrypoint, payload FROM pgqueuer ORDER BY id DESC LIMIT 2")
        answered = await db.fetchrow("SELECT fingerprint, answer, expires_at FROM idempotency_keys ORDER BY expires_at DESC LIMIT 1")
    queued = {"first_job": jobs[1]["entrypoint"], "second_job": jobs[0]["entrypoint"], "payload": jobs[0]["payload"]}
    return {**request, **event, **queued, **answered}


async def contents(data: Path) -> Contents:
    """Of each table: how many rows, and how many bytes are in them."""
    async with _looking(data) as db:
        sums = "SELECT count(*), coalesce(sum(pg_column_size(t.*)), 0)::bigint FROM {} t"
        return {table: tuple(await db.fetchrow(sums.format(table))) for table in STATEMENTS}


def written(before: Contents, after: Contents, posts: int) -> Written:
    """For one post, of each table: rows, and bytes in them."""
    return {table: ((after[table][0] - before[table][0]) / posts, (after[table][1] - before[table][1]) / posts) for table in STATEMENTS}


def compare(ours: Written, theirs: Written, whose: str) -> None:
    """A contender that writes less, or smaller rows, is none."""
    for table, (rows, size) in ours.items():
        other_rows, other_size = theirs[table]
        if rows != other_rows or abs(size - other_size) > TOLERANCE * size:
            raise CannotMeasure(
                f"{whose} does not write what Seloste writes: {other_rows:g} rows of together {other_size:.0f} bytes in {table} "
                f"for one post, where Seloste writes {rows:g} of {size:.0f}. Bring bench/rows.py up to date."
            )
