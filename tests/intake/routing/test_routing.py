"""Routing meets its corpus: nobody's request goes astray, what is exact is not asked about, and the right one is at hand else."""

import asyncio
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal
from uuid import UUID

import asyncpg
import msgspec
import pytest

from service.intake.finding import route
from service.intake.routing import Ambiguous, Routed, Unknown
from service.intake.schemas import ControllerHints
from tests.intake.routing.corpus import Query, kinds, queries
from tests.intake.routing.loading import load, prepared

BASE = "http://127.0.0.1:8000"
CONNECTIONS = 4
EXACT, OTHERS = 0.995, 0.97
Answer = Routed | Ambiguous | Unknown | None


@dataclass(frozen=True)
class Judged:
    query: Query
    answer: Answer
    keys: tuple[str, ...]
    """To whom it went, or who was offered."""

    @property
    def status(self) -> int:
        return 202 if isinstance(self.answer, Routed) else 409 if isinstance(self.answer, Ambiguous) else 422

    @property
    def misrouted(self) -> bool:
        return self.status == 202 and (self.query.answer != "route" or self.keys != self.query.keys)

    @property
    def right(self) -> bool:
        """As README.md says what each demand means."""
        demand, statuses = kinds()[self.query.kind].demand, kinds()[self.query.kind].statuses
        if self.misrouted or (statuses and self.status not in statuses):
            return False
        if self.status == 202 or demand == "none":
            return demand != "ask"
        if demand == "route":
            return False
        wanted, offered = set(self.query.keys), set(self.keys)
        if self.status == 422:
            return bool(wanted & offered)
        return wanted <= offered if len(wanted) <= 5 else offered <= wanted


@pytest.fixture(scope="module")
def judged(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, list[Judged]]]:
    """All queries put to a database of their own, a few at a time."""

    async def ask() -> dict[str, list[Judged]]:
        embedded, place = await prepared(tmp_path_factory.mktemp("corpus") / "data")
        try:
            keys = {one: key for key, one in (await load(place)).items()}
            asked = iter([*queries("open"), *queries("held_back")])
            found: dict[str, list[Judged]] = defaultdict(list)

            async def work(db: asyncpg.Connection) -> None:
                for query in asked:
                    found[query.set].append(await _judge(db, query, keys))

            connections = [await asyncpg.connect(**place.serving("app")) for _ in range(CONNECTIONS)]
            try:
                await asyncio.gather(*map(work, connections))
            finally:
                for connection in connections:
                    await connection.close()
            return found
        finally:
            await asyncio.to_thread(embedded.stop)

    with asyncio.Runner() as runner:
        yield runner.run(ask())


async def _judge(db: asyncpg.Connection, query: Query, keys: dict[UUID, str]) -> Judged:
    typed = {hint: text.replace("{base}", BASE) if text else text for hint, text in query.hints.items()}
    try:
        hints = msgspec.convert(typed, ControllerHints)
    except msgspec.ValidationError:
        return Judged(query, None, ())
    answer = await route(db, hints)
    if isinstance(answer, Routed):
        return Judged(query, answer, (keys[answer.entry.controller_id],))
    return Judged(
        query, answer, tuple(keys[one.controller_id] for one in (answer.candidates if isinstance(answer, Ambiguous) else answer.near))
    )


SETS = pytest.mark.parametrize("which", ["open", "held_back"])


@SETS
def test_nobodys_request_goes_astray(judged: dict[str, list[Judged]], which: Literal["open", "held_back"]) -> None:
    assert len(judged[which]) == len(queries(which))
    assert [one.query.kind for one in judged[which] if one.misrouted] == []


@SETS
def test_what_is_ambiguous_is_always_asked(judged: dict[str, list[Judged]], which: str) -> None:
    undecided = [one for one in judged[which] if kinds()[one.query.kind].demand in ("ask", "none")]
    assert [one.query.kind for one in undecided if one.status == 202] == []


@SETS
@pytest.mark.parametrize("kind", kinds())
def test_each_class_gets_what_it_demands(judged: dict[str, list[Judged]], which: str, kind: str) -> None:
    ones = [one for one in judged[which] if one.query.kind == kind]
    wrong = [one.query for one in ones if not one.right]
    share = 1 - len(wrong) / len(ones)
    least = EXACT if kinds()[kind].demand == "route" else OTHERS
    # What is held back is told as a number alone.
    assert share >= least, f"{share:.3f}" if which == "held_back" else wrong[:10]


@SETS
def test_every_answer_says_why_and_offers_at_most_five(judged: dict[str, list[Judged]], which: str) -> None:
    for one in judged[which]:
        assert one.answer is None or one.answer.why
        assert len(one.keys) <= 5
