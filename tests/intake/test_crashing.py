"""Whatever dies in the middle of it: what was acknowledged is there, once; and a retry finds out about the rest."""

import asyncio
import base64
import secrets
from collections.abc import Callable, Iterator
from typing import Any

import asyncpg
import httpx
import pytest

from tests.house import House, wait_for
from tests.intake.conftest import example
from tests.intake.person import problem, request


@pytest.fixture(scope="module")
def killed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    made = House(tmp_path_factory.mktemp("mortal") / "data")
    yield made
    made.stop()


@pytest.fixture
def mortal(killed: House) -> House:
    """A house to be killed in; it stands again, with all that was in it, however the test before left it."""
    killed.stop()
    return killed.start()


async def count(house: House, what: str) -> int:
    """Ask the house's database, whichever process that is by now."""
    connection = await asyncpg.connect(**house.superuser())
    try:
        return int(await connection.fetchval(f"SELECT count(*) FROM {what}"))
    finally:
        await connection.close()


class Crowd:
    """Many people who send at the same moment, each with a key of their own, and note what they were told."""

    def __init__(self, house: House, size: int) -> None:
        self.house = house
        self.bodies = [request() for _ in range(size)]
        self.keys = [secrets.token_hex(8) for _ in range(size)]
        self.acknowledged: dict[int, bytes] = {}
        self.refused: list[httpx.Response] = []

    async def send(self, *, then: Callable[[], Any] = lambda: None, after: int = 0) -> None:
        """All at once; `then` happens when the `after`th acknowledgement is in."""
        # No certificates are needed, and loading them would take longer than the sending.
        async with httpx.AsyncClient(base_url=self.house.url, timeout=30, verify=False, limits=httpx.Limits(max_connections=64)) as client:  # noqa: S501

            async def one(number: int) -> None:
                headers = {"idempotency-key": self.keys[number]}
                try:
                    answer = await client.post("/intake/requests", json=self.bodies[number], headers=headers)
                except httpx.TransportError:
                    return
                if answer.status_code != 202:
                    self.refused.append(answer)
                    return
                assert self.acknowledged.setdefault(number, answer.content) == answer.content, "a retry got another answer"
                if len(self.acknowledged) == after:
                    then()

            await asyncio.gather(*(one(number) for number in range(len(self.bodies))))

    @property
    def answers(self) -> list[dict[str, Any]]:
        return [httpx.Response(202, content=content).json() for content in self.acknowledged.values()]

    async def find_theirs(self) -> None:
        """Each by its secret, and all in the controller's list, none twice."""
        async with httpx.AsyncClient(timeout=30, verify=False, limits=httpx.Limits(max_connections=16)) as client:  # noqa: S501
            found = await asyncio.gather(*(client.get(answer["status_url"]) for answer in self.answers))
        assert {page.status_code for page in found} == {200}
        assert [page.json()["reference"] for page in found] == [answer["reference"] for answer in self.answers]
        listed = all_references(self.house)
        assert len(listed) == len(set(listed))
        assert {answer["reference"] for answer in self.answers} <= set(listed)


def all_references(house: House) -> list[str]:
    """What the controller sees, to the last page."""
    player, found, cursor = example(house, "hallavirta"), list[str](), ""
    while cursor is not None:
        page = player.get("/requests", params={"limit": 200, **({"cursor": cursor} if cursor else {})}).json()
        found += [item["reference"] for item in page["items"]]
        cursor = page["next_cursor"]
    return found


async def test_what_was_acknowledged_survives_a_kill_of_the_server(mortal: House) -> None:
    crowd = Crowd(mortal, 500)
    await crowd.send(then=mortal.kill, after=150)
    assert 150 <= len(crowd.acknowledged) < 500
    mortal.start()
    await crowd.find_theirs()
    # What was stored when the server died, but not acknowledged, is found again by its key: everybody has exactly one.
    await crowd.send()
    assert {answer["reference"] for answer in crowd.answers} == set(all_references(mortal))
    for table in ("requests", "request_keys", "request_references"):
        assert await count(mortal, table) == 500, table
    assert await count(mortal, "history WHERE event = 'request:receive'") == 500
    assert await count(mortal, "(SELECT DISTINCT subject FROM history WHERE event = 'request:receive') AS once") == 500
    # And the jobs that were stored with them are done, across the death of the worker too.
    wait_for(lambda: len(list((mortal.data / "mailbox").glob("*.eml"))) == 1000, 60)


async def test_what_was_acknowledged_survives_a_kill_of_the_database(mortal: House) -> None:
    before = len(all_references(mortal))
    crowd = Crowd(mortal, 200)
    await crowd.send(then=mortal.postmaster().kill, after=60)
    assert 60 <= len(crowd.acknowledged) < 200
    for answer in crowd.refused:
        problem(answer, 503, "unavailable")
        assert int(answer.headers["retry-after"]) > 0
    assert crowd.refused
    mortal.stop()
    mortal.start()
    await crowd.find_theirs()
    crowd.refused.clear()
    await crowd.send()
    assert crowd.refused == []
    assert len(crowd.acknowledged) == 200
    assert len(all_references(mortal)) == before + 200
    assert await count(mortal, "request_keys") == before + 200


def test_with_another_master_key_nothing_is_served_from_the_database(mortal: House) -> None:
    before = len(all_references(mortal))
    mortal.stop()
    wrong = House(mortal.data, {"MASTER_KEY": base64.b64encode(secrets.token_bytes(32)).decode()}, mortal.port)
    wrong.start(ready=False)
    try:
        wait_for(lambda: "This database was sealed with another master key" in wrong.log.read_text())
        with httpx.Client(base_url=wrong.url, timeout=20) as client:
            assert client.get("/health/ready").status_code == 503
            problem(client.post("/intake/requests", json=request()), 503, "unavailable")
    finally:
        wrong.stop()
    mortal.start()
    assert len(all_references(mortal)) == before
