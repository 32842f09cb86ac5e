"""A retry gets the first answer again: one key, one request, whatever happens between effect and answer."""

import secrets
import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import asyncpg
import httpx
import pytest

from tests.cast import Cast, Player
from tests.house import House
from tests.intake.person import Company, accepted, deliver, problem, request, secret_of, send


@pytest.fixture
def key() -> str:
    return secrets.token_hex(12)


async def kept(superuser: asyncpg.Connection, reference: str) -> int:
    return int(await superuser.fetchval("SELECT count(*) FROM requests WHERE reference = $1", reference))


async def total(superuser: asyncpg.Connection) -> int:
    return int(await superuser.fetchval("SELECT count(*) FROM requests"))


async def test_the_same_key_and_body_twice_is_one_request(house: House, superuser: asyncpg.Connection, key: str) -> None:
    body, before = request(), await total(superuser)
    first, again = deliver(house, body, key=key), deliver(house, body, key=key)
    assert accepted(first) == accepted(again)
    assert first.content == again.content
    assert first.headers["content-type"] == again.headers["content-type"]
    assert first.headers["cache-control"] == again.headers["cache-control"] == "no-store"
    assert await total(superuser) == before + 1
    assert await kept(superuser, first.json()["reference"]) == 1


def test_quotes_around_the_key_make_no_difference(house: House, key: str) -> None:
    body = request()
    assert accepted(deliver(house, body, key=f'"{key}"')) == accepted(deliver(house, body, key=key))


def test_without_a_token_another_body_under_the_same_key_is_another_request(house: House, key: str) -> None:
    """Nobody owns a key: a stranger who guesses one must neither block nor read another's request."""
    first, second = accepted(deliver(house, request(), key=key)), accepted(deliver(house, request(), key=key))
    assert first["reference"] != second["reference"]


def test_with_a_token_another_body_under_the_same_key_is_refused(cast: Cast, hidden: Company, key: str) -> None:
    def add(player: Player, name: str) -> httpx.Response:
        return player.post("/controllers", {"name": name}, headers={"idempotency-key": key})

    first = add(hidden.player, "Ensimmäinen Oy")
    assert first.status_code == 201
    assert add(hidden.player, "Ensimmäinen Oy").content == first.content
    problem(add(hidden.player, "Toinen Oy"), 422, "idempotency-key-reused")
    # Another client's key of the same name is another key.
    assert add(cast.charlie, "Ensimmäinen Oy").json()["id"] != first.json()["id"]


async def test_ten_at_once_are_one_request(house: House, superuser: asyncpg.Connection, key: str) -> None:
    body, before, together = request(), await total(superuser), threading.Barrier(10)

    def send_together(_: int) -> httpx.Response:
        together.wait()
        return deliver(house, body, key=key)

    with ThreadPoolExecutor(10) as threads:
        answers = list(threads.map(send_together, range(10)))
    assert {answer.status_code for answer in answers} == {202}
    assert len({answer.content for answer in answers}) == 1
    assert await total(superuser) == before + 1


@pytest.mark.parametrize(
    "wrong", [b"", b'""', b'"', b"two words", b'"unended', b"a" * 256, b'"' + b"a" * 256 + b'"', "ä".encode(), b"tab\tbed", b'"a\\"b"']
)
def test_a_key_that_is_none_is_refused(public: httpx.Client, wrong: bytes) -> None:
    answer = public.post("/intake/requests", json=request(), headers=[(b"idempotency-key", wrong)])  # type: ignore[list-item]
    problem(answer, 400, "malformed-request")


@pytest.mark.parametrize("right", ["a", "a" * 255, '"' + "a" * 255 + '"', '"two words"', "!#$%&'()*+,-./:;<=>?@[]^_`{|}~"])
def test_a_key_may_be_any_printable_text(house: House, right: str) -> None:
    body = request()
    assert accepted(deliver(house, body, key=right)) == accepted(deliver(house, body, key=right))


async def test_a_stored_answer_is_sealed_and_its_key_is_not_kept(house: House, superuser: asyncpg.Connection, key: str) -> None:
    given = accepted(deliver(house, request(), key=key))
    rows = await superuser.fetch("SELECT * FROM idempotency_keys WHERE answer IS NOT NULL ORDER BY expires_at DESC LIMIT 5")
    everything = b"".join(row["id"] + row["fingerprint"] + row["answer"] for row in rows)
    for clear in (given["reference"], secret_of(given), given["routed_to"]["controller"]["name"], key):
        assert clear.encode() not in everything


async def test_a_key_is_kept_for_a_day(house: House, superuser: asyncpg.Connection, key: str) -> None:
    body = request()
    first = accepted(deliver(house, body, key=key))
    left = await superuser.fetchval("SELECT max(expires_at) - now() FROM idempotency_keys")
    assert 23 * 3600 < left.total_seconds() <= 24 * 3600
    await superuser.execute("UPDATE idempotency_keys SET expires_at = now() - interval '1 second'")
    second = accepted(deliver(house, body, key=key))
    assert second["reference"] != first["reference"]
    assert accepted(deliver(house, body, key=key)) == second


async def test_a_refusal_does_not_use_a_key_up(house: House, superuser: asyncpg.Connection, hidden: Company, key: str) -> None:
    """A company that is not found today may be found within the day; the same retry must then reach it."""
    before = await superuser.fetchval("SELECT count(*) FROM idempotency_keys")
    body = request({"business_id": hidden.controller["business_id"]})
    for _ in range(2):
        problem(deliver(house, body, key=key), 422, "no-controller")
    problem(deliver(house, {**body, "type": "steal"}, key=key), 422, "invalid-content")
    assert await superuser.fetchval("SELECT count(*) FROM idempotency_keys") == before


async def test_a_choice_that_is_offered_twice_is_one_pending_request(
    house: House, superuser: asyncpg.Connection, twins: tuple[Company, Company], key: str
) -> None:
    body: dict[str, Any] = request({"brand": twins[0].controller["brands"][0]})
    before = await superuser.fetchval("SELECT count(*) FROM pending_requests")
    first, again = deliver(house, body, key=key), deliver(house, body, key=key)
    assert first.status_code == 409
    assert first.content == again.content
    assert first.headers["content-type"] == again.headers["content-type"] == "application/problem+json"
    assert await superuser.fetchval("SELECT count(*) FROM pending_requests") == before + 1


def test_without_a_key_each_post_is_a_request(house: House) -> None:
    body = request()
    assert accepted(deliver(house, body))["reference"] != accepted(deliver(house, body))["reference"]
    assert accepted(send(house))["reference"]
