"""What is kept for a while only is destroyed by the worker when its time is over, and not before."""

import secrets

import asyncpg
import pytest

from service import worker
from tests.house import House
from tests.intake.person import Company, accepted, send


@pytest.mark.usefixtures("as_worker")
async def test_pending_requests_are_destroyed_after_a_day(
    house: House, superuser: asyncpg.Connection, twins: tuple[Company, Company]
) -> None:
    for _ in range(2):
        assert send(house, {"brand": twins[0].controller["brands"][0]}).status_code == 409
    over, still = await superuser.fetch("SELECT id FROM pending_requests ORDER BY id DESC LIMIT 2")
    await superuser.execute("UPDATE pending_requests SET expires_at = now() - interval '1 second' WHERE id = $1", over["id"])
    await worker.expire()
    left = {row["id"] for row in await superuser.fetch("SELECT id FROM pending_requests")}
    assert over["id"] not in left
    assert still["id"] in left


@pytest.mark.usefixtures("as_worker")
async def test_stored_answers_are_destroyed_after_a_day(house: House, superuser: asyncpg.Connection) -> None:
    for _ in range(2):
        accepted(send(house, key=secrets.token_hex(8)))
    over, still = await superuser.fetch("SELECT id FROM idempotency_keys ORDER BY expires_at DESC LIMIT 2")
    await superuser.execute("UPDATE idempotency_keys SET expires_at = now() - interval '1 second' WHERE id = $1", over["id"])
    await worker.expire()
    left = {row["id"] for row in await superuser.fetch("SELECT id FROM idempotency_keys")}
    assert over["id"] not in left
    assert still["id"] in left
